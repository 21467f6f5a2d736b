// A daemon and a metadata server of each release over the network: a folder is catalogued end to end, registrations are
// followed, and nothing is lost when the server restarts in the middle, comes a minute after the daemon, or refuses the token.
// Usage: prove pairs [--only=4.3|6.1] [--slice]
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustCallApi } from '../lib/admin-api.mjs';
import { adminToken, lifetimeSeconds, openPair, restOf, setPassword, user } from '../lib/pair.mjs';
import { isSlice, proof, until } from '../lib/report.mjs';

const { check, checkWithin, say, end } = proof('pairs', { isTimed: true });
const only = process.argv.find((text) => text.startsWith('--only='))?.slice(7);
const lateSeconds = isSlice ? 4 : 60;
const manyFiles = isSlice ? 60 : 300;
const reactionMs = 5_000;
const groupPollSeconds = isSlice ? 3 : 10;

/** `isPlain`: without what our server offers beyond Egeria, as a real one. */
const variants = [
  { label: '4.3', release: '4.3' },
  { label: '6.1', release: '6.1' },
  { label: '6.1 plain', release: '6.1', isPlain: true },
];
for (const variant of variants) if (only === undefined || only === variant.release) await provePair(variant);
end();

async function provePair(variant) {
  const pair = await openPair({ ...variant, groupPollSeconds });
  const { label, release } = pair;
  const { source, between } = pair;
  await cataloguesFolder(pair);
  await followsRegistration(pair);
  if (release === '6.1' && !isSlice) await tokenExpires(pair);
  // what a server offers beyond Egeria has no part in how one logs in
  if (release === '6.1' && !(isSlice && variant.isPlain)) {
    await tokenRefused(pair);
    await logInRefused(pair);
  }
  await restartInTheMiddle(pair);
  await serverComesLate(pair);
  const foreign = between.seen.filter(({ path }) => isForeign(release, path));
  check(
    `${label}: the daemon asked in the paths of its release alone`,
    foreign.length === 0,
    foreign[0]?.path ?? `${between.seen.length} requests`,
  );
  const logged = pair.daemon.output();
  check(
    `${label}: neither password nor token stands in the daemon's log`,
    !logged.includes(user.password) && !/eyJ[\w-]+\./.test(logged),
  );
  await pair.daemon.stop();
  await pair.store.stop();
  between.close();
  rmSync(source, { recursive: true, force: true });
}

/** The proof has a token of its own, and a server that came back a port of its own. */
async function renewed(pair) {
  pair.rest = await restOf(pair);
  pair.rest.keep?.(pair.connector, pair.registration);
}

async function cataloguesFolder(pair) {
  const { label, source } = pair;
  pair.connector = await pair.rest.register(pair.group, pair.name, source);
  pair.registration = pair.rest.registrationOf?.(pair.connector);
  const at = performance.now();
  const names = ['four.txt', 'one.csv', 'three.xml', 'two.json'];
  const files = await until(async () => {
    const found = await pair.rest.files();
    return found.length === 4 ? found : undefined;
  }, 30_000);
  check(
    `${label}: a folder is catalogued end to end`,
    JSON.stringify(files?.map(({ name }) => name).sort()) === JSON.stringify(names) &&
      files.every(({ name, path }) => path.endsWith(name)),
    `${files?.length} files after ${Math.round(performance.now() - at)} ms`,
  );
  const folders = await Promise.all(
    (files ?? []).map(({ guid }) =>
      until(async () => {
        const f = await pair.rest.foldersOf(guid);
        return f.length > 0 ? f : undefined;
      }, 5_000),
    ),
  );
  check(`${label}: every file lies in one folder`, folders.length === 4 && folders.every((list) => list?.length === 1));
  writeFileSync(join(source, 'added.csv'), 'id\n1\n');
  const added = performance.now();
  const there = await until(async () => (await pair.rest.files()).some(({ name }) => name === 'added.csv'), 20_000);
  check(`${label}: a file that is added follows`, there === true, `${Math.round(performance.now() - added)} ms`);
  rmSync(join(source, 'added.csv'));
  const gone = await until(async () => !(await pair.rest.files()).some(({ name }) => name === 'added.csv'), 20_000);
  check(`${label}: and one that is removed`, gone === true);
  const second = await refreshed(pair);
  check(
    `${label}: a run in which nothing changed writes nothing`,
    second.writes === 0,
    `${second.requests} requests, ${second.writes} writes`,
  );
}

