import type { Pace } from '@isthmus/connector-sdk/helpers';
import {
  type API,
  describeConfigsV4,
  describeGroupsV5,
  findCoordinatorV4,
  listGroupsV4,
  metadataV12,
  offsetFetchV8,
  protocolErrorsCodesById,
} from '@platformatic/kafka';
import { BrokerConnection, type ConnectionOptions } from './broker-connection.js';
import { addressOf, clientSecurity } from './client-security.js';
import type { KafkaConfiguration } from './kafka-config.js';
import type { LeaderAsk } from './message-sampler.js';
import type { BrokerRow, ClusterRow, SettingRow, SettingsByTopic, TopicPresence, TopicRow } from './rows.js';
import { SourceFault } from './source-fault.js';

/** Codes of Kafka's protocol. */
const codes = {
  none: 0,
  unknownTopic: 3,
  topicForbidden: 29,
  groupForbidden: 30,
} as const;
const topicsAtOnce = 200;
const groupsAtOnce = 100;
const topicResource = 2;
const setOnTopic = 1;
const groupKey = 0;

export interface ListedGroup {
  readonly id: string;
  readonly protocolType: string;
  /** Broker that coordinates it. */
  readonly broker: number;
}

/** What is asked of a cluster, over one connection to each broker that has to be asked. Changes nothing, joins nothing. */
export class ClusterClient implements AsyncDisposable, LeaderAsk {
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  #brokers: readonly BrokerRow[] = [];
  /** By topic, the broker that leads each partition. */
  #leaders: ReadonlyMap<string, readonly number[]> = new Map();

  private constructor(
    private readonly options: ConnectionOptions,
    private readonly pace: Pace,
    private readonly first: BrokerConnection,
  ) {}

  /**
   * By the first broker of the configuration that answers.
   *
   * @throws SourceFault of the last one, when none does
   */
  static async open(
    configuration: KafkaConfiguration,
    clientId: string,
    pace: Pace,
    signal: AbortSignal,
  ): Promise<ClusterClient> {
    const options = { clientId, configuration, security: await clientSecurity(configuration), signal };
    let fault: unknown;
    for (const server of configuration.bootstrapServers) {
      const { host, port } = addressOf(server);
      try {
        return new ClusterClient(options, pace, await BrokerConnection.open(host, port, options));
      } catch (error) {
        signal.throwIfAborted();
        fault = error;
      }
    }
    throw fault;
  }

  get isBroken(): boolean {
    return this.first.isBroken;
  }

  /** The cluster with all topics that the user may describe. */
  async cluster(): Promise<ClusterRow> {
    const answer = await this.#askFirst(metadataV12.api, null, false, false);
    this.#brokers = answer.brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port }));
    if (typeof answer.clusterId !== 'string')
      throw new SourceFault('sample', `${this.first.address} names no cluster: it is older than what is supported`);
    this.#leaders = new Map(answer.topics.map(({ name, partitions }) => [name ?? '', leadersIn(partitions)]));
    return { id: answer.clusterId, brokers: this.#brokers, topics: topicsOf(answer) };
  }

  /**
   * Asks for topics by name. Only to those who may describe a topic a broker says that there is none. As brokers learn
   * of changes one after the other, each is asked that can be, and one that knows the topic is believed.
   */
  async presenceOf(topics: readonly string[]): Promise<ReadonlyMap<string, TopicPresence>> {
    const found = new Map<string, TopicPresence>();
    for (const names of slices(topics, topicsAtOnce)) {
      for (const { id } of this.#brokers) {
        const { topics: told } = await this.#ask(id, metadataV12.api, [...names], false, false);
        for (const { name, errorCode } of told)
          if (typeof name === 'string') found.set(name, firmer(found.get(name), presence(errorCode)));
      }
    }
    return found;
  }

  async settings(topics: readonly string[]): Promise<SettingsByTopic> {
    const found = new Map<string, readonly SettingRow[] | undefined>();
    for (const names of slices(topics, topicsAtOnce)) {
      const resources = names.map((resourceName) => ({ resourceType: topicResource, resourceName }) as const);
      const { results } = await this.#askFirst(describeConfigsV4.api, resources, false, false);
      for (const { resourceName, errorCode, configs } of results) {
        // one that was deleted meanwhile is no fault: the next listing misses it
        if (errorCode === codes.unknownTopic) continue;
        if (errorCode !== codes.none && errorCode !== codes.topicForbidden)
          throw refused('the settings of topics', errorCode);
        const rows = configs.filter(({ isSensitive }) => !isSensitive);
        found.set(
          resourceName,
          errorCode === codes.none
            ? rows.map(({ name, value, configSource }) => ({
                name,
                value: value ?? '',
                isOwn: configSource === setOnTopic,
              }))
            : undefined,
        );
      }
    }
    return found;
  }

  /** Groups that the user may describe; each broker knows those that it coordinates. */
  async groups(): Promise<readonly ListedGroup[]> {
    const groups = new Map<string, ListedGroup>();
    for (const { id: broker } of this.#brokers) {
      const { errorCode, groups: listed } = await this.#ask(broker, listGroupsV4.api, [], []);
      if (errorCode !== codes.none) throw refused('the consumer groups', errorCode);
      for (const { groupId: id, protocolType } of listed) groups.set(id, { id, protocolType, broker });
    }
    return [...groups.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Topics of which each group has committed offsets, sorted; groups that may not be read are left out. */
  async committedTopics(groups: readonly ListedGroup[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = new Map<string, readonly string[]>();
    for (const [broker, own] of grouped(groups)) {
      for (const some of slices(own, groupsAtOnce)) {
        const asked = some.map(({ id: groupId }) => ({ groupId, memberEpoch: -1, topics: null }));
        const answer = await this.#ask(broker, offsetFetchV8.api, asked, false);
        for (const { groupId, topics, errorCode } of answer.groups) {
          if (errorCode === codes.groupForbidden) continue;
          if (errorCode !== codes.none) throw refused('what consumer groups have read', errorCode);
          const names = topics.filter(({ partitions }) => partitions.some(isCommitted)).map(({ name }) => name);
          found.set(groupId, names.sort());
        }
      }
    }
    return found;
  }

  /**
   * Which of these groups are certainly gone. Whoever may not describe a group is not told who coordinates it. A broker
   * lists what it has loaded after its start, so it is asked for the group first, which it refuses before that; as it calls
   * groups dead that it only knows in another way, its list has to lack the group besides.
   */
  async goneGroups(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const gone = new Set<string>();
    for (const keys of slices(ids, groupsAtOnce)) {
      const { coordinators } = await this.#askFirst(findCoordinatorV4.api, groupKey, [...keys]);
      for (const { id: broker } of this.#brokers) {
        const own = coordinators.filter((one) => one.errorCode === codes.none && one.nodeId === broker);
        if (own.length === 0) continue;
        const described = await this.#ask(
          broker,
          describeGroupsV5.api,
          own.map(({ key }) => key),
          false,
        );
        const listed = await this.#listedBy(broker);
        for (const { groupId, errorCode, groupState } of described.groups)
          if (errorCode === codes.none && groupState === 'Dead' && !listed.has(groupId)) gone.add(groupId);
      }
    }
    return gone;
  }

  leadersOf(topic: string): readonly number[] {
    return this.#leaders.get(topic) ?? [];
  }

  askLeader<A extends unknown[], T>(broker: number, api: API<A, T>, ...args: A): Promise<T> {
    return this.#ask(broker, api, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await Promise.allSettled(this.#connections.values());
    for (const one of opened) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]();
    await this.first[Symbol.asyncDispose]();
  }

  async #listedBy(broker: number): Promise<ReadonlySet<string>> {
    const { errorCode, groups } = await this.#ask(broker, listGroupsV4.api, [], []);
    if (errorCode !== codes.none) throw refused('the consumer groups', errorCode);
    return new Set(groups.map(({ groupId }) => groupId));
  }

  async #askFirst<A extends unknown[], T>(api: API<A, T>, ...args: A): Promise<T> {
    await this.pace.turn(this.options.signal);
    return this.first.ask(api, ...args);
  }

