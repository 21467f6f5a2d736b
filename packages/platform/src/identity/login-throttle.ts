import type { Clock } from '@isthmus/kernel';

export interface ThrottleLimits {
  /** Attempts that may fail at once. */
  readonly burst: number;
  /** After that one more every so many milliseconds. */
  readonly refillMs: number;
}

interface Bucket {
  readonly level: number;
  readonly at: number;
}

const keysKept = 10_000;

/**
 * Attempts per key (a user, an address): each takes one out of a bucket that refills slowly, a success puts it back.
 * An attempt counts before its outcome is known, so that many at once do not slip through. Nobody is locked out for
 * longer than one refill.
 */
export class LoginThrottle {
  readonly #limits: ThrottleLimits;
  readonly #clock: Clock;
  /** In the order of their last use; the one unused for longest goes first, when there are too many. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: ThrottleLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** @returns 0 when the attempt may be made, else how many milliseconds until one may */
  take(key: string): number {
    const level = this.#level(key);
    if (level < 1) return Math.ceil((1 - level) * this.#limits.refillMs);
    this.#set(key, level - 1);
    return 0;
  }

  /** The attempt was good, or was not made after all. */
  giveBack(key: string): void {
    this.#set(key, this.#level(key) + 1);
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#limits.burst;
    const refilled = Math.max(0, this.#clock.monotonic() - bucket.at) / this.#limits.refillMs;
    return Math.min(this.#limits.burst, bucket.level + refilled);
  }

  #set(key: string, level: number): void {
    this.#buckets.delete(key);
    if (level >= this.#limits.burst) return;
    this.#buckets.set(key, { level, at: this.#clock.monotonic() });
    if (this.#buckets.size <= keysKept) return;
    for (const [oldest] of this.#buckets) {
      this.#buckets.delete(oldest);
      break;
    }
  }
}
