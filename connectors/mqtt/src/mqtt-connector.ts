import type { IntegrationConnector, OmisContexts, ProbeStep, RefreshRun, TargetChanges } from '@isthmus/connector-sdk';
import { nodeTimers, TargetSources, type Timers } from '@isthmus/connector-sdk/helpers';
import type { MqttConfiguration } from './mqtt-config.js';
import { MqttSource } from './mqtt-source.js';
import { probeBroker } from './probe.js';

/** What tests replace. */
export interface Surroundings {
  readonly timers?: Timers;
  readonly now?: () => number;
  readonly quietMs?: number;
  readonly lostAfterMs?: number;
}

/** What is retained arrives at once. */
const usualQuietMs = 500;

/** A schedule that begins with its start has begun a run by then. */
const firstRunWithinMs = 2_000;

/** Keeps the catalogue in step with the topics that are heard at brokers. */
export class MqttConnector implements IntegrationConnector<'topic', 'BOTH_DIRECTIONS', MqttConfiguration> {
  readonly #sources: TargetSources<MqttConfiguration, MqttSource>;
  readonly #timers: Timers;
  #cancelAsking: (() => void) | undefined;

  constructor(
    private readonly context: OmisContexts['topic'],
    private readonly configuration: MqttConfiguration,
    { timers = nodeTimers, now = () => performance.now(), quietMs = usualQuietMs, lostAfterMs }: Surroundings = {},
  ) {
    this.#timers = timers;
    this.#sources = new TargetSources(
      configuration,
      (given, target) =>
        new MqttSource(given, {
          context,
          timers,
          now,
          quietMs,
          lostAfterMs,
          changed: (scopes) => context.changed(scopes, target),
        }),
    );
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probeBroker(this.configuration, `isthmus-${this.context.connectorName}`, signal);
  }

  /** What is said before the first run nobody hears: where the schedule leaves that for later, it is asked for. */
  async start(): Promise<void> {
    this.#cancelAsking = this.#timers.after(firstRunWithinMs, () => this.context.changed());
  }

  async refresh(run: RefreshRun<'topic', MqttConfiguration>): Promise<void> {
    this.#cancelAsking?.();
    const source = await this.#sources.of(run.target);
    await source.refresh(run);
  }

  async targetsChanged({ removed }: TargetChanges<MqttConfiguration>): Promise<void> {
    for (const name of removed) await this.#sources.close(name);
  }

  async stop(): Promise<void> {
    this.#cancelAsking?.();
    await this.#sources[Symbol.asyncDispose]();
  }
}
