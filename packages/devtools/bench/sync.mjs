// Measures the sync engine: a run over elements that are all new, one in which nothing changed, one in which one per cent
// did, against what the same elements cost without it; memory; and requests before a server without `writeBatch`.
// Usage: npm run bench -- sync [elements, default 1000000] [--slice]
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { canonicalHash } from '@isthmus/connector-host';
import { processSlicer, silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import { standardTypes } from '@isthmus/model/standard-types';
import { JournaledSyncEngine, openJournal } from '@isthmus/runtime';
import { openDatabase } from '@isthmus/sqlite';
import { figure, machine, readable } from '../lib/figures.mjs';
import { patientLimits } from '../lib/pace.mjs';
import { root, serve, temporaryFolder } from '../lib/process.mjs';
import { isSlice } from '../lib/report.mjs';

const asked = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const total = isSlice ? 20_000 : Number(asked ?? 1_000_000);
const itemsAScope = 1_000;
const itemsAtOnce = 200;
const changedRounds = 3;
const onPlainEgeria = 500;
const elementBytes = 579;
/** What fills an element up to its size, by the name of who writes it. */
const paddings = { raw: 0, engine: 0, plain: 0 };
for (const name of Object.keys(paddings)) paddings[name] = elementBytes - JSON.stringify(elementOf(0, name, 0)).length;
const never = new AbortController().signal;
const folder = temporaryFolder('bench-sync');
machine();

const config = join(folder, 'store.yaml');
writeFileSync(config, readFileSync(join(root, 'config/samples/metadata-store-only.yaml'), 'utf8'));
const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const server = await serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env });
const proxy = await plainProxy(server.url);
const connections = [server.url, proxy.url].map((url) =>
  connectMetadataServer(
    {
      url,
      serverName: 'metadata-store',
      userId: 'isthmus',
      token: async () => env.ISTHMUS_DAEMON_TOKEN,
      limits: patientLimits,
    },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
  ),
);
const [ours, plain] = connections.map(({ store }) => store);
try {
  await bench();
} finally {
  for (const connection of connections) connection.close();
  proxy.close();
  await server.stop();
}

async function bench() {
  console.log(`     ${total} elements of ${JSON.stringify(elementOf(1, 'raw', 0)).length} bytes`);
  const raw = await timed('raw batches', () => postRaw(ours));
  const memory = watchMemory();
  const engine = engineOver(ours, 'engine');
  const created = await timed('all new', () => engine.run(() => 0));
  expect(created.result.counts.created, total + 1, 'created');
  figure('all new, against raw batches of ready-made bodies', raw.ms / created.ms, 'x', { goal: 0.6, better: 'more' });
  const hashing = await timed('stringify and SHA-256', async () => hashAll());
  const unchanged = await unchangedRun(engine, 0);
  figure('unchanged, against stringify and SHA-256', hashing.ms / unchanged.ms, 'x', { goal: 0.5, better: 'more' });
  figure('1 % changed, against unchanged and the write time of it', await changedRatio(engine, unchanged), 'x', {
    goal: 1.1,
  });
  figure('memory that the runs added', memory.end(), 'MB', { goal: 300 });
  engine.close();
  await withoutBatches();
}

/** @param rounds - so many of a hundred have changed before */
async function unchangedRun(engine, rounds) {
  const run = await timed('unchanged', () => engine.run((index) => (index % 100 < rounds ? 1 : 0)));
  expect(run.result.counts.unchanged, total + 1, 'unchanged');
  return run;
}

/**
 * Median of three rounds, each over another per cent: the first pays for compiling what a daemon compiles once in its life.
 *
 * @param first - the unchanged run before the first of them
 */
