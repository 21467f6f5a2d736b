// The metadata server away at start and in the middle: the daemon runs from its journal, says so, and catches up within
// one poll of the return. Two processes, as in config/samples.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root, serve, temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { proof, until } from '../lib/report.mjs';
import { property, storeRest } from '../lib/store-rest.mjs';

const { check, checkWithin, end } = proof('server-away', { isTimed: true });
const pollSeconds = 3;
/** With its tenth of jitter, and a second for what then begins. */
const onePollMs = pollSeconds * 1100 + 1000;
const folder = temporaryFolder('server-away');
const source = join(folder, 'source');
mkdirSync(source);
writeFileSync(join(source, 'first.csv'), 'id,name\n1,a\n');
const storePort = await freePort();
const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const samples = join(root, 'config/samples');
const storeConfig = write(
  'store.yaml',
  readFileSync(join(samples, 'metadata-store-only.yaml'), 'utf8').replace('port: 9081', `port: ${storePort}`),
);
const daemonConfig = write(
  'daemon.yaml',
  readFileSync(join(samples, 'daemon-only.yaml'), 'utf8')
    .replace('9081', String(storePort))
    .replace('groups: ["*"]', `groups: ["*"]\n    groupPollSeconds: ${pollSeconds}`),
);
const startStore = () => serve(['--config', storeConfig, '--data-dir', join(folder, 'store')], { env });
const startDaemon = () =>
  serve(['--config', daemonConfig, '--port', '0', '--data-dir', join(folder, 'daemon')], { env });
const authorization = { authorization: 'Bearer admin-token' };
const api = async (path) => (await fetch(`${daemon.url}/api/v1${path}`, { headers: authorization })).json();
const connectorNamed = async (name) => (await api('/connectors')).items?.find((row) => row.name === name);
const isUp = (row) =>
  row !== undefined && row.instanceId !== undefined && ['waiting', 'refreshing', 'backing-off'].includes(row.state);

// first contact: the daemon starts before its server ever was there
let daemon = await startDaemon();
const first = await until(async () => {
  const status = await api('/status');
  return status.metadataServer?.reachable === false ? status : undefined;
}, 5000);
check(
  'a daemon whose server never answered starts, is ready and says so',
  first?.metadataServer?.problem?.code === 'STORE_UNREACHABLE',
  JSON.stringify(first?.metadataServer).slice(0, 160),
);
let store = await startStore();
let rest = storeRest(store.url, { token: 'admin-token' });
const group = await rest.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::Away' });
await register(rest, group, 'kept', source);
const registeredAt = performance.now();
const isFound = await until(async () => isUp(await connectorNamed('kept')), 20_000);
await checkWithin('it finds the server and its groups within one poll', {
  holds: isFound === true,
  tookMs: performance.now() - registeredAt,
  limitMs: onePollMs,
});
await until(async () => (await connectorNamed('kept'))?.runCount === 1, 10_000);
const instance = (await connectorNamed('kept')).instanceId;

// in the middle
await store.kill();
const said = await until(
  async () => (await api('/groups')).items?.find((row) => row.state === 'from-journal'),
  pollSeconds * 3000,
);
check(
  'while the server is away the group is shown as run from the journal',
  said !== undefined,
  said && JSON.stringify(said.conditions?.find((condition) => condition.status === false)?.reason?.code),
);
const during = await connectorNamed('kept');
check('its connector goes on with the same instance', isUp(during) && during.instanceId === instance, during?.state);
writeFileSync(join(source, 'while-away.csv'), 'id\n1\n');
await new Promise((settle) => setTimeout(settle, 1500));
store = await startStore();
await caughtUp('after an outage in the middle', 'while-away.csv');
check('and the instance is still the same', (await connectorNamed('kept')).instanceId === instance);

// away at start
await daemon.stop();
await store.stop();
daemon = await startDaemon();
const offline = await until(async () => {
  const row = await connectorNamed('kept');
  return isUp(row) ? row : undefined;
}, 10_000);
check(
  'started without its server, the daemon runs its connectors from the journal',
  offline !== undefined,
  offline?.state,
);
check('and its group says so', (await api('/groups')).items?.[0]?.state === 'from-journal');
writeFileSync(join(source, 'before-start.csv'), 'id\n1\n');
store = await startStore();
await caughtUp('after a start without server', 'before-start.csv');

// a registration that was made while nobody listened
await daemon.stop();
await register(rest, group, 'later', source);
daemon = await startDaemon();
check(
  'what was registered while the daemon was away runs',
  (await until(async () => isUp(await connectorNamed('later')), 10_000)) === true,
);
await daemon.stop();
await store.stop();
end();

async function caughtUp(when, file) {
  rest = storeRest(store.url, { token: 'admin-token' });
  const started = performance.now();
  const there = await until(
    async () => (await rest.all('DataFile').catch(() => [])).some((element) => property(element, 'fileName') === file),
    30_000,
    50,
  );
  const inStep = await until(async () => (await api('/groups')).items?.every((row) => row.state === 'in-step'), 10_000);
  await checkWithin(`${when}: caught up within one poll of the return`, {
    holds: there === true && inStep === true,
    tookMs: performance.now() - started,
    limitMs: onePollMs,
  });
}

function write(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function freePort() {
  return new Promise((settle) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}
