import { nodeTimers, type Timers } from './timers.js';

/** So many turns a second at most, evenly: what a source is asked, whoever asks. */
export class Pace {
  readonly #gapMs: number;
  #nextAtMs = 0;

  constructor(
    perSecond: number,
    private readonly timers: Timers = nodeTimers,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.#gapMs = 1_000 / perSecond;
  }

  /** Resolves when it is the caller's turn; rejects when aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const now = this.nowMs();
    const at = Math.max(now, this.#nextAtMs);
    this.#nextAtMs = at + this.#gapMs;
    if (at - now < 1) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.timers.after(at - now, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
