import { type ContractSource, faultyTcp } from '@isthmus/connector-testing';
import type { mqttConfiguration } from './mqtt-config.js';
import type { TestBroker } from './testing-broker.js';

const arrived = () => new Promise((done) => setTimeout(done, 200));
let contracts = 0;

/** Topics below one of their own, of which the contract's suite makes what it needs. */
export async function contractSource(broker: TestBroker): Promise<ContractSource<typeof mqttConfiguration>> {
  contracts += 1;
  const root = `contract${contracts}`;
  const used = new Set<string>();
  const put = async (topic: string, payload: string): Promise<void> => {
    used.add(`${root}/${topic}`);
    await broker.publish(`${root}/${topic}`, payload);
  };
  for (const topic of ['a', 'b', 'c/d']) await put(topic, '{"value": 1}');
  const way = await faultyTcp({ port: broker.port });
  return {
    configuration: broker.configuration({ port: way.port, include: [`${root}/#`], connectTimeoutSeconds: 1 }),
    break: async () => {
      way.fail({ kind: 'refuse' });
      way.reset();
    },
    breakHalfway: async () => {
      way.fail({ kind: 'cut', afterBytes: 30 });
      way.reset();
    },
    mend: async () => way.fail({ kind: 'none' }),
    delay: async (delayMs) => way.fail(delayMs === 0 ? { kind: 'none' } : { kind: 'delay', delayMs }),
    // each topic is two things: itself and what its payloads are
    async grow(count) {
      await Promise.all(Array.from({ length: count / 2 }, (_, number) => put(`many/n${number}`, '1')));
      await arrived();
    },
    async addOddNames() {
      const odd = [
        'a:b',
        'a b',
        ' a b',
        'A:b',
        'a%3Ab',
        '"',
        "'",
        'ü',
        'u\u0308',
        '📚',
        '-',
        '$(x)',
        'a//b',
        '/a',
        'a/',
      ];
      for (const name of odd) await put(name, '1');
      await arrived();
      return odd.length * 2;
    },
    async change() {
      await put('a', '{"value": "now a text"}');
      await arrived();
    },
    fingerprint: () => broker.retained(),
    async close() {
      await way[Symbol.asyncDispose]();
      await Promise.all([...used].map((topic) => broker.publish(topic, '')));
    },
  };
}
