import { type RecordingHost, recordingHost } from '@isthmus/connector-testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { freePort, kafkaBroker, whyNoBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import { openLineageConnector } from './index.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { testConfiguration, testFolder } from './testing-connector.js';

const why = whyNoBroker();
if (why !== undefined) console.warn(`SKIP connectors/openlineage with a broker: ${why}`);
// where no broker can be started these are skipped aloud and counted; `npm run servers -- --install` brings one
const withBroker = why === undefined ? describe : describe.skip;

const user = { brokerUser: 'reader', brokerPassword: 'r3ader-secret' } as const;
/** May see the topic, and the group `night` alone. */
const narrow = { brokerUser: 'narrow', brokerPassword: 'n4rrow-secret', brokerMechanism: 'PLAIN' } as const;
const listener = 'listener.name.guarded';
const modules = 'org.apache.kafka.common.security';

let open: string;
let guarded: string;
let stop: (() => Promise<void>) | undefined;
if (why === undefined) {
  beforeAll(async () => {
    const port = await freePort();
    const broker = await kafkaBroker(undefined, {
      listeners: { GUARDED: { protocol: 'SASL_PLAINTEXT', port } },
      // PLAIN is taken by one that has no SCRAM-SHA-512
      settings: {
        [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256',
        [`${listener}.plain.sasl.jaas.config`]: `${modules}.plain.PlainLoginModule required user_reader="${user.brokerPassword}" user_narrow="${narrow.brokerPassword}";`,
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS;User:reader',
        [`${listener}.scram-sha-256.sasl.jaas.config`]: `${modules}.scram.ScramLoginModule required;`,
      },
      scramUsers: { [user.brokerUser]: user.brokerPassword },
    });
    await broker.start();
    stop = broker.stop;
    [open, guarded] = [broker.bootstrapServer, `127.0.0.1:${port}`];
    const admin = new Admin({ clientId: 'keeper', bootstrapBrokers: [open], retries: 20, retryDelay: 100 });
    await admin.createTopics({ topics: ['openlineage.events', 'seen'], partitions: 1, replicas: 1 });
    const literalRead = { resourcePatternType: 3, operation: 3, permissionType: 3 } as const;
    const may = { ...literalRead, principal: 'User:narrow', host: '*' };
    await admin.createAcls({
      creations: [
        { ...may, resourceType: 2, resourceName: 'openlineage.events' },
        { ...may, resourceType: 3, resourceName: 'night' },
        { ...may, operation: 8, resourceType: 2, resourceName: 'seen' },
        { ...may, operation: 8, resourceType: 3, resourceName: 'seen' },
      ],
    });
    await admin.close();
  });
  afterAll(() => stop?.());
}

const hosts: RecordingHost[] = [];
const folders: AsyncDisposable[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  for (const folder of folders.splice(0)) await folder[Symbol.asyncDispose]();
});

async function hostOf(changes: Partial<OpenLineageConfiguration>): Promise<RecordingHost> {
  const folder = await testFolder();
  const configuration = testConfiguration(folder.path, { brokers: [guarded], ...user, ...changes });
  const host = recordingHost(openLineageConnector, configuration, { source: 'src' });
  folders.push(folder);
  hosts.push(host);
  return host;
}

async function failedStep(changes: Partial<OpenLineageConfiguration>): Promise<string> {
  const host = await hostOf(changes);
  const step = (await host.connector.probe?.(AbortSignal.timeout(60_000)))?.find(({ ok }) => !ok);
  return step === undefined ? 'well' : `${step.name}: ${step.message}`;
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 120_000; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('it did not come about within 30 s');
    await new Promise((done) => setTimeout(done, 200));
  }
}

const event = {
  eventTime: '2026-01-01T00:00:00Z',
  eventType: 'COMPLETE',
  producer: 'https://example.org',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '0f1e2d3c-0000-4000-8000-000000000001' },
  job: { namespace: 'night', name: 'totals' },
};

withBroker('a log-in at the brokers', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256'] as const)('reads the topic by %s', async (brokerMechanism) => {
    expect(await failedStep({ brokerMechanism })).toBe('well');
    const producer = new Producer({ clientId: 'p', bootstrapBrokers: [open], serializers: stringSerializers });
    const job = { namespace: 'night', name: brokerMechanism };
    await producer.send({ messages: [{ topic: 'openlineage.events', value: JSON.stringify({ ...event, job }) }] });
    await producer.close();
    const host = await hostOf({ brokerMechanism, group: `g-${brokerMechanism}` });
    await host.start();
    const found = await until(async () => {
      const { findings } = await host.refresh();
      return host.elements().has(`DeployedSoftwareComponent::src:night/${brokerMechanism}`) ? { findings } : undefined;
    });
    expect(found.findings).toEqual([]);
  });

  it.each(['PLAIN', 'SCRAM-SHA-256'] as const)('is refused with a wrong password by %s', async (brokerMechanism) => {
    const told = await failedStep({ brokerMechanism, brokerPassword: 'another-secret' });
    expect(told).toMatch(
      /^authenticate: reader was refused by the brokers .*correct `brokerUser`, `brokerPassword` or `brokerMechanism`/,
    );
    expect(told).not.toContain('another-secret');
  });

  it('is refused when the user is not known, or the mechanism is not taken', async () => {
    expect(await failedStep({ brokerUser: 'nobody' })).toMatch(/^authenticate: nobody was refused .*`brokerUser`/);
    expect(await failedStep({ brokerMechanism: 'SCRAM-SHA-512' })).toMatch(
      /^authenticate: .*take no SCRAM-SHA-512 .*set `brokerMechanism`/,
    );
  });

  it('is missing where the listener asks for one, and too much where it does not', async () => {
    expect(await failedStep({ brokerUser: undefined } as never)).toMatch(/^reach: .*log-in \(`brokerUser`\)/);
    expect(await failedStep({ brokers: [open] })).toMatch(/^authenticate: .*ask for no log-in .*remove `brokerUser`/);
  });

  it('that may read the topic and not in its consumer group is told so, with the group', async () => {
    expect(await failedStep({ ...narrow, group: 'day' })).toMatch(
      /^authorise: narrow may not read in the consumer group day .*grant READ on the group, or set `group`/,
    );
    expect(await failedStep({ ...narrow, group: 'night' })).toBe('well');
  });

  it('that may see the topic or its consumer group and not read it is told so', async () => {
    expect(await failedStep({ ...narrow, group: 'night', topic: 'seen' })).toMatch(
      /^authorise: narrow may see the topic seen and not read it .*grant READ on it/,
    );
    expect(await failedStep({ ...narrow, group: 'seen' })).toMatch(
      /^authorise: narrow may not read in the consumer group seen .*grant READ on the group/,
    );
  });

  it('that is refused is told by each run, until it is put right', async () => {
    const host = await hostOf({ brokerPassword: 'another-secret' });
    await host.start();
    const [finding] = await until(async () => {
      const { findings } = await host.refresh();
      return findings.length > 0 ? findings : undefined;
    });
    expect(finding).toMatchObject({ severity: 'error', code: 'TOPIC_UNREADABLE' });
    expect(finding?.message).toMatch(/openlineage\.events.*isthmus connector probe/);
  });
});
