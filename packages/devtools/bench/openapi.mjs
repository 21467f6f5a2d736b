// How the documents of large products are read: time, memory, and how long the event loop is held, by a connector whose
// host answers at once and remembers nothing but versions.
// Usage: npm run bench -- openapi [--slice]
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openapiConnector } from '../../../connectors/openapi/dist/index.js';
import { kindContext } from '../../connector-sdk/dist/index.js';
import { bringDocuments } from '../lab/openapi-documents.mjs';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { labFolder } from '../lib/lab-folder.mjs';
import { turnFigure, watchTurns } from '../lib/own-turns.mjs';
import { isSlice } from '../lib/report.mjs';

machine();
const why = bringDocuments();
if (why === undefined) {
  await measure('Kubernetes, Swagger 2.0', 'kubernetes.json');
  if (!isSlice) await measure('GitHub, OpenAPI 3.0', 'github.json');
} else console.log(`SKIP bench openapi: ${why.replaceAll(homedir(), '~')}`);

async function measure(name, file) {
  const host = answeringHost();
  const facts = {
    connectorName: 'bench',
    source: 'bench',
    permittedSynchronization: 'BOTH_DIRECTIONS',
    excludedPaths: [],
  };
  const { context, run } = kindContext('api', host, facts);
  const connector = openapiConnector.create(context, {
    locations: [join(labFolder(), 'openapi-documents', file)],
    include: ['*.json'],
    exclude: [],
    references: 'near',
    referenceOrigins: [],
    timeoutSeconds: 60,
    maxDocumentMegabytes: 64,
    pollSeconds: 0,
  });
  const refresh = async (id) => {
    const before = performance.now();
    const signal = new AbortController().signal;
    await connector.refresh(run({ id, mode: 'apply', signal, requested: undefined, target: undefined }));
    return performance.now() - before;
  };
  const memory = processFacts(process.pid).rssMiB;
  const turns = watchTurns();
  const first = await refresh('first');
  turnFigure(`${name}, first run`, turns.end());
  console.log(`     ${name}: ${host.items} items of ${host.elements} elements in ${readable(first)} ms`);
  figure(`memory rise, ${name}`, processFacts(process.pid).peakRssMiB - memory, 'MiB', { goal: 200 });
  const told = host.items;
  const again = watchTurns();
  const unchanged = await refresh('unchanged');
  turnFigure(`${name}, unchanged`, again.end());
  figure(`unchanged run, ${name}`, unchanged, 'ms', { goal: 100, peer: first, of: 'the first' });
  figure(`items told in the unchanged run, ${name}`, host.items - told, 'items', {
    goal: 0,
    peer: told,
    of: 'the first',
  });
  await connector.stop();
}

/** Answers in a turn of its own, as a host does that has something to do. */
function answeringHost() {
  /** By scope: what each of its keys was told with, and by which run last. */
  const scopes = new Map();
  return {
    items: 0,
    elements: 0,
    async call(message) {
      await new Promise((resolve) => setImmediate(resolve));
      const known = scopes.get(message.scope) ?? new Map();
      const note = (key, version) => scopes.set(message.scope, known.set(key, { version, run: message.run }));
      switch (message.type) {
        case 'scope.put':
          this.items += 1;
          this.elements += message.item.elements.length;
          note(message.item.key, message.item.sourceVersion);
          return undefined;
        case 'scope.keep':
          return message.items.flatMap(({ key, sourceVersion }, position) => {
            if (known.get(key)?.version !== sourceVersion) return [position];
            note(key, sourceVersion);
            return [];
          });
        case 'scope.missing':
          return [...known].flatMap(([key, { run }]) => (run === message.run ? [] : [key])).slice(message.from);
        default:
          return undefined;
      }
    },
  };
}
