// The whole story in one command: builds and starts Isthmus, tells it to listen to OpenLineage events, lets a night pass,
// and shows what is known of it. Runs until Ctrl-C; with --once it ends by itself.
// Usage: node examples/lineage-from-a-nightly-job/night.mjs [--once] [--folder=<where to work>]
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emitTo, runNight } from './nightly-job.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');
const option = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const folder = resolve(option('folder') ?? join(root, '.isthmus/lineage-from-a-nightly-job'));
const port = Number(option('port') ?? 9380);
const eventPort = Number(option('event-port') ?? 5380);
const url = `http://127.0.0.1:${port}`;
const group = 'IntegrationGroup::QuickStart';

spawnSync(process.execPath, [join(root, 'packages/devtools/up.mjs'), 'build'], { cwd: root, stdio: 'inherit' });
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cpSync(join(here, 'shop'), join(folder, 'shop'), { recursive: true });
const shop = realpathSync(join(folder, 'shop'));

// the files of the shop are catalogued by the connector of the quick start
const serving = [
  '--no-warnings',
  bin,
  'serve',
  '--folder',
  shop,
  '--port',
  String(port),
  '--data-dir',
  join(folder, 'data'),
];
const daemon = spawn(process.execPath, serving, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const ended = new Promise((settle) => daemon.on('exit', settle));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => daemon.kill(signal));
try {
  await until('Isthmus is ready', async () => (await fetch(`${url}/readyz`)).ok);
  const unify = [{ namespace: 'file', prefix: shop, element: 'DataFile::QuickStart.shop:{path}' }];
  isthmus(
    'connector',
    'add',
    group,
    '--name',
    'lineage',
    '--provider',
    'openlineage',
    '--root',
    join(folder, 'heard'),
    '--set',
    `port=${eventPort}`,
    '--set',
    `unify=${JSON.stringify(unify)}`,
  );
  await until(
    'events are taken',
    async () => (await fetch(`http://127.0.0.1:${eventPort}/api/v1/lineage`)).status === 405,
  );
  console.log('\nA night passes: two jobs read and write files and tell of it; one of them fails at first.\n');
  await runNight(shop, emitTo(`http://127.0.0.1:${eventPort}`));
  const job = 'DeployedSoftwareComponent::QuickStart.lineage:night/order-suggestions';
  await until('the night is in the catalogue', async () => /order_suggestions\.csv/.test(isthmus('show', job)), 30_000);
  tell('show', job);
  tell('show', 'DataFile::QuickStart.shop:/totals/order_suggestions.csv');
  if (process.argv.includes('--once')) daemon.kill('SIGTERM');
  else
    console.log(`\nIsthmus goes on at ${url}; look around with \`npx isthmus --url ${url} find ...\`. Ctrl-C ends it.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
  daemon.kill('SIGTERM');
}
await ended;

function tell(...args) {
  console.log(`\n$ npx isthmus ${args.join(' ')}\n${isthmus(...args)}`);
}

function isthmus(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', bin, ...args, '--url', url], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 && args[0] === 'connector') throw new Error(stderr);
  return stdout;
}

async function until(what, look, withinMs = 60_000) {
  const end = Date.now() + withinMs;
  while (!(await look().catch(() => false))) {
    if (Date.now() > end || daemon.exitCode !== null) throw new Error(`it did not come to this: ${what}`);
    await new Promise((settle) => setTimeout(settle, 200));
  }
}
