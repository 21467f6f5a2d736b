import { type Logger, messageOf } from '@isthmus/kernel';
import { type Database, readInThread } from '@isthmus/sqlite';
import { countKinds } from './bucket-walk.js';
import { orderSql } from './element-order.js';
import type { ElementPlan } from './element-plan.js';
import type { Snapshot } from './snapshot-pool.js';
import { broughtUpToDate, changeSequence, changeSequenceSql, type SortedList } from './sorted-list.js';

export interface SortedLimits {
  /** Fewer elements are sorted for each page. */
  readonly fewestElements: number;
  /** Ids of all lists together: eight bytes each. */
  readonly mostIds: number;
  /** After more changes than this a list is sorted anew before it is used. */
  readonly mostChanges: number;
  /** More elements than this are never put in: while many are written a list is behind as soon as it is there. */
  readonly mostChangedElements: number;
}

const defaultLimits: SortedLimits = {
  fewestElements: 5_000,
  mostIds: 4_000_000,
  mostChanges: 20_000,
  mostChangedElements: 100_000,
};

/**
 * Lists of ids in the orders that no index and no counts lead through: by GUID and by a property. Each is sorted in a
 * thread when the first page of it is asked for, kept while it is used, and brought up to date by what changed since. So a
 * page costs what a look into an array costs, wherever it lies, and nothing is written for it.
 */
export class SortedOrders {
  /** The one that was used last is the last. */
  readonly #lists = new Map<string, SortedList>();
  readonly #sorting = new Map<string, Promise<SortedList | undefined>>();
  #previous: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly logger: Logger,
    private readonly limits = defaultLimits,
  ) {}

  /**
   * A list that is not newer than any snapshot that begins after it was returned.
   *
   * @returns undefined when the plan needs none, or there can be none
   */
  async listFor(database: Pick<Database, 'path' | 'get' | 'all'>, plan: ElementPlan): Promise<SortedList | undefined> {
    if (plan.test !== undefined || orderSql(plan) === undefined) return undefined;
    const count = countKinds(database, plan);
    if (count < this.limits.fewestElements || count > this.limits.mostIds) return undefined;
    const key = keyOf(plan);
    const known = this.#lists.get(key);
    if (known !== undefined && changeSequence(database) - known.sequence <= this.limits.mostChanges) return known;
    let sorting = this.#sorting.get(key);
    if (sorting === undefined) {
      sorting = this.#sort(database.path, key, plan).finally(() => this.#sorting.delete(key));
      this.#sorting.set(key, sorting);
    }
    return sorting;
  }

  /**
   * Ids of the plan's page.
   *
   * @param list from `listFor`, before the snapshot began
   * @returns undefined when the list cannot be brought up to date: it is forgotten then
   */
  async page(snapshot: Snapshot, plan: ElementPlan, list: SortedList): Promise<readonly number[] | undefined> {
    const key = keyOf(plan);
    const sql = orderSql(plan);
    if (sql === undefined) return undefined;
    const sequence = changeSequence(snapshot.database);
    const latest = this.#lists.get(key);
    const base = latest !== undefined && latest.sequence > list.sequence && latest.sequence <= sequence ? latest : list;
    const current = await broughtUpToDate(snapshot, plan, sql, base, this.limits.mostChangedElements);
    // what is purged leaves no trace but that it is missing
    if (current === undefined || current.ids.length !== countKinds(snapshot.database, plan)) {
      this.#lists.delete(key);
      return undefined;
    }
    this.#keep(key, current);
    return [...current.ids.subarray(plan.startFrom, plan.startFrom + plan.pageSize)];
  }

  /** Resolves when no thread is reading any more. */
  async close(): Promise<void> {
    await Promise.all(this.#sorting.values());
    this.#lists.clear();
  }

  /** One at a time. Never rejects: a page can be had without a list, slowly. */
  async #sort(path: string, key: string, plan: ElementPlan): Promise<SortedList | undefined> {
    const before = this.#previous;
    const sorted = before.then(() => sortInThread(path, plan));
    this.#previous = sorted.catch(() => undefined);
    try {
      const list = await sorted;
      this.#keep(key, list);
      return list;
    } catch (error) {
      this.logger.warn('elements could not be sorted beside, pages in this order are slow', {
        order: plan.order,
        property: plan.orderProperty,
        error: messageOf(error),
      });
      return undefined;
    }
  }

  #keep(key: string, list: SortedList): void {
    const known = this.#lists.get(key);
    this.#lists.delete(key);
    this.#lists.set(key, known !== undefined && known.sequence > list.sequence ? known : list);
    let total = 0;
    for (const { ids } of this.#lists.values()) total += ids.length;
    for (const [oldest, { ids }] of this.#lists) {
      if (total <= this.limits.mostIds) break;
      this.#lists.delete(oldest);
      total -= ids.length;
    }
  }
}

function keyOf({ types, visible, order, orderProperty }: ElementPlan): string {
  return JSON.stringify([order, order === 'GUID' ? '' : orderProperty, [...visible].sort(), [...types].sort()]);
}

async function sortInThread(path: string, plan: ElementPlan): Promise<SortedList> {
  const sql = orderSql(plan);
  if (sql === undefined) throw new Error(`no order ${plan.order}`);
  const { numbers, mark } = await readInThread(path, {
    sql: `SELECT id FROM (SELECT id, ${sql.rank} AS rank, ${sql.value} AS value FROM element
      WHERE type IN (SELECT value FROM json_each(?)) AND visible IN (SELECT value FROM json_each(?)))
      ORDER BY rank ${sql.direction}, value ${sql.direction}, id`,
    parameters: [...sql.parameters, JSON.stringify([...plan.types]), JSON.stringify([...plan.visible])],
    markSql: changeSequenceSql,
  });
  return { sequence: mark, ids: numbers };
}