async function followsRegistration(pair) {
  const { label, rest, group, connector } = pair;
  const before = await connectorRow(pair);
  await rest.rename(group, connector, 'renamed');
  pair.name = 'renamed';
  const at = performance.now();
  const row = await until(() => connectorRow(pair), 15_000);
  check(
    `${label}: a changed registration is followed`,
    row !== undefined && row.instanceId === before.instanceId,
    `${Math.round(performance.now() - at)} ms, same instance`,
  );
  const other = join(pair.folder, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'elsewhere.csv'), 'id\n1\n');
  const second = await rest.register(group, 'second', other);
  const there = await until(async () => (await rest.files()).some(({ name }) => name === 'elsewhere.csv'), 20_000);
  check(`${label}: one that is added runs`, there === true);
  await rest.deregister(group, second);
  const gone = await until(async () => (await rows(pair)).every(({ name }) => name !== 'second'), 20_000);
  check(`${label}: and one that is removed stops`, gone === true);
}

/** Its token is renewed before it ends, so that no request is ever refused. */
async function tokenExpires({ label, between }) {
  const ofStatus = (status) => between.seen.filter((entry) => entry.status === status).length;
  const logIns = () => between.seen.filter(({ path }) => path === '/api/token').length;
  const again = await until(() => logIns() > 1, 2 * lifetimeSeconds * 1000, 500);
  // The first token has ended by then.
  await new Promise((settle) => setTimeout(settle, 20_000));
  check(
    `${label}: a token that ends is renewed before that, and no request is refused`,
    again === true && ofStatus(401) === 0,
    `${logIns()} log-ins, ${ofStatus(401)} refusals`,
  );
}

async function tokenRefused(pair) {
  await renewed(pair);
  const { label, between, source } = pair;
  const logIns = () => between.seen.filter(({ path }) => path === '/api/token').length;
  const before = logIns();
  const { instanceId } = await connectorRow(pair);
  setPassword(pair.storeData, user.password);
  const former = pair.rest;
  const refused = await until(
    () =>
      former.files().then(
        () => false,
        () => true,
      ),
    20_000,
    100,
  );
  if (refused !== true) say('the token that was given out before still holds');
  writeFileSync(join(source, 'after-token.csv'), 'id\n1\n');
  const at = performance.now();
  await renewed(pair);
  const there = await until(
    async () => (await pair.rest.files()).some(({ name }) => name === 'after-token.csv'),
    20_000,
  );
  const tookMs = performance.now() - at;
  const after = await connectorRow(pair);
  await checkWithin(
    `${label}: a token that no longer holds in the middle is fetched anew and nothing is lost`,
    {
      holds: refused === true && there === true && after?.instanceId === instanceId && logIns() > before,
      tookMs,
      limitMs: reactionMs,
    },
    `${Math.round(tookMs)} ms, ${logIns() - before} more log-ins`,
  );
}

/** As when somebody changes the account and forgets the daemon: it goes on with what it has until that is put right. */
async function logInRefused(pair) {
  const { label, source, daemon } = pair;
  const { instanceId } = await connectorRow(pair);
  setPassword(pair.storeData, 'another-password');
  const problem = await until(async () => {
    const { items } = await mustCallApi(daemon.url, adminToken, '/groups');
    const said = items[0]?.conditions?.find(({ status }) => status === false)?.reason;
    return said?.code === 'STORE_NOT_AUTHORIZED' ? said : undefined;
  }, 30_000);
  const row = await connectorRow(pair);
  check(
    `${label}: a log-in that is refused is said and stops nothing`,
    problem?.next?.includes('metadataServer.password') === true && row?.instanceId === instanceId,
    problem?.message,
  );
  setPassword(pair.storeData, user.password);
  writeFileSync(join(source, 'after-log-in.csv'), 'id\n1\n');
  const there = await until(async () => {
    await renewed(pair).catch(() => undefined);
    return (await pair.rest.files().catch(() => [])).some(({ name }) => name === 'after-log-in.csv');
  }, 70_000);
  check(
    `${label}: and when the account is put right it goes on by itself`,
    there === true && (await connectorRow(pair))?.instanceId === instanceId,
  );
}

