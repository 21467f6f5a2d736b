// Does a process answer while it works? One `isthmus serve` with the embedded metadata server, 1,000 idle connectors, one
// connector whose refresh and stop never settle, and 100,000 files (a tenth CSV of 1 kB with 10 columns, 100 a folder) that
// are being catalogued. Another process asks it at a steady rate meanwhile; a third does nothing but measure its own loop,
// which shows what the machine itself holds up. Then SIGTERM in the middle of the next cataloguing.
// Usage: node packages/devtools/bench/status.mjs [files, default 100000] [--slice] [--seed=N] [--rate=N] [--profile=folder]
// With --profile a CPU profile is written into that folder and the code of the long slices is shown.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { makeFileTree } from '../lib/file-tree.mjs';
import { byRoute, openLoop, summary } from '../lib/open-loop.mjs';
import { probeEnvironment, readProbe } from '../lib/probe.mjs';
import { serve, temporaryFolder } from '../lib/process.mjs';
import { writeProvider } from '../lib/provider-folder.mjs';
import { registerAll } from '../lib/register-many.mjs';
import { register } from '../lib/registration-rest.mjs';
import { isSlice, seedFromArguments, until } from '../lib/report.mjs';
import { explainSlices } from '../lib/slice-profile.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const goalMs = 50;
const sliceGoalMs = 15;
const stopGoalMs = 10_000;
const idleConnectors = 1000;
const fileCount = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? (isSlice ? 5000 : 100_000));
const perSecond = Number(option('rate') ?? 60);
const group = 'IntegrationGroup::Bench';
const token = 'bench-token';
const headers = { authorization: `Bearer ${token}` };

machine();
const seed = seedFromArguments();
const folder = temporaryFolder('status');
const tree = join(folder, 'tree');
console.log(`     ${JSON.stringify(makeFileTree(tree, { count: fileCount, seed }))}, ${perSecond} requests/s`);
const probeFile = join(folder, 'probe.jsonl');
const noiseFile = join(folder, 'noise.jsonl');
const daemon = await start();
// ends by itself when its input is closed
const noise = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
  env: { ...process.env, ...probeEnvironment(noiseFile), ISTHMUS_PROBE_SLICES: String(sliceGoalMs) },
});
process.on('exit', () => noise.kill());
const store = storeRest(daemon.url, { token });

const registeringSince = Date.now();
const groupGuid = await store.create('IntegrationGroup', { qualifiedName: group, displayName: 'Bench' });
await registerAll(
  daemon.url,
  token,
  group,
  Array.from({ length: idleConnectors }, (_, at) => ({ name: `idle-${at}`, provider: 'bench-idle' })),
);
await register(store, groupGuid, 'hanging', '', { provider: 'bench-hanging', interval: 60 });
const settled = await until(async () => {
  const { connectorCounts } = await api('/status');
  return connectorCounts.waiting === idleConnectors && connectorCounts.stalled === 1;
}, 60_000);
if (!settled) throw new Error(`connectors did not settle: ${JSON.stringify((await api('/status')).connectorCounts)}`);

// so short a measurement would be of code that is loaded and runs for the first time: what that holds up is told apart
if (isSlice) await catalogueLittle();
await new Promise((settle) => setTimeout(settle, 1100));
console.log(`     ${idleConnectors} connectors registered and started, one hangs:`);
const registering = slices('the process', probeFile, registeringSince, Date.now());
const routes = await routesToAsk();
await measured('nothing else to do', isSlice ? 3000 : 10_000);
await register(store, groupGuid, 'files', tree, { provider: 'files', interval: 60 });
const working = await measured(`${fileCount} files being catalogued`, async () => {
  const ended = await until(async () => (await api('/connectors/files')).lastRun, 900_000, 500);
  if (ended?.outcome !== 'succeeded') throw new Error(`the run did not succeed: ${JSON.stringify(ended)}`);
  return ended;
});
const { seen, created } = working.result.counts;
console.log(
  `     ${seen} items seen, ${created} created in ${readable(seconds(working.result))} s; now ${readable(processFacts(daemon.pid).rssMiB)} MiB`,
);
for (const route of byRoute(routes, working.answers))
  figure(`p99 of ${route.name} while cataloguing (${route.count})`, route.p99, 'ms', { goal: goalMs });
figure('p99 of all answers while cataloguing', summary(working.answers).p99, 'ms', { goal: goalMs });
figure('answers that failed or did not come', summary(working.answers).failed, 'answers', {
  goal: 0,
  peer: 1,
  of: '1',
});
figure('seconds with a slice that ran longer than 15 ms', working.ownSeconds, 'seconds', {
  goal: 0,
  peer: working.seconds,
  of: 'all',
});
figure(`longest slice while ${idleConnectors} connectors were registered and started`, registering.longestRanMs, 'ms', {
  goal: sliceGoalMs,
});
figure('longest slice by time on the core', working.longestRanMs, 'ms', { goal: sliceGoalMs });

await register(store, groupGuid, 'files-again', tree, { provider: 'files', interval: 60 });
const isMiddle = await until(
  async () => (await api('/connectors/files-again')).currentRun?.counts.seen > fileCount / 20,
  60_000,
);
if (!isMiddle) throw new Error('the second cataloguing did not begin');
const { tookMs, code } = await daemon.stop();
figure(`stop in the middle of the cataloguing (exit ${code})`, tookMs, 'ms', { goal: stopGoalMs });
noise.kill();
if (option('profile') !== undefined) explainSlices(option('profile'), [...registering.ownSlices, ...working.ownSlices]);
if (code !== 0) throw new Error(`the process ended with ${code}\n${daemon.output().slice(-2000)}`);

