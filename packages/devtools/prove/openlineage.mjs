// OpenLineage events on their way into a real store: posted, published inside the daemon, while the store is away and the
// daemon is killed, and from a real Kafka broker that is stopped in the middle.
// Usage: node packages/devtools/prove/openlineage.mjs [--slice] [--seed=N]   (the slice is without the broker)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { kafkaBroker, whyNoBroker } from '../lab/kafka/broker.mjs';
import { inject, makeTopic } from '../lib/kafka/topic-tools.mjs';
import { nightlyEvents, shuffledWithRepeats } from '../lib/openlineage/events.mjs';
import { root, serve, temporaryFolder } from '../lib/process.mjs';
import { register } from '../lib/registration-rest.mjs';
import { isSlice, proof, seedFromArguments, until } from '../lib/report.mjs';
import { property, storeRest } from '../lib/store-rest.mjs';

const { check, skip, end } = proof('openlineage');
const seed = seedFromArguments();
const folder = temporaryFolder('openlineage');
const withinMs = 20_000;
const storePort = await freePort();
const eventPort = await freePort();
const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const storeConfig = sample('metadata-store-only.yaml', (text) => text.replace('port: 9081', `port: ${storePort}`));
const daemonConfig = sample('daemon-only.yaml', (text) => text.replace('9081', String(storePort)));
const startStore = () => serve(['--config', storeConfig, '--data-dir', join(folder, 'store')], { env });
const startDaemon = () =>
  serve(['--config', daemonConfig, '--port', '0', '--data-dir', join(folder, 'daemon')], { env });

let store = await startStore();
let daemon = await startDaemon();
let rest = storeRest(store.url, { token: 'admin-token' });
const group = await rest.create('IntegrationGroup', { qualifiedName: 'IntegrationGroup::Lineage' });
const memory = join(folder, 'memory');
await register(rest, group, 'lineage', memory, {
  provider: 'openlineage',
  configuration: { port: String(eventPort), 'isthmus.source': 'lineage' },
});
const events = nightlyEvents(400, 40, seed);
const [first, later] = [events.slice(0, 200), shuffledWithRepeats(events.slice(200), 0.2, seed)];

await posted();
await published();
await awayAndKilled();
await fromTopic();
await daemon.stop();
await store.stop();
await story();
end();

/** The example, as its readers run it. */
async function story() {
  const script = join(root, 'examples/lineage-from-a-nightly-job/night.mjs');
  const ports = [`--port=${await freePort()}`, `--event-port=${await freePort()}`];
  const child = spawn(process.execPath, [script, '--once', `--folder=${join(folder, 'night')}`, ...ports]);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'exit');
  const shown = /DataFlow +2 +CSVFile +DataFile::QuickStart\.shop:\/totals\/order_suggestions\.csv/.test(output);
  check('the story of the nightly job comes to its end', code === 0 && shown, shown ? '' : output.slice(-1500));
}

async function posted() {
  const isUp = await until(async () => (await post(first[0])) === 200, withinMs, 100);
  check('the endpoint takes events once its connector is registered', isUp === true);
  const statuses = await Promise.all(first.map(post));
  check(
    'each event is answered',
    statuses.every((status) => status === 200),
    tally(statuses),
  );
  const after = performance.now();
  const counts = await caughtUp(first);
  check(
    'jobs, runs and data are in the catalogue',
    counts.isRight,
    `${counts.text}, ${Math.round(performance.now() - after)} ms`,
  );
}

/** The daemon's own call, which Egeria's clients use. */
async function published() {
  const [event] = nightlyEvents(2, 1, seed).slice(1);
  const told = { ...event, job: { ...event.job, name: 'told to the daemon' } };
  const path = '/servers/integration-daemon/open-metadata/integration-daemon/publish-open-lineage-event';
  const response = await fetch(daemon.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer admin-token' },
    body: JSON.stringify(told),
  });
  const name = 'DeployedSoftwareComponent::lineage:airflow%3A%2F%2Fscheduler.example.org/told to the daemon';
  const found = await until(() => rest.byName('DeployedSoftwareComponent', name), withinMs, 100);
  check('what is published inside the daemon is catalogued too', response.status === 200 && found !== undefined);
}

