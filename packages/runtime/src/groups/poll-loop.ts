import type { Clock, Scheduled } from '@isthmus/kernel';

/**
 * Does one thing again and again: after a wait, or sooner when nudged. Nudges that arrive together count as one; one
 * that arrives while the work is done makes it be done once more, as it may have looked already.
 */
export class PollLoop {
  readonly #stopping = new AbortController();
  #timer: Scheduled | undefined;
  #wake: (() => void) | undefined;
  #nudged = false;
  #running: Promise<void> | undefined;
  #nextAt: number | undefined;

  /**
   * @param work - never throws; returns the milliseconds until it is done again
   * @param gapMs - least time between two turns, so that a burst of nudges costs few of them
   */
  constructor(
    private readonly clock: Clock,
    private readonly gapMs: number,
    private readonly work: (signal: AbortSignal) => Promise<number>,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  nudge(): void {
    this.#nudged = true;
    this.#wake?.();
  }

  /** Epoch ms of the next turn that time alone brings; undefined while a turn is on. */
  get nextAt(): number | undefined {
    return this.#nextAt;
  }

  /** Aborts the turn that is on and waits for its end, or until the signal is aborted. */
  async close(signal: AbortSignal): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    if (this.#running === undefined) return;
    await Promise.race([this.#running, whenAborted(signal)]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#nudged = false;
      this.#nextAt = undefined;
      const waitMs = await this.work(signal);
      if (signal.aborted) return;
      await this.#wait(this.gapMs, false);
      this.#nextAt = this.clock.now() + waitMs;
      await this.#wait(Math.max(0, waitMs - this.gapMs), true);
    }
  }

  /** @param nudgeable - whether a nudge, also one that came before, ends the wait */
  #wait(waitMs: number, nudgeable: boolean): Promise<void> {
    return new Promise((resolve) => {
      const isOver = () => this.#stopping.signal.aborted || (nudgeable && this.#nudged);
      const end = () => {
        this.#timer?.cancel();
        this.#wake = undefined;
        resolve();
      };
      if (isOver()) return end();
      this.#wake = () => isOver() && end();
      this.#timer = this.clock.schedule(waitMs, end);
    });
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
