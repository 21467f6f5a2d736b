// The whole story in one command: starts the systems of a shop and Isthmus, catalogues the ones with the other, shows where
// products come from, then lets each system grow and waits until that is known too. Runs until Ctrl-C; with --once it ends by itself.
// Usage: node examples/a-shop-in-one-catalogue/shop.mjs [--once] [--folder=<where to work>] [--port=<of Isthmus>]
import { cpSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, option, startIsthmus, storyFolder } from '../run-isthmus.mjs';

const here = dirname(fileURLToPath(import.meta.url));
build();
const { startDatabase, startEvents } = await import('./servers.mjs');
const folder = storyFolder('a-shop-in-one-catalogue');
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

const isthmus = await startIsthmus({
  folder: apis,
  dataDirectory: join(folder, 'data'),
  port: Number(option('port') ?? 9381),
});
const { tell, until, url } = isthmus;
try {
  for (const { name, provider, system } of there) {
    const place = system.address === undefined ? ['--root', apis] : ['--address', system.address];
    const settings = Object.entries(system.settings).flatMap(([key, value]) => [
      '--set',
      `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    const named = ['--name', name, '--provider', provider];
    isthmus.do('connector', 'add', 'IntegrationGroup::QuickStart', ...named, ...place, ...settings);
  }
  for (const { name, shows } of there) await until(`the ${name} are catalogued`, () => isKnown(shows));
  console.log('\nWhere do products come from? From tables, from the events of a topic, from what an API takes:');
  tell('find', 'product');
  for (const { shows } of there) tell('show', shows);
  console.log('\nThe shop takes goods back from now on: a new table, a new topic, a new API.\n');
  for (const { name, system, grows } of there) {
    await system.grow();
    const grownAt = performance.now();
    await until(`what is new of the ${name} is known`, () => isKnown(grows), { everyMs: 20 });
    console.log(`${grows} is known ${((performance.now() - grownAt) / 1000).toFixed(1)} s after it was made`);
  }
  console.log(`told of ${there.length} systems, ${systems.length - there.length} skipped`);
  if (process.argv.includes('--once')) isthmus.stop();
  else
    console.log(
      `\nIsthmus goes on at ${url}; look around with \`npx isthmus --url ${url} find ...\`. Ctrl-C ends all.`,
    );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
  isthmus.stop();
}
await isthmus.ended;
await Promise.all(there.map(({ system }) => system.stop()));
process.exit();

async function isKnown(qualifiedName) {
  return (await fetch(`${url}/api/v1/elements/by-name/${encodeURIComponent(qualifiedName)}`)).ok;
}
