// Bad input tried and answered: each gives an error with code, cause and next step; nothing is half-applied; other
// connectors go on.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isthmus, serve, temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { proof, until } from '../lib/report.mjs';
import { property, storeRest } from '../lib/store-rest.mjs';

const { check, skip, end } = proof('bad-input');
const fillCount = 3000;
const folder = temporaryFolder('bad-input');
const source = join(folder, 'source');
mkdirSync(source);
writeFileSync(join(source, 'a.csv'), 'id,name\n1,a\n');

// before anything runs
await refused(
  'an unknown key',
  ['--config', configuration('listen: { prot: 1 }')],
  'CONFIG_UNKNOWN_KEY',
  /bad-\d+\.yaml:1: listen\.prot.*did you mean port/s,
);
await refused(
  'a wrong type',
  ['--config', configuration('listen:\n  hostNames: abc')],
  'CONFIG_INVALID_VALUE',
  /bad-\d+\.yaml:2: listen\.hostNames.*must be array/s,
);
await refused('what is no YAML', ['--config', configuration('listen: [')], 'CONFIG_UNREADABLE', /bad-\d+\.yaml:\d/);
await refused('a file that is not there', ['--config', join(folder, 'none.yaml')], 'CONFIG_UNREADABLE', /none\.yaml/);
await refused(
  'a secret that is written out',
  ['--config', configuration('accounts: [{ name: a, role: admin, token: hunter2 }]')],
  'CONFIG_INVALID_VALUE',
  /reference/,
);
await refused(
  'a secret reference to nothing',
  ['--config', configuration('accounts: [{ name: a, role: admin, token: "${env:NOT_SET_ANYWHERE}" }]')],
  'CONFIG_SECRET_UNRESOLVED',
  /NOT_SET_ANYWHERE/,
);
await refused(
  'no accounts with --config',
  ['--config', configuration('log: { level: info }')],
  'LISTEN_NEEDS_ACCOUNTS',
  /accounts/,
);
await refused('another address without accounts', ['--host', '0.0.0.0'], 'LISTEN_NEEDS_ACCOUNTS', /accounts/);
await refused('a folder that is not there', ['--folder', join(folder, 'nowhere')], 'SOURCE_UNREADABLE', /nowhere/);
await refused('an unknown flag', ['--prot', '1'], 'USAGE', /--port|unknown option/);
await refused('a port that is none', ['--port', 'many'], 'CONFIG_INVALID_VALUE', /flag --port/);

const checked = isthmus(
  undefined,
  'config',
  'check',
  '--config',
  configuration('listen:\n  port: abc\nlog: { levle: debug }'),
);
check(
  'config check names file, line, field, fault and next step of every mistake',
  checked.code === 4 &&
    /bad-\d+\.yaml:2: listen\.port: must be integer/.test(checked.stderr) &&
    /:3: log\.levle/.test(checked.stderr) &&
    /next: did you mean level/.test(checked.stderr),
  checked.stderr.trim().replaceAll('\n', ' / ').slice(0, 300),
);
const shown = isthmus(
  undefined,
  'config',
  'show',
  '--origin',
  '--config',
  configuration('accounts: [{ name: a, role: admin, token: hunter2 }]'),
);
check(
  'config show never prints a secret',
  !shown.stdout.includes('hunter2') && !shown.stderr.includes('hunter2') && shown.stdout.includes('******'),
);

const blocker = createServer();
await new Promise((settle) => blocker.listen(0, '127.0.0.1', settle));
await refused(
  'a port in use',
  ['--port', String(blocker.address().port), '--folder', source],
  'LISTEN_PORT_IN_USE',
  new RegExp(String(blocker.address().port)),
);
blocker.close();

// data directories
const data = join(folder, 'data');
let daemon = await serve(['--folder', source, '--data-dir', data, '--port', '0']);
await refused(
  'a data directory that another daemon uses',
  ['--folder', source, '--data-dir', data],
  'DATA_DIRECTORY_LOCKED',
  /data/,
  false,
);
check('and the first daemon goes on', (await fetch(`${daemon.url}/readyz`)).ok);
await daemon.stop();

