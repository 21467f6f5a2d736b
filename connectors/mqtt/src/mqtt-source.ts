import { type OmisContexts, type OmisScopes, type RefreshRun, sourceUnreadable } from '@isthmus/connector-sdk';
import { ChangeSignal, type Timers } from '@isthmus/connector-sdk/helpers';
import { BrokerFault } from './faults.js';
import { Listening } from './listening.js';
import type { MqttConfiguration } from './mqtt-config.js';
import { scopeOfBroker, scopeOfTopics, toBroker, toEventType, topicsIn, toTopic } from './to-catalogue.js';
import { TopicBook } from './topic-book.js';
import { recallTopics } from './topic-memory.js';
import { filterOf } from './topic-names.js';

type Run = RefreshRun<'topic', MqttConfiguration>;
type Scope = OmisScopes['topic'];

export interface SourceParts {
  readonly context: OmisContexts['topic'];
  readonly timers: Timers;
  readonly now: () => number;
  /** So long nothing may be heard before a first run tells what was. */
  readonly quietMs: number;
  readonly lostAfterMs?: number | undefined;
  /** Something was heard that is to be told. */
  readonly changed: (scopes: readonly string[] | undefined) => void;
}

const dayMs = 86_400_000;
const toldAtOnce = 500;

/** One broker that is listened to. */
export class MqttSource implements AsyncDisposable {
  readonly #book: TopicBook;
  readonly #listening: Listening;
  readonly #signal: ChangeSignal;
  #isRecalled = false;
  #hasListened = false;
  /** Before the first run tells what was heard, nobody has to be told that there is something. */
  #isFirst = true;

  constructor(
    private readonly configuration: MqttConfiguration,
    private readonly parts: SourceParts,
  ) {
    const { context, timers, now, lostAfterMs } = parts;
    this.#book = new TopicBook(configuration);
    this.#signal = new ChangeSignal(timers, () => parts.changed([scopeOfTopics]));
    // a flood of new topics is told once a second
    this.#signal.pace(1_000);
    this.#listening = new Listening({
      configuration,
      clientName: `isthmus-${context.connectorName}`,
      timers,
      now,
      ...(lostAfterMs === undefined ? {} : { lostAfterMs }),
      // a run says so, and is repeated until the broker is there again
      lost: () => parts.changed([scopeOfBroker]),
      heard: (message, at) => {
        if (this.#book.hear(message, at) && !this.#isFirst) this.#signal.scope(scopeOfTopics);
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.close();
    await this.#listening[Symbol.asyncDispose]();
  }

  /** @throws SOURCE_UNREADABLE when the broker does not answer */
  async refresh(run: Run): Promise<void> {
    const { brokerName, listenSeconds, forgetAfterDays } = this.configuration;
    // before anything is heard, so that what is known has its room in the book
    if (!this.#isRecalled) {
      const scope = run.scope(scopeOfTopics);
      const known = topicsIn(await scope.missing(), brokerName);
      await recallTopics(this.parts.context, scope, { brokerName, known }, this.#book, run.signal);
    }
    this.#isRecalled = true;
    await this.#reach(run.signal);
    if (!this.#hasListened) await this.#listening.quiet(this.parts.quietMs, listenSeconds * 1_000, run.signal);
    this.#hasListened = true;
    this.#isFirst = false;
    if (forgetAfterDays > 0) await this.#forget(forgetAfterDays, run.signal);
    await this.#tellBroker(run);
    await this.#tellTopics(run);
  }

  /** Silence is no sign where a message is retained: that stands, and comes to those alone who subscribe anew. */
  async #forget(afterDays: number, signal: AbortSignal): Promise<void> {
    const before = this.#listening.listenedMs - afterDays * dayMs;
    const silent = this.#book.silentSince(before);
    if (silent.length === 0) return;
    try {
      const filters = new Map(silent.map((name) => [name, filterOf(name)]));
      const unknown = new Set(await this.#listening.repeatRetained([...new Set(filters.values())], signal));
      this.#book.forgetBefore(before, (name) => !unknown.has(filters.get(name) ?? name));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BrokerFault) throw sourceUnreadable(`the broker cannot be listened to: ${error.message}`);
      throw error;
    }
  }

  async #reach(signal: AbortSignal): Promise<void> {
    try {
      if (await this.#listening.ensure(signal)) this.#hasListened = false;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BrokerFault) throw sourceUnreadable(`the broker cannot be listened to: ${error.message}`);
      throw error;
    }
  }

  async #tellBroker(run: Run): Promise<void> {
    const scope = run.scope(scopeOfBroker);
    const broker = toBroker(this.configuration.brokerName, this.#listening.session?.brokerVersion);
    for (const told of await scope.keepThings('broker', [broker])) await scope.broker(told);
    run.signal.throwIfAborted();
    await scope.complete();
  }

  /**
   * All topics that were ever heard, by this instance or before, so that the certificate takes away none but those that
   * are to be forgotten.
   */
  async #tellTopics(run: Run): Promise<void> {
    const { brokerName } = this.configuration;
    const scope = run.scope(scopeOfTopics);
    const topics = this.#book.topics();
    for (let from = 0; from < topics.length; from += toldAtOnce) {
      run.signal.throwIfAborted();
      const some = topics.slice(from, from + toldAtOnce);
      const told = some.map((entry) => toTopic(brokerName, entry));
      for (const topic of await scope.keepThings('topic', told)) {
        run.signal.throwIfAborted();
        await scope.topic(topic);
      }
      const payloads = some.flatMap((entry) => toEventType(brokerName, entry) ?? []);
      for (const payload of await scope.keepThings('eventType', payloads)) {
        run.signal.throwIfAborted();
        await scope.eventType(payload);
      }
    }
    await this.#tellFindings(scope);
    run.signal.throwIfAborted();
    // what was left out may be known
    if (this.#book.leftOutCount === 0) await scope.complete();
  }

  async #tellFindings(scope: Scope): Promise<void> {
    const { maxTopics, messagesPerSecond } = this.configuration;
    const { leftOutCount } = this.#book;
    if (leftOutCount > 0)
      await scope.finding({
        severity: 'warning',
        code: 'TOO_MANY_TOPICS',
        message: `${leftOutCount} topics beyond the first ${maxTopics} are left out: name what differs in \`collapse\` (devices/+/state), narrow \`include\`, or raise \`maxTopics\``,
      });
    const rests = this.#listening.takeRests();
    if (rests > 0)
      await scope.finding({
        severity: 'info',
        code: 'MESSAGES_MISSED',
        message: `more than ${messagesPerSecond} messages came in a second, ${rests} times; it did not listen for a while each time (\`messagesPerSecond\`), so topics may be told later`,
      });
    for (const filter of this.#listening.refused)
      await scope.finding({
        severity: 'warning',
        code: 'FILTER_REFUSED',
        message: `the broker refuses to be listened to at ${filter}: grant the right to read it, or take it out of \`include\``,
      });
  }
}