  async #ask<A extends unknown[], T>(broker: number, api: API<A, T>, ...args: A): Promise<T> {
    await this.pace.turn(this.options.signal);
    return (await this.#connectionTo(broker)).ask(api, ...args);
  }

  async #connectionTo(id: number): Promise<BrokerConnection> {
    const broker = this.#brokers.find((one) => one.id === id);
    if (broker === undefined) throw new SourceFault('reach', `the cluster does not say where broker ${id} is`);
    const address = `${broker.host}:${broker.port}`;
    if (address === this.first.address && !this.first.isBroken) return this.first;
    const known = this.#connections.get(address);
    if (known !== undefined) return known;
    const opening = BrokerConnection.open(broker.host, broker.port, this.options);
    this.#connections.set(address, opening);
    try {
      return await opening;
    } catch (error) {
      this.options.signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      throw new SourceFault(
        'reach',
        `the cluster says that broker ${id} is at ${address}, and it cannot be reached there: ${why}; its \`advertised.listeners\` may be meant for others`,
      );
    }
  }
}

function topicsOf({ topics }: ReturnType<typeof metadataV12.parseResponse>): readonly TopicRow[] {
  const rows = topics.flatMap(({ name, topicId, isInternal, partitions }) =>
    typeof name !== 'string'
      ? []
      : [
          {
            name,
            id: topicId,
            isInternal,
            partitionCount: partitions.length,
            replicationFactor: partitions[0]?.replicaNodes.length ?? 0,
          },
        ],
  );
  return rows.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function leadersIn(
  partitions: readonly { readonly partitionIndex: number; readonly leaderId: number }[],
): readonly number[] {
  return [...partitions]
    .sort((one, other) => one.partitionIndex - other.partitionIndex)
    .map(({ leaderId }) => leaderId);
}

function presence(errorCode: number): TopicPresence {
  if (errorCode === codes.unknownTopic) return 'gone';
  if (errorCode === codes.topicForbidden) return 'hidden';
  return errorCode === codes.none ? 'there' : 'unknown';
}

/** Of what two brokers say, that which concludes less. */
function firmer(one: TopicPresence | undefined, other: TopicPresence): TopicPresence {
  return one === undefined || one === 'gone' ? other : one;
}

/** -1: nothing was ever committed of this partition. */
function isCommitted({ committedOffset }: { readonly committedOffset: bigint }): boolean {
  return committedOffset >= 0n;
}

function refused(what: string, errorCode: number): SourceFault {
  const code = protocolErrorsCodesById[errorCode] ?? `code ${errorCode}`;
  const next = code.startsWith('COORDINATOR_')
    ? 'it has just started, and the next run tries again'
    : 'look into its log';
  return new SourceFault('authorise', `${what} cannot be read now, the broker answers ${code}: ${next}`, code);
}

function grouped(groups: readonly ListedGroup[]): ReadonlyMap<number, readonly ListedGroup[]> {
  const byBroker = new Map<number, ListedGroup[]>();
  for (const group of groups) {
    const own = byBroker.get(group.broker) ?? [];
    own.push(group);
    byBroker.set(group.broker, own);
  }
  return byBroker;
}

function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
