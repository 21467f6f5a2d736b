import {
  type Clock,
  delay,
  type ErrorReport,
  IsthmusError,
  type Logger,
  messageOf,
  toErrorReport,
} from '@isthmus/kernel';
import { meaningOf } from './event-meaning.js';
import type { TopicAddress } from './topic-address.js';
import type { Subscribe } from './topic-subscription.js';

/** How it stands with the out topic of a metadata access server. */
export interface OutTopicStatus {
  /** `absent`: the server tells changes otherwise or not at all. */
  readonly state: 'absent' | 'listening' | 'away';
  readonly topic?: string;
  /** Epoch ms. */
  readonly since: number;
  /** Events heard since the start, and how many of them could not be read. */
  readonly events: number;
  readonly malformed: number;
  readonly problem?: ErrorReport;
}

export interface TopicFollowerParts {
  /** Undefined: there is nothing to listen to. */
  readonly address: (signal: AbortSignal) => Promise<TopicAddress | undefined>;
  readonly subscribe: Subscribe;
  /** Called when a group may have changed. Must not throw. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
}

/** The server may be given an event bus, or another one, while it is followed. */
const lookAgainMs = 60_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/**
 * Listens to the out topic of a metadata access server, only to shorten the wait until the next poll. What was told
 * while nobody listened is not looked for: whenever it begins to listen, everything is read once.
 */
export class TopicFollower {
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #status: OutTopicStatus;
  /** Since the topic was last heard. */
  #failures = 0;
  /** Since the server last said where the topic is. */
  #unasked = 0;

  constructor(private readonly parts: TopicFollowerParts) {
    this.#status = { state: 'absent', since: parts.clock.now(), events: 0, malformed: 0 };
  }

  start(): void {
    this.#running ??= this.#run(this.#closing.signal);
  }

  status(): OutTopicStatus {
    return this.#status;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const address = await this.#address(signal);
      if (signal.aborted) return;
      try {
        if (address === undefined) {
          this.#enter('absent');
          await delay(this.parts.clock, lookAgainMs, signal);
        } else if (address !== 'unknown') {
          await this.#listen(address, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error, signal);
      }
    }
  }

  /** A metadata access server that is away is others' business: it is asked again. */
  async #address(signal: AbortSignal): Promise<TopicAddress | 'unknown' | undefined> {
    try {
      const address = await this.parts.address(signal);
      this.#unasked = 0;
      return address;
    } catch (error) {
      if (!signal.aborted) this.parts.logger.debug('out topic is not known', { problem: toErrorReport(error) });
      await this.#pause(this.#unasked, signal);
      this.#unasked += 1;
      return 'unknown';
    }
  }

  async #listen(address: TopicAddress, signal: AbortSignal): Promise<void> {
    let lost: (error: unknown) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      lost = reject;
    });
    // Who waits for it may come later than the loss.
    ended.catch(() => undefined);
    const subscription = await this.parts.subscribe(address, {
      onEvent: (text) => this.#heard(text),
      onLost: lost,
    });
    try {
      if (this.#failures > 0) this.parts.logger.info('out topic is heard again', { topic: address.topic });
      this.#failures = 0;
      this.#enter('listening', address.topic);
      this.parts.onChange();
      await Promise.race([ended, this.#untilElsewhere(address, signal)]);
    } finally {
      await subscription.close().catch(() => undefined);
    }
  }

  /** Resolves when the server tells changes on another topic, or on none. */
  async #untilElsewhere(address: TopicAddress, signal: AbortSignal): Promise<void> {
    for (;;) {
      await delay(this.parts.clock, lookAgainMs, signal);
      // A server that is away has not moved its topic.
      const now = await this.parts.address(signal).catch(() => address);
      signal.throwIfAborted();
      if (now === undefined || !isSame(now, address)) return;
    }
  }

  #heard(text: string): void {
    const meaning = meaningOf(text);
    const { events, malformed } = this.#status;
    this.#status = {
      ...this.#status,
      events: events + 1,
      malformed: malformed + (meaning === 'malformed' ? 1 : 0),
    };
    if (meaning === 'malformed' && malformed === 0)
      this.parts.logger.warn('an event on the out topic cannot be read; such events are counted and passed over', {
        topic: this.#status.topic,
        length: text.length,
      });
    if (meaning === 'relevant') this.parts.onChange();
  }

  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    const problem = problemOf(error);
    this.#enter('away', this.#status.topic, problem);
    if (this.#failures === 0) this.parts.logger.warn('out topic is not heard; groups are polled', { problem });
    await this.#pause(this.#failures, signal);
    this.#failures += 1;
  }

  async #pause(failuresBefore: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.parts;
    const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** failuresBefore);
    await delay(clock, wait * (1 + random() / 10), signal).catch(() => undefined);
  }

  #enter(state: OutTopicStatus['state'], topic?: string, problem?: ErrorReport): void {
    const { state: former, topic: formerTopic, since, events, malformed } = this.#status;
    const isSameState = former === state && formerTopic === topic;
    this.#status = {
      state,
      ...(topic !== undefined && { topic }),
      since: isSameState ? since : this.parts.clock.now(),
      events,
      malformed,
      ...(problem && { problem }),
    };
  }
}

function isSame(one: TopicAddress, other: TopicAddress): boolean {
  return one.topic === other.topic && one.bootstrapServers.join() === other.bootstrapServers.join();
}

/** Clients of brokers wrap what happened in lists of errors. */
function problemOf(error: unknown): ErrorReport {
  if (IsthmusError.is(error)) return toErrorReport(error);
  const [first]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const cause = first === undefined ? '' : ` (${messageOf(first)})`;
  return toErrorReport(new IsthmusError('BROKER_UNREACHABLE', `${messageOf(error)}${cause}`));
}
