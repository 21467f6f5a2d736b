import { haveNames, type KafkaSecurity } from '@isthmus/model';
import type { Producer } from '@platformatic/kafka';

export interface TopicRecord {
  readonly topic: string;
  readonly value: string;
}

/** Writes to topics. */
export interface TopicWriter {
  /** All of them, in this order on each topic; resolves when the brokers have them. Tries once. */
  send(records: readonly TopicRecord[]): Promise<void>;
  close(): Promise<void>;
}

const connectTimeoutMs = 5_000;
const requestTimeoutMs = 10_000;

/** A connection to Kafka, made at the first record: its client costs memory that only those pay who use it. */
export class KafkaTopicWriter implements TopicWriter {
  #producer: Producer<string, string, string, string> | undefined;

  constructor(
    private readonly bootstrapServers: readonly string[],
    /** Told to the brokers, and the key of every record: one key, one partition, one order. */
    private readonly name: string,
    /** How brokers are reached; asked at each connection, so that a rotated secret is used without a restart. */
    private readonly security: () => Promise<KafkaSecurity> = async () => ({}),
  ) {}

  async send(records: readonly TopicRecord[]): Promise<void> {
    this.#producer ??= await this.#connect();
    await this.#producer.send({ messages: records.map((record) => ({ ...record, key: this.name })), acks: -1 });
  }

  /** Also after a failure: the next record connects anew, and finds the brokers again wherever they are then. */
  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close(true);
  }

  async #connect(): Promise<Producer<string, string, string, string>> {
    const security = await this.security();
    const { Producer, stringSerializers } = await import('@platformatic/kafka');
    return new Producer({
      clientId: this.name,
      bootstrapBrokers: [...this.bootstrapServers],
      ...security,
      tlsServerName: haveNames(this.bootstrapServers),
      serializers: stringSerializers,
      autocreateTopics: true,
      connectTimeout: connectTimeoutMs,
      timeout: requestTimeoutMs,
      // A topic that was just created has no leader for a moment; whatever lasts longer is the publisher's to repeat.
      retries: 3,
      retryDelay: 250,
    });
  }
}
