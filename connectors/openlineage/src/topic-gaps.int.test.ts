import { type RecordedRun, type RecordingHost, recordingHost } from '@isthmus/connector-testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { kafkaBroker, whyNoBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import { openLineageConnector } from './index.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { testConfiguration, testFolder } from './testing-connector.js';
import { runEvent } from './testing-graph.js';

jest.setTimeout(120_000);

const why = whyNoBroker();
if (why !== undefined) console.warn(`SKIP connectors/openlineage with a broker: ${why}`);
// where no broker can be started these are skipped aloud and counted; `npm run servers -- --install` brings one
const withBroker = why === undefined ? describe : describe.skip;

let brokers: string[] = [];
let admin: Admin;
let producer: Producer<string, string, string, string>;
if (why === undefined) {
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const broker = await kafkaBroker();
    await broker.start();
    stop = broker.stop;
    brokers = [broker.bootstrapServer];
    admin = new Admin({ clientId: 'keeper', bootstrapBrokers: brokers, retries: 20, retryDelay: 100 });
    producer = new Producer({ clientId: 'p', bootstrapBrokers: brokers, serializers: stringSerializers });
  });
  afterAll(async () => {
    await admin.close();
    await producer.close();
    await stop();
  });
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function hostOf(changes: Partial<OpenLineageConfiguration>): Promise<RecordingHost> {
  const folder = await testFolder();
  const host = recordingHost(openLineageConnector, testConfiguration(folder.path, { brokers, ...changes }), {
    source: 'src',
  });
  closers.push(
    () => host.stop(),
    async () => folder[Symbol.asyncDispose](),
  );
  await host.start();
  return host;
}

const send = (topic: string, values: readonly string[]) =>
  producer.send({ messages: values.map((value) => ({ topic, value })) });
const jobs = (topic: string, names: readonly string[]) =>
  send(
    topic,
    names.map((name, number) => JSON.stringify(runEvent(name, number + 1, 'COMPLETE', 1))),
  );

async function untilTold(host: RecordingHost, job: string) {
  const found: RecordedRun['findings'][number][] = [];
  for (const end = Date.now() + 120_000; ; ) {
    found.push(...(await host.refresh()).findings);
    if (host.elements().has(`DeployedSoftwareComponent::src:nightly/${job}`)) return found;
    if (Date.now() > end)
      throw new Error(`${job} was not told within two minutes: ${JSON.stringify(host.logs.slice(-5))}`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

withBroker('a topic of events', () => {
  it('is read on where it begins, when what comes next was removed while nobody read', async () => {
    const topic = 'aged';
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await jobs(topic, ['first']);
    const before = await hostOf({ topic, group: 'aged' });
    await untilTold(before, 'first');
    await before.stop();
    await jobs(topic, ['lost-1', 'lost-2', 'there']);
    await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 3n }] }] });
    const after = await hostOf({ topic, group: 'aged' });
    const findings = await untilTold(after, 'there');
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'EVENTS_MISSED', message: expect.stringContaining('up to 2 messages') }),
    );
  });

  it('is read from its begin, when it was deleted and made again', async () => {
    const topic = 'again';
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await jobs(topic, ['one', 'two', 'three']);
    const host = await hostOf({ topic, group: 'again' });
    await untilTold(host, 'three');
    await admin.deleteTopics({ topics: [topic] });
    await new Promise((done) => setTimeout(done, 1_500));
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
    await jobs(topic, ['new-one']);
    await untilTold(host, 'new-one');
  });

  it('is read on past messages that are no events', async () => {
    const topic = 'poisoned';
    await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
    await send(topic, ['', '{', '\u0000\u0001', '[]', 'null', '7', '{"eventTime": "never"}', 'x'.repeat(200_000)]);
    await jobs(topic, ['well']);
    const host = await hostOf({ topic, group: 'poisoned' });
    await untilTold(host, 'well');
  });
});
