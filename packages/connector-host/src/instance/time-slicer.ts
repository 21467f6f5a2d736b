const sliceMs = 6;

/**
 * Keeps connectors in this process from holding the event loop: whoever works through many items asks before each one,
 * and is sent to the back of the queue when the current slice is used up. One turn of the loop serves one of those that
 * wait, so timers and sockets come between any two slices, however many connectors are busy.
 */
export class TimeSlicer {
  readonly #waiting: (() => void)[] = [];
  #sliceStart: number;

  /** @param elapsed real time: this measures the processor, not the clock that tests turn */
  constructor(private readonly elapsed: () => number = () => performance.now()) {
    this.#sliceStart = elapsed();
  }

  /** Undefined: go on. Otherwise wait for the next slice. */
  turn(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.elapsed() - this.#sliceStart < sliceMs) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#serve());
    });
  }

  #serve(): void {
    this.#sliceStart = this.elapsed();
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#serve());
  }
}

/** The loop is one per process, and so is this. */
export const processSlicer = new TimeSlicer();
