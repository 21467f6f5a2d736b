// The whole story in one command: starts the systems of a shop and Isthmus, catalogues the ones with the other, shows where
// products come from, then lets each system grow and waits until that is known too. Runs until Ctrl-C; with --once it ends by itself.
// Usage: node examples/a-shop-in-one-catalogue/shop.mjs [--once] [--folder=<where to work>] [--port=<of Isthmus>]
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');
const option = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const folder = resolve(option('folder') ?? join(root, '.isthmus/a-shop-in-one-catalogue'));
const url = `http://127.0.0.1:${option('port') ?? 9381}`;

spawnSync(process.execPath, [join(root, 'packages/devtools/up.mjs'), 'build'], { cwd: root, stdio: 'inherit' });
const { startDatabase, startEvents } = await import('./servers.mjs');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
cpSync(join(here, 'shop'), join(folder, 'shop'), { recursive: true });
const apis = realpathSync(join(folder, 'shop/documents'));

console.log('Starting PostgreSQL, Kafka and a schema registry; the first time they are fetched.');
const [database, events] = await Promise.all([startDatabase(join(here, 'shop')), startEvents(join(here, 'shop'))]);
const documents = {
  settings: { pollSeconds: 1 },
  async grow() {
    const text = readFileSync(join(apis, 'orders.yaml'), 'utf8');
    writeFileSync(
      join(apis, 'returns.yaml'),
      text.replace('Orders of the web shop', 'Returned orders').replaceAll('/orders', '/returns'),
    );
  },
  stop: async () => undefined,
};
const systems = [
  {
    name: 'database',
    provider: 'postgresql',
    system: database,
    shows: 'RelationalTable::QuickStart.database:shop/sales/order_line',
    grows: 'RelationalTable::QuickStart.database:shop/sales/returned_order',
  },
  {
    name: 'events',
    provider: 'kafka',
    system: events,
    shows: 'EventType::QuickStart.events:shop/orders/orders-value',
    grows: 'Topic::QuickStart.events:shop/returned-orders',
  },
  {
    name: 'apis',
    provider: 'openapi',
    system: documents,
    shows: 'DeployedAPI::QuickStart.apis:orders.yaml',
    grows: 'DeployedAPI::QuickStart.apis:returns.yaml',
  },
];
for (const { name, system } of systems) if (system.why !== undefined) console.log(`SKIP ${name}: ${system.why}`);
const there = systems.filter(({ system }) => system.why === undefined);

const serving = ['serve', '--folder', apis, '--port', new URL(url).port, '--data-dir', join(folder, 'data')];
const daemon = spawn(process.execPath, ['--no-warnings', bin, ...serving], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise((settle) => daemon.on('exit', settle));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => daemon.kill(signal));
try {
  await until('Isthmus is ready', async () => (await fetch(`${url}/readyz`)).ok);
  for (const { name, provider, system } of there) {
    const place = system.address === undefined ? ['--root', apis] : ['--address', system.address];
    const settings = Object.entries(system.settings).flatMap(([key, value]) => [
      '--set',
      `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    isthmus(
      'connector',
      'add',
      'IntegrationGroup::QuickStart',
      '--name',
      name,
      '--provider',
      provider,
      ...place,
      ...settings,
    );
  }
  for (const { name, shows } of there) await until(`the ${name} are catalogued`, () => isKnown(shows));
  console.log('\nWhere do products come from? From tables, from the events of a topic, from what an API takes:');
  tell('find', 'product');
  for (const { shows } of there) tell('show', shows);
  console.log('\nThe shop takes goods back from now on: a new table, a new topic, a new API.\n');
  for (const { name, system, grows } of there) {
    await system.grow();
    const grownAt = performance.now();
    await until(`what is new of the ${name} is known`, () => isKnown(grows), 20);
    console.log(`${grows} is known ${((performance.now() - grownAt) / 1000).toFixed(1)} s after it was made`);
  }
  console.log(`told of ${there.length} systems, ${systems.length - there.length} skipped`);
  if (process.argv.includes('--once')) daemon.kill('SIGTERM');
  else
    console.log(
      `\nIsthmus goes on at ${url}; look around with \`npx isthmus --url ${url} find ...\`. Ctrl-C ends all.`,
    );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
  daemon.kill('SIGTERM');
}
await ended;
await Promise.all(there.map(({ system }) => system.stop()));
process.exit();

function tell(...args) {
  console.log(`\n$ npx isthmus ${args.join(' ')}\n${isthmus(...args)}`);
}

async function isKnown(qualifiedName) {
  return (await fetch(`${url}/api/v1/elements/by-name/${encodeURIComponent(qualifiedName)}`)).ok;
}

function isthmus(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', bin, ...args, '--url', url], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0 && args[0] === 'connector') throw new Error(stderr);
  return stdout;
}

async function until(what, look, everyMs = 200) {
  const end = Date.now() + 60_000;
  while (!(await look().catch(() => false))) {
    if (Date.now() > end || daemon.exitCode !== null) throw new Error(`it did not come to this: ${what}`);
    await new Promise((settle) => setTimeout(settle, everyMs));
  }
}
