import type { Timers } from './timers.js';

/** Looks again and again, each time so long after the last look has ended. */
export class Poll {
  readonly #end = new AbortController();
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();

  /**
   * @param look - what fails is for it to tell: what it throws is lost
   * @param share - of the time that looking takes at most: what takes long is looked at less often. Default: all of it
   */
  constructor(
    private readonly timers: Timers,
    private readonly everyMs: number,
    private readonly look: (signal: AbortSignal) => Promise<void>,
    private readonly share = 1,
  ) {
    this.#next(everyMs);
  }

  /** Ends with the look that is under way. Harmless when repeated. */
  async stop(): Promise<void> {
    this.#end.abort();
    this.#cancel?.();
    await this.#looking;
  }

  #next(delayMs: number): void {
    if (this.#end.signal.aborted) return;
    this.#cancel = this.timers.after(delayMs, () => {
      const from = performance.now();
      this.#looking = this.look(this.#end.signal)
        .catch(() => undefined)
        .then(() => this.#next(Math.max(this.everyMs, (performance.now() - from) / this.share)));
    });
  }
}
