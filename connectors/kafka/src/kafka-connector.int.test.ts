import { createServer } from 'node:http';
import { describeProbeFaults, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whyNoBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import {
  type LabRegistry,
  schemaRegistry,
  whyNoRegistry,
} from '../../../packages/devtools/lab/schema-registry/registry.mjs';
import { kafkaConnector } from './index.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { reader, startCluster, type TestAcl, type TestCluster, until } from './testing-cluster.js';
import { describeKafkaContract } from './testing-contract.js';
import { moneySchema, orderSchema, paymentSchema, shipmentSchema, TestRegistry } from './testing-schemas.js';

const why = whyNoBroker() ?? whyNoRegistry();
if (why !== undefined) console.warn(`SKIP connectors/kafka: ${why}`);
// where nothing can be started these are skipped aloud and counted; `npm run servers -- --install` brings all
const withCluster = why === undefined ? describe : describe.skip;

const leastRights: readonly TestAcl[] = [
  { on: 'topic', name: '*', operation: 'Describe' },
  { on: 'topic', name: '*', operation: 'DescribeConfigs' },
  { on: 'group', name: '*', operation: 'Describe' },
];

let cluster: TestCluster;
let lab: LabRegistry;
let registry: TestRegistry;
if (why === undefined) {
  beforeAll(async () => {
    [cluster, lab] = await Promise.all([startCluster(), schemaRegistry()]);
    registry = new TestRegistry(lab.url);
    await cluster.allow(...leastRights);
  });
  afterAll(async () => {
    await cluster?.close();
    await lab?.stop();
  });
}

const asReader = (changes: Partial<KafkaConfiguration> = {}) =>
  cluster.configuration({
    ...reader,
    bootstrapServers: [`127.0.0.1:${cluster.ports.guarded}`],
    ...changes,
  });

async function refreshed(configuration: KafkaConfiguration) {
  const host = recordingHost(kafkaConnector, configuration, { source: 'src' });
  await host.start();
  // a broker that has just started takes its time until it knows its groups again
  const run = await until(async () => {
    const next = await host.refresh();
    if (next.failure !== undefined && !String(next.failure).includes('COORDINATOR_')) throw next.failure;
    return next.failure === undefined ? next : undefined;
  });
  if (run === undefined) throw new Error('nothing was read');
  return { host, run };
}

withCluster('what is catalogued of a cluster', () => {
  it('is its topics with partitions and settings, and who has read them', async () => {
    await cluster.admin.createTopics({
      topics: ['one.orders'],
      partitions: 3,
      replicas: 1,
      configs: [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'segment.ms', value: '3600000' },
      ],
    });
    await cluster.create('one.returns', '_one.hidden');
    await cluster.commit('one.orders', 'one/billing: "ü"');
    const { host, run } = await refreshed(cluster.configuration({ include: ['*one.*'], includeGroups: ['one*'] }));
    expect(run.findings).toEqual([]);
    const elements = host.elements();
    expect([...elements.keys()]).toEqual([
      'SoftwareServer::src:test',
      'EventBroker::src:test',
      'Topic::src:test/one.orders',
      'EventTypeList::src:test/one.orders',
      'Topic::src:test/one.returns',
      'EventTypeList::src:test/one.returns',
      'DeployedSoftwareComponent::src:test/one%2Fbilling%3A "ü"',
    ]);
    expect(elements.get('SoftwareServer::src:test')?.properties).toMatchObject({
      deployedImplementationType: 'Apache Kafka Server',
      additionalProperties: { clusterId: cluster.clusterId, brokerCount: '1' },
    });
    expect(elements.get('Topic::src:test/one.orders')?.properties).toMatchObject({
      topicType: 'compact',
      resourceName: 'one.orders',
      additionalProperties: {
        partitions: '3',
        replicationFactor: '1',
        'cleanup.policy': 'compact',
        'segment.ms': '3600000',
        'retention.ms': '604800000',
      },
    });
    const reads = elements.get('DeployedSoftwareComponent::src:test/one%2Fbilling%3A "ü"')?.links;
    expect(reads).toMatchObject([{ relationshipTypeName: 'DataFlow', qualifiedName: 'Topic::src:test/one.orders' }]);
    await host.stop();
  });

  it('bears the id of the cluster where no name is given, so that no two share a name', async () => {
    const { clusterName: _, ...configuration } = cluster.configuration({ include: ['one.orders'], groups: false });
    const { host } = await refreshed(configuration);
    expect(host.elements().has(`Topic::src:${cluster.clusterId}/one.orders`)).toBe(true);
    await host.stop();
  });

  it('is read without a trace: no group is joined, nothing is committed', async () => {
    const before = [...(await cluster.admin.listGroups()).keys()];
    const { host } = await refreshed(cluster.configuration());
    expect([...(await cluster.admin.listGroups()).keys()]).toEqual(before);
    await host.stop();
  });
});

