// The whole story in one command: builds and starts Isthmus, tells it to listen to OpenLineage events, lets a night pass,
// and shows what is known of it. Runs until Ctrl-C; with --once it ends by itself.
// Usage: node examples/lineage-from-a-nightly-job/night.mjs [--once] [--folder=<where to work>] [--port=<port>]
import { cpSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, option, startIsthmus, storyFolder } from '../run-isthmus.mjs';
import { emitTo, runNight } from './nightly-job.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const eventPort = Number(option('event-port') ?? 5380);
const folder = storyFolder('lineage-from-a-nightly-job');
cpSync(join(here, 'shop'), join(folder, 'shop'), { recursive: true });
const shop = realpathSync(join(folder, 'shop'));

build();
// the files of the shop are catalogued by the connector of the quick start
const isthmus = await startIsthmus({
  folder: shop,
  dataDirectory: join(folder, 'data'),
  port: Number(option('port') ?? 9380),
});
const { until, url } = isthmus;
try {
  const unify = [{ namespace: 'file', prefix: shop, element: 'DataFile::QuickStart.shop:{path}' }];
  const settings = [`port=${eventPort}`, `unify=${JSON.stringify(unify)}`].flatMap((setting) => ['--set', setting]);
  const root = ['--root', join(folder, 'heard')];
  const named = ['--name', 'lineage', '--provider', 'openlineage'];
  isthmus.do('connector', 'add', 'IntegrationGroup::QuickStart', ...named, ...root, ...settings);
  await until(
    'events are taken',
    async () => (await fetch(`http://127.0.0.1:${eventPort}/api/v1/lineage`)).status === 405,
  );
  console.log('\nA night passes: two jobs read and write files and tell of it; one of them fails at first.\n');
  await runNight(shop, emitTo(`http://127.0.0.1:${eventPort}`));
  const job = 'DeployedSoftwareComponent::QuickStart.lineage:night/order-suggestions';
  await until('the night is in the catalogue', () => /order_suggestions\.csv/.test(isthmus.ask('show', job)));
  isthmus.tell('show', job);
  isthmus.tell('show', 'DataFile::QuickStart.shop:/totals/order_suggestions.csv');
  if (process.argv.includes('--once')) isthmus.stop();
  else
    console.log(`\nIsthmus goes on at ${url}; look around with \`npx isthmus --url ${url} find ...\`. Ctrl-C ends it.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
  isthmus.stop();
}
await isthmus.ended;
