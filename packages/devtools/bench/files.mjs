// A large folder catalogued by a real daemon: against a bare walk of the same tree plus the very same batches posted
// ready-made to our own metadata server, all in one run. Usage:
// node packages/devtools/bench/files.mjs [files, default 100000] [--layout=folders|flat] [--slice] [--seed=N]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { makeFileTree } from '../lib/file-tree.mjs';
import { readRequests, recorderEnvironment } from '../lib/posts.mjs';
import { serve, temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { isSlice, seedFromArguments } from '../lib/report.mjs';
import {
  adminApi,
  connector,
  endOfRun,
  expectRun,
  msOf,
  postReadyMade,
  probed,
  quiet,
  settled,
  sliceFigure,
  startDaemon,
  startStore,
  tokens,
} from '../lib/scan-world.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const count = isSlice ? 5000 : Number(number ?? 100_000);
const layout = process.argv.find((argument) => argument.startsWith('--layout='))?.slice(9);
const layouts = layout === undefined ? ['folders', 'flat'] : [layout];
const unchangedRuns = 3;

machine();
const seed = seedFromArguments();
for (const name of layouts) await measure(name);

async function measure(layoutName) {
  const where = layoutName === 'flat' ? 'in one folder' : 'in folders';
  const folder = temporaryFolder(`files-${layoutName}`);
  const tree = join(folder, 'tree');
  const made = makeFileTree(tree, { count, layout: layoutName, seed });
  console.log(
    `     ${count} files ${where}: ${made.csv} CSV of 1 kB with 10 columns, the others of 20 to 400 bytes; ${made.folders} folders`,
  );
  const walkMs = bareWalk(tree, made.files + made.folders);
  const two = await twoProcesses(folder, tree, made, where, walkMs);
  const peerMs = walkMs + (await postReadyMade(folder, where, two.requests));
  firstScanFigure(`first scan of ${count} files ${where}`, two.firstMs, peerMs, made.files);
  // the short form leaves out what takes as long as the rest and differs little between the two layouts
  if (isSlice && layoutName === 'flat') return;
  const oneMs = await oneProcess(folder, tree, where);
  firstScanFigure(`first scan of ${count} files ${where}, quick start in one process`, oneMs, peerMs, made.files);
}

function firstScanFigure(name, ms, peerMs, files) {
  figure(`${name} (${readable(ms / 1000)} s, peer ${readable(peerMs / 1000)} s)`, files / (ms / 1000), 'files/s', {
    goal: 0.5,
    better: 'more',
    peer: files / (peerMs / 1000),
    of: 'bare walk + raw posts',
    goalOf: 'ratio',
  });
}

/** The quickest of several concurrencies, warm. @returns ms */
function bareWalk(tree, expected) {
  const script = fileURLToPath(new URL('../lib/bare-walk.mjs', import.meta.url));
  const attempts = [4, 32, 256, 32].map((atOnce) => {
    const { stdout, stderr } = spawnSync(process.execPath, [script, tree, String(atOnce)], { encoding: 'utf8' });
    if (stdout === '') throw new Error(`the bare walk failed: ${stderr}`);
    const { entries, ms } = JSON.parse(stdout);
    if (entries !== expected) throw new Error(`the bare walk found ${entries} entries, ${expected} were made`);
    return { atOnce, ms };
  });
  const best = attempts.reduce((one, other) => (other.ms < one.ms ? other : one));
  console.log(`     bare walk and stat: ${readable(best.ms)} ms (${best.atOnce} at once was quickest)`);
  return best.ms;
}

/** Metadata server and daemon as two processes, as in config/samples. */
async function twoProcesses(folder, tree, made, where, walkMs) {
  const files = {
    posts: join(folder, 'posts'),
    requests: join(folder, 'requests'),
    storeProbe: join(folder, 'store-probe'),
    daemonProbe: join(folder, 'daemon-probe'),
  };
  const store = await startStore(join(folder, 'store'), {
    ...recorderEnvironment({ requests: files.requests }, probed(files.storeProbe)),
  });
  const recorder = recorderEnvironment({ posts: files.posts }, probed(files.daemonProbe));
  const daemon = await startDaemon(folder, store, recorder);
  const rest = storeRest(store.url, { token: tokens.ISTHMUS_TOKEN });
  const group = await rest.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::Bench' });
  const idle = await settled([daemon, store]);
  const before = { daemon: processFacts(daemon.pid), store: processFacts(store.pid) };
  await register(rest, group, 'bench', tree);
  const api = adminApi(daemon.url, tokens.ISTHMUS_TOKEN);
  const first = await endOfRun(api, 0);
  const after = { daemon: processFacts(daemon.pid), store: processFacts(store.pid) };
  expectRun(first, { created: made.files + made.folders + 1 });
  const elements = (
    await rest.post('/metadata-elements/by-search-conditions/count', {
      class: 'FindRequestBody',
      metadataElementTypeName: 'DataFile',
    })
  ).count;
  if (elements !== undefined && elements !== made.files) throw new Error(`the store holds ${elements} files`);
  const firstMs = msOf(first);
  console.log(
    `     first scan ${where}: ${readable(firstMs / 1000)} s, ${first.counts.requests} requests; CPU of the daemon ${readable((after.daemon.cpuMs - before.daemon.cpuMs) / 1000)} s, of the server ${readable((after.store.cpuMs - before.store.cpuMs) / 1000)} s`,
  );
  figure(`memory of the daemon in the first scan ${where}, above idle`, after.daemon.peakRssMiB - idle[0], 'MiB', {
    goal: 300,
  });
  figure(`memory of the server in the first scan ${where}, above idle`, after.store.peakRssMiB - idle[1], 'MiB', {
    goal: 300,
  });
  const [firstFrom, firstTo] = [Date.parse(first.startedAt), Date.parse(first.endedAt)];
  sliceFigure('daemon', `first scan ${where}`, files.daemonProbe, firstFrom, firstTo);
  sliceFigure('server', `first scan ${where}`, files.storeProbe, firstFrom, firstTo);
  await unchanged(api, where, walkMs, files, made);
  await daemon.stop();
  await store.stop();
  return { firstMs, requests: files.posts };
}

/** Runs over a tree in which nothing changed. */
async function unchanged(api, where, walkMs, files, made) {
  await quiet(api);
  const times = [];
  let mostRequests = 0;
  let writes = 0;
  let from = 0;
  for (let round = 0; round < unchangedRuns; round += 1) {
    const { runId } = await api(`/connectors/${(await connector(api)).connectorGuid}/refresh`, {
      method: 'POST',
      body: {},
    });
    const run = await endOfRun(api, runId);
    expectRun(run, { unchanged: made.files + made.folders + 1 });
    times.push(msOf(run));
    const [began, ended] = [Date.parse(run.startedAt), Date.parse(run.endedAt)];
    from ||= began;
    const served = readRequests(files.requests).filter(({ at }) => at >= began && at <= ended);
    mostRequests = Math.max(mostRequests, served.length);
    writes += served.filter(({ url }) => url.includes('/write-batch')).length;
  }
  times.sort((one, other) => one - other);
  const median = times[Math.floor(times.length / 2)];
  figure(`unchanged scan ${where} (bare walk ${readable(walkMs)} ms)`, median, 'ms', {
    goal: 2,
    peer: walkMs,
    of: 'the bare walk',
    goalOf: 'ratio',
  });
  figure(`writes of ${unchangedRuns} unchanged scans ${where}, counted at the server`, writes, 'writes', {
    goal: 0,
    peer: 1,
    of: 'one',
  });
  figure(`requests of an unchanged scan ${where}, counted at the server`, mostRequests, 'requests', { goal: 10 });
  sliceFigure('daemon', `unchanged scans ${where}`, files.daemonProbe, from, Date.now());
}

/** `serve --folder`: daemon and metadata server in one process. @returns ms of the first run */
async function oneProcess(folder, tree, where) {
  const probe = join(folder, 'one-probe');
  const one = await serve(['--folder', tree, '--data-dir', join(folder, 'one'), '--port', '0'], {
    env: probed(probe),
  });
  const run = await endOfRun(adminApi(one.url), 0);
  const facts = processFacts(one.pid);
  console.log(
    `     quick start ${where}: ${readable(msOf(run) / 1000)} s, CPU ${readable(facts.cpuMs / 1000)} s, memory at most ${readable(facts.peakRssMiB)} MiB in all`,
  );
  sliceFigure('one process', `first scan ${where}`, probe, Date.parse(run.startedAt), Date.parse(run.endedAt));
  await one.stop();
  return msOf(run);
}
