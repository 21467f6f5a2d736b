import { setImmediate as nextTurn } from 'node:timers/promises';

/** Cuts long work into slices, so that the event loop is never held up for long. */
export class Pacer {
  readonly #sliceMs: number;
  #sliceEnds: number;

  /** @param sliceMs - how long to work before others have their turn */
  constructor(sliceMs = 5) {
    this.#sliceMs = sliceMs;
    this.#sliceEnds = performance.now() + sliceMs;
  }

  /** Call between small pieces of work; waits a turn when the slice is over. */
  async pause(): Promise<void> {
    if (performance.now() < this.#sliceEnds) return;
    await nextTurn();
    this.#sliceEnds = performance.now() + this.#sliceMs;
  }
}
