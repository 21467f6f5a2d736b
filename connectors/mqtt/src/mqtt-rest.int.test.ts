import { recordingHost } from '@isthmus/connector-testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mqttConnector } from './index.js';
import type { MqttConfiguration } from './mqtt-config.js';
import { MqttConnector } from './mqtt-connector.js';
import { brokerProgram, startBroker, type TestBroker } from './testing-broker.js';

jest.setTimeout(60_000);

const program = brokerProgram();
if (program === undefined) console.warn('SKIP connectors/mqtt: mosquitto is not installed');
// where no broker is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withBroker = program === undefined ? describe.skip : describe;

let broker: TestBroker;
if (program !== undefined) {
  beforeAll(async () => {
    broker = await startBroker(program);
  });
  afterAll(() => broker.close());
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

const restMs = 10_000;
const arrived = () => new Promise((done) => setTimeout(done, 300));

/** Listens, and rests for as long as the test says. */
async function listening(changes: Partial<MqttConfiguration>) {
  const waiting = new Map<() => void, number>();
  const timers = {
    after(delayMs: number, action: () => void) {
      if (delayMs < restMs) {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      }
      waiting.set(action, delayMs);
      return () => waiting.delete(action);
    },
  };
  const configuration = broker.configuration({ messagesPerSecond: 20, connectTimeoutSeconds: 1, ...changes });
  const host = recordingHost(
    {
      ...mqttConnector,
      create: (context, given) => new MqttConnector(context, given, { timers, quietMs: 150, lostAfterMs: 3_600_000 }),
    },
    configuration,
    { source: 'src' },
  );
  stops.push(() => host.stop());
  await host.start();
  expect((await host.refresh()).failure).toBeUndefined();
  return {
    host,
    async flood(topic: string) {
      for (let number = 0; number < 60; number += 1) await broker.publish(topic, 'x', { retain: false });
      await arrived();
      expect([...waiting.values()].filter((delayMs) => delayMs < 3_600_000)).toHaveLength(1);
    },
    endRest() {
      for (const [action, delayMs] of [...waiting]) {
        if (delayMs >= 3_600_000) continue;
        waiting.delete(action);
        action();
      }
    },
    has: (topic: string) =>
      [...host.elements().values()].some(
        ({ typeName, properties }) => typeName === 'Topic' && properties.displayName === topic,
      ),
  };
}

withBroker('after a rest', () => {
  it('it listens as before', async () => {
    const { host, flood, endRest, has } = await listening({ include: ['rest/#'] });
    await flood('rest/flood');
    endRest();
    await arrived();
    await broker.publish('rest/new', '1', { retain: false });
    await arrived();
    await host.refresh();
    expect(has('rest/new')).toBe(true);
  });

  it('it listens, though the broker was away when the rest ended', async () => {
    const { host, flood, endRest, has } = await listening({ include: ['gap/#'] });
    await flood('gap/flood');
    await broker.stop();
    await arrived();
    endRest();
    await broker.start();
    for (let round = 0; round < 12; round += 1) await arrived();
    await broker.publish('gap/new', '1', { retain: false });
    await arrived();
    expect((await host.refresh()).failure).toBeUndefined();
    await broker.publish('gap/later', '1', { retain: false });
    await arrived();
    await host.refresh();
    expect([has('gap/new'), has('gap/later')]).toEqual([true, true]);
  });

  it('it hears what was retained meanwhile', async () => {
    const { host, flood, endRest, has } = await listening({ include: ['kept/#'] });
    await flood('kept/flood');
    await broker.publish('kept/meanwhile', '{"a": 1}');
    endRest();
    await arrived();
    await host.refresh();
    expect(has('kept/meanwhile')).toBe(true);
    await broker.publish('kept/meanwhile', '');
  });
});

withBroker('a flood', () => {
  it('is answered with a rest also where each message is to be retained', async () => {
    const { host } = await listening({ include: ['wet/#'], protocol: '5' });
    for (let number = 0; number < 60; number += 1) await broker.publish('wet/flood', `${number}`);
    await arrived();
    expect((await host.refresh()).findings.map(({ code }) => code)).toEqual(['MESSAGES_MISSED']);
    await broker.publish('wet/flood', '');
  });
});

withBroker('a retained message that is taken away', () => {
  it('is not told as one that is retained', async () => {
    const { host } = await listening({ include: ['cleared/#'] });
    await broker.publish('cleared/never-kept', '');
    await broker.publish('cleared/once', '1', { retain: false });
    await broker.publish('cleared/once', '');
    await arrived();
    await host.refresh();
    const retained = [...host.elements().values()].filter(({ typeName }) => typeName === 'Topic');
    expect(retained.map(({ properties }) => [properties.displayName, properties.additionalProperties])).toEqual([
      ['cleared/once', undefined],
    ]);
  });
});
