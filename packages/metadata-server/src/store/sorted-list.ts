import type { Database } from '@isthmus/sqlite';
import { comparePlaces, isDescending, type OrderPlan, type OrderSql } from './element-order.js';
import type { ElementPlan } from './element-plan.js';
import type { Snapshot } from './snapshot-pool.js';

/** Ids of all elements of some kinds in an order, as of a change. Never written to: who brings it up to date makes another. */
export interface SortedList {
  readonly sequence: number;
  readonly ids: Float64Array;
}

interface Placed {
  readonly id: number;
  readonly place: unknown;
}

type Changed = readonly [id: number, type: number, visible: number, sequence: number, rank: number, value: Value];
type Value = string | number | null;

const chunkSize = 250;
/** Ids that are copied between two looks at the time. */
const idsAtOnce = 2 ** 15;

/**
 * The list as of the snapshot: what changed since is taken out and put in where it belongs now.
 *
 * @returns undefined when there was too much, or something went without a trace: the list is to be made anew
 */
export async function broughtUpToDate(
  snapshot: Snapshot,
  plan: ElementPlan,
  sql: OrderSql,
  list: SortedList,
  mostChanged: number,
): Promise<SortedList | undefined> {
  const sequence = changeSequence(snapshot.database);
  if (sequence === list.sequence) return list;
  const changed = new Set<number>();
  const fresh: Placed[] = [];
  for (let after = list.sequence; ; ) {
    const rows = changedRows(snapshot.database, sql, after);
    for (const [id, type, visible, own, rank, value] of rows) {
      after = own;
      changed.add(id);
      if (plan.types.has(type) && plan.visible.has(visible)) fresh.push({ id, place: toPlace(rank, value) });
    }
    if (changed.size > mostChanged) return undefined;
    await snapshot.slice.pause();
    if (rows.length < chunkSize) break;
  }
  if (changed.size === 0) return { sequence, ids: list.ids };
  const kept = await without(snapshot, list.ids, changed);
  const ids = await withFresh(snapshot, plan, sql, kept, fresh);
  return ids === undefined ? undefined : { sequence, ids };
}

export function changeSequence(database: Pick<Database, 'get'>): number {
  return Number(database.get(changeSequenceSql)?.value ?? 0);
}

export const changeSequenceSql = "SELECT value FROM meta WHERE name = 'changeSequence'";

function changedRows(database: Database, sql: OrderSql, after: number): Changed[] {
  return database.rows<Changed>(
    `SELECT id, type, visible, sequence, ${sql.rank}, ${sql.value} FROM element
     WHERE sequence > ? ORDER BY sequence LIMIT ${chunkSize}`,
    ...sql.parameters,
    after,
  );
}

async function without({ slice }: Snapshot, ids: Float64Array, taken: ReadonlySet<number>): Promise<Float64Array> {
  const kept = new Float64Array(ids.length);
  let count = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const id of taken) [least, most] = [Math.min(least, id), Math.max(most, id)];
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const to = Math.min(ids.length, from + idsAtOnce);
    for (let index = from; index < to; index += 1) {
      const id = ids[index] ?? 0;
      // what is new has ids above all others
      if (id >= least && id <= most && taken.has(id)) continue;
      kept[count] = id;
      count += 1;
    }
    await slice.pause();
  }
  return kept.subarray(0, count);
}

/** Undefined when one of the elements that it looks at is not there. */
async function withFresh(
  { database, slice }: Snapshot,
  plan: OrderPlan,
  sql: OrderSql,
  kept: Float64Array,
  fresh: Placed[],
): Promise<Float64Array | undefined> {
  const compare = comparison(plan);
  fresh.sort(compare);
  const ids = new Float64Array(kept.length + fresh.length);
  let from = 0;
  for (const [count, each] of fresh.entries()) {
    const to = firstAfter(kept, from, (id) => {
      const found = placedElement(database, sql, id);
      return found === undefined ? undefined : compare(found, each) > 0;
    });
    if (to === undefined) return undefined;
    ids.set(kept.subarray(from, to), from + count);
    ids[to + count] = each.id;
    from = to;
    await slice.pause();
  }
  ids.set(kept.subarray(from), from + fresh.length);
  return ids;
}

/**
 * Place of the first id that comes after, from a place on. Strides grow: what is written together mostly lies together.
 *
 * @param isAfter undefined = nobody knows: then the answer is undefined too
 */
function firstAfter(ids: Float64Array, from: number, isAfter: (id: number) => boolean | undefined): number | undefined {
  let [low, high] = [from, ids.length];
  for (let stride = 1; low + stride - 1 < high; stride *= 2) {
    const after = isAfter(ids[low + stride - 1] ?? 0);
    if (after === undefined) return undefined;
    if (after) high = low + stride - 1;
    else low += stride;
  }
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const after = isAfter(ids[middle] ?? 0);
    if (after === undefined) return undefined;
    if (after) high = middle;
    else low = middle + 1;
  }
  return low;
}

function placedElement(database: Database, sql: OrderSql, id: number): Placed | undefined {
  const [row] = database.rows<readonly [rank: number, value: Value]>(
    `SELECT ${sql.rank}, ${sql.value} FROM element WHERE id = ?`,
    ...sql.parameters,
    id,
  );
  return row === undefined ? undefined : { id, place: toPlace(...row) };
}

/** Such that `comparePlaces` sorts it as SQLite sorts rank and value. */
function toPlace(rank: number, value: Value): unknown {
  return value ?? (rank === 3 ? undefined : true);
}

function comparison(plan: OrderPlan): (one: Placed, other: Placed) => number {
  const sign = isDescending(plan) ? -1 : 1;
  return (one, other) => sign * comparePlaces(one.place, other.place) || one.id - other.id;
}