withCluster('event types of a registry', () => {
  beforeAll(async () => {
    if (why !== undefined) return;
    await cluster.create('two.orders', 'two-pay', 'two-pay-late');
    const references = [{ name: 'org.shop.Money', subject: 'two.money', version: 1 }];
    await registry.register('two.money', moneySchema);
    await registry.register('two.orders-key', '"string"');
    await registry.register('two.orders-value', orderSchema, { references });
    await registry.keep('two.orders-value', 'FULL');
    await registry.register('two-pay-late-value', paymentSchema, { schemaType: 'JSON' });
    await registry.register('two-pay-org.shop.Shipment', shipmentSchema, { schemaType: 'PROTOBUF' });
  });
  const configuration = (changes: Partial<KafkaConfiguration> = {}) =>
    cluster.configuration({ include: ['two*'], groups: false, registryUrl: lab.url, ...changes });

  it('are told of Avro, JSON Schema and Protobuf, below their topics by each strategy of naming', async () => {
    const { host, run } = await refreshed(configuration());
    expect(run.findings).toEqual([]);
    const elements = host.elements();
    const names = [...elements.keys()].filter((name) => name.startsWith('EventType::'));
    expect(names.sort()).toEqual([
      'EventType::src:test/two-pay-late/two-pay-late-value',
      'EventType::src:test/two-pay/two-pay-org.shop.Shipment',
      'EventType::src:test/two.money',
      'EventType::src:test/two.orders/two.orders-key',
      'EventType::src:test/two.orders/two.orders-value',
    ]);
    const order = elements.get('EventType::src:test/two.orders/two.orders-value');
    expect(order?.properties).toMatchObject({
      encodingStandard: 'Avro',
      namespacePath: 'org.shop',
      usage: 'value',
      versionIdentifier: '1',
      description: 'What somebody bought.',
      additionalProperties: {
        recordName: 'Order',
        versions: '1',
        compatibility: 'FULL',
        references: 'org.shop.Money = two.money 1',
      },
    });
    expect(order?.parent).toMatchObject({ qualifiedName: 'EventTypeList::src:test/two.orders' });
    const fields = [...elements].filter(([name]) =>
      name.startsWith('EventSchemaAttribute::src:test/two.orders/two.orders-value/'),
    );
    expect(
      fields.map(([name, { classifications }]) => [
        name.split('two.orders-value/')[1],
        classifications?.TypeEmbeddedAttribute?.dataType,
      ]),
    ).toEqual([
      ['id', 'string'],
      ['sum', 'org.shop.Money'],
      ['sum/cents', 'long'],
      ['at', 'long'],
      ['tags', 'map<string>'],
      ['lines', 'array<org.shop.Line>'],
      ['lines/sku', 'string'],
      ['note', 'string'],
    ]);
    expect(elements.get('EventType::src:test/two-pay-late/two-pay-late-value')?.properties.encodingStandard).toBe(
      'JSON Schema',
    );
    expect(elements.get('EventType::src:test/two-pay/two-pay-org.shop.Shipment')?.properties).toMatchObject({
      encodingStandard: 'Protobuf',
      additionalProperties: { recordName: 'Shipment' },
    });
    await host.stop();
  });

  it('follow new versions, and go when the registry says that there is no such subject', async () => {
    await registry.register('two.gone', moneySchema);
    const { host } = await refreshed(configuration());
    expect(host.elements().has('EventType::src:test/two.gone')).toBe(true);
    await registry.remove('two.gone');
    await registry.register(
      'two-pay-late-value',
      { ...paymentSchema, properties: { ...paymentSchema.properties, more: {} } },
      { schemaType: 'JSON' },
    );
    const run = await host.refresh();
    expect(run.removed).toContain('EventType::src:test/two.gone');
    expect(run.changed).toHaveLength(1);
    expect(host.elements().get('EventType::src:test/two-pay-late/two-pay-late-value')?.properties).toMatchObject({
      versionIdentifier: '2',
      additionalProperties: { versions: '1, 2' },
    });
    expect((await host.refresh()).changed).toEqual([]);
    await host.stop();
  });

  it('fall back to the version before when the newest is deleted, though the registry no longer lists the subject', async () => {
    await registry.register('two.twice', moneySchema);
    await registry.register('two.twice', { ...moneySchema, fields: [] });
    const { host } = await refreshed(configuration());
    const version = () => host.elements().get('EventType::src:test/two.twice')?.properties;
    expect(version()).toMatchObject({ versionIdentifier: '2' });
    await registry.remove('two.twice', 2);
    await registry.keep('two.twice', 'FULL');
    expect((await host.refresh()).findings).toEqual([]);
    expect(version()).toMatchObject({
      versionIdentifier: '1',
      additionalProperties: { versions: '1', compatibility: 'FULL' },
    });
    await host.stop();
  });

  it('are told, and the registry is taken for the same one, while it does not list them', async () => {
    let isVeiled = false;
    const veil = createServer(async (request, response) => {
      const answer = await fetch(`${lab.url}${request.url}`);
      const body = isVeiled && request.url === '/subjects' ? '[]' : await answer.text();
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => veil.listen(0, '127.0.0.1', resolve));
    const address = veil.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { host, run } = await refreshed(configuration({ registryUrl: `http://127.0.0.1:${port}` }));
    const placeOf = ({ places }: { readonly places: readonly string[] }) =>
      places.find((place) => place.startsWith('subjects '));
    isVeiled = true;
    const veiled = await host.refresh();
    expect([veiled.findings, veiled.changed, veiled.removed]).toEqual([[], [], []]);
    expect(placeOf(veiled)).toBe(placeOf(run));
    await host.stop();
    veil.closeAllConnections();
    veil.close();
  });

  it('stay when another registry answers at the address, of which nothing is known', async () => {
    const empty = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
    });
    await new Promise<void>((resolve) => empty.listen(0, '127.0.0.1', resolve));
    const address = empty.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { host, run } = await refreshed(configuration());
    const placeOf = ({ places }: { readonly places: readonly string[] }) =>
      places.find((place) => place.startsWith('subjects '));
    const before = placeOf(run);
    expect(placeOf(await host.refresh())).toBe(before);
    const { host: other, run: nothing } = await refreshed(configuration({ registryUrl: `http://127.0.0.1:${port}/` }));
    expect(placeOf(nothing)).not.toBe(before);
    await host.stop();
    await other.stop();
    empty.close();
  });

  it('stay while the registry is away, and topics are followed all the same', async () => {
    const { host } = await refreshed(configuration());
    const before = [...host.elements().keys()];
    const { host: other } = await refreshed(configuration({ registryUrl: 'http://127.0.0.1:1/' }));
    expect(other.elements().has('Topic::src:test/two.orders')).toBe(true);
    const run = await other.refresh();
    expect(run.findings).toMatchObject([{ severity: 'error', code: 'REGISTRY_UNREADABLE' }]);
    expect(run.completed).not.toContain('subjects');
    expect([...host.elements().keys()]).toEqual(before);
    await host.stop();
    await other.stop();
  });
});

