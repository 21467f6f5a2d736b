import type { Clock, Scheduled } from '@isthmus/kernel';

export interface ProgressLimits {
  readonly stalledAfterMs: number;
  readonly hungAfterMs: number;
}

/** Looks after a refresh: tells once when it stands still, and again when it has stood still for so long that it has to end. */
export class ProgressWatch implements Disposable {
  #timer: Scheduled | undefined;
  #isStalled = false;

  /** @param lastProgressAt monotonic milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly limits: ProgressLimits,
    private readonly lastProgressAt: () => number,
    private readonly on: { stalled(ageMs: number): void; moving(): void; hung(ageMs: number): void },
  ) {
    this.#wait(limits.stalledAfterMs);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const ageMs = this.clock.monotonic() - this.lastProgressAt();
    const { stalledAfterMs, hungAfterMs } = this.limits;
    if (ageMs >= hungAfterMs) {
      this.on.hung(ageMs);
      return;
    }
    const isStalled = ageMs >= stalledAfterMs;
    if (isStalled && !this.#isStalled) this.on.stalled(ageMs);
    if (!isStalled && this.#isStalled) this.on.moving();
    this.#isStalled = isStalled;
    // While it stands still it is looked at often, so that its end comes on time and its return is noticed.
    this.#wait(isStalled ? Math.min(stalledAfterMs, hungAfterMs - ageMs) : stalledAfterMs - ageMs);
  }

  #wait(delayMs: number): void {
    this.#timer = this.clock.schedule(Math.max(1, delayMs), () => this.#look());
  }
}
