import type { OmisContexts } from '@isthmus/connector-sdk';
import {
  describeConnectorContract,
  describeProbeFaults,
  faultyTcp,
  type RecordingHost,
  recordingHost,
} from '@isthmus/connector-testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mqttConnector } from './index.js';
import type { MqttConfiguration } from './mqtt-config.js';
import { MqttConnector, type Surroundings } from './mqtt-connector.js';
import { brokerProgram, startBroker, type TestBroker } from './testing-broker.js';
import { contractSource } from './testing-contract.js';

const program = brokerProgram();
if (program === undefined) console.warn('SKIP connectors/mqtt: mosquitto is not installed');
// where no broker is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withBroker = program === undefined ? describe.skip : describe;

let broker: TestBroker;
const hosts: RecordingHost[] = [];
if (program !== undefined) {
  beforeAll(async () => {
    broker = await startBroker(program);
  });
  afterAll(() => broker.close());
}
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

function definitionWith(surroundings: Surroundings, made?: (context: OmisContexts['topic']) => void) {
  return {
    ...mqttConnector,
    create(context: OmisContexts['topic'], configuration: MqttConfiguration) {
      made?.(context);
      return new MqttConnector(context, configuration, surroundings);
    },
  };
}

function hostOf(configuration: MqttConfiguration, surroundings: Surroundings = {}): RecordingHost {
  const host = recordingHost(definitionWith({ quietMs: 150, ...surroundings }), configuration, { source: 'src' });
  hosts.push(host);
  return host;
}

async function refreshed(configuration: MqttConfiguration, surroundings?: Surroundings) {
  const host = hostOf(configuration, surroundings);
  await host.start();
  const run = await host.refresh();
  if (run.failure !== undefined) throw run.failure;
  return { host, run };
}

const topics = (host: RecordingHost) =>
  [...host.elements().values()]
    .filter(({ typeName }) => typeName === 'Topic')
    .map(({ properties }) => properties.displayName);
const arrived = () => new Promise((done) => setTimeout(done, 200));

