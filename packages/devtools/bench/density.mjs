// How many connectors one daemon holds, and how fast it is up. The metadata server is a process of its own, so that the
// daemon alone is measured; connectors are of a provider in a folder of the user's. Usage:
//   node packages/devtools/bench/density.mjs [idle connectors, default 10000] [--slice]
//   [--only=start|idle] [--provider=noop|light, of those that are started; default both, of a slice noop]
import { readdirSync, readFileSync } from 'node:fs';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { startPeer } from '../lib/import-peer.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { writeProvider } from '../lib/provider-folder.mjs';
import { registerAll } from '../lib/register-many.mjs';
import { isSlice, percentile, until } from '../lib/report.mjs';
import {
  adminToken,
  api,
  connectorsOf,
  journalOf,
  startDaemon,
  startStore,
  untilInState,
} from '../lib/two-processes.mjs';

const size = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
const provided = process.argv.find((argument) => argument.startsWith('--provider='))?.slice(11);
const idleCount = isSlice ? 300 : Number(size ?? 10_000);
const startCount = isSlice ? 200 : 1_000;
const rounds = isSlice ? 2 : 7;
const idleSeconds = isSlice ? 5 : 60;
/** V8 collects three times when a process comes to rest, the last time up to two minutes after the one before. */
const returnMinutes = isSlice ? 1 : 3;
const restSeconds = isSlice ? 1 : 15;
const day = 24 * 60;

const say = (line) => console.log(`     ${line}`);
const pause = (ms) => new Promise((settle) => setTimeout(settle, ms));
const median = (values) => percentile(values, 0.5);

// `noop` does what Egeria's was measured with: nothing. `light` lists a folder with two files.
const code = `
export const provider = {
  kind: 'files', provider: '%name%', version: 1,
  configuration: { type: 'object', properties: { label: { type: 'string', default: 'none' } } },
  create: (context) => ({
    start: async () => {},
    refresh: async (run) => {%refresh%},
    stop: async () => {},
  }),
};
`;
const light = `
  const root = run.scope('root');
  await root.folder({ key: '/', path: '/', name: 'light', pathName: '/light', folder: undefined, opens: 'folder:/' });
  await root.complete();
  const folder = run.scope('folder:/');
  for (const name of ['a.txt', 'b.txt'])
    if (!(await folder.keep(name, '1')))
      await folder.file({ key: name, sourceVersion: '1', path: '/' + name, name, pathName: '/light/' + name, folder: '/', typeName: 'DataFile', sizeInBytes: 1 });
  await folder.complete();
`;

machine();
say('metadata server and daemon are two processes; figures are of the daemon');
const providers = temporaryFolder('density-providers');
writeProvider(providers, 'noop', code.replace('%name%', 'noop').replace('%refresh%', ''));
writeProvider(providers, 'light', code.replace('%name%', 'light').replace('%refresh%', light));
if (only !== 'idle') await starts();
if (only !== 'start') await idle();

function connectors(count, provider, minutes) {
  return Array.from({ length: count }, (_, index) => ({
    name: `${provider}-${String(index).padStart(5, '0')}`,
    provider,
    minutes,
    address: `/somewhere/${index}`,
    configuration: { label: `number ${index}` },
  }));
}

async function starts() {
  const usual = isSlice ? ['noop'] : ['noop', 'light'];
  for (const provider of provided === undefined ? usual : [provided]) await refreshes(provider);
}

/** All refreshed after a first start, and after a restart that finds the accepted list in its journal. */
async function refreshes(provider) {
  const folder = temporaryFolder('density');
  const store = await startStore(folder);
  const tookMs = await registerAll(
    store.url,
    adminToken,
    'IntegrationGroup::Density',
    connectors(startCount, provider, day),
  );
  say(`${startCount} ${provider} connectors registered in ${readable(tookMs / 1000)} s`);
  const options = { folder, storeUrl: store.url, providers: [providers] };
  for (const what of ['first start', 'restart']) {
    const began = Date.now();
    const daemon = await startDaemon(options);
    const readyAt = began + daemon.readyAfterMs;
    await refreshed(daemon, what, began, readyAt, provider);
    await daemon.stop();
  }
  if (provider === 'noop') await againstPeer(options);
  await store.stop();
}

