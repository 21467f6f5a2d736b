import { type Clock, type ErrorReport, IsthmusError, type Logger, toErrorReport } from '@isthmus/kernel';
import { groupPartTypes, type MetadataChange, type MetadataStore } from '@isthmus/model';
import { PollLoop } from './poll-loop.js';

const defaultWaitMs = 25_000;
const pageLimit = 500;
/** A server that is busy with other writes is not asked more often than this. */
const gapMs = 50;
const firstRetryMs = 500;
const longestRetryMs = 3_000;
/** Asking a server that is away costs one refused connection, and nothing begins before it is found. */
const longestAwayMs = 1_000;
/** Without a feed the server is only looked at: an outage that fails runs is noticed before they would try again. */
const lookMs = 3_000;

export interface ChangeFeedParts {
  readonly store: Pick<MetadataStore, 'capabilities' | 'identity' | 'changes' | 'find'>;
  /** Called when something that a group consists of may have changed. Must not throw. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  readonly options?: {
    /** How long the server may hold a request for changes. Default 25 s. */
    readonly waitMs?: number;
  };
}

/**
 * Follows what changes at the metadata server, only to shorten the wait until the next poll: what a change says is
 * never acted on, and losing changes costs one poll. A server without a feed is merely looked at.
 */
export class ChangeFeed {
  readonly #loop: PollLoop;
  /** Where to go on; undefined: not known, so something may have been missed. */
  #after: number | undefined;
  #incarnation: string | undefined;
  #justPlaced = false;
  #failures = 0;
  #seen: { readonly reachable: boolean; readonly since: number; readonly problem?: ErrorReport } | undefined;

  constructor(private readonly parts: ChangeFeedParts) {
    this.#loop = new PollLoop(parts.clock, gapMs, (signal) => this.#turn(signal));
  }

  start(): void {
    this.#loop.start();
  }

  reachability(): { readonly reachable: boolean | undefined; readonly since?: number; readonly problem?: ErrorReport } {
    return this.#seen ?? { reachable: undefined };
  }

  async close(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#loop.close(signal);
  }

  async #turn(signal: AbortSignal): Promise<number> {
    try {
      const waitMs = await this.#follow(signal);
      this.#reached();
      return waitMs;
    } catch (error) {
      if (signal.aborted) return 0;
      // Whoever calls a place too old that was just asked for is not asked again at once.
      const isLost = IsthmusError.is(error) && error.code === 'CHANGES_TOO_OLD' && !this.#justPlaced;
      if (!isLost) return this.#failed(error);
      this.#after = undefined;
      return gapMs;
    }
  }

  async #follow(signal: AbortSignal): Promise<number> {
    const { store, onChange } = this.parts;
    const { changeFeed } = await store.capabilities(signal);
    if (!changeFeed) {
      await store.find(undefined, { typeName: 'IntegrationGroup', pageSize: 1 }, signal);
      if (this.#seen?.reachable === false) onChange();
      return lookMs;
    }
    // After a failure the server may be another one, or the same as it was yesterday.
    if (this.#after === undefined || this.#failures > 0 || this.#seen === undefined) await this.#findPlace(signal);
    const after = this.#after ?? 0;
    // Told before the long poll, which lasts; the back-off ends only with its answer.
    this.#isThere();
    const page = await store.changes(
      after,
      { waitMs: this.parts.options?.waitMs ?? defaultWaitMs, limit: pageLimit, types: [...groupPartTypes] },
      signal,
    );
    if (page.changes.some(isRelevant)) onChange();
    this.#after = page.next;
    this.#justPlaced = false;
    return gapMs;
  }

  /** Finds out from where to follow; whatever happened before is left to the readers, which are nudged. */
  async #findPlace(signal: AbortSignal): Promise<void> {
    const { incarnation, changeSequence } = await this.parts.store.identity(signal);
    const isSame =
      incarnation === this.#incarnation && this.#after !== undefined && this.#after <= (changeSequence ?? 0);
    if (!isSame) this.#after = changeSequence ?? 0;
    this.#justPlaced = true;
    this.#incarnation = incarnation;
    this.parts.onChange();
  }

  #reached(): void {
    if (this.#failures > 0) this.parts.logger.info('metadata server answers again');
    this.#failures = 0;
    this.#isThere();
  }

  #isThere(): void {
    if (this.#seen?.reachable !== true) this.#seen = { reachable: true, since: this.parts.clock.now() };
  }

  #failed(error: unknown): number {
    const { clock, logger, random } = this.parts;
    const problem = toErrorReport(error);
    if (this.#failures === 0) {
      logger.debug('change feed lost; groups are polled', { problem });
      // each group finds out for itself, now and not at its next poll, so that its status is true
      this.parts.onChange();
    }
    this.#failures += 1;
    const since = this.#seen?.reachable === false ? this.#seen.since : clock.now();
    this.#seen = { reachable: false, since, problem };
    const longestMs = problem.code === 'STORE_UNREACHABLE' ? longestAwayMs : longestRetryMs;
    return Math.min(longestMs, firstRetryMs * 2 ** (this.#failures - 1)) * (1 + random() / 10);
  }
}

function isRelevant(change: MetadataChange): boolean {
  return groupPartTypes.has(change.typeName) || change.superTypeNames.some((name) => groupPartTypes.has(name));
}
