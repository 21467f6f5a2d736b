import { once } from 'node:events';
import { haveNames, type KafkaSecurity, kafkaSecurity } from '@isthmus/model';
import type { TopicAddress } from './topic-address.js';

export interface TopicListener {
  onEvent(text: string): void;
  /** Once; nothing is heard after it. */
  onLost(error: unknown): void;
}

export interface TopicSubscription {
  close(): Promise<void>;
}

/** Listens to a topic from its end. Resolves when whatever is written from now on will be heard. */
export type Subscribe = (address: TopicAddress, listener: TopicListener) => Promise<TopicSubscription>;

const connectTimeoutMs = 5_000;
const requestTimeoutMs = 10_000;
const sessionTimeoutMs = 30_000;
const heartbeatMs = 5_000;
/** How long brokers hold a request when there is nothing to tell. */
const fetchWaitMs = 5_000;

/**
 * @param groupId - of this one listener: each hears everything
 * @param ownSecurity - how brokers are reached; undefined: as the metadata access server says
 */
export function kafkaSubscribe(
  clientId: string,
  groupId: () => string,
  ownSecurity: () => Promise<KafkaSecurity | undefined> = async () => undefined,
): Subscribe {
  return async ({ topic, bootstrapServers, security }, listener) => {
    const reached = (await ownSecurity()) ?? (await kafkaSecurity(security, async (text) => text));
    // Loaded by those alone who listen: the client costs memory.
    const { Consumer, stringDeserializers } = await import('@platformatic/kafka');
    const consumer = new Consumer({
      clientId,
      groupId: groupId(),
      bootstrapBrokers: [...bootstrapServers],
      ...reached,
      tlsServerName: haveNames(bootstrapServers),
      deserializers: stringDeserializers,
      autocreateTopics: true,
      autocommit: false,
      connectTimeout: connectTimeoutMs,
      timeout: requestTimeoutMs,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTime: fetchWaitMs,
      retries: 2,
      retryDelay: 250,
    });
    let isOver = false;
    const lose = (error: unknown) => {
      if (isOver) return;
      isOver = true;
      listener.onLost(error);
    };
    const close = async () => {
      isOver = true;
      await consumer.close(true);
    };
    try {
      consumer.on('consumer:heartbeat:error', ({ error }: { readonly error: Error }) => lose(error));
      const stream = await consumer.consume({ topics: [topic], mode: 'latest', autocommit: false });
      // until it knows where the topic ends, what is written would not be heard
      await once(stream, 'offsets', { signal: AbortSignal.timeout(requestTimeoutMs) });
      stream.on('error', lose);
      stream.on('close', () => lose(new Error('the brokers ended the subscription')));
      stream.on('data', ({ value }) => listener.onEvent(value ?? ''));
    } catch (error) {
      await close().catch(() => undefined);
      throw error;
    }
    return { close };
  };
}
