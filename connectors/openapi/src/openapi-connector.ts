import type { IntegrationConnector, OmisContexts, ProbeStep, RefreshRun, TargetChanges } from '@isthmus/connector-sdk';
import { nodeTimers, Poll, TargetSources, type Timers } from '@isthmus/connector-sdk/helpers';
import { ApiSource } from './api-source.js';
import type { OpenapiConfiguration } from './openapi-config.js';
import { probeSource } from './probe.js';

/** Keeps the catalogue in step with the documents that describe APIs. */
export class OpenapiConnector implements IntegrationConnector<'api', 'BOTH_DIRECTIONS', OpenapiConfiguration> {
  readonly #sources: TargetSources<OpenapiConfiguration, ApiSource>;
  #poll: Poll | undefined;
  #hasRun = false;

  constructor(
    private readonly context: OmisContexts['api'],
    private readonly configuration: OpenapiConfiguration,
    private readonly timers: Timers = nodeTimers,
  ) {
    this.#sources = new TargetSources(configuration, (given) => new ApiSource(given, context.excludedPaths));
  }

  async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    await using source = new ApiSource(this.configuration, this.context.excludedPaths);
    return await probeSource(source, signal);
  }

  async start(): Promise<void> {
    const { pollSeconds } = this.configuration;
    if (pollSeconds > 0) this.#poll = new Poll(this.timers, pollSeconds * 1_000, (signal) => this.#look(signal));
  }

  async refresh(run: RefreshRun<'api', OpenapiConfiguration>): Promise<void> {
    this.#hasRun = true;
    await (await this.#sources.of(run.target)).refresh(run);
  }

  async targetsChanged({ removed }: TargetChanges<OpenapiConfiguration>): Promise<void> {
    for (const name of removed) await this.#sources.close(name);
  }

  async stop(): Promise<void> {
    await this.#poll?.stop();
    await this.#sources[Symbol.asyncDispose]();
  }

  /** Before the first run there is nothing to hold against: where the schedule leaves that for later, it is asked for. */
  async #look(signal: AbortSignal): Promise<void> {
    if (!this.#hasRun) {
      this.#hasRun = true;
      this.context.changed();
      return;
    }
    for (const [target, source] of this.#sources.entries()) {
      try {
        const scopes = await source.changedScopes(signal);
        if (scopes.length > 0) this.context.changed(scopes, target);
      } catch (error) {
        signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        this.context.log.warn('it cannot be looked for changes', { reason });
      }
    }
  }
}