async function changedRatio(engine, first) {
  const ratios = [];
  let unchanged = first;
  for (let round = 0; round < changedRounds; round += 1) {
    if (round > 0) unchanged = await unchangedRun(engine, round);
    const changed = await timed('1 % changed', () => engine.run((index) => (index % 100 <= round ? 1 : 0)));
    expect(changed.result.counts.updated, Math.ceil((total - round) / 100), 'updated');
    const rewritten = await timed('writing 1 % again', () => rewrite(ours, (index) => index % 100 === round));
    ratios.push(changed.ms / (unchanged.ms + rewritten.ms));
  }
  console.log(`     by round: ${ratios.map(readable).join(', ')} x`);
  return ratios.toSorted((one, other) => one - other)[Math.floor(changedRounds / 2)];
}

/** Before a server that has nothing beyond Egeria. */
async function withoutBatches() {
  const engine = engineOver(plain, 'plain', onPlainEgeria);
  proxy.requests = 0;
  expect((await engine.run(() => 0)).counts.created, onPlainEgeria + 1, 'created');
  figure('requests per new element with its link, plain Egeria', proxy.requests / onPlainEgeria, '', { goal: 1.2 });
  proxy.requests = 0;
  await engine.run(() => 0);
  figure('requests per unchanged element, plain Egeria', proxy.requests / onPlainEgeria, '', { goal: 0.05 });
  engine.close();
  const daily = engineOver(plain, 'plain', onPlainEgeria, { compareEveryMs: 0 });
  proxy.requests = 0;
  expect((await daily.run(() => 0)).counts.unchanged, onPlainEgeria + 1, 'unchanged');
  console.log(`     requests per unchanged element that is compared: ${readable(proxy.requests / onPlainEgeria)}`);
  daily.close();
}

function engineOver(store, name, count = total, options = {}) {
  const journal = openJournal(join(folder, `${name}.db`));
  const slot = `daemon|collection|group|${name}`;
  const owner = { metadataCollectionId: 'collection', connectorGuid: name, target: '' };
  const engine = new JournaledSyncEngine({
    store,
    journal,
    clock: systemClock,
    logger: silentLogger,
    newId: randomUUID,
    options,
  });
  return {
    async run(versionOf) {
      const grant = { slot, token: await journal.nextToken(slot) };
      const spec = { runId: randomUUID(), grant, owner, mode: 'apply', full: true, boundaryHash: 'b' };
      const run = await engine.open(spec, never);
      await deliver(run, 'root', [{ key: 'top', opens: 'scope', elements: [folderOf(name)] }]);
      await run.complete('root');
      for (let from = 0; from < count; from += itemsAScope) {
        const scope = `scope ${from}`;
        const until = Math.min(count, from + itemsAScope);
        for (let index = from; index < until; index += itemsAtOnce) {
          const items = [];
          for (let each = index; each < Math.min(until, index + itemsAtOnce); each += 1)
            items.push({ key: `k${each}`, elements: [elementOf(each, name, versionOf(each))] });
          await deliver(run, scope, items);
        }
        await run.complete(scope);
      }
      return run.finish('completed');
    },
    close: () => journal[Symbol.dispose](),
  };
}

/** As the host does: hashes first, bodies of what is asked for. */
async function deliver(run, scope, items) {
  const digests = [];
  for (const { key, opens, elements } of items) {
    const { hash } = await canonicalHash(elements, 1_000_000, processSlicer);
    digests.push({ key, hash, ...(opens === undefined ? {} : { opens }) });
  }
  const wanted = new Set(await run.offer(scope, digests));
  const bodies = items.flatMap((body, index) => (wanted.has(body.key) ? [{ digest: digests[index], body }] : []));
  if (bodies.length > 0) await run.deliver(scope, bodies);
}

