import type { Timers } from './timers.js';

/** Looks again and again, each time so long after the last look has ended. */
export class Poll {
  readonly #end = new AbortController();
  #cancel: (() => void) | undefined;
  #looking: Promise<void> = Promise.resolve();

  /** @param look - what fails is for it to tell: what it throws is lost */
  constructor(
    private readonly timers: Timers,
    private readonly everyMs: number,
    private readonly look: (signal: AbortSignal) => Promise<void>,
  ) {
    this.#next();
  }

  /** Ends with the look that is under way. Harmless when repeated. */
  async stop(): Promise<void> {
    this.#end.abort();
    this.#cancel?.();
    await this.#looking;
  }

  #next(): void {
    if (this.#end.signal.aborted) return;
    this.#cancel = this.timers.after(this.everyMs, () => {
      this.#looking = this.look(this.#end.signal)
        .catch(() => undefined)
        .then(() => this.#next());
    });
  }
}