async function refreshed(daemon, what, began, readyAt, provider) {
  const name = `${startCount} ${provider} connectors, ${what}`;
  const all = await allRefreshed(daemon, startCount, isSlice ? 20_000 : 120_000);
  if (all === undefined) {
    figure(`${name}: all refreshed, from start`, Number.POSITIVE_INFINITY, 's', { goal: 5 });
    return;
  }
  const { cpuMs } = processFacts(daemon.pid);
  const failed = all.filter((row) => row.lastRun.outcome !== 'succeeded').length;
  if (failed > 0) say(`${failed} of ${startCount} first runs did not succeed`);
  const last = Math.max(...all.map((row) => Date.parse(row.lastRun.endedAt)));
  figure(`${name}: all refreshed, from start`, (last - began) / 1000, 's', { goal: 5, peer: 325, of: 'Egeria 4.3' });
  figure(`${name}: all refreshed, from ready`, (last - readyAt) / 1000, 's', { goal: 5 });
  say(`the daemon took ${readable(cpuMs)} ms of CPU time until then`);
  await pause(restSeconds * 1000);
  const { rssMiB, peakRssMiB } = processFacts(daemon.pid);
  figure(`${name}: RSS ${restSeconds} s later`, megabytes(rssMiB), 'MB', { goal: 200, peer: 531, of: 'Egeria 4.3' });
  say(`peak RSS ${readable(megabytes(peakRssMiB))} MB (Egeria 4.3: 1025 MB)`);
}

/**
 * Waits by reading the daemon's log, which costs it nothing, then asks once. @returns every connector with its last run;
 * undefined when that did not come in time
 */
async function allRefreshed(daemon, count, withinMs) {
  const isLogged = () => (daemon.output().match(/"message":"run ended"/g) ?? []).length >= count;
  if ((await until(isLogged, withinMs, count > 2000 ? 1000 : 50)) === undefined) return undefined;
  // the last run is told a moment before it shows
  return until(
    async () => {
      const rows = await connectorsOf(daemon.url);
      return rows.length === count && rows.every((row) => row.lastRun?.endedAt !== undefined) && rows;
    },
    10_000,
    500,
  );
}

function megabytes(mebibytes) {
  return mebibytes * 1.048576;
}

/** Start to ready against a Node that imports the same third-party modules and reads the same accepted list. */
async function againstPeer(options) {
  const journal = journalOf(options.folder);
  const peer = await startPeer(options);
  say(`the peer imports ${peer.direct} third-party modules (${peer.total} with what they load) and reads the list`);
  const ready = [];
  const readyCpu = [];
  const started = [];
  const peers = [];
  const peersCpu = [];
  for (let round = 0; round < rounds; round += 1) {
    const { tookMs, cpuMs } = peer.run(journal);
    peers.push(tookMs);
    peersCpu.push(cpuMs);
    const began = performance.now();
    const daemon = await startDaemon(options);
    readyCpu.push(processFacts(daemon.pid).cpuMs);
    ready.push(daemon.readyAfterMs);
    if (await untilInState(daemon.url, startCount, ['waiting', 'refreshing'], 60_000, 10))
      started.push(performance.now() - began);
    await daemon.stop();
  }
  const of = `Node with the same modules and list (${readable(median(peers))} ms)`;
  say(`ready after ${ready.map(readable).join(', ')} ms; peer ${peers.map(readable).join(', ')} ms`);
  figure(`start to ready with ${startCount} connectors, median of ${rounds}`, median(ready), 'ms', {
    goal: 2,
    goalOf: 'ratio',
    peer: median(peers),
    of,
  });
  // the clock on the wall tells of a busy machine, CPU time hardly does
  const cpu = `the peer's (${readable(median(peersCpu))} ms)`;
  figure('the same in CPU time', median(readyCpu), 'ms', { goal: 2, goalOf: 'ratio', peer: median(peersCpu), of: cpu });
  say(`all ${startCount} instances started after ${readable(median(started))} ms`);
}

