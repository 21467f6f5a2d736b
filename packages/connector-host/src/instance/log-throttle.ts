import type { Clock } from '@isthmus/kernel';

const linesPerSecond = 100;
const burst = 500;

/** A connector that logs in a loop must not fill the disk: a bucket of lines that refills with time. */
export class LogThrottle {
  #left = burst;
  #filledAt: number;
  #dropped = 0;

  constructor(private readonly clock: Clock) {
    this.#filledAt = clock.monotonic();
  }

  /** Undefined: drop the line. Otherwise write it; `dropped` lines were lost since the last one. */
  take(): { readonly dropped: number } | undefined {
    const now = this.clock.monotonic();
    this.#left = Math.min(burst, this.#left + ((now - this.#filledAt) / 1_000) * linesPerSecond);
    this.#filledAt = now;
    if (this.#left < 1) {
      this.#dropped += 1;
      return undefined;
    }
    this.#left -= 1;
    const dropped = this.#dropped;
    this.#dropped = 0;
    return { dropped };
  }
}
