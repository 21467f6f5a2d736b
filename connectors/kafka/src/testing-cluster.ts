import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultyTcp, faultyTcp, testAuthority } from '@isthmus/connector-testing';
import {
  type Acl,
  Admin,
  Connection,
  deleteGroupsV2,
  offsetCommitV8,
  Producer,
  stringSerializers,
} from '@platformatic/kafka';
import { freePort, kafkaBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import type { KafkaConfiguration } from './kafka-config.js';

/** A real broker with an authorizer: whoever comes without a log-in may do everything, everybody else what ACLs say. */
export interface TestCluster {
  readonly clusterId: string;
  /** Plain listener; `guarded` asks for a log-in, `encrypted` speaks TLS besides. */
  readonly ports: { readonly plain: number; readonly guarded: number; readonly encrypted: number };
  /** A way to a listener of its own, with a log-in, on which things can go wrong; the broker tells clients this way. */
  readonly way: FaultyTcp;
  readonly caFile: string;
  readonly otherCaFile: string;
  readonly admin: Admin;
  configuration(changes?: Partial<KafkaConfiguration>): KafkaConfiguration;
  create(...topics: readonly string[]): Promise<void>;
  /** Makes consumer groups that have read the topic. */
  commit(topic: string, ...groups: readonly string[]): Promise<void>;
  /** Takes all topics and consumer groups away whose names begin so. */
  clear(prefix: string): Promise<void>;
  send(topic: string, ...values: readonly string[]): Promise<void>;
  /** For the user `reader`. */
  allow(...acls: readonly TestAcl[]): Promise<void>;
  forbid(...acls: readonly TestAcl[]): Promise<void>;
  /** What `reader` sees. */
  topicsOfReader(): Promise<readonly string[]>;
  settingsOf(topic: string): Promise<ReadonlyMap<string, string>>;
  /** What the cluster holds under names that begin so. */
  fingerprint(prefix: string): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface TestAcl {
  readonly on: 'topic' | 'group' | 'cluster';
  readonly name: string;
  readonly operation: 'Describe' | 'DescribeConfigs' | 'Read';
  readonly isDenied?: boolean;
}

export const reader = { user: 'reader', password: 'r3ader-secret' } as const;

export async function startCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-kafka-test-'));
  const { caFile, otherCaFile, keystore } = certificates(folder);
  const [behindWay, guarded, encrypted] = [await freePort(), await freePort(), await freePort()];
  const way = await faultyTcp({ port: behindWay });
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const users = `user_${reader.user}="${reader.password}"`;
  const login = (listener: string) => ({
    [`listener.name.${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-512',
    [`listener.name.${listener}.plain.sasl.jaas.config`]: `${plain} ${users};`,
    [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  });
  const broker = await kafkaBroker(undefined, {
    listeners: {
      WAY: { protocol: 'SASL_PLAINTEXT', port: behindWay, advertised: way.port },
      GUARDED: { protocol: 'SASL_PLAINTEXT', port: guarded },
      ENCRYPTED: { protocol: 'SASL_SSL', port: encrypted },
    },
    settings: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'auto.create.topics.enable': false,
      ...login('way'),
      ...login('guarded'),
      ...login('encrypted'),
      'listener.name.encrypted.ssl.keystore.type': 'PEM',
      'listener.name.encrypted.ssl.keystore.location': keystore,
    },
    scramUsers: { [reader.user]: reader.password },
  });
  await broker.start();
  const port = Number(broker.bootstrapServer.split(':')[1]);
  const admin = new Admin({
    clientId: 'keeper',
    bootstrapBrokers: [broker.bootstrapServer],
    retries: 20,
    retryDelay: 100,
  });
  const readersAdmin = new Admin({
    clientId: 'reader',
    bootstrapBrokers: [`127.0.0.1:${guarded}`],
    sasl: { mechanism: 'PLAIN', username: reader.user, password: reader.password },
    retries: 20,
    retryDelay: 100,
  });
  const settingsOf = async (topic: string) => {
    const [found] = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: topic }] });
    return new Map(found?.configs.map(({ name, value }) => [name, value ?? '']));
  };
  return {
    clusterId: broker.clusterId,
    ports: { plain: port, guarded, encrypted },
    way,
    caFile,
    otherCaFile,
    admin,
    configuration: (changes = {}) => ({
      bootstrapServers: [broker.bootstrapServer],
      clusterName: 'test',
      mechanism: 'SCRAM-SHA-512',
      tls: 'off',
      include: ['**'],
      exclude: [],
      internalTopics: false,
      settings: true,
      groups: true,
      includeGroups: ['**'],
      excludeGroups: [],
      connectTimeoutSeconds: 5,
      requestTimeoutSeconds: 10,
      sampleMessages: 0,
      requestsPerSecond: 10_000,
      pollSeconds: 0,
      detailPollSeconds: 0,
      ...changes,
    }),
    async create(...topics) {
      for (let from = 0; from < topics.length; from += 500)
        await admin.createTopics({ topics: topics.slice(from, from + 500), partitions: 1, replicas: 1 });
      await until(async () => {
        const there = new Set(await admin.listTopics());
        return topics.every((topic) => there.has(topic) || topic.startsWith('_'));
      });
    },
    async commit(topic, ...groups) {
      // the first one ever has the broker make the place where groups are kept
      await admin.findCoordinator({ keyType: 0, keys: [...groups.slice(0, 1)] });
      await until(() => commitAll(port, topic, groups));
    },
    async clear(prefix) {
      await until(async () => {
        const groups = [...(await admin.listGroups()).keys()].filter((name) => name.startsWith(prefix));
        // with the topics that it has read a group may go by itself meanwhile
        if (groups.length > 0) await deleteAll(port, groups);
        return groups.length === 0;
      });
      const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
    },
    async send(topic, ...values) {
      const producer = new Producer({
        clientId: 'sender',
        bootstrapBrokers: [broker.bootstrapServer],
        serializers: stringSerializers,
      });
      await producer.send({ messages: values.map((value) => ({ topic, value })), acks: -1 });
      await producer.close(true);
    },
    allow: (...acls) => admin.createAcls({ creations: acls.map(aclOf) }),
    async forbid(...acls) {
      await admin.deleteAcls({ filters: acls.map(aclOf) });
    },
    topicsOfReader: () => readersAdmin.listTopics(),
    settingsOf,
    async fingerprint(prefix) {
      const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix)).sort();
      const groups = [...(await admin.listGroups()).keys()].filter((id) => id.startsWith(prefix)).sort();
      const settings = await Promise.all(topics.map(async (topic) => [...(await settingsOf(topic))]));
      const offsets = await admin.listConsumerGroupOffsets({ groups });
      return JSON.stringify([topics, groups, settings, offsets], (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    },
    stop: () => broker.stop(),
    start: () => broker.start(),
    async close() {
      await Promise.all([admin.close(), readersAdmin.close()]);
      await way[Symbol.asyncDispose]();
      await broker.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until there is something to see: brokers learn of changes one after the other. */
export async function until<T>(look: () => Promise<T>, withinMs = 60_000): Promise<T | undefined> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`nothing was seen within ${withinMs} ms`);
    await new Promise((settle) => setTimeout(settle, 20));
  }
}

/** All at once over one connection: a client would ask three times for each. @returns whether all were taken */
async function commitAll(port: number, topic: string, groups: readonly string[]): Promise<boolean> {
  const connection = new Connection('committer', { maxInflights: 200 });
  await connection.connect('127.0.0.1', port);
  const partition = { partitionIndex: 0, committedOffset: 0n, committedLeaderEpoch: -1, committedMetadata: null };
  const commits = groups.map((group) =>
    offsetCommitV8.api.async(connection, group, -1, '', null, [{ name: topic, partitions: [partition] }]),
  );
  const refused = (await Promise.allSettled(commits)).filter(({ status }) => status === 'rejected');
  await connection.close();
  return refused.length === 0;
}

/** As above. */
async function deleteAll(port: number, groups: readonly string[]): Promise<void> {
  const connection = new Connection('cleaner');
  await connection.connect('127.0.0.1', port);
  await deleteGroupsV2.api.async(connection, [...groups]).catch(() => undefined);
  await connection.close();
}

const resources = { topic: 2, group: 3, cluster: 4 } as const;
const operations = { Read: 3, Describe: 8, DescribeConfigs: 10 } as const;
const literal = 3;

function aclOf({ on, name, operation, isDenied = false }: TestAcl): Acl {
  return {
    resourceType: resources[on],
    resourceName: name,
    resourcePatternType: literal,
    principal: `User:${reader.user}`,
    host: '*',
    operation: operations[operation],
    permissionType: isDenied ? 2 : 3,
  };
}

/** An authority, another one, and the key and certificate of the broker by the first. */
function certificates(folder: string) {
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const authority = testAuthority('ours');
  const { key, certificate } = authority.issue(['127.0.0.1']);
  return {
    caFile: written('ca.pem', authority.certificate),
    otherCaFile: written('other.pem', testAuthority('theirs').certificate),
    keystore: written('keystore.pem', `${key}${certificate}`),
  };
}
