import { orAborted } from '../helpers/or-aborted.js';

interface Waiter {
  readonly most: number;
  enter(): void;
}

interface Place {
  count: number;
  readonly waiting: Waiter[];
}

/**
 * How many conversations may go on with one source at a time, over all connectors of this process that read it: the
 * others wait in turn.
 *
 *     const budget = new SourceBudget();   // one per provider, at the top of its module
 *     await budget.spend('db:5432', 2, signal, () => listDatabase());
 */
export class SourceBudget {
  readonly #places = new Map<string, Place>();

  /** @param most - how many at a time; where connectors of one source differ, each keeps to its own */
  async spend<T>(source: string, most: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    await this.#enter(source, most, signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      this.#leave(source);
    }
  }

  async #enter(source: string, most: number, signal: AbortSignal): Promise<void> {
    const place = this.#places.get(source) ?? { count: 0, waiting: [] };
    this.#places.set(source, place);
    if (place.waiting.length === 0 && place.count < most) {
      place.count += 1;
      return;
    }
    let enter = (): void => undefined;
    const turn = new Promise<void>((settle) => {
      enter = settle;
    });
    const waiter: Waiter = { most, enter };
    place.waiting.push(waiter);
    try {
      await orAborted(turn, signal);
    } catch (aborted) {
      const position = place.waiting.indexOf(waiter);
      if (position >= 0) place.waiting.splice(position, 1);
      // its turn had come in the same moment
      else this.#leave(source);
      throw aborted;
    }
  }

  #leave(source: string): void {
    const place = this.#places.get(source);
    if (place === undefined) return;
    place.count -= 1;
    for (let first = place.waiting[0]; first !== undefined && place.count < first.most; first = place.waiting[0]) {
      place.waiting.shift();
      place.count += 1;
      first.enter();
    }
    if (place.count === 0) this.#places.delete(source);
  }
}
