// A database server catalogued by a real daemon: the first run and those in which nothing changed, against bare reading of
// the same rows of the catalogs plus the very same batches posted ready-made to our own metadata server, all in one run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure, machine, processFacts, readable } from './figures.mjs';
import { readRequests, recorderEnvironment } from './posts.mjs';
import { temporaryFolder } from './process.mjs';
import { register } from './registration-rest.mjs';
import { isSlice } from './report.mjs';
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
} from './scan-world.mjs';
import { storeRest } from './store-rest.mjs';

const unchangedRuns = 3;
const megabyte = 1e6 / 2 ** 20;

/**
 * @param {{
 *   provider: string, address: string, port: number, user: string,
 *   asks: boolean,
 *   makeTables(database: string, count: number): Promise<{ others: number, columns: number }>,
 *   drop(database: string): Promise<void>,
 *   beside?(folder: string, database: string, count: number, ours: { firstMs: number, unchangedMs: number }): void
 * }} source `asks`: most runs ask whether anything was changed before they read; `others`: things beside tables, server and
 *   database; `beside` runs somebody else's over the same
 */
export async function measureDatabases(source) {
  machine();
  const asked = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
  const sizes = isSlice ? [200] : asked.length > 0 ? asked.map(Number) : [1_000, 10_000];
  for (const count of sizes) await measure(source, count);
}

async function measure(source, count) {
  const what = `${count} tables`;
  const database = `bench_${count}`;
  const folder = temporaryFolder(`${source.provider}-${count}`);
  const made = await source.makeTables(database, count);
  const readMs = bareReading(source, database, count);
  const ours = await ourRuns(source, folder, database, count, made, readMs);
  const peerMs = readMs + (await postReadyMade(folder, `of ${what}`, ours.posts));
  figure(
    `first run over ${what} (${readable(ours.firstMs / 1000)} s, peer ${readable(peerMs / 1000)} s)`,
    count / (ours.firstMs / 1000),
    'tables/s',
    {
      goal: 0.5,
      better: 'more',
      peer: count / (peerMs / 1000),
      of: 'bare reading + raw posts',
      goalOf: 'ratio',
    },
  );
  source.beside?.(folder, database, count, ours);
  await source.drop(database);
}

/** The quickest of several, warm. @returns ms */
function bareReading(source, database, count) {
  const script = fileURLToPath(new URL(`./${source.provider}/bare-reading.mjs`, import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, String(source.port), source.user, database], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`the bare reading failed: ${stderr}`);
  const { ms, first, tables } = JSON.parse(stdout);
  if (tables !== count) throw new Error(`the bare reading found ${tables} tables, ${count} were made`);
  console.log(`     bare reading of ${count} tables: ${readable(ms)} ms, ${readable(first)} ms the first time`);
  return ms;
}

/** Metadata server and daemon as two processes. */
async function ourRuns(source, folder, database, count, made, readMs) {
  const files = {
    posts: join(folder, 'posts'),
    requests: join(folder, 'requests'),
    probe: join(folder, 'daemon-probe'),
  };
  const store = await startStore(join(folder, 'store'), recorderEnvironment({ requests: files.requests }));
  const daemon = await startDaemon(folder, store, recorderEnvironment({ posts: files.posts }, probed(files.probe)));
  const rest = storeRest(store.url, { token: tokens.ISTHMUS_TOKEN });
  const group = await rest.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::Bench' });
  const [idleMiB] = await settled([daemon]);
  const before = processFacts(daemon.pid);
  await register(rest, group, 'bench', source.address, {
    provider: source.provider,
    // where a connector asks whether anything was changed, every other run reads everything: both kinds are measured
    configuration: { user: source.user, include: `${database}/**`, 'isthmus.fullRunEvery': 2 },
  });
  const api = adminApi(daemon.url, tokens.ISTHMUS_TOKEN);
  const first = await endOfRun(api, 0);
  const after = processFacts(daemon.pid);
  // server and database beside the tables
  const things = count + made.others + 2;
  expectRun(first, { created: things });
  const firstMs = msOf(first);
  console.log(
    `     first run over ${count} tables: ${readable(firstMs / 1000)} s, ${first.counts.requests} requests; CPU of the daemon ${readable((after.cpuMs - before.cpuMs) / 1000)} s`,
  );
  const columns = await rest.post('/metadata-elements/by-search-conditions/count', {
    class: 'FindRequestBody',
    metadataElementTypeName: 'RelationalColumn',
  });
  if (columns.count !== made.columns) throw new Error(`the store holds ${columns.count} columns, not ${made.columns}`);
  sliceFigure(
    'daemon',
    `first run over ${count} tables`,
    files.probe,
    Date.parse(first.startedAt),
    Date.parse(first.endedAt),
  );
  const unchangedMs = await unchanged(source, api, count, things, files, readMs);
  figure(
    `memory of the daemon in all runs over ${count} tables, above idle`,
    (processFacts(daemon.pid).peakRssMiB - idleMiB) / megabyte,
    'MB',
    { goal: 150 },
  );
  await daemon.stop();
  await store.stop();
  return { firstMs, unchangedMs, posts: files.posts };
}