async function idle() {
  const folder = temporaryFolder('density-idle');
  const store = await startStore(folder);
  const tookMs = await registerAll(store.url, adminToken, 'IntegrationGroup::Idle', connectors(idleCount, 'noop', day));
  say(`${idleCount} connectors registered over REST in ${readable(tookMs / 1000)} s`);
  const began = performance.now();
  const daemon = await startDaemon({ folder, storeUrl: store.url, providers: [providers] });
  say(`ready after ${readable(daemon.readyAfterMs)} ms`);
  const all = await allRefreshed(daemon, idleCount, isSlice ? 30_000 : 240_000);
  if (all === undefined)
    say(`not all were refreshed: ${JSON.stringify((await api(daemon.url, '/status')).body.connectorCounts)}`);
  say(`all ${idleCount} started and refreshed once after ${readable((performance.now() - began) / 1000)} s`);
  await pause(isSlice ? 2000 : 20_000);
  for (let minute = 1; minute <= returnMinutes; minute += 1) {
    const { seconds, cpuPercent, mainPercent } = await watched(daemon.pid);
    say(
      `while V8 gives back the memory of the start, ${readable(seconds)} s: CPU ${readable(cpuPercent)} % of a core, ${readable(mainPercent)} of it the main thread`,
    );
  }
  const { before, after, seconds, cpuPercent, mainPercent } = await watched(daemon.pid);
  say(
    `idle for ${readable(seconds)} s; threads ${after.threads}, peak RSS ${readable(megabytes(after.peakRssMiB))} MB; main thread ${readable(mainPercent)} % of a core`,
  );
  const name = `${idleCount} idle connectors`;
  figure(`${name}: RSS`, megabytes(after.rssMiB), 'MB', { goal: 1000 });
  figure(`${name}: CPU`, cpuPercent, '% of a core', { goal: 2 });
  figure(`${name}: wake-ups, all threads`, (after.allWakeUps - before.allWakeUps) / seconds, '/s', { goal: 20 });
  for (const [thread, wakeUps] of byThread(before, after, seconds)) say(`  ${thread}: ${readable(wakeUps)} /s`);
  await daemon.stop();
  await store.stop();
}

async function watched(pid) {
  const before = look(pid);
  await pause(idleSeconds * 1000);
  const after = look(pid);
  const seconds = (after.at - before.at) / 1000;
  const percent = (name) => (after[name] - before[name]) / seconds / 10;
  return { before, after, seconds, cpuPercent: percent('cpuMs'), mainPercent: percent('mainCpuMs') };
}

/** Facts of the process with the wake-ups of each of its threads. */
function look(pid) {
  const wakes = new Map();
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8');
    wakes.set(
      `${/^Name:\s+(.*)$/m.exec(status)[1]} ${task}`,
      Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]),
    );
  }
  const allWakeUps = [...wakes.values()].reduce((sum, value) => sum + value, 0);
  // nanoseconds on a core: the ticks of ten milliseconds of a thread that hardly works are too coarse
  const mainCpuMs = Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  return { ...processFacts(pid), mainCpuMs, at: performance.now(), wakes, allWakeUps, threads: wakes.size };
}

function byThread(before, after, seconds) {
  return [...after.wakes]
    .map(([thread, value]) => [thread, (value - (before.wakes.get(thread) ?? 0)) / seconds])
    .filter(([, value]) => value > 0.1)
    .sort(([, one], [, other]) => other - one);
}