withBroker('what is heard at a broker', () => {
  it('is catalogued: topics, whether they are retained, what payloads are made of, the version of the broker', async () => {
    await broker.publish('home/kitchen/climate', '{"temperature": 21.5, "unit": "C", "at": {"room": "secret-room"}}');
    await broker.publish('home/kitchen/light', 'ON');
    await broker.publish('camera', Buffer.from([0xff, 0xd8, 0xff]));
    for (const protocol of ['5', '3.1.1'] as const) {
      const { host, run } = await refreshed(broker.configuration({ protocol }));
      expect(run.findings).toEqual([]);
      const of = (name: string) => host.elements().get(name);
      expect(of('SoftwareServer::src:broker')?.properties.versionIdentifier).toMatch(/^mosquitto version/);
      expect(of('Topic::src:broker/home%2Fkitchen%2Fclimate')?.properties).toMatchObject({
        displayName: 'home/kitchen/climate',
        additionalProperties: { retained: 'true' },
      });
      expect(of('EventType::src:broker/home%2Fkitchen%2Fclimate/payload')?.properties.encodingStandard).toBe('JSON');
      expect(of('EventType::src:broker/camera/payload')?.properties.encodingStandard).toBe('binary');
      const field = 'EventSchemaAttribute::src:broker/home%2Fkitchen%2Fclimate/payload/temperature';
      expect(of(field)?.classifications?.TypeEmbeddedAttribute).toMatchObject({ dataType: 'number' });
      expect(JSON.stringify([...host.elements()])).not.toContain('secret-room');
    }
  });

  it('is told as changed within two seconds: a new topic, a new field', async () => {
    const { host } = await refreshed(broker.configuration());
    const before = performance.now();
    await broker.publish('fresh/topic', '{"a": 1}', { retain: false });
    expect(await host.nextChange(5_000)).toEqual(['topics']);
    expect(performance.now() - before).toBeLessThan(2_000);
    const run = await host.refresh({ requested: ['topics'] });
    expect(run.changed).toEqual(['topics Topic:broker/fresh%2Ftopic', 'topics EventType:broker/fresh%2Ftopic/payload']);
    expect(run.removed).toEqual([]);
    await broker.publish('fresh/topic', '{"a": 1, "b": true}', { retain: false });
    await host.nextChange(5_000);
    expect((await host.refresh()).changed).toEqual(['topics EventType:broker/fresh%2Ftopic/payload']);
  });

  it('is never taken as gone because it is silent: not when it is cleared, nor by a later instance', async () => {
    let context: OmisContexts['topic'] | undefined;
    const definition = definitionWith({ quietMs: 100 }, (made) => {
      context = made;
    });
    const host = recordingHost(definition, broker.configuration({ include: ['silent/#'] }), { source: 'src' });
    hosts.push(host);
    await broker.publish('silent/now', '{"x": 1}');
    await host.start();
    // as an earlier instance left it in the catalogue
    const qualifiedName = 'Topic::src:broker/silent%2Fbefore';
    await context?.createTopic({ qualifiedName, properties: { displayName: 'silent/before' } });
    await context?.createElement({
      typeName: 'EventType',
      qualifiedName: 'EventType::src:broker/silent%2Fbefore/payload',
      properties: {
        displayName: 'payload',
        encodingStandard: 'JSON',
        additionalProperties: { shape: '[["object"],[["rare",1,[["string"],[]]]]]' },
      },
    });
    const first = await host.refresh();
    expect([first.failure, topics(host)]).toEqual([undefined, ['silent/before', 'silent/now']]);
    expect(host.elements().has('EventSchemaAttribute::src:broker/silent%2Fbefore/payload/rare')).toBe(true);
    await broker.publish('silent/now', '');
    await arrived();
    expect((await host.refresh()).removed).toEqual([]);
    expect(topics(host)).toEqual(['silent/before', 'silent/now']);
  });

  it('is recalled under the names of a template', async () => {
    let context: OmisContexts['topic'] | undefined;
    const definition = definitionWith({ quietMs: 100 }, (made) => {
      context = made;
    });
    const qualifiedNames = '{type}::{source}.{broker}|{topic}';
    const host = recordingHost(definition, broker.configuration({ include: ['named/#'], qualifiedNames }), {
      source: 'src',
    });
    hosts.push(host);
    await broker.publish('named/b.c', '{"x": 1}');
    await host.start();
    await context?.createTopic({ qualifiedName: 'Topic::src.broker|named%2Fa%7Cb', properties: { displayName: 'x' } });
    expect((await host.refresh()).failure).toBeUndefined();
    expect(topics(host)).toEqual(['named/a|b', 'named/b.c']);
    expect(host.elements().has('EventSchemaAttribute::src.broker|named%2Fb%2Ec/payload/x')).toBe(true);
    expect((await host.refresh()).sent).toEqual([]);
    await broker.publish('named/b.c', '');
  });

  it('has no room before what is known, and nothing is taken as gone while topics are left out', async () => {
    let context: OmisContexts['topic'] | undefined;
    const definition = definitionWith({ quietMs: 100 }, (made) => {
      context = made;
    });
    const host = recordingHost(definition, broker.configuration({ include: ['full/#'], maxTopics: 3 }), {
      source: 'src',
    });
    hosts.push(host);
    const numbers = [1, 2, 3];
    for (const number of numbers) await broker.publish(`full/new${number}`, '1');
    await host.start();
    // as an earlier instance left them in the catalogue
    for (const number of numbers)
      await context?.createTopic({
        qualifiedName: `Topic::src:broker/full%2Fold${number}`,
        properties: { displayName: `full/old${number}` },
      });
    const run = await host.refresh();
    expect(topics(host)).toEqual(numbers.map((number) => `full/old${number}`));
    expect(run.findings).toMatchObject([{ code: 'TOO_MANY_TOPICS', message: expect.stringContaining('3 topics') }]);
    expect(run.completed).toEqual(['broker']);
    for (const number of numbers) await broker.publish(`full/new${number}`, '');
  });

  it('is forgotten after the time that was configured, counted while it is listened to', async () => {
    let now = 0;
    const configuration = broker.configuration({ include: ['aging/#'], forgetAfterDays: 2 });
    await broker.publish('aging/a', '1', { retain: true });
    const { host } = await refreshed(configuration, { now: () => now + performance.now() });
    await broker.publish('aging/a', '');
    await broker.publish('aging/b', '1');
    await arrived();
    now += 86_400_000;
    await broker.publish('aging/b', '2');
    await arrived();
    expect((await host.refresh()).removed).toEqual([]);
    now += 1.5 * 86_400_000;
    await host.refresh();
    expect(topics(host)).toEqual(['aging/b']);
  });

  it.each([
    '5',
    '3.1.1',
  ] as const)('is not forgotten while its message is retained, though nobody repeats it (MQTT %s)', async (protocol) => {
    let now = 0;
    const kept = ['stands/devices/123456/state', 'stands/sensor-00a1b2c3d4e5/state', 'stands/word', 'stands/named'];
    for (const topic of kept) await broker.publish(topic, '1');
    await broker.publish('stands/cleared', '1');
    const configuration = broker.configuration({ protocol, include: ['stands/#', 'stands/named'], forgetAfterDays: 2 });
    const { host } = await refreshed(configuration, { now: () => now + performance.now() });
    await broker.publish('stands/cleared', '');
    await arrived();
    for (let round = 0; round < 2; round += 1) {
      now += 3 * 86_400_000;
      expect((await host.refresh()).failure).toBeUndefined();
      expect(topics(host)).toEqual(['stands/devices/+/state', 'stands/named', 'stands/sensor-+/state', 'stands/word']);
    }
    // and it listens as before
    for (const topic of ['stands/new', 'stands/named']) await broker.publish(topic, '{"a": 1}', { retain: false });
    await arrived();
    const { changed } = await host.refresh();
    expect(changed.some((name) => name.includes('named'))).toBe(true);
    expect(topics(host)).toContain('stands/new');
    for (const topic of kept) await broker.publish(topic, '');
  });

  it('is bounded: identifiers are one topic, what is too much is counted, a flood is answered with a rest', async () => {
    for (let number = 0; number < 30; number += 1) {
      await broker.publish(`wide/devices/${100_000 + number}/state`, '1');
      await broker.publish(`wide/names/n${number}`, '1');
    }
    const { host, run } = await refreshed(
      broker.configuration({ include: ['wide/#'], maxTopics: 11, messagesPerSecond: 20 }),
    );
    expect(run.findings).toMatchObject([{ code: 'TOO_MANY_TOPICS', message: expect.stringContaining('20 topics') }]);
    expect(topics(host)).toContain('wide/devices/+/state');
    for (let number = 0; number < 200; number += 1) await broker.publish('wide/flood', 'x', { retain: false });
    await arrived();
    const after = await host.refresh();
    expect(after.findings.map(({ code }) => code)).toContain('MESSAGES_MISSED');
    expect(after.removed).toEqual([]);
    for (let number = 0; number < 30; number += 1) await broker.publish(`wide/names/n${number}`, '');
  });
});

