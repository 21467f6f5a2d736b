// A daemon and a metadata server of one release as two processes, with a relay between them, a folder to catalogue, and a
// user by whose password the daemon logs in.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { egeria4Rest } from './egeria4-rest.mjs';
import { egeria6Rest } from './egeria6-rest.mjs';
import { root, serve, temporaryFolder } from './process.mjs';
import { relay } from './relay.mjs';

export const user = { userId: 'garygeeke', password: 'secret-of-the-proof' };
export const adminToken = 'admin-token';
const accounts = [{ name: 'admin', role: 'admin', token: '${env:ISTHMUS_PROOF_TOKEN}' }];
/** Of a token: long enough for one part of the proof; a whole run takes longer. */
export const lifetimeSeconds = 90;

export async function openPair({ label, release, isPlain = false, groupPollSeconds }) {
  const folder = temporaryFolder(`pairs-${label.replace(' ', '-')}`);
  const source = join(folder, 'landing');
  mkdirSync(join(source, 'deep'), { recursive: true });
  for (const name of ['one.csv', 'two.json', 'three.xml', 'deep/four.txt'])
    writeFileSync(join(source, name), `${name}\n1\n`);
  const between = await relay({ hidden: isPlain ? /\/isthmus\// : undefined });
  const storeData = join(folder, 'store');
  mkdirSync(storeData);
  const storeConfig = storeConfigIn(folder, release);
  addUser(storeData);
  const daemonConfig = daemonConfigIn(folder, release, between.url, groupPollSeconds);
  const env = { ISTHMUS_PROOF_TOKEN: adminToken, ISTHMUS_PROOF_PASSWORD: user.password };
  const startStore = () => serve(['--config', storeConfig, '--data-dir', storeData, '--port', '0'], { env });
  const startDaemon = (data) =>
    serve(['--config', daemonConfig, '--data-dir', join(folder, data), '--port', '0'], { env });
  const store = await startStore();
  between.target(store.url);
  const pair = {
    label,
    release,
    folder,
    source,
    between,
    storeData,
    startStore,
    startDaemon,
    store,
    daemon: undefined,
    rest: undefined,
    group: undefined,
    connector: undefined,
    name: 'landing',
  };
  pair.rest = await restOf(pair);
  pair.group = await pair.rest.makeGroup('proof:group');
  pair.daemon = await startDaemon('daemon');
  return pair;
}

function storeConfigIn(folder, release) {
  return written(join(folder, 'store.yaml'), {
    egeria: { release, ...(release === '4.3' && { userIdInPath: true }) },
    identity: { tokenLifetimeMinutes: lifetimeSeconds / 60 },
    accounts,
    servers: { 'metadata-store': { kind: 'metadata-store' } },
  });
}

function daemonConfigIn(folder, release, url, groupPollSeconds) {
  const metadataServer = {
    name: 'metadata-store',
    url,
    userId: user.userId,
    ...(release === '6.1' && { password: '${env:ISTHMUS_PROOF_PASSWORD}' }),
  };
  return written(join(folder, 'daemon.yaml'), {
    accounts,
    servers: {
      'integration-daemon': { kind: 'integration-daemon', metadataServer, groups: ['proof:group'], groupPollSeconds },
    },
  });
}

function written(path, configuration) {
  writeFileSync(path, JSON.stringify(configuration));
  return path;
}

export async function restOf({ release, store }) {
  return release === '4.3' ? egeria4Rest(store.url) : await egeria6Rest(store.url, user);
}

function addUser(data) {
  userCommand(data, ['add', user.userId, '--role', 'operator'], user.password);
}

/** Also the same again: tokens given out before no longer hold. */
export function setPassword(data, password) {
  userCommand(data, ['set-password', user.userId], password);
}

function userCommand(data, args, password) {
  const bin = join(root, 'packages/daemon/bin/isthmus.mjs');
  const done = spawnSync(process.execPath, ['--no-warnings', bin, 'user', ...args, '--data-dir', data], {
    encoding: 'utf8',
    input: `${password}\n`,
    cwd: data,
  });
  if (done.status !== 0) throw new Error(`isthmus user ${args[0]}: ${done.stderr}`);
}
