import type { OmisScopes } from '@isthmus/connector-sdk';
import { definedTexts, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import { type ItemKeys, keysIn } from './item-keys.js';
import type { ClusterRow, GroupRow, SettingRow, SubjectRow, TopicRow } from './rows.js';
import type { EventFields } from './schemas/event-fields.js';
import type { SubjectPlace } from './subject-place.js';

type Told<N extends 'broker' | 'topic' | 'eventType' | 'client'> = Parameters<OmisScopes['topic'][N]>[0];

export const scopeOfCluster = 'cluster';
export const scopeOfTopics = 'topics';
export const scopeOfGroups = 'groups';
export const scopeOfSubjects = 'subjects';
export const scopeOfSamples = 'samples';

const languages = { AVRO: 'Avro', JSON: 'JSON Schema', PROTOBUF: 'Protobuf' } as const;
/** Settings that are told whether or not they were set for the topic itself. */
const tellingSettings: ReadonlySet<string> = new Set([
  'cleanup.policy',
  'compression.type',
  'max.message.bytes',
  'message.timestamp.type',
  'min.insync.replicas',
  'retention.bytes',
  'retention.ms',
]);
const mostBrokersTold = 50;

/** What lies in the cluster is named after it. */
export function toCluster(cluster: string, row: ClusterRow): Versioned<Told<'broker'>> {
  const brokers = row.brokers.map(({ id, host, port }) => `${id} ${host}:${port}`);
  return versioned({
    names: [cluster],
    deployedImplementationType: 'Apache Kafka Server',
    additionalProperties: {
      clusterId: row.id,
      brokerCount: String(brokers.length),
      brokers: brokers.sort().slice(0, mostBrokersTold).join(', '),
    },
  });
}

/** @param settings - undefined: they are not read */
export function toTopic(
  cluster: string,
  row: TopicRow,
  settings: readonly SettingRow[] | undefined,
): Versioned<Told<'topic'>> & { readonly key: string } {
  const told = (settings ?? []).filter(({ name, isOwn }) => isOwn || tellingSettings.has(name));
  const policy = told.find(({ name }) => name === 'cleanup.policy')?.value;
  return versioned({
    key: keysIn(cluster).topic(row.name),
    names: [cluster, row.name],
    deployedImplementationType: 'Apache Kafka Topic',
    resourceName: row.name,
    topicType: policy,
    additionalProperties: {
      partitions: String(row.partitionCount),
      replicationFactor: String(row.replicationFactor),
      topicId: row.id,
      ...(row.isInternal ? { internal: 'true' } : {}),
      ...Object.fromEntries(told.map(({ name, value }) => [name, value]).sort()),
    },
  });
}

/** A consumer group as a client that reads topics. */
export function toClient(cluster: string, row: GroupRow): Versioned<Told<'client'>> & { readonly key: string } {
  return versioned({
    key: keysIn(cluster).group(row.id),
    names: [cluster, row.id],
    deployedImplementationType: 'Apache Kafka Consumer Group',
    resourceName: row.id,
    additionalProperties: row.protocolType === '' ? {} : { protocolType: row.protocolType },
    reads: row.topics.map((topic) => [cluster, topic]),
  });
}

/** The newest version of a subject. */
export function toEventType(
  cluster: string,
  row: SubjectRow,
  { topic, usage }: SubjectPlace,
  event: EventFields,
): Told<'eventType'> {
  const { subject, version, versions, id, type, references, compatibility } = row;
  return {
    key: keysIn(cluster).subject(subject, topic),
    names: topic === undefined ? [cluster, subject] : [cluster, topic, subject],
    ...(topic === undefined ? { parent: 'none' } : {}),
    description: event.description,
    versionIdentifier: String(version),
    encodingStandard: languages[type],
    namespacePath: event.namespace,
    usage,
    additionalProperties: definedTexts({
      subject,
      schemaId: String(id),
      versions: versions.join(', '),
      compatibility,
      recordName: event.name,
      dataType: event.dataType,
      isCut: event.isCut ? 'true' : undefined,
      references:
        references.length === 0
          ? undefined
          : references.map((one) => `${one.name} = ${one.subject} ${one.version}`).join(', '),
    }),
    fields: event.fields,
  };
}

/** What the messages of a topic look like. */
export function toSampledType(cluster: string, topic: string, event: EventFields, keys: ItemKeys): Told<'eventType'> {
  return {
    key: keys.sample(topic),
    names: [cluster, topic, 'sample'],
    displayName: `${topic} (sample)`,
    encodingStandard: 'JSON',
    usage: 'value',
    additionalProperties: definedTexts({ sampled: 'true', isCut: event.isCut ? 'true' : undefined }),
    fields: event.fields,
  };
}
