import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { MetadataChange, MetadataStore } from '@isthmus/model';
import { PollLoop } from '../groups/poll-loop.js';

const waitMs = 25_000;
const pageLimit = 1_000;
const gapMs = 50;
/** Whoever comes to listen says so; this is for what was not said. */
const idleMs = 30_000;
/** A server without a feed is asked again whether it has one. */
const noFeedMs = 60_000;
const firstRetryMs = 500;
const longestRetryMs = 10_000;

export interface ElementFeedParts {
  readonly store: Pick<MetadataStore, 'capabilities' | 'identity' | 'changes'>;
  /** Types that anybody wants to be told of, asked anew each time. */
  readonly types: () => readonly string[];
  /** Must not throw. `missed`: changes before these were lost. */
  readonly onChanges: (changes: readonly MetadataChange[], missed: boolean) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows what changes at the metadata server for connectors that listen. Asks for nothing while nobody does. */
export class ElementFeed {
  readonly #loop: PollLoop;
  /** Where to go on; undefined: not known. */
  #after: number | undefined;
  #incarnation: string | undefined;
  #types = '';
  #missed = false;
  #failures = 0;
  /** Of the turn that is on: another wish is not kept waiting for the answer to its question. */
  #asking = new AbortController();

  constructor(private readonly parts: ElementFeedParts) {
    this.#loop = new PollLoop(parts.clock, gapMs, (signal) => this.#turn(signal));
  }

  start(): void {
    this.#loop.start();
  }

  /** Somebody listens now, or no longer: what is asked for may have changed. */
  wish(): void {
    if (this.parts.types().join() === this.#types) return;
    this.#asking.abort();
    this.#loop.nudge();
  }

  async close(signal: AbortSignal = new AbortController().signal): Promise<void> {
    await this.#loop.close(signal);
  }

  async #turn(signal: AbortSignal): Promise<number> {
    const types = this.parts.types();
    if (types.length === 0) {
      this.#after = undefined;
      this.#incarnation = undefined;
      this.#types = '';
      this.#missed = false;
      return idleMs;
    }
    this.#types = types.join();
    this.#asking = new AbortController();
    try {
      const next = await this.#follow(types, signal);
      this.#failures = 0;
      return next;
    } catch (error) {
      if (signal.aborted) return 0;
      if (this.#asking.signal.aborted) return gapMs;
      if (IsthmusError.is(error) && error.code === 'CHANGES_TOO_OLD') {
        this.#after = undefined;
        this.#missed = true;
        return gapMs;
      }
      if (this.#failures === 0) this.parts.logger.debug('changes of elements cannot be followed', { error });
      this.#failures += 1;
      return Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    }
  }

  async #follow(types: readonly string[], signal: AbortSignal): Promise<number> {
    const { store, onChanges } = this.parts;
    if (!(await store.capabilities(signal)).changeFeed) return noFeedMs;
    // After a failure the server may be another one; a new wish begins where the old one was.
    if (this.#after === undefined || this.#failures > 0) await this.#findPlace(signal);
    if (this.#missed) onChanges([], true);
    this.#missed = false;
    const after = this.#after ?? 0;
    const asked = AbortSignal.any([signal, this.#asking.signal]);
    asked.throwIfAborted();
    const page = await store.changes(after, { waitMs, limit: pageLimit, types }, asked);
    this.#after = page.next;
    if (page.changes.length > 0) onChanges(page.changes, false);
    return gapMs;
  }

  async #findPlace(signal: AbortSignal): Promise<void> {
    const { incarnation, changeSequence = 0 } = await this.parts.store.identity(signal);
    const isSame = incarnation === this.#incarnation && this.#after !== undefined && this.#after <= changeSequence;
    // At the very first there is nothing that could have been missed.
    if (!isSame && this.#incarnation !== undefined) this.#missed = true;
    if (!isSame) this.#after = changeSequence;
    this.#incarnation = incarnation;
  }
}