/** The same elements under other names, made ready before; hash rows are written as the engine's journal does. */
async function postRaw(store) {
  const rows = openDatabase(join(folder, 'rows.db'), [
    'CREATE TABLE item (id INTEGER PRIMARY KEY, scope INTEGER, key TEXT, hash TEXT, UNIQUE (scope, key)) STRICT',
  ]);
  await store.writeBatch({ id: randomUUID(), operations: [upsert(folderOf('raw'))] }, never);
  for (let from = 0; from < total; from += itemsAtOnce) {
    const elements = [];
    for (let index = from; index < Math.min(total, from + itemsAtOnce); index += 1)
      elements.push(elementOf(index, 'raw', 0));
    await store.writeBatch({ id: randomUUID(), operations: elements.map(upsert) }, never);
    rows.commitSoon(() => {
      for (const [index, element] of elements.entries())
        rows.run(
          'INSERT INTO item (scope, key, hash) VALUES (?, ?, ?)',
          Math.floor(from / itemsAScope),
          `k${from + index}`,
          createHash('sha256').update(element.qualifiedName).digest('base64url'),
        );
    });
  }
  rows[Symbol.dispose]();
}

async function rewrite(store, isChanged) {
  let operations = [];
  for (let index = 0; index < total; index += 1) {
    if (!isChanged(index)) continue;
    operations.push(upsert(elementOf(index, 'raw', 1)));
    if (operations.length < itemsAtOnce) continue;
    await store.writeBatch({ id: randomUUID(), operations }, never);
    operations = [];
  }
  if (operations.length > 0) await store.writeBatch({ id: randomUUID(), operations }, never);
}

function hashAll() {
  for (let index = 0; index < total; index += 1)
    createHash('sha256')
      .update(JSON.stringify([elementOf(index, 'engine', 0)]))
      .digest('base64url');
}

function upsert(element) {
  return { op: 'upsert', ...element };
}

function folderOf(name) {
  return {
    typeName: 'FileFolder',
    qualifiedName: `FileFolder::bench-sync:/${name}`,
    properties: { displayName: name },
  };
}

/** 579 bytes as JSON, whatever its name. */
function elementOf(index, name, version) {
  const number = String(index).padStart(7, '0');
  const path = `/${name}/${number}.csv`;
  return {
    typeName: 'DataFile',
    qualifiedName: `DataFile::bench-sync:${path}`,
    properties: {
      displayName: `${number}.csv`,
      description: `a file of the bench, version ${version}, ${'x'.repeat(paddings[name])}`,
      pathName: path,
      fileName: `${number}.csv`,
      fileExtension: 'csv',
      additionalProperties: { sizeInBytes: '123456', encoding: 'UTF-8' },
    },
    parent: { relationshipTypeName: 'NestedFile', qualifiedName: `FileFolder::bench-sync:/${name}` },
  };
}

async function timed(name, work) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - start;
  console.log(`     ${name}: ${readable(ms / 1000)} s, ${readable((user + system) / 1e6)} s of processor here`);
  return { ms, result };
}

/** Of this process, over what it had. */
function watchMemory() {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 200);
  return {
    end() {
      clearInterval(timer);
      return (most - before) / 1e6;
    },
  };
}

function expect(found, wanted, what) {
  if (found !== wanted) throw new Error(`${found} ${what}, not ${wanted}`);
}

/** Hides what our server has beyond Egeria, and counts what it is asked. */
async function plainProxy(target) {
  const proxied = { requests: 0 };
  const proxyServer = createServer((incoming, answer) => {
    const isOurs = /^\/servers\/[^/]+\/isthmus\//.test(incoming.url);
    if (!isOurs) proxied.requests += 1;
    // what the server does not know it answers as Egeria does
    const path = isOurs ? incoming.url.replace('/isthmus/', '/no-such-face/') : incoming.url;
    const forwarded = httpRequest(new URL(path, target), { method: incoming.method, headers: incoming.headers });
    forwarded.on('response', (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    forwarded.on('error', () => answer.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise((resolve) => proxyServer.listen(0, '127.0.0.1', resolve));
  proxied.url = `http://127.0.0.1:${proxyServer.address().port}`;
  proxied.close = () => proxyServer.close();
  return proxied;
}
