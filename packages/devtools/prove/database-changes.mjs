// What is changed in a real PostgreSQL reaches the catalogue within the poll interval and a second; sessions that are ended,
// a server that stops, and rights that are taken away in the middle of runs delete nothing; a schema that was dropped is
// gone from the catalogue, and it alone. A real daemon and a real metadata server.
import { join } from 'node:path';
import { serverPrograms, startServer } from '../../../connectors/postgresql/dist/testing-server.js';
import { temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { isSlice, percentile, proof, until } from '../lib/report.mjs';
import { adminApi, connector, endOfRun, startDaemon, startStore, tokens } from '../lib/scan-world.mjs';
import { property, storeRest } from '../lib/store-rest.mjs';

const { check, checkWithin, skip, end } = proof('database-changes', { isTimed: true });
const rounds = isSlice ? 8 : 40;
const [least, most] = isSlice ? [1, 12] : [8, 40];
const pollMs = 1000;
const tableCount = 200;

const programs = serverPrograms();
if (programs === undefined)
  skip('changes of a real PostgreSQL', 'PostgreSQL is not installed; `npm run servers -- --install` brings it');
else await prove(await startServer(programs));
end();

async function prove(server) {
  const folder = temporaryFolder('database-changes');
  await server.sql('postgres', `CREATE ROLE reader LOGIN PASSWORD 'r3ader'`, 'CREATE DATABASE shop');
  await server.sql(
    'shop',
    'CREATE SCHEMA sales',
    'CREATE SCHEMA old',
    `DO $$ BEGIN FOR i IN 1..${tableCount} LOOP EXECUTE format('CREATE TABLE sales.t%s (id bigint PRIMARY KEY, note text)', i);
       EXECUTE format('CREATE TABLE old.t%s (id bigint)', i); END LOOP; END $$`,
  );
  const store = await startStore(join(folder, 'store'), {});
  const daemon = await startDaemon(folder, store, {});
  try {
    const rest = storeRest(store.url, { token: tokens.ISTHMUS_TOKEN });
    const group = await rest.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::Bench' });
    const { unique } = await register(rest, group, 'shop', `postgresql://127.0.0.1:${server.port}/shop`, {
      provider: 'postgresql',
      configuration: {
        user: 'reader',
        password: 'r3ader',
        include: 'shop/**',
        pollSeconds: pollMs / 1000,
        'isthmus.fullRunEvery': 1,
      },
    });
    const world = { server, rest, api: adminApi(daemon.url, tokens.ISTHMUS_TOKEN), unique };
    const first = await endOfRun(world.api, 0);
    check(
      'the first run catalogues the database',
      first.outcome === 'succeeded',
      `${first.counts.created} things created`,
    );
    await latencies(world);
    await faults(world);
    await drop(world);
  } finally {
    await daemon.stop();
    await store.stop();
    await server.close();
  }
}

/** One change after the other, each at another moment of the poll. */
async function latencies({ server, rest, unique }) {
  const times = [];
  const since = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((settle) => setTimeout(settle, (round * 173) % pollMs));
    const table = `t${1 + round}`;
    const [statement, type, name, isThere] = [
      [
        `CREATE TABLE sales.made_${round} (id integer)`,
        'RelationalTable',
        `made_${round}`,
        (element) => element !== undefined,
      ],
      [
        `ALTER TABLE sales.${table} ADD COLUMN more integer`,
        'RelationalColumn',
        `${table}/more`,
        (element) => element !== undefined,
      ],
      [
        `COMMENT ON TABLE sales.${table} IS 'changed'`,
        'RelationalTable',
        table,
        (element) => element !== undefined && property(element, 'description') === 'changed',
      ],
      [
        `DROP TABLE sales.made_${round - 3}`,
        'RelationalTable',
        `made_${round - 3}`,
        (element) => element === undefined,
      ],
    ][round % 4];
    await server.sql('shop', statement);
    const began = performance.now();
    const qualifiedName = `${type}::${unique}:shop/sales/${name}`;
    const isSeen = await until(async () => isThere(await rest.byName(type, qualifiedName)), 20_000, 25);
    if (isSeen !== true) return check('every change reaches the catalogue', false, `not within 20 s: ${statement}`);
    times.push(performance.now() - began);
  }
  const [median, most] = [percentile(times, 0.5), Math.max(...times)];
  await checkWithin(
    `DDL reaches the catalogue within the poll of ${pollMs} ms and a second`,
    { tookMs: percentile(times, 0.9), limitMs: pollMs + 1000, since },
    `median ${Math.round(median)} ms, nine of ten within ${Math.round(percentile(times, 0.9))} ms, longest ${Math.round(most)} ms, ${times.length} changes`,
  );
}

async function faults(world) {
  const { server } = world;
  const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'isthmus%'`;
  const attempts = [
    ['sessions that are ended', () => server.sql('postgres', endSessions), async () => undefined],
    ['a server that stops', () => server.stop(), () => server.start()],
    [
      'rights that are taken away',
      () => server.sql('postgres', 'ALTER ROLE reader NOLOGIN', endSessions),
      () => server.sql('postgres', 'ALTER ROLE reader LOGIN'),
    ],
  ];
  const before = await names(world);
  for (const [what, fail, mend] of attempts) {
    const outcomes = [];
    const isHit = () => outcomes.some((outcome) => outcome !== 'succeeded');
    for (let round = 0; round < most && (round < least || !isHit()); round += 1) {
      const runId = await refresh(world);
      await new Promise((settle) => setTimeout(settle, 20 + ((round * 37) % 150)));
      await fail();
      outcomes.push((await endOfRun(world.api, runId)).outcome);
      await mend();
    }
    check(`runs are under way with ${what}`, isHit(), outcomes.join(', '));
    const run = await until(
      async () => {
        const last = await endOfRun(world.api, await refresh(world));
        return last.outcome === 'succeeded' ? last : undefined;
      },
      60_000,
      200,
    );
    check(`the run after ${what} is right`, run !== undefined);
    const after = await names(world);
    check(
      `${what} delete nothing`,
      before.size === after.size && [...before].every((name) => after.has(name)),
      `${after.size} elements`,
    );
  }
}

async function drop(world) {
  const { server } = world;
  const before = await names(world);
  await server.sql('shop', 'DROP SCHEMA old CASCADE');
  const gone = await until(async () => (await names(world)).size < before.size, 20_000, 100);
  await endOfRun(world.api, await refresh(world));
  const after = await names(world);
  const kept = [...before].filter((name) => !name.includes(':shop/old'));
  check(
    'a dropped schema is gone with all that was in it, and nothing else',
    gone === true && kept.length === after.size && kept.every((name) => after.has(name)),
    `${before.size - after.size} elements went, ${after.size} stayed`,
  );
}

async function refresh({ api }) {
  const { connectorGuid } = await connector(api);
  return (await api(`/connectors/${connectorGuid}/refresh`, { method: 'POST', body: {} })).runId;
}

/** Qualified names of all that was catalogued. */
async function names({ rest }) {
  const elements = [...(await rest.all('RelationalTable', 1000)), ...(await rest.all('DeployedDatabaseSchema', 1000))];
  return new Set(elements.map((element) => property(element, 'qualifiedName')));
}
