import type { Clock } from '@isthmus/kernel';
import type { ConnectorStatus } from './connector-status.js';

/** The dispatcher takes in what has happened a moment later than we do; until then each status is made anew. */
const settleMs = 1_000;
/** Less is a clock being corrected, not set. */
const jumpMs = 1_000;

/** The steady clock and that on the wall, at one look. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(clock: Pick<Clock, 'monotonic' | 'now'>): Moment {
  return { monotonic: clock.monotonic(), wall: clock.now() };
}

/** Keeps the status of a connector that does nothing, so that thousands of them cost nothing. */
export class StatusCache {
  #status: ConnectorStatus | undefined;
  #builtAt = 0;
  /** Wall clock less the steady one. */
  #offset = 0;
  #droppedAt: number;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {
    this.#droppedAt = clock.monotonic();
  }

  /** Something has changed. */
  drop(): void {
    this.#status = undefined;
    this.#droppedAt = this.clock.monotonic();
  }

  keep(status: ConnectorStatus, monotonic: number, now: number): void {
    this.#status = status;
    this.#builtAt = monotonic;
    this.#offset = now - monotonic;
  }

  /** @returns undefined when it is to be made anew: something changed, runs, or is due */
  get(monotonic: number, now: number): ConnectorStatus | undefined {
    const status = this.#status;
    if (status === undefined || status.currentRun !== undefined) return undefined;
    if (this.#builtAt - this.#droppedAt < settleMs) return undefined;
    const isDue = status.nextDueAt !== undefined && status.nextDueAt <= now;
    // A clock that was set moves due times.
    const isSet = Math.abs(now - monotonic - this.#offset) >= jumpMs;
    return isDue || isSet || monotonic - this.#builtAt > 60 * settleMs ? undefined : status;
  }
}
