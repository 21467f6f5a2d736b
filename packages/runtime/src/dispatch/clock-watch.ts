import type { Clock } from '@isthmus/kernel';

/** Less than this is a clock being corrected, not set. */
const jumpMs = 1_000;

/** Notices that the wall clock was set back, by the steady one. */
export class ClockWatch {
  #wall: number;
  #steady: number;

  constructor(private readonly clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#wall = clock.now();
    this.#steady = clock.monotonic();
  }

  /** @returns epoch ms that it would be now, had the clock not been set back since the last look; else undefined */
  look(): number | undefined {
    const expected = this.#wall + this.clock.monotonic() - this.#steady;
    this.#wall = this.clock.now();
    this.#steady = this.clock.monotonic();
    return this.#wall >= expected - jumpMs ? undefined : expected;
  }
}