for (const name of ['servers/metadata-store/store.db', 'servers/integration-daemon/daemon.db']) {
  const newer = copyOfData(`newer-${name.includes('store.db') ? 'store' : 'journal'}`);
  const database = new DatabaseSync(join(newer, name));
  database.exec('PRAGMA user_version = 9999');
  database.close();
  await refused(
    `${name} written by a newer version`,
    ['--folder', source, '--data-dir', newer],
    'DATABASE_NEWER',
    /9999/,
    false,
  );
}
const damaged = copyOfData('damaged');
for (const rest of ['-wal', '-shm']) rmSync(join(damaged, `servers/metadata-store/store.db${rest}`), { force: true });
writeFileSync(join(damaged, 'servers/metadata-store/store.db'), 'not a database at all, only text. '.repeat(300));
await refused(
  'a damaged database',
  ['--folder', source, '--data-dir', damaged],
  'DATABASE_UNREADABLE',
  /store\.db/,
  false,
);
await refused(
  'a data directory that cannot be written',
  ['--folder', source, '--data-dir', '/proc/isthmus'],
  'DATA_DIRECTORY_UNWRITABLE',
  /proc/,
);
const asFile = join(folder, 'a-file');
writeFileSync(asFile, '');
await refused(
  'a data directory that is a file',
  ['--folder', source, '--data-dir', asFile],
  'DATA_DIRECTORY_UNWRITABLE',
  /a-file/,
  false,
);
await withMount('a read-only data directory', ['-o', 'ro'], (mount) =>
  refused(
    'a read-only data directory',
    ['--folder', source, '--data-dir', join(mount, 'data')],
    'DATA_DIRECTORY_UNWRITABLE',
    /data/,
    false,
  ),
);

// registrations, while a good one runs
daemon = await serve(['--folder', source, '--data-dir', data, '--port', '0']);
const store = storeRest(daemon.url);
const connectors = async () => (await (await fetch(`${daemon.url}/api/v1/connectors`)).json()).items;
const good = await until(async () => (await connectors()).find((row) => row.state === 'waiting'), 20_000);
const group = (await store.byName('IntegrationGroup', 'IntegrationGroup::QuickStart')).elementGUID;
await shownAs(
  'an unknown provider',
  () => register(store, group, 'bad-provider', source, { provider: 'nothing' }),
  'bad-provider',
  'PROVIDER_UNKNOWN',
  /nothing/,
);
await shownAs(
  'a configuration that does not fit the schema',
  () => register(store, group, 'bad-configuration', source, { configuration: { exclud: '*.tmp' } }),
  'bad-configuration',
  'CONNECTOR_CONFIGURATION_INVALID',
  /exclud/,
);
await shownAs(
  'a cron expression that never fires',
  () => register(store, group, 'never', source, { configuration: { 'isthmus.schedule': '0 0 30 2 *' } }),
  'never',
  'SCHEDULE_NEVER_FIRES',
  /0 0 30 2/,
);
await shownAs(
  'a cron expression that is none',
  () => register(store, group, 'no-cron', source, { configuration: { 'isthmus.schedule': 'every day' } }),
  'no-cron',
  'SCHEDULE_INVALID',
  /every day/,
);
await shownAs(
  'a registration without connection',
  async () => {
    const connector = await store.create('IntegrationConnector', {
      qualifiedName: 'IntegrationConnector::bare',
      displayName: 'bare',
    });
    await store.relate('RegisteredIntegrationConnector', group, connector, { connectorName: 'bare' });
  },
  'bare',
  'REGISTRATION_WITHOUT_CONNECTION',
  /connection/,
);
await shownAs(
  'a folder that is not there',
  () => register(store, group, 'no-folder', join(folder, 'not-there')),
  'no-folder',
  undefined,
  /not-there/,
);

const total = (await store.all('IntegrationConnector')).length;
for (const [what, args, code] of [
  ['unknown provider', ['--provider', 'nothing', '--root', source], 'PROVIDER_UNKNOWN'],
  ['cron that never fires', ['--provider', 'files', '--root', source, '--cron', '0 0 30 2 *'], 'SCHEDULE_NEVER_FIRES'],
  [
    'unknown configuration key',
    ['--provider', 'files', '--root', source, '--set', 'exclud=x'],
    'CONNECTOR_CONFIGURATION_INVALID',
  ],
]) {
  const added = isthmus(daemon.url, 'connector', 'add', 'IntegrationGroup::QuickStart', '--name', 'refused', ...args);
  check(
    `CLI: ${what} is refused with code and next step`,
    added.code === 4 && added.stderr.includes(code) && /next:/i.test(added.stderr),
    added.stderr.trim().replaceAll('\n', ' / ').slice(0, 200),
  );
}
check('and nothing was half-applied', (await store.all('IntegrationConnector')).length === total);

const still = (await connectors()).find((row) => row.connectorGuid === good.connectorGuid);
check('other connectors go on', still.instanceId === good.instanceId && still.state === 'waiting');
writeFileSync(join(source, 'goes-on.txt'), 'x');
check(
  'and see changes',
  await until(
    async () => (await store.all('DataFile')).some((element) => property(element, 'fileName') === 'goes-on.txt'),
    5000,
  ),
);
await daemon.stop();