async function restartInTheMiddle(pair) {
  await renewed(pair);
  const { label, source, between } = pair;
  const { instanceId } = await connectorRow(pair);
  const known = new Map((await pair.rest.files()).map(({ path, guid }) => [path, guid]));
  for (let index = 0; index < manyFiles; index++) writeFileSync(join(source, `many-${index}.csv`), `id\n${index}\n`);
  const begun = await until(async () => (await pair.rest.files()).length > known.size + 5, 20_000, 5);
  await pair.store.kill();
  writeFileSync(join(source, 'while-away.csv'), 'id\n1\n');
  await new Promise((settle) => setTimeout(settle, isSlice ? 3_000 : 8_000));
  pair.store = await pair.startStore();
  between.target(pair.store.url);
  const at = performance.now();
  const asked = between.seen.length;
  await renewed(pair);
  const first = (await pair.rest.files()).length;
  const moved = await until(
    async () => (await pair.rest.files()).length !== first || first === known.size + manyFiles + 1,
    30_000,
    20,
  );
  const reactedMs = performance.now() - at;
  await checkWithin(
    `${label}: the daemon goes on within 5 s of the return of its server`,
    { holds: begun === true && moved === true, tookMs: reactedMs, limitMs: reactionMs },
    `${Math.round(reactedMs)} ms, of which ${msUntil(between.seen[asked], at)} ms until it asked first`,
  );
  const wanted = known.size + manyFiles + 1;
  const files = await until(
    async () => {
      const found = await pair.rest.files();
      return found.length >= wanted ? found : undefined;
    },
    120_000,
    200,
  );
  const paths = new Set(files?.map(({ path }) => path));
  if (files === undefined) {
    const row = await connectorRow(pair);
    say(`the connector: ${JSON.stringify({ state: row?.state, reason: row?.reason, lastRun: row?.lastRun })}`);
    say(`the daemon's log ends with\n${pair.daemon.output().slice(-3000)}`);
  }
  check(
    `${label}: a restart in the middle of ${manyFiles} files loses none and makes none twice`,
    files?.length === wanted && paths.size === wanted,
    `${files?.length ?? (await pair.rest.files()).length} of ${wanted}`,
  );
  check(
    `${label}: what was there before is what it was`,
    [...known].every(([path, guid]) => files?.some((file) => file.path === path && file.guid === guid)),
  );
  const whole = await until(
    async () => {
      for (const { guid } of files ?? []) if ((await pair.rest.foldersOf(guid)).length !== 1) return false;
      return files !== undefined;
    },
    30_000,
    500,
  );
  check(`${label}: none is left without its folder`, whole === true);
  check(`${label}: the connector is the same instance`, (await connectorRow(pair))?.instanceId === instanceId);
}

async function serverComesLate(pair) {
  const { label, source, between } = pair;
  await pair.daemon.stop();
  await pair.store.stop();
  pair.daemon = await pair.startDaemon('daemon-without-journal');
  writeFileSync(join(source, 'late.csv'), 'id\n1\n');
  await new Promise((settle) => setTimeout(settle, lateSeconds * 1000));
  const { metadataServer } = await mustCallApi(pair.daemon.url, adminToken, '/status');
  check(
    `${label}: without its server the daemon is ready and says what is away`,
    metadataServer.problem?.code === 'STORE_UNREACHABLE',
    metadataServer.problem?.message,
  );
  pair.store = await pair.startStore();
  between.target(pair.store.url);
  const at = performance.now();
  const asked = between.seen.length;
  const row = await until(() => connectorRow(pair), 30_000);
  const tookMs = performance.now() - at;
  await checkWithin(
    `${label}: a server that starts ${lateSeconds} s after the daemon is found within 5 s`,
    { holds: row !== undefined, tookMs, limitMs: reactionMs },
    `${Math.round(tookMs)} ms, of which ${msUntil(between.seen[asked], at)} ms until it asked first`,
  );
  pair.rest = await restOf(pair);
  const there = await until(async () => (await pair.rest.files()).some(({ name }) => name === 'late.csv'), 60_000);
  check(`${label}: and what changed meanwhile is catalogued`, there === true);
}

function msUntil(request, since) {
  return request === undefined ? 'all' : Math.round(request.at - since);
}

async function rows({ daemon }) {
  return (await mustCallApi(daemon.url, adminToken, '/connectors')).items;
}

async function connectorRow(pair) {
  return (await rows(pair)).find(({ name, instanceId }) => name === pair.name && instanceId !== undefined);
}

/** One refresh, waited for. @returns what it asked of the server */
async function refreshed(pair) {
  const { between, daemon } = pair;
  const row = await connectorRow(pair);
  await until(async () => (await connectorRow(pair)).state === 'waiting', 20_000);
  const from = between.seen.length;
  await mustCallApi(daemon.url, adminToken, `/connectors/${encodeURIComponent(row.name)}/refresh`, {
    method: 'POST',
    body: {},
  });
  await until(async () => {
    const now = await connectorRow(pair);
    return now.runCount > row.runCount && now.state === 'waiting';
  }, 30_000);
  const asked = between.seen.slice(from);
  const writes = asked.filter(
    ({ method, path }) =>
      method === 'POST' &&
      /write-batch|\/new$|\/update-properties|\/delete$|metadata-elements$|related-elements$/.test(path.split('?')[0]),
  );
  return { requests: asked.length, writes: writes.length };
}

function isForeign(release, path) {
  // These find out which release it is.
  if (path.includes('/server-platform/origin') || path.endsWith('/open-metadata-types/name/IntegrationGroup'))
    return false;
  return release === '4.3'
    ? !/framework-services\/data-manager|governance-engine|repository-services/.test(path)
    : /framework-services|governance-engine/.test(path);
}