/** A first run of the connector that is measured later, over another folder. */
async function catalogueLittle() {
  const little = join(folder, 'little');
  makeFileTree(little, { count: 500, seed });
  await register(store, groupGuid, 'files-little', little, { provider: 'files', interval: 60 });
  const ended = await until(async () => (await api('/connectors/files-little')).lastRun, 60_000, 200);
  if (ended?.outcome !== 'succeeded') throw new Error(`the first run did not succeed: ${JSON.stringify(ended)}`);
}

async function start() {
  const providers = join(folder, 'providers');
  provider(providers, 'bench-idle', 'refresh: async () => {}');
  provider(providers, 'bench-hanging', 'refresh: () => new Promise(() => {}), stop: () => new Promise(() => {})');
  const config = join(folder, 'isthmus.yaml');
  writeFileSync(
    config,
    `accounts: [{ name: admin, role: admin, token: "\${env:ISTHMUS_TOKEN}" }]
connectors: { directories: ["${providers}"] }
servers:
  metadata-store: { kind: metadata-store }
  integration-daemon: { kind: integration-daemon, stalledAfterSeconds: 2, abandonAfterSeconds: 86400 }
`,
  );
  const env = {
    ...probeEnvironment(probeFile),
    ISTHMUS_PROBE_SLICES: String(sliceGoalMs),
    ISTHMUS_TOKEN: token,
  };
  const profile = option('profile');
  const nodeArguments =
    profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${profile}`];
  return serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env, nodeArguments });
}

function provider(providers, name, members) {
  writeProvider(
    providers,
    name,
    `export const provider = { kind: 'files', provider: '${name}', version: 1, configuration: { type: 'object', properties: {} },
  create: () => ({ ${members} }) };\n`,
  );
}

async function routesToAsk() {
  const first = await api('/connectors?limit=500');
  const path = (name, at) => ({ name, path: at });
  return [
    path('/healthz', '/healthz'),
    path('/readyz', '/readyz'),
    path('status', '/api/v1/status'),
    path('groups', '/api/v1/groups'),
    path('first page of 100 connectors', '/api/v1/connectors'),
    path('last page of 500 connectors', `/api/v1/connectors?limit=500&cursor=${first.nextCursor}`),
    path('connectors of one state', '/api/v1/connectors?state=stalled'),
    path('one connector', '/api/v1/connectors/hanging'),
    path('runs of a connector', '/api/v1/connectors/idle-500/runs'),
    path('providers', '/api/v1/providers'),
  ];
}

/** Asks while `work` goes on (milliseconds or a function). */
async function measured(what, work) {
  const since = Date.now();
  const cpuBefore = processFacts(daemon.pid).cpuMs;
  const asking = openLoop(daemon.url, routes, { perSecond, headers });
  const result = await (typeof work === 'number' ? new Promise((settle) => setTimeout(settle, work)) : work());
  const answers = await asking.stop();
  const tookMs = Date.now() - since;
  // the probe writes once a second
  await new Promise((settle) => setTimeout(settle, 1100));
  const cpuShare = (processFacts(daemon.pid).cpuMs - cpuBefore) / (tookMs + 1100);
  console.log(`     ${what}: ${readable(tookMs / 1000)} s, ${readable(cpuShare * 100)} % of a core`);
  for (const { name, count, failed, p50, p99, longest, bytes } of byRoute(routes, answers))
    console.log(
      `       ${name.padEnd(30)} ${String(count).padStart(5)} answers, ${failed} failed, p50 ${readable(p50)} ms, p99 ${readable(p99)} ms, longest ${readable(longest)} ms, ${bytes} bytes`,
    );
  const own = slices('the process', probeFile, since, since + tookMs);
  slices('a process that does nothing', noiseFile, since, since + tookMs);
  return { result, answers, ...own };
}

/** Where the time of long slices went; a slice is our doing as far as it ran on a core. */
function slices(who, file, since, end) {
  const lines = readProbe(file, since + 1000).filter(({ at }) => at <= end + 1100);
  // a line tells of the second before it; its slices are on the monotonic clock
  const beganAfter = since + Number(process.hrtime.bigint()) / 1e6 - Date.now();
  const all = readProbe(file, since)
    .filter(({ at }) => at <= end + 1100)
    .flatMap((line) => line.slices)
    .filter(({ endedAtMs, ms }) => endedAtMs - ms >= beganAfter);
  const own = all.filter(({ ranMs }) => ranMs > sliceGoalMs);
  const longest = (values, key) => values.reduce((most, value) => Math.max(most, value[key]), 0);
  const has = (key) =>
    new Set(all.filter((slice) => slice[key] > sliceGoalMs).map(({ endedAtMs }) => Math.floor(endedAtMs / 1000))).size;
  console.log(
    `       ${who}: ${lines.length} s, longest delay ${readable(longest(lines, 'longestSliceMs'))} ms; ${has('ms')} s with a slice over ${sliceGoalMs} ms (${all.length} slices, longest ${readable(longest(all, 'ms'))} ms), ${has('ranMs')} s where it ran that long (${own.length}, longest ${readable(longest(own, 'ranMs'))} ms, of it collecting garbage at most ${readable(longest(own, 'gcMs'))} ms); longest wait for a core ${readable(longest(all, 'waitedMs'))} ms, longest collection ${readable(longest(lines, 'longestGcMs'))} ms`,
  );
  return { seconds: lines.length, ownSeconds: has('ranMs'), longestRanMs: longest(all, 'ranMs'), ownSlices: own };
}

async function api(path) {
  const response = await fetch(`${daemon.url}/api/v1${path}`, { headers });
  if (response.ok) return response.json();
  if (response.status === 404) return {};
  throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

function seconds({ startedAt, endedAt }) {
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

function option(name) {
  return process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
}