withCluster('messages', () => {
  const configuration = (changes: Partial<KafkaConfiguration> = {}) =>
    asReader({ include: ['eight.*'], groups: false, sampleMessages: 20, ...changes });

  it('are looked at where it is asked for and may be done, and tell the shape of events, not their values', async () => {
    await cluster.create('eight.json', 'eight.text', 'eight.none', 'eight.closed');
    const values = [
      '{"id":1,"note":null,"lines":[{"sku":"a","price":1.5}]}',
      '{"id":2,"lines":[{"sku":"b"}],"secret":"s3cret"}',
    ];
    for (const topic of ['eight.json', 'eight.closed']) await cluster.send(topic, ...values);
    await cluster.send('eight.text', 'plain text');
    const may = ['json', 'text', 'none'].map(
      (name): TestAcl => ({ on: 'topic', name: `eight.${name}`, operation: 'Read' }),
    );
    await cluster.allow(...may);
    const { host } = await refreshed(configuration());
    const run = await until(async () => {
      const next = await host.refresh();
      return host.elements().has('EventType::src:test/eight.json/sample') ? next : undefined;
    });
    expect(run?.findings.map(({ severity, code, key }) => `${severity} ${code} ${key}`).sort()).toEqual(
      ['closed', 'none', 'text'].map((name) => `info TOPIC_NOT_SAMPLED sample:test/eight.${name}`),
    );
    const fields = [...host.elements()].filter(([name]) => name.includes('eight.json/sample/'));
    expect(
      fields.map(([name, { classifications, properties }]) => [
        name.split('sample/')[1],
        classifications?.TypeEmbeddedAttribute?.dataType,
        properties.isNullable,
      ]),
    ).toEqual([
      ['id', 'integer', false],
      ['lines', 'array<object>', false],
      ['lines/price', 'number', true],
      ['lines/sku', 'string', false],
      ['note', 'null', true],
      ['secret', 'string', true],
    ]);
    expect(JSON.stringify([...host.elements()])).not.toContain('s3cret');
    expect((await host.refresh()).changed).toEqual([]);
    await cluster.forbid(...may);
    const after = await host.refresh();
    expect([after.failure, after.removed]).toEqual([undefined, []]);
    expect(host.elements().has('EventType::src:test/eight.json/sample')).toBe(true);
    await host.stop();
  });
});

