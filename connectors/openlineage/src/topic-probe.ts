import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, orAborted, reasonOf } from '@isthmus/connector-sdk/helpers';
import { adviceOfFault, networkFaultOf } from '@isthmus/connector-sdk/servers';
import { connectionOf } from './event-topic.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';

type Admin = InstanceType<typeof import('@platformatic/kafka')['Admin']>;

/** Why the topic cannot be read, the step that shows it, and what to do about it. */
export interface TopicFault {
  readonly step: Exclude<ProbeStep['name'], 'sample'>;
  readonly advice: string;
}

const answersWithinMs = 8_000;
const fields = { host: 'brokers', port: 'brokers', tls: 'brokerTls', authority: 'brokerCaFile' };

/** Undefined: the topic is there and may be read, by the consumer group too. */
export async function topicFault(
  configuration: OpenLineageConfiguration,
  connectorName: string,
  signal: AbortSignal,
): Promise<TopicFault | undefined> {
  const { topic, brokerUser } = configuration;
  const { Admin: OpenedAdmin } = await import('@platformatic/kafka');
  let admin: Admin | undefined;
  try {
    admin = new OpenedAdmin({ clientId: 'isthmus-probe', ...(await connectionOf(configuration)) });
    // what answers there may be something else, and say nothing for long
    const topics = await orAborted(admin.listTopics(), AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]));
    if (topics.includes(topic)) return await groupFault(admin, configuration, connectorName, signal);
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

/** Who reads in a group without the right to it is refused only when it joins. A group that is not there yet is none the worse. */
async function groupFault(
  admin: Admin,
  { group: given, brokerUser }: OpenLineageConfiguration,
  connectorName: string,
  signal: AbortSignal,
): Promise<TopicFault | undefined> {
  const group = given ?? `isthmus-${connectorName}`;
  try {
    const asked = admin.describeGroups({ groups: [group] });
    await orAborted(asked, AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]));
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const refusal = allOf(error).find((one) => isRecord(one) && one.apiId === 'GROUP_AUTHORIZATION_FAILED');
    if (refusal === undefined) return undefined;
    return {
      step: 'authorise',
      advice: `${brokerUser ?? 'everybody'} may not read in the consumer group ${group} (${reasonOf(refusal)}): grant READ on the group, or set \`group\` to one that it has the right to`,
    };
  }
}

function faultOf(error: unknown, configuration: OpenLineageConfiguration): TopicFault {
  const { brokers, brokerCaFile, brokerUser, topic } = configuration;
  const errors = allOf(error);
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

/** An error with all those that it was made of, outermost first: of several brokers each has its own. */
function allOf(error: unknown): readonly unknown[] {
  const found: unknown[] = [error];
  for (let place = 0; place < found.length && found.length < 50; place += 1) {
    const one = found[place];
    if (!isRecord(one)) continue;
    if (Array.isArray(one.errors)) found.push(...one.errors);
    if (one.cause !== undefined) found.push(one.cause);
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
