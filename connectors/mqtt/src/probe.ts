import type { ProbeStep } from '@isthmus/connector-sdk';
import { nodeTimers } from '@isthmus/connector-sdk/helpers';
import { BrokerFault } from './faults.js';
import { Listening } from './listening.js';
import type { MqttConfiguration } from './mqtt-config.js';
import { TopicBook } from './topic-book.js';

const order = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'] as const;
const quietMs = 500;

/** Tries the way to the broker step by step; ends with the first that fails, and what to do about it. */
export async function probeBroker(
  configuration: MqttConfiguration,
  clientName: string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { host, port, user, include, listenSeconds, systemTopics } = configuration;
  const book = new TopicBook(configuration);
  let count = 0;
  await using listening = new Listening({
    configuration,
    clientName,
    timers: nodeTimers,
    now: () => performance.now(),
    heard: (message, at) => {
      count += 1;
      book.hear(message, at);
    },
  });
  const well: Record<ProbeStep['name'], string> = {
    resolve: `${host} is known`,
    reach: `${host}:${port} answers`,
    authenticate: `logged in ${user === undefined ? 'without a name' : `as ${user}`}`,
    authorise: `${include.join(', ')} may be listened to`,
    sample: '',
  };
  try {
    await listening.ensure(signal);
    well.authenticate += `, MQTT ${listening.session?.protocol ?? ''}`;
    await listening.quiet(quietMs, listenSeconds * 1_000, signal);
    const version = listening.session?.brokerVersion;
    if (count === 0 && version === undefined && systemTopics) return stepsTo('authorise', well, unheard(user));
    const topics = book.topics();
    well.sample = `${topics.length} topics were heard${topics.length === 0 ? ' so far' : `, e.g. ${topics[0]?.name}`}${version === undefined ? '' : `; ${version}`}`;
    return order.map((name) => ({ name, ok: true, message: well[name] }));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof BrokerFault) return stepsTo(error.step, well, error.message);
    throw error;
  }
}

function unheard(user: string | undefined): string {
  return `nothing arrives, not even what the broker says of itself: many brokers keep silent about what may not be read. Grant ${user ?? 'clients without a name'} the right to read the topics and $SYS/broker/version; if the broker has no system topics and no messages now, set \`systemTopics\` to false`;
}

function stepsTo(
  failed: ProbeStep['name'],
  well: Readonly<Record<ProbeStep['name'], string>>,
  message: string,
): readonly ProbeStep[] {
  const before = order.slice(0, order.indexOf(failed));
  return [...before.map((name) => ({ name, ok: true, message: well[name] })), { name: failed, ok: false, message }];
}