withCluster('a user', () => {
  it('with the least rights sees what everybody sees, by SCRAM, PLAIN and over TLS', async () => {
    const all = await refreshed(cluster.configuration());
    const expected = JSON.stringify([...all.host.elements()]);
    const ways: readonly Partial<KafkaConfiguration>[] = [
      {},
      { mechanism: 'PLAIN' },
      { bootstrapServers: [`127.0.0.1:${cluster.ports.encrypted}`], tls: 'verify', caFile: cluster.caFile },
    ];
    for (const changes of ways) {
      const { host, run } = await refreshed(asReader(changes));
      expect(run.findings).toEqual([]);
      expect(JSON.stringify([...host.elements()]).replaceAll(/127\.0\.0\.1:\d+/g, '')).toBe(
        expected.replaceAll(/127\.0\.0\.1:\d+/g, ''),
      );
      await host.stop();
    }
    await all.host.stop();
  });

  it('who may not describe a topic any more loses nothing of it, even when it is deleted; one that is gone goes', async () => {
    await cluster.create('three.a', 'three.b', 'three.c');
    await cluster.commit('three.a', 'three.hidden', 'three.seen');
    const deny: TestAcl = { on: 'topic', name: 'three.a', operation: 'Describe', isDenied: true };
    const denyGroup: TestAcl = { on: 'group', name: 'three.hidden', operation: 'Describe', isDenied: true };
    const { host } = await refreshed(asReader({ include: ['three.*'], includeGroups: ['three.*'] }));
    await cluster.allow(deny, denyGroup);
    await cluster.admin.deleteTopics({ topics: ['three.b'] });
    await until(async () => !(await cluster.topicsOfReader()).some((name) => /three\.[ab]/.test(name)));
    await cluster.admin.deleteGroups({ groups: ['three.hidden', 'three.seen'] });
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(run.findings).toMatchObject([
      { severity: 'warning', code: 'TOPIC_HIDDEN', key: 'topic:test/three.a' },
      { severity: 'warning', code: 'GROUP_HIDDEN', key: 'group:test/three.hidden' },
    ]);
    expect([...run.removed].sort()).toEqual([
      'DeployedSoftwareComponent::src:test/three.seen',
      'EventTypeList::src:test/three.b',
      'Topic::src:test/three.b',
    ]);
    await cluster.admin.deleteTopics({ topics: ['three.a'] });
    expect((await host.refresh()).removed).toEqual([]);
    await cluster.forbid(deny, denyGroup);
    await until(async () => (await host.refresh()).removed.includes('Topic::src:test/three.a'));
    expect([...host.elements().keys()].filter((name) => name.includes('three.')).sort()).toEqual([
      'EventTypeList::src:test/three.c',
      'Topic::src:test/three.c',
    ]);
    await host.stop();
  });

  it('who may not describe a topic any more keeps what is known of its readers, and follows them again after', async () => {
    await cluster.create('nine.a', 'nine.b');
    await cluster.commit('nine.a', 'nine.both', 'nine.one');
    await cluster.commit('nine.b', 'nine.both');
    const deny: TestAcl = { on: 'topic', name: 'nine.a', operation: 'Describe', isDenied: true };
    const { host } = await refreshed(asReader({ include: ['nine.*'], includeGroups: ['nine.*'] }));
    const before = JSON.stringify([...host.elements()]);
    await cluster.allow(deny);
    await until(async () => !(await cluster.topicsOfReader()).includes('nine.a'));
    for (let time = 0; time < 2; time += 1) {
      expect((await host.refresh()).findings).toMatchObject([
        { severity: 'warning', code: 'TOPIC_HIDDEN', key: 'topic:test/nine.a' },
        { severity: 'warning', code: 'GROUP_TOPICS_HIDDEN', key: 'group:test/nine.both' },
        { severity: 'warning', code: 'GROUP_TOPICS_HIDDEN', key: 'group:test/nine.one' },
      ]);
      expect(JSON.stringify([...host.elements()])).toBe(before);
    }
    await cluster.commit('nine.b', 'nine.new');
    expect((await host.refresh()).changed).toEqual(['groups group:test/nine.new']);
    await cluster.forbid(deny);
    await until(async () => (await cluster.topicsOfReader()).includes('nine.a'));
    expect(await host.refresh()).toMatchObject({ findings: [], changed: [], removed: [] });
    await host.stop();
  });

  it('who may not read settings keeps topics as they are known', async () => {
    await cluster.create('four.a');
    const deny: TestAcl = { on: 'topic', name: 'four.a', operation: 'DescribeConfigs', isDenied: true };
    const configuration = asReader({ include: ['four.*'], groups: false });
    const { host } = await refreshed(configuration);
    const before = JSON.stringify([...host.elements()]);
    await cluster.allow(deny);
    const run = await until(async () => {
      const next = await host.refresh();
      return next.findings.length > 0 ? next : undefined;
    });
    expect(run?.findings).toMatchObject([{ code: 'TOPIC_SETTINGS_HIDDEN', severity: 'warning' }]);
    expect(JSON.stringify([...host.elements()])).toBe(before);
    const without = await refreshed({ ...configuration, settings: false });
    expect(without.run.findings).toEqual([]);
    await cluster.forbid(deny);
    await host.stop();
    await without.host.stop();
  });
});

