import { type Clock, processSlicer, type Scheduled } from '@isthmus/kernel';

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
}

/** More timers than this in one `advance` mean that something arms itself without end. */
const timersPerAdvance = 100_000;
/** Turns of the loop in which everything settles; whoever waits for a slice needs more. */
const leastTurns = 3;
const mostTurns = 10_000;

/**
 * A clock that stands still until it is told to go on. Timers follow the monotonic time, as real ones do; the wall
 * clock may be set apart from it.
 */
export class ManualClock implements Clock {
  readonly #timers: Timer[] = [];
  #wall: number;
  #monotonic = 0;
  #order = 0;

  /** @param startAt - epoch ms; default 2026-01-01T00:00:00Z */
  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#wall = startAt;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  schedule(delayMs: number, action: () => void): Scheduled {
    const timer = { dueAt: this.#monotonic + Math.max(0, delayMs), order: this.#order++, action };
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return { cancel: () => this.#remove(timer) };
  }

  /** How many timers are armed: zero proves that nothing was left behind. */
  get armedTimers(): number {
    return this.#timers.length;
  }

  /** Milliseconds until the earliest timer; undefined when none is armed. */
  get untilNextTimerMs(): number | undefined {
    const next = this.#timers[0];
    return next === undefined ? undefined : next.dueAt - this.#monotonic;
  }

  /**
   * Lets time pass. Timers fire in the order of their due times (then of their making), each at its own time, and
   * promises settle before the first, between any two, and after the last.
   */
  async advance(durationMs: number): Promise<void> {
    const end = this.#monotonic + durationMs;
    await settle();
    for (let fired = 0; ; fired += 1) {
      const next = this.#timers[0];
      if (next === undefined || next.dueAt > end) break;
      if (fired >= timersPerAdvance) throw new Error(`more than ${timersPerAdvance} timers fired in one advance`);
      this.#timers.shift();
      this.#passTo(next.dueAt);
      next.action();
      await settle();
    }
    this.#passTo(end);
  }

  /** Sets the wall clock to an epoch ms, forwards or backwards. Monotonic time and timers are not touched. */
  set(epochMs: number): void {
    this.#wall = epochMs;
  }

  #passTo(monotonic: number): void {
    const passed = Math.max(0, monotonic - this.#monotonic);
    this.#monotonic += passed;
    this.#wall += passed;
  }

  #remove(timer: Timer): void {
    const place = this.#placeOf(timer);
    if (this.#timers[place] === timer) this.#timers.splice(place, 1);
  }

  /** Where a timer stands, or would stand. */
  #placeOf(timer: Timer): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle];
      const isEarlier =
        other !== undefined &&
        (other.dueAt < timer.dueAt || (other.dueAt === timer.dueAt && other.order < timer.order));
      if (isEarlier) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Lets pending promises, and what they start without waiting for time, run to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < leastTurns || (processSlicer.hasWaiting && turn < mostTurns); turn += 1)
    await new Promise<void>((resolve) => setImmediate(resolve));
}
