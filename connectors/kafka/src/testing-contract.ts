import { describeConnectorContract } from '@isthmus/connector-testing';
import { describe, it } from '@jest/globals';
import { kafkaConnector } from './index.js';
import { reader, type TestAcl, type TestCluster, until } from './testing-cluster.js';

let made = 0;

/** The contract, with a user who has the least rights, on a broker that asks for them. */
export function describeKafkaContract(why: string | undefined, at: () => TestCluster): void {
  if (why !== undefined) {
    describe.skip('kafka, the contract of connectors', () => {
      it('is kept', () => undefined);
    });
    return;
  }
  describeConnectorContract(kafkaConnector, async () => {
    const cluster = at();
    made += 1;
    const prefix = `contract-${made}-`;
    const [a, b, c, z] = ['a', 'b', 'c', 'z'].map((name) => `${prefix}${name}`) as [string, string, string, string];
    const { way, admin } = cluster;
    await cluster.create(a, b, c);
    await cluster.commit(a, `${prefix}group`);
    const denied: TestAcl = { on: 'topic', name: a, operation: 'Describe', isDenied: true };
    const isSeen = async (topic: string) => (await cluster.topicsOfReader()).includes(topic);
    await until(() => isSeen(c));
    const remove = async (topic: string) => {
      await admin.deleteTopics({ topics: [topic] });
      await until(async () => !(await isSeen(topic)));
    };
    const add = async (topic: string) => {
      await cluster.create(topic);
      await until(() => isSeen(topic));
    };
    return {
      configuration: cluster.configuration({
        ...reader,
        bootstrapServers: [`127.0.0.1:${way.port}`],
        mechanism: 'PLAIN',
        include: [`${prefix}*`],
        includeGroups: [`${prefix}*`],
      }),
      break: async () => {
        way.fail({ kind: 'refuse' });
        way.reset();
      },
      breakHalfway: async () => way.fail({ kind: 'cut', afterBytes: 1_000 }),
      mend: async () => way.fail({ kind: 'none' }),
      delay: async (delayMs) => way.fail(delayMs === 0 ? { kind: 'none' } : { kind: 'delay', delayMs }),
      async forbid() {
        await cluster.allow(denied);
        await until(async () => !(await isSeen(a)));
      },
      grow: (count) => cluster.commit(b, ...Array.from({ length: count }, (_, number) => `${prefix}${number}`)),
      async addOddNames() {
        const topics = ['a.b', 'A.b', 'a--b', '.', '..', '-'].map((name) => `${prefix}${name}`);
        const groups = ['a:b', 'a b', ' a b', 'A:b', 'a/b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '📚', '#1', '\n', ''];
        await cluster.create(...topics);
        await cluster.commit(c, ...groups.map((name) => `${prefix}${name}`));
        for (const topic of topics) await until(() => isSeen(topic));
        return topics.length + groups.length;
      },
      async change() {
        const configs = [{ name: 'retention.ms', value: '1234567', configOperation: 0 }] as const;
        await admin.incrementalAlterConfigs({
          resources: [{ resourceType: 2, resourceName: b, configs: [...configs] }],
        });
        await until(async () => (await cluster.settingsOf(b)).get('retention.ms') === '1234567');
      },
      remove: () => remove(c),
      async rename() {
        await remove(c);
        await add(z);
      },
      fingerprint: () => cluster.fingerprint(prefix),
      async close() {
        way.fail({ kind: 'none' });
        await cluster.forbid(denied);
        await cluster.clear(prefix);
      },
    };
  });
}