const at = (port: number) => ({ bootstrapServers: [`127.0.0.1:${port}`] });

describeProbeFaults(
  kafkaConnector,
  async () => ({
    configuration: asReader({ registryUrl: lab.url }),
    secrets: [reader.password, 'another-secret'],
    faults: {
      name: {
        configuration: () => ({ bootstrapServers: ['no-such-host.invalid:9092'] }),
        advice: /correct `bootstrapServers`/,
      },
      port: { configuration: () => at(1), advice: /nothing listens.*correct the port/ },
      password: { configuration: () => ({ password: 'another-secret' }), advice: /reader was refused.*`password`/ },
      rights: { configuration: () => ({}), advice: /--operation/ },
      tls: {
        configuration: () => ({ ...at(cluster.ports.encrypted), tls: 'verify' as const, caFile: cluster.otherCaFile }),
        advice: /is not trusted.*`caFile`/,
      },
      otherKind: { configuration: (port) => at(port), advice: /is a web server, not Kafka/ },
    },
  }),
  {
    without: { rights: 'they are taken away from the user below' },
    // where no server is installed the checks are skipped aloud and counted: `npm run servers -- --install` brings one
    ...(why === undefined ? {} : { words: { describe: describe.skip, it } }),
  },
);

withCluster('a probe', () => {
  const probe = async (configuration: KafkaConfiguration) => {
    const host = recordingHost(kafkaConnector, configuration);
    const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
    await host.stop();
    return steps.map(({ name, ok, message }) => `${ok ? 'ok' : 'FAILS'} ${name}: ${message}`);
  };
  it.each<[string, () => KafkaConfiguration, RegExp]>([
    [
      'an unknown user',
      () => asReader({ user: 'nobody', mechanism: 'PLAIN' }),
      /^FAILS authenticate: nobody was refused/,
    ],
    [
      'no log-in where one is asked for',
      () => cluster.configuration(at(cluster.ports.guarded)),
      /^FAILS reach: .*a log-in \(`user`\)/,
    ],
    [
      'a log-in where none is asked for',
      () => asReader(at(cluster.ports.plain)),
      /^FAILS authenticate: .*asks for no log-in: remove `user`/,
    ],
    [
      'TLS that the listener does not speak',
      () => asReader({ tls: 'verify' }),
      /^FAILS reach: .*speaks no TLS.*`tls` to off/,
    ],
    ['TLS that the listener asks for', () => asReader(at(cluster.ports.encrypted)), /^FAILS reach: .*TLS/],
    [
      'a registry that is not there',
      () => asReader({ registryUrl: 'http://127.0.0.1:1' }),
      /^FAILS reach: the registry at .*correct `registryUrl`/,
    ],
    [
      'an address that is no registry',
      () => asReader({ registryUrl: lab.url.replace(/ccompat.*/, 'nothing') }),
      /^FAILS sample: .*correct `registryUrl`/,
    ],
  ])('shows %s in its step, with what to do', async (_what, configuration, expected) => {
    expect((await probe(configuration())).at(-1)).toMatch(expected);
  });

  it('shows rights that are missing, each with the command that gives them', async () => {
    const [describe, configs] = leastRights;
    if (describe === undefined || configs === undefined) throw new Error('the rights are three');
    const topics = async () => (await cluster.topicsOfReader()).length;
    await cluster.create('five.a');
    await cluster.forbid(configs);
    const last = await until(async () => {
      const step = (await probe(asReader())).at(-1);
      return step?.startsWith('FAILS') ? step : undefined;
    });
    expect(last).toMatch(/^FAILS authorise: the settings of .*--operation DescribeConfigs/);
    await cluster.forbid(describe);
    await until(async () => (await topics()) === 0);
    expect((await probe(asReader())).at(-1)).toMatch(
      /^FAILS authorise: User:reader may describe no topic.*--operation Describe/,
    );
    await cluster.allow(describe, configs);
    await until(async () => (await topics()) > 0);
  });
});

