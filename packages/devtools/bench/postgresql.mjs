// The databases of a PostgreSQL server catalogued by a real daemon: the first run and one in which nothing changed, against
// bare reading of the same rows of the catalogs plus the very same batches posted ready-made to our own metadata server, all
// in one run; beside it DataHub's source of the same database. Usage:
// node packages/devtools/bench/postgresql.mjs [tables...] [--slice]
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverPrograms, startServer } from '../../../connectors/postgresql/dist/testing-server.js';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { datahubProgram, datahubRun } from '../lib/postgresql/datahub.mjs';
import { makeTables } from '../lib/postgresql/tables.mjs';
import { readRequests, recorderEnvironment } from '../lib/posts.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { isSlice } from '../lib/report.mjs';
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

const asked = process.argv.slice(2).filter((argument) => /^\d+$/.test(argument));
const sizes = isSlice ? [200] : asked.length > 0 ? asked.map(Number) : [1_000, 10_000];
const unchangedRuns = 3;
/** It takes a minute for so many. */
const mostBesideDatahub = 1_000;
const megabyte = 1e6 / 2 ** 20;

machine();
const programs = serverPrograms();
if (programs === undefined)
  console.log('SKIP bench postgresql: PostgreSQL is not installed; `npm run servers -- --install` brings it');
else {
  const server = await startServer(programs);
  try {
    for (const count of sizes) await measure(server, count);
  } finally {
    await server.close();
  }
}

async function measure(server, count) {
  const what = `${count} tables`;
  const database = `bench_${count}`;
  const folder = temporaryFolder(`postgresql-${count}`);
  const made = await makeTables(server, database, count);
  const readMs = bareReading(server, database, count);
  const ours = await ourRuns(server, folder, database, count, made, readMs);
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
  if (!isSlice && count <= mostBesideDatahub) besideDatahub(server, folder, database, count, ours);
  await server.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
}

/** The quickest of several, warm. @returns ms */
function bareReading(server, database, count) {
  const script = fileURLToPath(new URL('../lib/postgresql/bare-reading.mjs', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [script, String(server.port), server.superuser, database], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`the bare reading failed: ${stderr}`);
  const { ms, first, tables } = JSON.parse(stdout);
  if (tables !== count) throw new Error(`the bare reading found ${tables} tables, ${count} were made`);
  console.log(`     bare reading of ${count} tables: ${readable(ms)} ms, ${readable(first)} ms the first time`);
  return ms;
}

/** Metadata server and daemon as two processes. */
async function ourRuns(server, folder, database, count, made, readMs) {
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
  await register(rest, group, 'bench', `postgresql://127.0.0.1:${server.port}/postgres`, {
    provider: 'postgresql',
    // every other run reads everything, so that both kinds are measured
    configuration: { user: server.superuser, include: `${database}/**`, 'isthmus.fullRunEvery': 2 },
  });
  const api = adminApi(daemon.url, tokens.ISTHMUS_TOKEN);
  const first = await endOfRun(api, 0);
  const after = processFacts(daemon.pid);
  // server, database and schemas beside the tables
  const things = count + made.schemas + 2;
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
  const unchangedMs = await unchanged(api, count, things, files, readMs);
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

/** Runs in which nothing changed: those that read everything all the same, and those that ask whether anything was. @returns ms of the latter */
async function unchanged(api, count, things, files, readMs) {
  await quiet(api);
  const times = { read: [], asked: [] };
  let mostRequests = 0;
  let writes = 0;
  for (let round = 0; round < 12 && Math.min(times.read.length, times.asked.length) < unchangedRuns; round += 1) {
    const { connectorGuid } = await connector(api);
    const { runId } = await api(`/connectors/${connectorGuid}/refresh`, { method: 'POST', body: {} });
    const run = await endOfRun(api, runId);
    const isRead = run.counts.unchanged > 0;
    expectRun(run, { created: 0, updated: 0, unchanged: isRead ? things : 0 });
    times[isRead ? 'read' : 'asked'].push(msOf(run));
    const [began, ended] = [Date.parse(run.startedAt), Date.parse(run.endedAt)];
    const served = readRequests(files.requests).filter(({ at }) => at >= began && at <= ended);
    mostRequests = Math.max(mostRequests, served.length);
    writes += served.filter(({ url }) => url.includes('/write-batch')).length;
  }
  for (const [kind, how] of [
    ['read', 'that reads everything'],
    ['asked', 'that asks whether anything was'],
  ])
    figure(`unchanged run ${how}, ${count} tables (bare reading ${readable(readMs)} ms)`, median(times[kind]), 'ms', {
      goal: 2,
      peer: readMs,
      of: 'bare reading',
      goalOf: 'ratio',
    });
  const runs = times.read.length + times.asked.length;
  figure(`writes of ${runs} unchanged runs over ${count} tables, counted at the server`, writes, 'writes', {
    goal: 0,
    peer: 1,
    of: 'one',
  });
  figure(`requests of an unchanged run over ${count} tables, counted at the server`, mostRequests, 'requests', {
    goal: 10,
  });
  return median(times.asked);
}

function median(values) {
  if (values.length === 0) throw new Error('there was no such run');
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function besideDatahub(server, folder, database, count, { firstMs, unchangedMs }) {
  const program = datahubProgram();
  if (program === undefined) return;
  const { seconds, tables } = datahubRun(program, folder, { port: server.port, user: server.superuser, database });
  console.log(`     DataHub over ${count} tables: ${readable(seconds)} s, ${tables} datasets in its file`);
  const peer = { peer: seconds * 1000, of: "DataHub's time", goalOf: 'ratio' };
  figure(`first run over ${count} tables, beside DataHub`, firstMs, 'ms', { goal: 0.1, ...peer });
  figure(`unchanged run over ${count} tables, beside DataHub`, unchangedMs, 'ms', { goal: 0.025, ...peer });
}