withBroker('a user', () => {
  it('needs the right to read alone, and hears what it may', async () => {
    await broker.publish('open/a', '1');
    await broker.publish('closed/a', '1');
    const { host } = await refreshed(broker.configuration({ user: 'some', include: ['open/#', 'closed/#'] }));
    expect(topics(host)).toEqual(['open/a']);
  });

  it('is asked for over TLS with an authority of its own', async () => {
    const { host } = await refreshed(
      broker.configuration({ port: broker.tlsPort, tls: 'verify', caFile: broker.caFile }),
    );
    expect(topics(host).length).toBeGreaterThan(0);
  });
});

withBroker('a broker that goes away', () => {
  it('fails the run, loses nothing, and is listened to again by itself', async () => {
    await broker.publish('stays', '1');
    const { host } = await refreshed(broker.configuration({ connectTimeoutSeconds: 1 }));
    const before = JSON.stringify([...host.elements()]);
    await broker.stop();
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    await broker.start();
    const after = await host.refresh();
    expect([after.failure, after.removed]).toEqual([undefined, []]);
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await broker.publish('after/restart', '1', { retain: false });
    expect(await host.nextChange(60_000)).toEqual(['topics']);
  });

  it('is told of where it does not come back by itself, so that a run says so and is repeated', async () => {
    const { host } = await refreshed(broker.configuration({ connectTimeoutSeconds: 1 }), { lostAfterMs: 200 });
    await broker.stop();
    expect(await host.nextChange(60_000)).toEqual(['broker']);
    expect((await host.refresh({ requested: ['broker'] })).failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    await broker.start();
    expect((await host.refresh()).removed).toEqual([]);
  });

  it.each([
    ['cut', { kind: 'cut', afterBytes: 10 }],
    ['half open', { kind: 'hang' }],
  ] as const)('is found out where the way is %s', async (_what, fault) => {
    const way = await faultyTcp({ port: broker.port });
    const { host } = await refreshed(broker.configuration({ port: way.port, connectTimeoutSeconds: 1 }));
    way.fail(fault);
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
    way.fail({ kind: 'none' });
    way.reset();
    await arrived();
    expect((await host.refresh()).failure).toBeUndefined();
    await host.stop();
    await way[Symbol.asyncDispose]();
  });
});

describeProbeFaults(
  mqttConnector,
  async () => ({
    configuration: broker.configuration({ connectTimeoutSeconds: 1, listenSeconds: 1 }),
    secrets: ['r3ader-secret', 'another-secret'],
    faults: {
      name: { configuration: () => ({ host: 'no-such-host.invalid' }), advice: /correct `host`/ },
      port: { configuration: () => ({ port: 1 }), advice: /nothing listens.*correct `port`/ },
      password: { configuration: () => ({ password: 'another-secret' }), advice: /correct `user` or `password`/ },
      rights: { configuration: () => ({ user: 'blind' }), advice: /Grant blind the right to read the topics/ },
      tls: {
        configuration: () => ({ port: broker.tlsPort, tls: 'verify' as const }),
        advice: /name its authority in `caFile`/,
      },
      otherKind: {
        configuration: (port) => ({ port }),
        advice: /does not answer like an MQTT broker|`host` or `port`/,
      },
    },
  }),
  // where no server is installed the checks are skipped aloud and counted: `npm run servers -- --install` brings one
  program === undefined ? { words: { describe: describe.skip, it } } : {},
);

withBroker('a probe', () => {
  it.each([
    ['asked for', () => ({ port: broker.tlsPort }), /^FAILS reach: .*set `tls`/],
    ['not spoken', () => ({ tls: 'require' as const }), /^FAILS reach: .*`tls` to off/],
  ])('shows that TLS is %s', async (_what, changes, expected) => {
    const host = hostOf(broker.configuration({ connectTimeoutSeconds: 1, listenSeconds: 1, ...changes() }));
    const last = (await host.connector.probe?.(AbortSignal.timeout(30_000)))?.at(-1);
    expect(`${last?.ok === true ? 'ok' : 'FAILS'} ${last?.name}: ${last?.message}`).toMatch(expected);
  });
});

if (program !== undefined) {
  // a topic that is silent is not gone, and names do not change; rights are tried above
  describeConnectorContract(definitionWith({ quietMs: 30 }), () => contractSource(broker), {
    without: ['remove', 'rename', 'forbid'],
  });
}
