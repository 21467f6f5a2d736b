// Beside a real Egeria 4.3 daemon with as many connectors, by the very calls that its operators make (measured there:
// all 1,000 refreshed 325 s after the start, 531 MB, status 0.5 s and 3.3 MB, an unchanged refresh-config 98 s, 100
// connectors of 100 ms refreshed one after another in 10.3 s). Metadata server and daemon are two processes.
// Usage: node packages/devtools/bench/egeria.mjs [connectors, default 1000] [--slice]
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { writeProvider } from '../lib/provider-folder.mjs';
import { registerAll } from '../lib/register-many.mjs';
import { isSlice, percentile, until } from '../lib/report.mjs';
import { adminToken, api, connectorsOf, startDaemon, startStore } from '../lib/two-processes.mjs';

const size = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const count = Number(size ?? (isSlice ? 200 : 1_000));
const slowCount = 100;
const slowMs = 100;
const restMs = isSlice ? 1_000 : 15_000;
const asks = isSlice ? 10 : 100;
const groups = { many: 'IntegrationGroup::Many', slow: 'IntegrationGroup::Slow' };

machine();
const providers = temporaryFolder('egeria-providers');
provider('noop', '');
provider('slow', `await new Promise((settle) => setTimeout(settle, ${slowMs}));`);
await withDaemon(groups.many, named(count, 'noop'), manyConnectors);
await withDaemon(groups.slow, named(slowCount, 'slow'), slowConnectors);

function provider(name, refresh) {
  writeProvider(
    providers,
    name,
    `export const provider = { kind: 'files', provider: '${name}', version: 1, configuration: { type: 'object', properties: {} },
  create: () => ({ refresh: async () => { ${refresh} } }) };\n`,
  );
}

function named(length, of) {
  return Array.from({ length }, (_, index) => ({ name: `${of}-${index}`, provider: of, minutes: 24 * 60 }));
}

async function withDaemon(groupName, connectors, measure) {
  const folder = temporaryFolder('egeria');
  const store = await startStore(folder);
  await registerAll(store.url, adminToken, groupName, connectors);
  const began = Date.now();
  const daemon = await startDaemon({ folder, storeUrl: store.url, providers: [providers] });
  const rows = await until(
    async () => {
      const all = await connectorsOf(daemon.url);
      return all.length === connectors.length && all.every(({ lastRun }) => lastRun?.endedAt !== undefined) && all;
    },
    120_000,
    250,
  );
  if (rows === undefined) throw new Error('not every connector was refreshed within two minutes');
  const failed = rows.filter(({ lastRun }) => lastRun.outcome !== 'succeeded');
  if (failed.length > 0) throw new Error(`first runs failed: ${JSON.stringify(failed[0].lastRun)}`);
  await measure(daemon, rows, began);
  await daemon.stop();
  await store.stop();
}

async function manyConnectors(daemon, rows, began) {
  const egeria = 'Egeria 4.3 with 1,000';
  const last = Math.max(...rows.map(({ lastRun }) => Date.parse(lastRun.endedAt)));
  figure(`${count} connectors: all refreshed, from start`, (last - began) / 1000, 's', {
    goal: 5,
    peer: 325,
    of: egeria,
  });
  await new Promise((settle) => setTimeout(settle, restMs));
  const { rssMiB } = processFacts(daemon.pid);
  figure(`${count} connectors: RSS of the daemon ${restMs / 1000} s later`, rssMiB * 1.048576, 'MB', {
    goal: 200,
    peer: 531,
    of: egeria,
  });
  const { bytes } = await call(daemon.url, '/status');
  const whole = await times(() => call(daemon.url, '/status'));
  console.log(`     the whole status has ${readable(bytes / 1e6)} MB (${egeria}: 3.3 MB)`);
  figure(`${count} connectors: whole status, p50`, percentile(whole, 0.5), 'ms', { goal: 500, peer: 500, of: egeria });
  const pages = await times(() => api(daemon.url, '/connectors?limit=100'));
  figure('status page of 100 connectors, p50', percentile(pages, 0.5), 'ms', { goal: 20 });
  figure('status page of 100 connectors, p99', percentile(pages, 0.99), 'ms', { goal: 20 });
  const refreshPath = `/integration-groups/${encodeURIComponent(groups.many)}/refresh-config`;
  const unchanged = await times(() => call(daemon.url, refreshPath));
  figure(`${count} connectors: unchanged refresh-config, longest of ${asks}`, Math.max(...unchanged) / 1000, 's', {
    goal: 0.5,
    peer: 98,
    of: egeria,
  });
}

async function slowConnectors(daemon) {
  const before = new Map((await connectorsOf(daemon.url)).map(({ connectorId, lastRun }) => [connectorId, lastRun.id]));
  const took = await timed(() => call(daemon.url, '/integration-connectors/refresh', 'POST'));
  const after = await connectorsOf(daemon.url);
  const refreshed = after.filter(({ connectorId, lastRun }) => lastRun.id !== before.get(connectorId));
  if (refreshed.length !== slowCount) throw new Error(`${refreshed.length} of ${slowCount} were refreshed by the call`);
  figure(`${slowCount} connectors of ${slowMs} ms refreshed by one call`, took / 1000, 's', {
    goal: 1,
    peer: 10.3,
    of: 'Egeria 4.3, which refreshes one after another',
  });
}

/** One of Egeria's daemon calls, as a client of 6.1 makes it. */
async function call(url, path, method = 'GET') {
  const response = await fetch(`${url}/servers/integration-daemon/open-metadata/integration-daemon${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
  });
  const text = await response.text();
  const answer = JSON.parse(text);
  if (answer.relatedHTTPCode !== 200 || answer.stillRunning !== undefined)
    throw new Error(`${method} ${path}: ${text.slice(0, 500)}`);
  return { answer, bytes: Buffer.byteLength(text) };
}

async function times(work) {
  const all = [];
  for (let round = 0; round < asks; round += 1) all.push(await timed(work));
  return all;
}

async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