/** Runs in which nothing changed: those that read everything all the same, and those that only ask. @returns ms of the usual ones */
async function unchanged(source, api, count, things, files, readMs) {
  await quiet(api);
  const polls = await requestsOfNothing(files.requests);
  const times = { read: [], ...(source.asks ? { asked: [] } : {}) };
  const from = Date.now();
  let mostRequests = 0;
  let mostPolls = 0;
  let writes = 0;
  for (let round = 0; round < 12 && Object.values(times).some((some) => some.length < unchangedRuns); round += 1) {
    const { connectorGuid } = await connector(api);
    const { runId } = await api(`/connectors/${connectorGuid}/refresh`, { method: 'POST', body: {} });
    const run = await endOfRun(api, runId);
    const isRead = run.counts.unchanged > 0;
    expectRun(run, { created: 0, updated: 0, unchanged: isRead ? things : 0 });
    times[isRead ? 'read' : 'asked'].push(msOf(run));
    const [began, ended] = [Date.parse(run.startedAt), Date.parse(run.endedAt)];
    const served = readRequests(files.requests).filter(({ at }) => at >= began && at <= ended);
    const own = served.filter((request) => !polls.has(formOf(request)));
    mostRequests = Math.max(mostRequests, own.length);
    mostPolls = Math.max(mostPolls, served.length - own.length);
    writes += served.filter(({ url }) => url.includes('/write-batch')).length;
  }
  const kinds = { read: 'that reads everything', asked: 'that asks whether anything was' };
  for (const kind of Object.keys(times))
    figure(
      `unchanged run ${kinds[kind]}, ${count} tables (bare reading ${readable(readMs)} ms)`,
      median(times[kind]),
      'ms',
      {
        goal: 2,
        peer: readMs,
        of: 'bare reading',
        goalOf: 'ratio',
      },
    );
  const runs = Object.values(times).flat().length;
  figure(`writes of ${runs} unchanged runs over ${count} tables, counted at the server`, writes, 'writes', {
    goal: 0,
    peer: 1,
    of: 'one',
  });
  figure(
    `requests of an unchanged run over ${count} tables, counted at the server (beside ${mostPolls} polls of the daemon)`,
    mostRequests,
    'requests',
    { goal: 10 },
  );
  sliceFigure('daemon', `unchanged runs over ${count} tables`, files.probe, from, Date.now());
  return median(times.asked ?? times.read);
}

/** What the daemon asks for while nothing runs is no part of a run that it falls into. @returns forms of requests */
async function requestsOfNothing(file) {
  const from = Date.now();
  await new Promise((settle) => setTimeout(settle, isSlice ? 3_000 : 25_000));
  const forms = new Set(
    readRequests(file)
      .filter(({ at }) => at >= from)
      .map(formOf),
  );
  return forms;
}

/** What asks for the same, from whatever place on. */
function formOf({ method, url }) {
  return `${method} ${url.replace(/\b(after|waitMs)=\d+/g, (part) => (part === 'waitMs=0' ? part : part.replace(/\d+/, 'n')))}`;
}

function median(values) {
  if (values.length === 0) throw new Error('there was no such run');
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
