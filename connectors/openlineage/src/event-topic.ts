import { readFile } from 'node:fs/promises';
import { refusalWithin } from './errors-within.js';
import type { LineageEvent } from './event.js';
import { type Intake, IntakeFull } from './event-intake.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { EventFault, readEvent } from './read-event.js';

export type TopicConfiguration = Pick<
  OpenLineageConfiguration,
  'brokers' | 'topic' | 'group' | 'brokerUser' | 'brokerPassword' | 'brokerMechanism' | 'brokerTls' | 'brokerCaFile'
>;

export interface EventTopicParts {
  readonly configuration: TopicConfiguration;
  readonly connectorName: string;
  readonly intake: Pick<Intake, 'accept'>;
  readonly now: () => number;
  /** A message is no event. */
  readonly invalid: (message: string) => void;
  /** So many messages were removed before they were read. */
  readonly missed: (count: number) => void;
  /** Reading ended; it has to be opened anew. Once. */
  readonly lost: (error: unknown) => void;
}

const connectTimeoutMs = 5_000;
const requestTimeoutMs = 10_000;
const sessionTimeoutMs = 30_000;
const heartbeatMs = 5_000;
const fetchWaitMs = 500;
const longestWaitMs = 60_000;

type Kafka = typeof import('@platformatic/kafka');
/** What is used of the client's consumer when it has lost its place. */
type Places = Pick<InstanceType<Kafka['Consumer']>, 'assignments' | 'listOffsets' | 'listCommittedOffsets' | 'commit'>;

/** What is used of a message of the topic. */
interface TopicMessage {
  readonly value: string | undefined;
  commit(): Promise<void> | void;
}

/** Reads events from a Kafka topic. A message counts as read once its event is safe; after a crash some come again. */
export class EventTopic {
  #isOver = false;

  private constructor(
    private readonly parts: EventTopicParts,
    private readonly end: () => Promise<void>,
  ) {}

  /** Resolves when the topic is being read. */
  static async open(parts: EventTopicParts): Promise<EventTopic> {
    const { configuration, connectorName } = parts;
    const { topic, group = `isthmus-${connectorName}` } = configuration;
    // Loaded by those alone who read a topic: the client costs memory.
    const kafka = await import('@platformatic/kafka');
    const { Consumer, stringDeserializers } = kafka;
    const consumer = new Consumer({
      clientId: `isthmus-${connectorName}`,
      groupId: group,
      ...(await connectionOf(configuration)),
      deserializers: stringDeserializers,
      autocommit: false,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTime: fetchWaitMs,
    });
    try {
      const stream = await consumer.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest' });
      const opened = new EventTopic(parts, async () => {
        await stream.close();
        await consumer.close(true);
      });
      consumer.on('consumer:heartbeat:error', ({ error }: { readonly error: Error }) => opened.#lose(error));
      void opened.#read(stream, () => placesMoved(consumer, topic, kafka));
      return opened;
    } catch (error) {
      await ended(() => consumer.close(true));
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await ended(this.end);
  }

  /** @param move - brings it to where the topic begins, when that holds no longer what comes next */
  async #read(stream: AsyncIterable<TopicMessage>, move: () => Promise<number>): Promise<void> {
    try {
      for await (const message of stream) {
        if (this.#isOver) return;
        await this.#take(message);
        await message.commit();
      }
      throw new Error('the brokers ended the subscription');
    } catch (error) {
      if (!this.#isOver && refusalWithin(error, 'OFFSET_OUT_OF_RANGE') !== undefined)
        await move().then(this.parts.missed, () => undefined);
      this.#lose(error);
    }
  }

  async #take({ value = '' }: TopicMessage): Promise<void> {
    const events = this.#eventsOf(value);
    for (let waitMs = 1_000; events.length > 0 && !this.#isOver; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        return await this.parts.intake.accept(events, value.length);
      } catch (error) {
        if (!(error instanceof IntakeFull)) throw error;
        // the topic keeps what there is no room for
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
      }
    }
  }

  #eventsOf(text: string): readonly LineageEvent[] {
    try {
      return [readEvent(JSON.parse(text), this.parts.now())];
    } catch (error) {
      this.parts.invalid(error instanceof EventFault ? error.message : 'it is no JSON');
      return [];
    }
  }

  #lose(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    void ended(this.end);
    this.parts.lost(error);
  }
}

/**
 * What was committed may lie before all that the topic holds, as messages are kept for a time alone, or behind it: then the
 * next one is the first that there is.
 *
 * @returns how many messages were removed before they were read
 */
async function placesMoved(consumer: Places, topic: string, { ListOffsetTimestamps }: Kafka): Promise<number> {
  const partitions = consumer.assignments?.find((one) => one.topic === topic)?.partitions ?? [];
  const placesAt = async (timestamp: bigint) => (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic);
  const begins = await placesAt(ListOffsetTimestamps.EARLIEST);
  const ends = await placesAt(ListOffsetTimestamps.LATEST);
  const committed = (await consumer.listCommittedOffsets({ topics: [{ topic, partitions }] })).get(topic);
  const offsets: Parameters<Places['commit']>[0]['offsets'] = [];
  let missed = 0n;
  for (const partition of partitions) {
    const [begin, end, at] = [begins, ends, committed].map((places) => places?.[partition]);
    if (begin === undefined || end === undefined || at === undefined || at < 0n) continue;
    if (at >= begin && at <= end) continue;
    if (at < begin) missed += begin - at;
    offsets.push({ topic, partition, offset: begin, leaderEpoch: -1 });
  }
  if (offsets.length > 0) await consumer.commit({ offsets });
  return Number(missed);
}

/** What was lost cannot be closed well. */
async function ended(end: () => Promise<void> | void): Promise<void> {
  try {
    await end();
  } catch {
    // its connections are gone
  }
}

/** How the brokers are reached; also for a first look at them. */
export async function connectionOf({
  brokers,
  brokerUser,
  brokerPassword,
  brokerMechanism,
  brokerTls,
  brokerCaFile,
}: TopicConfiguration) {
  const ca = brokerCaFile === undefined ? undefined : await readFile(brokerCaFile, 'utf8');
  return {
    bootstrapBrokers: [...brokers],
    connectTimeout: connectTimeoutMs,
    timeout: requestTimeoutMs,
    retries: 2,
    retryDelay: 250,
    ...(brokerTls ? { tls: ca === undefined ? {} : { ca }, tlsServerName: true } : {}),
    ...(brokerUser === undefined
      ? {}
      : { sasl: { mechanism: brokerMechanism, username: brokerUser, password: brokerPassword ?? '' } }),
  };
}
