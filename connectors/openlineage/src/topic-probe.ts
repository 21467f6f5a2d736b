import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, orAborted, reasonOf } from '@isthmus/connector-sdk/helpers';
import { adviceOfFault, networkFaultOf } from '@isthmus/connector-sdk/servers';
import { errorsWithin, isRecord, refusalWithin } from './errors-within.js';
import { connectionOf } from './event-topic.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';

type Kafka = typeof import('@platformatic/kafka');
type Admin = InstanceType<Kafka['Admin']>;

/** Why the topic cannot be read, the step that shows it, and what to do about it. */
export interface TopicFault {
  readonly step: Exclude<ProbeStep['name'], 'sample'>;
  readonly advice: string;
}

const answersWithinMs = 8_000;
/** Of the rights that a broker tells, as Kafka numbers them. */
const readRight = 1 << 3;
const fields = { host: 'brokers', port: 'brokers', tls: 'brokerTls', authority: 'brokerCaFile' };

/** Undefined: the topic is there and may be read, by the consumer group too. */
export async function topicFault(
  configuration: OpenLineageConfiguration,
  connectorName: string,
  signal: AbortSignal,
): Promise<TopicFault | undefined> {
  const { topic, brokerUser } = configuration;
  const kafka = await import('@platformatic/kafka');
  let admin: Admin | undefined;
  try {
    admin = new kafka.Admin({ clientId: 'isthmus-probe', ...(await connectionOf(configuration)) });
    // what answers there may be something else, and say nothing for long
    const topics = await orAborted(admin.listTopics(), AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]));
    if (topics.includes(topic))
      return (
        (await readFault(kafka, configuration, signal)) ??
        (await groupFault(admin, configuration, connectorName, signal))
      );
    return {
      step: 'authorise',
      advice: `there is no topic ${topic}, or it may not be read: correct \`topic\`, create it, or grant ${brokerUser ?? 'everybody'} DESCRIBE and READ`,
    };
  } catch (error) {
    signal.throwIfAborted();
    return faultOf(error, configuration);
  } finally {
    void Promise.resolve(admin?.close()).catch(() => undefined);
  }
}

/** Who may see a topic may not read it for that; only reading shows. */
async function readFault(
  { Consumer }: Kafka,
  configuration: OpenLineageConfiguration,
  signal: AbortSignal,
): Promise<TopicFault | undefined> {
  const { topic, brokerUser } = configuration;
  // reads outside of any group, and commits nothing
  const reader = new Consumer({ clientId: 'isthmus-probe', groupId: '-', ...(await connectionOf(configuration)) });
  try {
    const look = async (): Promise<void> => {
      const { topics } = await reader.metadata({ topics: [topic] });
      const [partition] = topics.get(topic)?.partitions ?? [];
      if (partition === undefined || partition.leader < 0) return;
      const asked = {
        partition: 0,
        currentLeaderEpoch: -1,
        fetchOffset: 0n,
        lastFetchedEpoch: -1,
        partitionMaxBytes: 1,
      };
      const topicId = topics.get(topic)?.id ?? '';
      await reader.fetch({ node: partition.leader, maxWaitTime: 1, topics: [{ topicId, partitions: [asked] }] });
    };
    await orAborted(look(), AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const refusal = refusalWithin(error, 'TOPIC_AUTHORIZATION_FAILED');
    if (refusal === undefined) return undefined;
    return {
      step: 'authorise',
      advice: `${brokerUser ?? 'everybody'} may see the topic ${topic} and not read it (${reasonOf(refusal)}): grant READ on it`,
    };
  } finally {
    void Promise.resolve(reader.close(true)).catch(() => undefined);
  }
}

/** Who reads in a group without the right to it is refused only when it joins. A group that is not there yet is none the worse. */
async function groupFault(
  admin: Admin,
  { group: given, brokerUser }: OpenLineageConfiguration,
  connectorName: string,
  signal: AbortSignal,
): Promise<TopicFault | undefined> {
  const group = given ?? `isthmus-${connectorName}`;
  const fault = (reason: string): TopicFault => ({
    step: 'authorise',
    advice: `${brokerUser ?? 'everybody'} may not read in the consumer group ${group} (${reason}): grant READ on the group, or set \`group\` to one that it has the right to`,
  });
  try {
    const asked = admin.describeGroups({ groups: [group], includeAuthorizedOperations: true });
    const groups = await orAborted(asked, AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]));
    // a broker that does not tell says the least number
    const rights = groups.get(group)?.authorizedOperations ?? 0;
    return rights > 0 && (rights & readRight) === 0 ? fault('it may only see it') : undefined;
  } catch (error) {
    signal.throwIfAborted();
    const refusal = refusalWithin(error, 'GROUP_AUTHORIZATION_FAILED');
    return refusal === undefined ? undefined : fault(reasonOf(refusal));
  }
}

function faultOf(error: unknown, configuration: OpenLineageConfiguration): TopicFault {
  const { brokers, brokerCaFile, brokerUser, topic } = configuration;
  const errors = errorsWithin(error);
  const reason = reasonOf(errors.at(-1));
  if (brokerCaFile !== undefined && errors.some((one) => isOfFile(one, brokerCaFile)))
    return { step: 'reach', advice: `${brokerCaFile} cannot be read (${reason}): correct \`brokerCaFile\`` };
  if (errors.some((one) => codeOf(one) === 'PLT_KFK_AUTHENTICATION' || /sasl|scram/i.test(reasonOf(one))))
    return { step: 'authenticate', advice: loginAdvice(reason, configuration) };
  if (errors.some((one) => /authori[sz]ation/i.test(reasonOf(one))))
    return {
      step: 'authorise',
      advice: `${brokerUser ?? 'everybody'} may not see the topics (${reason}): grant DESCRIBE and READ on ${topic}`,
    };
  const [first = ''] = brokers;
  const colon = first.lastIndexOf(':');
  const [host, port] = [first.slice(0, colon), first.slice(colon + 1)];
  const fault = errors.map(networkFaultOf).find((one) => one !== undefined) ?? 'cut';
  if (fault === 'cut' || fault === 'silent')
    return {
      step: 'reach',
      advice: `${first} does not answer like Kafka (${reason}): correct \`brokers\`; it may ask for a log-in (\`brokerUser\`) or for TLS, or speak none (\`brokerTls\`), or be behind a firewall`,
    };
  return {
    step: fault === 'name' ? 'resolve' : 'reach',
    advice: adviceOfFault(fault, reason, { kind: 'Kafka', host, port, fields }),
  };
}

function loginAdvice(
  reason: string,
  {
    brokers,
    brokerUser,
    brokerMechanism,
  }: Pick<OpenLineageConfiguration, 'brokers' | 'brokerUser' | 'brokerMechanism'>,
): string {
  if (/SASL mechanism/i.test(reason))
    return `the brokers take no ${brokerMechanism} (${reason}): set \`brokerMechanism\` to one that the listener at ${brokers[0]} has`;
  if (/SASL state/i.test(reason))
    return `the brokers ask for no log-in (${reason}): remove \`brokerUser\`, or name a listener with SASL in \`brokers\``;
  return `${brokerUser ?? 'nobody'} was refused by the brokers (${reason}): correct \`brokerUser\`, \`brokerPassword\` or \`brokerMechanism\``;
}

function isOfFile(error: unknown, path: string): boolean {
  return isRecord(error) && error.path === path;
}