await withMount('a full disk', ['-o', 'size=64m'], fullDisk);
end();

/** The disk fills up while files are catalogued; space is made; everything is there. */
async function fullDisk(mount) {
  const running = await serve(['--folder', source, '--data-dir', join(mount, 'data'), '--port', '0']);
  const rest = storeRest(running.url);
  await until(async () => (await rest.all('DataFile')).length >= 2, 20_000);
  const ballast = join(mount, 'ballast');
  spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=64k'], { stdio: 'ignore' });
  for (let number = 0; number < fillCount; number += 1)
    writeFileSync(join(source, `fill-${number}-${'x'.repeat(100)}.txt`), 'x');
  const report = await until(
    async () =>
      (await (await fetch(`${running.url}/api/v1/connectors`)).json()).items.find((row) =>
        JSON.stringify(row).includes('STORAGE_FULL'),
      ),
    20_000,
  );
  check(
    'a full disk: the connector says STORAGE_FULL and what to do',
    report !== undefined,
    JSON.stringify(
      report?.reason ??
        report?.lastRun?.error ??
        (await (await fetch(`${running.url}/api/v1/connectors`)).json()).items?.map((row) => [row.state, row.reason]),
    ).slice(0, 250),
  );
  check('a full disk: the daemon still answers', (await fetch(`${running.url}/healthz`)).ok);
  spawnSync('rm', ['-f', ballast]);
  const complete = await until(
    async () =>
      (await rest.all('DataFile')).filter((element) => String(property(element, 'fileName')).startsWith('fill-'))
        .length === fillCount,
    90_000,
    500,
  );
  check(
    'a full disk: when there is space again everything is catalogued, by itself',
    complete === true,
    `${(await rest.all('DataFile')).length} files`,
  );
  await running.stop();
}

/** Starting ends with an error of this code and text, and nothing is left behind. */
async function refused(what, args, code, text, freshData = true) {
  const own = join(folder, `unused-${Math.random().toString(36).slice(2)}`);
  const withData = freshData && !args.includes('--data-dir') ? [...args, '--data-dir', own] : args;
  const withPort = args.includes('--port') ? withData : [...withData, '--port', '0'];
  let output = 'it started';
  let exit = 0;
  try {
    const started = await serve(withPort, { readyWithinMs: 15_000 });
    await started.kill();
  } catch (error) {
    output = error.output ?? error.message;
    exit = error.ended?.code;
  }
  check(
    `${what} is refused with code, cause and next step`,
    output.includes(code) && text.test(output) && /next: /.test(output) && exit > 0,
    output.trim().replaceAll('\n', ' / ').slice(0, 220),
  );
  if (freshData && existsSync(own))
    check(
      `${what}: no database was begun`,
      readdirSync(own, { recursive: true }).filter((name) => String(name).endsWith('store.db')).length === 0,
    );
}

/** A registration is listed, failed, with this reason. */
async function shownAs(what, act, name, code, text) {
  await act();
  const row = await until(
    async () =>
      (await connectors()).find(
        (candidate) => candidate.name === name && (candidate.reason ?? candidate.lastRun?.error) !== undefined,
      ),
    8000,
  );
  const reason = row?.reason ?? row?.lastRun?.error;
  check(
    `${what} is shown with code, cause and next step`,
    reason !== undefined &&
      (code === undefined || reason.code === code) &&
      text.test(reason.message) &&
      reason.next.length > 0,
    JSON.stringify(reason ?? (await connectors()).map((candidate) => [candidate.name, candidate.state])).slice(0, 250),
  );
}

async function withMount(what, options, work) {
  const mount = join(folder, `mount-${Math.random().toString(36).slice(2)}`);
  mkdirSync(mount);
  if (spawnSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', mount]).status !== 0)
    return skip(what, 'this machine allows no small file systems');
  try {
    await work(mount);
  } finally {
    spawnSync('umount', ['-l', mount]);
  }
}

function configuration(text) {
  const path = join(folder, `bad-${Math.floor(Math.random() * 1e9)}.yaml`);
  writeFileSync(path, `${text}\n`);
  return path;
}

function copyOfData(name) {
  const copy = join(folder, name);
  for (const file of readdirSync(data, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const relative = join(file.parentPath, file.name).slice(data.length + 1);
    mkdirSync(join(copy, relative, '..'), { recursive: true });
    copyFileSync(join(data, relative), join(copy, relative));
  }
  return copy;
}
