import type { Clock, Scheduled } from '@isthmus/kernel';
import { WakeHeap } from './wake-heap.js';

/** The wall clock is looked at least this often, so that what is due by it follows a clock that was set forward. */
const longestSleepMs = 30_000;
/** Further ones wait for the next turn of the loop. */
const wakesPerTick = 200;

/** Wakes any number of owners, each at its instant (epoch ms), by one armed timer. */
export class WakeTimer<Owner extends object> {
  readonly #heap = new WakeHeap<Owner>();
  #timer: { readonly at: number; readonly scheduled: Scheduled } | undefined;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly actions: {
      /** Each time before owners are woken, at least every half minute while any has a wake. */
      look(): void;
      wake(owner: Owner): void;
    },
  ) {}

  /** Replaces the owner's wake; undefined = none. */
  set(owner: Owner, at: number | undefined): void {
    if (this.#isClosed) return;
    this.#heap.set(owner, at);
    this.#arm();
  }

  close(): void {
    this.#isClosed = true;
    this.#disarm();
  }

  #disarm(): void {
    this.#timer?.scheduled.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    const { earliest } = this.#heap;
    if (earliest === undefined || this.#isClosed) {
      this.#disarm();
      return;
    }
    const delayMs = Math.min(Math.max(0, earliest - this.clock.now()), longestSleepMs);
    const at = this.clock.monotonic() + delayMs;
    // A timer that fires too early finds nothing and arms itself again: cheaper than moving it each time.
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#disarm();
    this.#timer = { at, scheduled: this.clock.schedule(delayMs, () => this.#tick()) };
  }

  #tick(): void {
    this.#timer = undefined;
    this.actions.look();
    for (let count = 0; count < wakesPerTick; count += 1) {
      const owner = this.#heap.take(this.clock.now());
      if (owner === undefined) break;
      this.actions.wake(owner);
    }
    this.#arm();
  }
}
