import type { ConnectorLog } from '@isthmus/connector-sdk';
import { reasonOf, type Timers } from '@isthmus/connector-sdk/helpers';
import { EventTopic, type EventTopicParts } from './event-topic.js';

export type TopicKeeperParts = Omit<EventTopicParts, 'invalid' | 'lost'> & {
  readonly log: ConnectorLog;
  readonly timers: Timers;
  /** The topic can no longer be read, or can be again. */
  readonly changed: () => void;
};

const shortestWaitMs = 1_000;
const longestWaitMs = 60_000;

/** Reads a topic for as long as it is not closed: opens it anew, ever later, while the brokers are away. */
export class TopicKeeper {
  #topic: EventTopic | undefined;
  #opening: Promise<void> = Promise.resolve();
  #waitMs = shortestWaitMs;
  #cancel: (() => void) | undefined;
  #isClosed = false;
  #fault: string | undefined;

  constructor(private readonly parts: TopicKeeperParts) {}

  /** Why the topic cannot be read. */
  get fault(): string | undefined {
    return this.#fault;
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
      this.#topic = await EventTopic.open({ ...this.parts, invalid, lost: (error) => this.#again(error) });
      this.#waitMs = shortestWaitMs;
      this.#setFault(undefined);
      log.info('the topic is read', { topic: configuration.topic });
    } catch (error) {
      this.#again(error);
    }
  }

  #again(error: unknown): void {
    if (this.#isClosed) return;
    const { log, timers, configuration } = this.parts;
    log.warn('the topic cannot be read', {
      topic: configuration.topic,
      reason: reasonOf(error),
      againMs: this.#waitMs,
    });
    this.#setFault(reasonOf(error));
    this.#cancel = timers.after(this.#waitMs, () => this.open());
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
  }

  /** What is only logged nobody sees: a run says so. */
  #setFault(fault: string | undefined): void {
    const isOther = (fault === undefined) !== (this.#fault === undefined);
    this.#fault = fault;
    if (isOther) this.parts.changed();
  }
}