async function awayAndKilled() {
  await store.kill();
  const half = later.length / 2;
  const before = await Promise.all(later.slice(0, half).map(post));
  await daemon.kill();
  daemon = await startDaemon();
  await until(async () => (await post(later[0])) === 200, withinMs, 100);
  const after = await Promise.all(later.slice(half).map(post));
  const statuses = [...before, ...after];
  check(
    'while the store is away each event is taken, before and after the daemon was killed',
    statuses.every((status) => status === 200),
    tally(statuses),
  );
  store = await startStore();
  rest = storeRest(store.url, { token: 'admin-token' });
  const since = performance.now();
  const counts = await caughtUp(events);
  check(
    'all of them are in the catalogue when it is back, and nothing that was there is gone',
    counts.isRight,
    `${counts.text}, ${Math.round(performance.now() - since)} ms`,
  );
  const [run] = (await rest.all('TransientEmbeddedProcess')).filter(
    (element) => property(element, 'resourceName') === events[201].run.runId,
  );
  check(
    'runs have their end',
    run !== undefined && ['COMPLETED', 'FAILED'].includes(property(run, 'activityStatus')),
    run && property(run, 'activityStatus'),
  );
}

async function fromTopic() {
  const why = isSlice ? 'not in the slice' : whyNoBroker();
  if (why !== undefined) return isSlice ? undefined : skip('events of a Kafka topic', why);
  const broker = await kafkaBroker();
  await broker.start();
  const name = (number) => `from the topic ${number}`;
  const isThere = (number) =>
    until(
      () =>
        rest.byName(
          'DeployedSoftwareComponent',
          `DeployedSoftwareComponent::topic:airflow%3A%2F%2Fscheduler.example.org/${name(number)}`,
        ),
      withinMs * 2,
      200,
    );
  const send = (number) => {
    const [, event] = nightlyEvents(2, 1, seed);
    return inject(
      broker.bootstrapServer,
      ['openlineage.events'],
      ['no event', JSON.stringify({ ...event, job: { ...event.job, name: name(number) } })],
    );
  };
  await makeTopic(broker.bootstrapServer, 'openlineage.events');
  await send(1);
  await register(rest, group, 'topic', join(folder, 'topic'), {
    provider: 'openlineage',
    configuration: { endpoint: 'false', brokers: broker.bootstrapServer, 'isthmus.source': 'topic' },
  });
  check('events of a topic are catalogued, those from before it was read too', (await isThere(1)) !== undefined);
  await broker.stop();
  await broker.start();
  await send(2);
  check('and those that come after the broker was away', (await isThere(2)) !== undefined);
  await broker.kill();
}

async function caughtUp(wanted) {
  const jobs = new Set(wanted.map(({ job }) => job.name)).size;
  const runs = new Set(wanted.map(({ run }) => run.runId)).size;
  const data = new Set(wanted.flatMap(({ inputs, outputs }) => [...inputs, ...outputs].map(({ name }) => name))).size;
  let counts;
  const isRight = await until(
    async () => {
      counts = await Promise.all(
        ['DeployedSoftwareComponent', 'TransientEmbeddedProcess', 'DataSet'].map(async (type) => {
          const elements = await rest.all(type).catch(() => []);
          const names = elements.map((element) => String(property(element, 'qualifiedName')));
          return names.filter((name) => name.includes('::lineage:') && !name.includes('/told to the daemon')).length;
        }),
      );
      return counts[0] === jobs && counts[1] === runs && counts[2] === data;
    },
    withinMs,
    100,
  );
  return { isRight: isRight === true, text: `${counts} of ${[jobs, runs, data]} jobs, runs and datasets` };
}

async function post(event) {
  try {
    const response = await fetch(`http://127.0.0.1:${eventPort}/api/v1/lineage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    return response.status;
  } catch {
    return 0;
  }
}

function tally(statuses) {
  return `${statuses.filter((status) => status === 200).length} of ${statuses.length}`;
}

function sample(name, change) {
  const path = join(folder, name);
  writeFileSync(path, change(readFileSync(join(root, 'config/samples', name), 'utf8')));
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
