import type { ConnectorLog } from '@isthmus/connector-sdk';
import { reasonOf, type Timers } from '@isthmus/connector-sdk/helpers';
import { EventTopic, type EventTopicParts } from './event-topic.js';

export type TopicKeeperParts = Omit<EventTopicParts, 'invalid' | 'missed' | 'lost'> & {
  readonly log: ConnectorLog;
  readonly timers: Timers;
  /** The topic can no longer be read, or can be again. */
  readonly changed: () => void;
};

const shortestWaitMs = 1_000;
const longestWaitMs = 60_000;
/** What is refused while it is read is refused by then. */
const settledAfterMs = 2_000;

/** Reads a topic for as long as it is not closed: opens it anew, ever later, while the brokers are away. */
export class TopicKeeper {
  #topic: EventTopic | undefined;
  #opening: Promise<void> = Promise.resolve();
  #waitMs = shortestWaitMs;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  #fault: string | undefined;
  #missed = 0;

  constructor(private readonly parts: TopicKeeperParts) {}

  /** Why the topic cannot be read. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** How many messages were removed before they were read, since it was asked last. */
  takeMissed(): number {
    const missed = this.#missed;
    this.#missed = 0;
    return missed;
  }

  /** Does not wait: brokers that are away keep nothing else from being heard. */
  open(): void {
    this.#opening = this.#open();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.#opening;
    await this.#topic?.close();
  }

  async #open(): Promise<void> {
    const { log, configuration } = this.parts;
    try {
      const invalid = (reason: string) => log.warn('a message of the topic is no event', { reason });
      const missed = (count: number) => this.#miss(count);
      this.#topic = await EventTopic.open({ ...this.parts, invalid, missed, lost: (error) => this.#again(error) });
      this.#cancel = this.parts.timers.after(settledAfterMs, () => {
        this.#waitMs = shortestWaitMs;
        this.#setFault(undefined);
      });
      log.info('the topic is read', { topic: configuration.topic });
    } catch (error) {
      this.#again(error);
    }
  }

  #again(error: unknown): void {
    if (this.#isClosed) return;
    const { log, timers, configuration } = this.parts;
    this.#cancel?.();
    log.warn('the topic cannot be read', {
      topic: configuration.topic,
      reason: reasonOf(error),
      againMs: this.#waitMs,
    });
    this.#setFault(reasonOf(error));
    this.#cancel = timers.after(this.#waitMs, () => this.open());
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
  }

  #miss(count: number): void {
    if (count === 0) return;
    this.#missed += count;
    this.parts.log.warn('messages of the topic were removed before they were read', { count });
    this.parts.changed();
  }

  /** What is only logged nobody sees: a run says so. */
  #setFault(fault: string | undefined): void {
    const isOther = (fault === undefined) !== (this.#fault === undefined);
    this.#fault = fault;
    if (isOther) this.parts.changed();
  }
}
