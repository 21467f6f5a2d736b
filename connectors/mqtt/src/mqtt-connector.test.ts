import { recordingHost } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { mqttConnector } from './index.js';
import type { MqttConfiguration } from './mqtt-config.js';
import { MqttConnector } from './mqtt-connector.js';

const configuration: MqttConfiguration = {
  host: '127.0.0.1',
  port: 1,
  protocol: 'auto',
  tls: 'off',
  brokerName: 'mqtt',
  include: ['#'],
  exclude: [],
  collapse: [],
  collapseIds: true,
  maxTopics: 100,
  payloads: true,
  maxPayloadBytes: 65_536,
  messagesPerSecond: 500,
  systemTopics: true,
  listenSeconds: 1,
  forgetAfterDays: 0,
  connectTimeoutSeconds: 1,
};

function started() {
  const waiting = new Set<() => void>();
  const timers = {
    after(_delayMs: number, action: () => void) {
      waiting.add(action);
      return () => waiting.delete(action);
    },
  };
  const host = recordingHost(
    { ...mqttConnector, create: (context, given) => new MqttConnector(context, given, { timers }) },
    configuration,
    { source: 'src' },
  );
  const pass = () => {
    for (const action of [...waiting]) action();
  };
  return { host, pass, waiting };
}

describe('the first run', () => {
  it('is asked for where the schedule leaves it for later: nobody hears what is said before', async () => {
    const { host, pass } = started();
    await host.start();
    await expect(host.nextChange(10)).rejects.toThrow('nothing was told');
    pass();
    expect(await host.nextChange(60_000)).toBeUndefined();
    await host.stop();
  });

  it('is not asked for when one has begun, well or not, nor after a stop', async () => {
    const begun = started();
    await begun.host.start();
    expect((await begun.host.refresh()).failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(begun.waiting.size).toBe(0);
    await begun.host.stop();
    const stopped = started();
    await stopped.host.start();
    await stopped.host.stop();
    expect(stopped.waiting.size).toBe(0);
  });
});
