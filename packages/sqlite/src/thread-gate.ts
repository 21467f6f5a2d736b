const [inside, closed] = [0, 1];
/** Longest time that the end of the process waits for what runs. */
const longestWaitMs = 10_000;

/**
 * How many threads are inside SQLite, readable from all of them: a thread that is ended in there takes the whole process
 * down, so a process that ends waits until all have come out, and lets none in any more.
 */
export class ThreadGate {
  readonly #state: Int32Array;

  /** @param shared - of the gate of another thread; default: a new one */
  constructor(readonly shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(shared);
  }

  /** Called by threads. Once the gate is closed it does not return: the thread stands still until it is ended. */
  pass<T>(work: () => T): T {
    // counted before the look: whoever closes looks after it has closed
    Atomics.add(this.#state, inside, 1);
    try {
      if (Atomics.load(this.#state, closed) === 0) return work();
    } finally {
      Atomics.sub(this.#state, inside, 1);
      if (Atomics.load(this.#state, closed) !== 0) Atomics.notify(this.#state, inside);
    }
    for (;;) Atomics.wait(this.#state, closed, 1);
  }

  /** Called by the process when it ends: blocks until all threads are outside. */
  close(): void {
    Atomics.store(this.#state, closed, 1);
    const until = performance.now() + longestWaitMs;
    for (let left = longestWaitMs; left > 0; left = until - performance.now()) {
      const count = Atomics.load(this.#state, inside);
      if (count === 0) return;
      Atomics.wait(this.#state, inside, count, left);
    }
  }
}
