import { orAborted, type Timers } from '@isthmus/connector-sdk/helpers';
import { BrokerSession, versionTopic } from './broker-session.js';
import { BrokerFault } from './faults.js';
import type { MqttConfiguration } from './mqtt-config.js';
import type { HeardMessage } from './topic-book.js';

const second = 1_000;
/** Times as long as it listened it does not, when more arrives than it may take. */
const restFactor = 10;
const usualLostAfterMs = 15_000;
/** So little that no broker has to drop any of it. */
const repeatedAtOnce = 50;
/** Topics of which it is remembered that their retained message came. */
const mostGreeted = 100_000;

export interface ListeningParts {
  readonly configuration: MqttConfiguration;
  readonly clientName: string;
  readonly timers: Timers;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** @param at - on the clock of the time that was listened */
  readonly heard: (message: HeardMessage, at: number) => void;
  /** How long the connection may be gone before `lost` is called. */
  readonly lostAfterMs?: number;
  /** The connection did not come back by itself: some refusals of a broker end all attempts. */
  readonly lost?: () => void;
}

/**
 * Listens to a broker all the time, as long as it sends no more than it may: then it rests, and listens again. Counts the
 * time in which a topic could have been heard.
 */
export class Listening implements AsyncDisposable {
  #session: BrokerSession | undefined;
  #refused: readonly string[] = [];
  #listenedMs = 0;
  #since: number | undefined;
  #windowFrom = 0;
  #inWindow = 0;
  #lastHeard = 0;
  #rests = 0;
  #cancelRest: (() => void) | undefined;
  #cancelRepeat: (() => void) | undefined;
  /** A rest is over or the connection was lost, and it is not listened again yet. */
  #isDeaf = false;
  /** Topics whose retained message has come since it was asked for. */
  readonly #greeted = new Set<string>();
  #greetedCount = 0;
  #greetedFrom = 0;
  #cancelLost: (() => void) | undefined;
  readonly #end = new AbortController();

  constructor(private readonly parts: ListeningParts) {}

  /** Filters that the broker refused. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  /** How often it had to rest since it was asked last. */
  takeRests(): number {
    const rests = this.#rests;
    this.#rests = 0;
    return rests;
  }

  get session(): BrokerSession | undefined {
    return this.#session;
  }

  /** How long it has listened in all, ms. */
  get listenedMs(): number {
    return this.#listenedMs + (this.#since === undefined ? 0 : this.parts.now() - this.#since);
  }

