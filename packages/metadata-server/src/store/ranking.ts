import { comparePlaces, isDescending, type OrderPlan, placeOf } from './element-order.js';
import type { ElementRow } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';

/** What an order needs to know of an element: rows with all their properties would be too much to keep of many. */
interface Ranked {
  readonly id: number;
  readonly place: unknown;
}

const runSize = 1000;
/** Steps of merging between two looks at the time. */
const stepSize = 500;

/**
 * Finds the first few of many by an order without keeping the many. Sorts in short runs and merges them in turns of the
 * event loop, as far down as somebody wants to look.
 */
export class Ranking {
  /** Each sorted and about twice as long as the next. */
  readonly #runs: (readonly Ranked[])[] = [];
  #fresh: Ranked[] = [];

  /** @param limit how many are wanted at most */
  constructor(
    private readonly plan: OrderPlan,
    private readonly limit: number,
    private readonly slice: Pick<Snapshot['slice'], 'pause'>,
  ) {}

  async add(rows: readonly ElementRow[]): Promise<void> {
    for (const row of rows) this.#fresh.push({ id: row.id, place: placeOf(this.plan, row) });
    if (this.#fresh.length >= runSize) await this.#closeRun();
  }

  /** Ids of the first ones, in order. */
  async first(): Promise<readonly number[]> {
    await this.#closeRun();
    let merged = this.#runs.pop() ?? [];
    for (let run = this.#runs.pop(); run !== undefined; run = this.#runs.pop()) merged = await this.#merge(run, merged);
    return merged.slice(0, this.limit).map(({ id }) => id);
  }

  async #closeRun(): Promise<void> {
    let run: readonly Ranked[] = this.#fresh.sort((one, other) => this.#compare(one, other)).slice(0, this.limit);
    this.#fresh = [];
    for (let last = this.#runs.at(-1); last !== undefined && last.length <= 2 * run.length; last = this.#runs.at(-1)) {
      this.#runs.pop();
      run = await this.#merge(last, run);
    }
    this.#runs.push(run);
  }

  async #merge(one: readonly Ranked[], other: readonly Ranked[]): Promise<readonly Ranked[]> {
    const merged: Ranked[] = [];
    for (let [left, right] = [0, 0]; merged.length < this.limit; ) {
      const [a, b] = [one[left], other[right]];
      const isLeft = a !== undefined && (b === undefined || this.#compare(a, b) <= 0);
      const next = isLeft ? a : b;
      if (next === undefined) break;
      merged.push(next);
      if (isLeft) left += 1;
      else right += 1;
      if (merged.length % stepSize === 0) await this.slice.pause();
    }
    return merged;
  }

  /** Ends in the id, so that the order is total; a descending order is the ascending one from its end. */
  #compare(one: Ranked, other: Ranked): number {
    const order = comparePlaces(one.place, other.place) || one.id - other.id;
    return isDescending(this.plan) ? -order : order;
  }
}