withCluster('a cluster that breaks', () => {
  const throughWay = (changes: Partial<KafkaConfiguration> = {}) =>
    asReader({ bootstrapServers: [`127.0.0.1:${cluster.way.port}`], mechanism: 'PLAIN', ...changes });

  it.each([
    ['cut', { kind: 'cut', afterBytes: 400 }],
    ['half open', { kind: 'hang' }],
  ] as const)('in the middle (%s) fails the run, removes nothing and is right again by itself', async (_what, fault) => {
    const { host } = await refreshed(throughWay({ connectTimeoutSeconds: 1, requestTimeoutSeconds: 1 }));
    const before = JSON.stringify([...host.elements()]);
    cluster.way.fail(fault);
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
    cluster.way.fail({ kind: 'none' });
    expect((await host.refresh()).failure).toBeUndefined();
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await host.stop();
  });

  it('is followed again after its broker was stopped in the middle of a run and started', async () => {
    await cluster.create('six.a');
    const { host } = await refreshed(cluster.configuration({ pollSeconds: 1 }));
    const before = [...host.elements().keys()];
    let isStopped = false;
    const run = await host.refresh({
      async onMessage(message) {
        if (message.type !== 'scope.keep' || message.scope !== 'topics' || isStopped) return;
        isStopped = true;
        await cluster.stop();
      },
    });
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
    expect((await host.refresh()).failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    // one run when it is lost, and one when it is back
    expect(await host.nextChange(20_000)).toEqual(['topics']);
    await cluster.start();
    expect(await host.nextChange(60_000)).toEqual(['topics']);
    const after = await until(async () => {
      const next = await host.refresh();
      return next.failure === undefined ? next : undefined;
    });
    expect(after?.removed).toEqual([]);
    expect([...host.elements().keys()]).toEqual(before);
    await cluster.create('six.b');
    expect(await host.nextChange(20_000)).toEqual(['topics']);
    await host.stop();
  });
});

withCluster('a change', () => {
  it('of topics is noticed within two seconds, of the rest by its own poll', async () => {
    await cluster.create('seven.a');
    const configuration = cluster.configuration({
      include: ['seven.*'],
      includeGroups: ['seven.*'],
      registryUrl: lab.url,
      pollSeconds: 1,
      detailPollSeconds: 2,
    });
    const { host } = await refreshed(configuration);
    await cluster.create('seven.b');
    const madeAt = performance.now();
    expect(await host.nextChange(20_000)).toEqual(['topics']);
    const run = await host.refresh({ requested: ['topics'] });
    const took = performance.now() - madeAt;
    expect(run.changed).toContain('topics topic:test/seven.b');
    console.info(`a new topic was told ${Math.round(took)} ms after it was made`);
    expect(took).toBeLessThan(5_000);
    await cluster.commit('seven.b', 'seven.group');
    expect(await host.nextChange(20_000)).toEqual(['groups']);
    expect((await host.refresh({ requested: ['groups'] })).changed).toEqual(['groups group:test/seven.group']);
    await registry.register('seven.b-value', moneySchema);
    expect(await host.nextChange(20_000)).toEqual(['subjects']);
    expect((await host.refresh({ requested: ['subjects'] })).changed).toEqual([
      'subjects subject:test/seven.b/seven.b-value',
    ]);
    await host.stop();
  });
});

describeKafkaContract(why, () => cluster);
