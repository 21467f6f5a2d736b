import { createHistogram, performance } from 'node:perf_hooks';
import type { Clock, Scheduled } from '@isthmus/kernel';

const busyStepMs = 10;
/** A process that does nothing is to be left asleep: a look every 10 ms alone would be 100 wake-ups a second. */
const idleStepMs = 500;
/** Share of the time in which the loop worked since the last look. */
const busyShare = 0.05;

export interface LoopDelayFacts {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * How long the event loop was held up, in milliseconds, since the start: a timer is late by as much. While the loop works
 * it is looked at every 10 ms; while it rests, less and less often.
 */
export class LoopDelay implements Disposable {
  /** Whole microseconds, one more than was found: a histogram holds nothing below 1. */
  readonly #found = createHistogram();
  #timer: Scheduled | undefined;
  #stepMs = busyStepMs;
  #dueAt = 0;

  /** @param activeShare gives the share of the time since its last call in which the loop worked, 0 to 1 */
  constructor(
    private readonly clock: Pick<Clock, 'monotonic' | 'schedule'>,
    private readonly activeShare: () => number = utilization(),
  ) {
    this.#wait();
  }

  facts(): LoopDelayFacts {
    if (this.#found.count === 0) return { p50: 0, p99: 0, max: 0 };
    const delayMs = (microseconds: number) => (microseconds - 1) / 1000;
    return {
      p50: delayMs(this.#found.percentile(50)),
      p99: delayMs(this.#found.percentile(99)),
      max: delayMs(this.#found.max),
    };
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#dueAt = this.clock.monotonic() + this.#stepMs;
    this.#timer = this.clock.schedule(this.#stepMs, () => this.#look());
  }

  #look(): void {
    const lateMs = Math.max(0, this.clock.monotonic() - this.#dueAt);
    this.#found.record(Math.round(lateMs * 1000) + 1);
    const isBusy = this.activeShare() > busyShare || lateMs > busyStepMs;
    this.#stepMs = isBusy ? busyStepMs : Math.min(idleStepMs, this.#stepMs * 2);
    this.#wait();
  }
}

function utilization(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, last);
    last = now;
    return since.utilization;
  };
}
