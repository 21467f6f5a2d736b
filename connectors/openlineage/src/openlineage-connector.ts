import {
  type IntegrationConnector,
  type OmisContexts,
  type OpenLineageEvent,
  type ProbeStep,
  type RefreshRun,
  sourceUnreadable,
} from '@isthmus/connector-sdk';
import { ChangeSignal, nodeTimers, orAborted, reasonOf, type Timers } from '@isthmus/connector-sdk/helpers';
import type { LineageEvent } from './event.js';
import { EventEndpoint } from './event-endpoint.js';
import { EventFiles } from './event-files.js';
import { EventIntake, type Intake } from './event-intake.js';
import { Listing } from './listing.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { probe } from './probe.js';
import { EventFault, readEvent } from './read-event.js';
import { type HeldStore, holdStore } from './shared-store.js';
import { TopicKeeper } from './topic-keeper.js';

/** What is open while the connector runs. */
interface Opened {
  readonly held: HeldStore;
  readonly intake: EventIntake;
  /** The same, telling others. */
  readonly published: Intake;
  readonly files: EventFiles | undefined;
}

/** Hears what OpenLineage clients tell, and keeps the catalogue in step with it. */
export class OpenLineageConnector implements IntegrationConnector<'lineage'> {
  readonly #end = new AbortController();
  readonly #signal: ChangeSignal;
  #opening: Promise<Opened> | undefined;
  #endpoint: EventEndpoint | undefined;
  #topic: TopicKeeper | undefined;
  #cancelPoll: (() => void) | undefined;

  constructor(
    private readonly context: OmisContexts['lineage'],
    private readonly configuration: OpenLineageConfiguration,
    private readonly timers: Timers = nodeTimers,
    private readonly now: () => number = Date.now,
  ) {
    this.#signal = new ChangeSignal(timers, () => context.changed());
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    const { connectorName } = this.context;
    return probe(this.configuration, { connectorName, isListening: this.#endpoint !== undefined }, signal);
  }

  async start(): Promise<void> {
    const { configuration, context } = this;
    const { published: intake, files } = await this.#open();
    if (configuration.endpoint) {
      this.#endpoint = await EventEndpoint.open({
        configuration,
        intake,
        now: this.now,
        failed: (error) => context.log.error('an event could not be kept', { reason: reasonOf(error) }),
      });
      context.log.info('events are taken', { host: configuration.host, port: this.#endpoint.port });
    }
    if (configuration.brokers.length > 0) {
      const { connectorName, log } = context;
      const changed = (): void => context.changed();
      const { now, timers } = this;
      this.#topic = new TopicKeeper({ configuration, connectorName, intake, now, log, timers, changed });
      this.#topic.open();
    }
    if (files !== undefined) this.#pollSoon(files);
  }

  async refresh(run: RefreshRun<'lineage'>): Promise<void> {
    const { held, files, intake } = await this.#open();
    if (files !== undefined) await this.#readFiles(files, run);
    await this.#tellTopic(run);
    await orAborted(intake.settled(), run.signal);
    const startedAt = performance.now();
    await new Listing(run, held.store, this.configuration).tell();
    this.#signal.pace(performance.now() - startedAt);
  }

  /** What others publish inside the daemon; it is not published again. */
  async openLineageEvent({ event }: OpenLineageEvent, signal: AbortSignal): Promise<void> {
    if (!this.configuration.fromDaemon) return;
    const { intake } = await this.#open();
    let checked: LineageEvent;
    try {
      checked = readEvent(event, this.now());
    } catch (error) {
      if (!(error instanceof EventFault)) throw error;
      return this.context.log.warn('an event that was published is not taken', { reason: error.message });
    }
    signal.throwIfAborted();
    await intake.accept([checked], JSON.stringify(event).length);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    this.#signal.close();
    this.#cancelPoll?.();
    await this.#endpoint?.close();
    this.#endpoint = undefined;
    await this.#topic?.close();
    const opened = await this.#opening?.catch(() => undefined);
    this.#opening = undefined;
    await opened?.files?.rest();
    await opened?.intake.close();
    opened?.held.release();
  }

  #open(): Promise<Opened> {
    this.#opening ??= this.#openStore().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #openStore(): Promise<Opened> {
    this.#end.signal.throwIfAborted();
    const { folder, maxMegabytes, runs, files } = this.configuration;
    const held = await holdStore(folder);
    const { store } = held;
    const intake = new EventIntake({
      store,
      shown: runs,
      mostBytes: maxMegabytes * 1024 * 1024,
      changed: () => this.#signal.everything(),
      failed: (error) => this.context.log.error('what was heard cannot be written', { reason: reasonOf(error) }),
      timers: this.timers,
    });
    await intake.begin();
    const published = this.#publishing(intake);
    return {
      held,
      intake,
      published,
      files:
        files === undefined
          ? undefined
          : new EventFiles({
              folder: files,
              store,
              take: async (events, bytes, alongside) => {
                await intake.take(events, bytes, alongside);
                this.#publish(events);
              },
              now: this.now,
            }),
    };
  }

  /** Others are told of what is safe. */
  #publishing(intake: EventIntake): Intake {
    if (!this.configuration.publish) return intake;
    return {
      checkRoom: () => intake.checkRoom(),
      accept: async (events, bytes) => {
        await intake.accept(events, bytes);
        this.#publish(events);
      },
    };
  }

  #publish(events: readonly LineageEvent[]): void {
    if (this.configuration.publish) for (const { raw } of events) this.context.publishOpenLineageEvent(raw);
  }

  async #readFiles(files: EventFiles, run: RefreshRun<'lineage'>): Promise<void> {
    try {
      for (const finding of await orAborted(files.read(this.#end.signal), run.signal)) await run.finding(finding);
    } catch (error) {
      run.signal.throwIfAborted();
      throw sourceUnreadable(`the files of ${this.configuration.files} cannot be read: ${reasonOf(error)}`, error);
    }
  }

  /** What was heard otherwise is told all the same. */
  async #tellTopic(run: RefreshRun<'lineage'>): Promise<void> {
    const { topic } = this.configuration;
    const missed = this.#topic?.takeMissed() ?? 0;
    if (missed > 0)
      await run.finding({
        severity: 'warning',
        code: 'EVENTS_MISSED',
        message: `up to ${missed} messages of the topic ${topic} were removed there before they were read, as the connector was away for longer than the topic keeps them: raise its retention.ms`,
      });
    const fault = this.#topic?.fault;
    if (fault === undefined) return;
    const message = `the topic ${topic} cannot be read (${fault}), and is tried again; what it holds waits there. \`isthmus connector probe\` tries it step by step`;
    await run.finding({ severity: 'error', code: 'TOPIC_UNREADABLE', message });
  }

  #pollSoon(files: EventFiles): void {
    if (this.#end.signal.aborted) return;
    this.#cancelPoll = this.timers.after(this.configuration.pollSeconds * 1_000, () => void this.#poll(files));
  }

  async #poll(files: EventFiles): Promise<void> {
    const { log } = this.context;
    try {
      for (const { message } of await files.read(this.#end.signal))
        log.warn('a file of events has a fault', { message });
    } catch (error) {
      if (!this.#end.signal.aborted) log.warn('the files of events cannot be read', { reason: reasonOf(error) });
    }
    this.#pollSoon(files);
  }
}
