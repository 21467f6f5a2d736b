import { availableParallelism } from 'node:os';
import { type Clock, delay } from '@isthmus/kernel';
import PQueue from 'p-queue';

/**
 * Lets only so many connectors start at a time. One that takes long gives its place to the next, so that a few hanging
 * starts do not keep all others waiting.
 */
export class StartGate {
  readonly #queue: PQueue;

  constructor(
    private readonly clock: Clock,
    startsAtOnce: number = availableParallelism() * 2,
    private readonly longestHoldMs = 1_000,
  ) {
    this.#queue = new PQueue({ concurrency: Math.max(1, startsAtOnce) });
  }

  /** @returns what `start` returns; `start` is called when its turn has come */
  run<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      void this.#queue.add(async () => {
        const held = new AbortController();
        const started = start();
        started
          .then(resolve, reject)
          .finally(() => held.abort())
          .catch(() => undefined);
        await delay(this.clock, this.longestHoldMs, held.signal).catch(() => undefined);
      });
    });
  }
}