  /**
   * From here on it listens, unless it did already.
   *
   * @returns whether it has just begun
   * @throws BrokerFault when the broker cannot be listened to now
   */
  async ensure(signal: AbortSignal): Promise<boolean> {
    const either = AbortSignal.any([signal, this.#end.signal]);
    either.throwIfAborted();
    if (this.#session?.isConnected === true) {
      await this.#session.signOfLife(either);
      if (!this.#isDeaf) return false;
    }
    await this.#close();
    const { configuration, clientName } = this.parts;
    const session = await BrokerSession.open(
      {
        configuration,
        clientName,
        heard: (message) => this.#heard(message),
        connected: (isConnected) => this.#connected(isConnected),
      },
      either,
    );
    this.#session = session;
    try {
      await this.#listen(session, either);
      // brokers answer in turn: with this answer what is retained has arrived
      await session.signOfLife(either);
    } catch (error) {
      await this.#close();
      throw error;
    }
    return true;
  }

  /**
   * Hears once more what is retained at these filters: nobody repeats it by himself.
   *
   * @returns those of which it is not known; all of them while it rests
   * @throws BrokerFault when the broker does not answer
   */
  async repeatRetained(filters: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    const session = this.#session;
    if (session === undefined || this.#cancelRest !== undefined) return filters;
    const either = AbortSignal.any([signal, this.#end.signal]);
    const refused: string[] = [];
    for (let from = 0; from < filters.length; from += repeatedAtOnce) {
      const some = filters.slice(from, from + repeatedAtOnce);
      refused.push(...(await session.repeatRetained(some, this.parts.configuration.include, either)));
      // brokers answer in turn: with this answer it has arrived
      await session.signOfLife(either);
    }
    return refused;
  }

  /** Waits until nothing was heard for a while, but no longer than so. */
  async quiet(quietMs: number, longestMs: number, signal: AbortSignal): Promise<void> {
    const from = this.parts.now();
    this.#lastHeard = from;
    for (;;) {
      const now = this.parts.now();
      const left = Math.min(this.#lastHeard + quietMs - now, from + longestMs - now);
      if (left <= 0) return;
      let cancel = (): void => undefined;
      const waited = new Promise<void>((resolve) => {
        cancel = this.parts.timers.after(left, resolve);
      });
      try {
        await orAborted(waited, signal);
      } finally {
        cancel();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error('the connector is stopped'));
    await this.#close();
  }

  async #listen(session: BrokerSession, signal: AbortSignal): Promise<void> {
    const { include } = this.parts.configuration;
    this.#greetedCount = 0;
    this.#refused = await this.#ask(session, signal);
    if (this.#refused.length === include.length)
      throw new BrokerFault(
        'authorise',
        `the broker refuses to be listened to at ${this.#refused.join(', ')}: grant the right to read these topics, or correct \`include\``,
      );
    this.#count(true);
  }

  #heard(message: HeardMessage): void {
    const now = this.parts.now();
    this.#lastHeard = now;
    this.parts.heard(message, this.listenedMs);
    if (now - this.#windowFrom >= second) {
      this.#windowFrom = now;
      this.#inWindow = 0;
    }
    if (!this.#isGreeting(message)) this.#inWindow += 1;
    if (this.#inWindow > this.parts.configuration.messagesPerSecond) this.#rest(now - this.#windowFrom);
  }

  /** What is retained comes all at once when it is asked for; later messages of the topic are as others, though they are kept too. */
  #isGreeting({ isRetained, topic }: HeardMessage): boolean {
    if (!isRetained || this.#greeted.has(topic)) return false;
    if (this.#greeted.size < mostGreeted) this.#greeted.add(topic);
    this.#greetedCount += 1;
    return true;
  }

  /** From here on what is retained comes. */
  #greet(): void {
    this.#greeted.clear();
    this.#greetedCount = 0;
    this.#greetedFrom = this.parts.now();
  }

  /** How long what is retained may not be asked for again: it is as many messages as others. */
  get #greetingMs(): number {
    const { configuration, now } = this.parts;
    const takesMs = (this.#greetedCount / configuration.messagesPerSecond) * second;
    return this.#greetedFrom + takesMs * restFactor - now();
  }

  #rest(listenedMs: number): void {
    if (this.#cancelRest !== undefined) return;
    this.#rests += 1;
    this.#count(false);
    void this.#session?.pause(this.parts.configuration.include);
    this.#cancelRest = this.parts.timers.after(Math.max(listenedMs, second) * restFactor, () => {
      this.#cancelRest = undefined;
      this.#inWindow = 0;
      this.#isDeaf = true;
      this.#listenAgain();
    });
  }

  /** When the connection is away it is done once that is back. */
  #listenAgain(): void {
    const session = this.#session;
    if (!this.#isDeaf || session?.isConnected !== true) return;
    const { include } = this.parts.configuration;
    this.#ask(session, this.#end.signal).then(
      (refused) => {
        if (this.#session !== session) return;
        this.#refused = refused;
        this.#isDeaf = refused.length === include.length;
        if (this.#isDeaf) this.parts.lost?.();
        else this.#count(this.#cancelRest === undefined);
      },
      // a run begins anew
      () => this.#session === session && this.parts.lost?.(),
    );
  }

  /**
   * With what is retained, as soon as that may be asked for: it may be another than before.
   *
   * @returns filters that the broker refuses
   */
  async #ask(session: BrokerSession, signal: AbortSignal): Promise<readonly string[]> {
    const { include, systemTopics } = this.parts.configuration;
    const greetingMs = this.#greetingMs;
    if (greetingMs <= 0) this.#greet();
    else
      this.#cancelRepeat ??= this.parts.timers.after(greetingMs, () => {
        this.#cancelRepeat = undefined;
        // otherwise it is asked for when it listens again
        if (this.#since !== undefined) this.#ask(session, this.#end.signal).catch(() => undefined);
      });
    if (systemTopics) await session.listen([versionTopic], false, signal);
    return await session.listen(include, greetingMs > 0, signal);
  }

  #connected(isConnected: boolean): void {
    this.#count(false);
    if (isConnected) {
      this.#listenAgain();
      this.#cancelLost?.();
      this.#cancelLost = undefined;
      return;
    }
    const { timers, lostAfterMs = usualLostAfterMs, lost } = this.parts;
    if (this.#session === undefined) return;
    this.#isDeaf = this.#cancelRest === undefined;
    this.#cancelLost ??= timers.after(lostAfterMs, () => {
      this.#cancelLost = undefined;
      if (this.#session?.isConnected === false) lost?.();
    });
  }

  #count(isListening: boolean): void {
    if (isListening) this.#since ??= this.parts.now();
    else {
      this.#listenedMs = this.listenedMs;
      this.#since = undefined;
    }
  }

  async #close(): Promise<void> {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#cancelRepeat?.();
    this.#cancelRepeat = undefined;
    this.#isDeaf = false;
    this.#cancelLost?.();
    this.#cancelLost = undefined;
    this.#count(false);
    const session = this.#session;
    this.#session = undefined;
    await session?.[Symbol.asyncDispose]();
  }
}
