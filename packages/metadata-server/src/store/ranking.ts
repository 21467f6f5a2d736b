import type { ElementPlan } from './element-plan.js';
import { type ElementRow, parseProperties } from './rows.js';
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
    private readonly plan: Pick<ElementPlan, 'order' | 'orderProperty'>,
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

  /** Ends in the id, so that the order is total. */
  #compare(one: Ranked, other: Ranked): number {
    const order = compareValues(one.place, other.place);
    return (descending.has(this.plan.order) ? -order : order) || one.id - other.id;
  }
}

const descending: ReadonlySet<ElementPlan['order']> = new Set<ElementPlan['order']>([
  'CREATION_DATE_RECENT',
  'LAST_UPDATE_RECENT',
  'PROPERTY_DESCENDING',
]);

function placeOf(plan: Pick<ElementPlan, 'order' | 'orderProperty'>, row: ElementRow): unknown {
  switch (plan.order) {
    case 'GUID':
      return row.guid;
    case 'CREATION_DATE_RECENT':
    case 'CREATION_DATE_OLDEST':
      return row.id;
    case 'LAST_UPDATE_RECENT':
    case 'LAST_UPDATE_OLDEST':
      return row.sequence;
    default:
      return plan.orderProperty === 'qualifiedName'
        ? (row.qualified_name ?? undefined)
        : parseProperties(row.properties)[plan.orderProperty];
  }
}

/** Numbers before strings before everything else; what is missing comes last. */
function compareValues(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  return rank(one) - rank(other);
}

function rank(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  return value === undefined ? 3 : 2;
}
