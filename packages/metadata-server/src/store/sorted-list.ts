import type { Database } from '@isthmus/sqlite';
import { comparePlaces, isDescending, type OrderPlan, type OrderSql } from './element-order.js';
import type { ElementPlan } from './element-plan.js';
import { elementsOfKinds, type KindTally, partSize } from './kind-tally.js';
import { bucketKind } from './pending-counts.js';
import type { Snapshot } from './snapshot-pool.js';

/**
 * All elements of some visibilities in an order, ascending, as of a change: their ids, and the kind of each. Never written
 * to: who brings it up to date makes another.
 */
export interface SortedList extends ListMembers {
  readonly sequence: number;
  /** Of its parts; absent: they were not counted since it was changed, and a page passes over each element. */
  readonly tallies?: readonly KindTally[];
}

export interface ListMembers {
  readonly ids: Uint32Array;
  /** Type and visibility, see `bucketKind`. */
  readonly kinds: Uint16Array;
}

/** A list as a page is taken from it: parts of `partSize` elements, of which those that it passes over are not read. */
export interface PartedList {
  readonly partCount: number;
  readonly tallies: readonly KindTally[] | undefined;
  /** Undefined when it is gone. */
  read(part: number): ListMembers | undefined;
}

/** An order of all elements of some visibilities, ascending: the descending one is the same from its end. */
export interface WholeOrder extends OrderPlan {
  readonly order: 'GUID' | 'PROPERTY_ASCENDING';
  readonly visible: readonly number[];
}

interface Sortable {
  readonly id: number;
  readonly place: unknown;
}

interface Placed extends Sortable {
  readonly kind: number;
}

type Changed = readonly [id: number, type: number, visible: number, sequence: number, rank: number, value: Value];
type Value = string | number | null;

const chunkSize = 250;
/** Ids that are copied or passed over between two looks at the time. */
const idsAtOnce = 2 ** 15;
/** All kinds are below, see `Uint16Array`. */
export const mostKinds = 2 ** 16;
/** Ids from here on fit into no list. */
export const idLimit = 2 ** 32;

/** A list in memory. */
export function partedList({ ids, kinds, tallies }: SortedList): PartedList {
  const within = (part: number) => [part * partSize, (part + 1) * partSize] as const;
  return {
    partCount: Math.ceil(ids.length / partSize),
    tallies,
    read: (part) => ({ ids: ids.subarray(...within(part)), kinds: kinds.subarray(...within(part)) }),
  };
}

/** Ids of a page of some kinds out of the list of all; undefined when a part of it is gone. */
export async function idsOfPage(
  { slice }: Pick<Snapshot, 'slice'>,
  { partCount, tallies, read }: PartedList,
  plan: Pick<ElementPlan, 'types' | 'visible' | 'order' | 'orderProperty' | 'startFrom' | 'pageSize'>,
): Promise<readonly number[] | undefined> {
  const isWanted = new Uint8Array(mostKinds);
  for (const type of plan.types) for (const visible of plan.visible) isWanted[bucketKind(type, visible)] = 1;
  const isFromEnd = isDescending(plan);
  const page: number[] = [];
  let skip = plan.startFrom;
  for (let passed = 0; passed < partCount && page.length < plan.pageSize; passed += 1) {
    const part = isFromEnd ? partCount - 1 - passed : passed;
    const tally = tallies?.[part];
    const within = tally === undefined ? Number.POSITIVE_INFINITY : elementsOfKinds(tally, isWanted);
    if (within <= skip) {
      skip -= within;
      continue;
    }
    const members = read(part);
    if (members === undefined) return undefined;
    skip = takeWanted(members, isWanted, isFromEnd, skip, page, plan.pageSize);
    await slice.pause();
  }
  return page;
}

/** Puts elements of the part on the page until it is full. @returns how many are still to be passed over */
function takeWanted(
  { ids, kinds }: ListMembers,
  isWanted: Uint8Array,
  isFromEnd: boolean,
  skip: number,
  page: number[],
  pageSize: number,
): number {
  const [first, step] = isFromEnd ? [ids.length - 1, -1] : [0, 1];
  let left = skip;
  for (let place = 0; place < ids.length; place += 1) {
    const index = first + step * place;
    if (isWanted[kinds[index] ?? 0] !== 1) continue;
    if (left > 0) {
      left -= 1;
      continue;
    }
    page.push(ids[index] ?? 0);
    if (page.length === pageSize) break;
  }
  return left;
}

/**
 * The list as of the snapshot: what changed since is taken out and put in where it belongs now.
 *
 * @returns undefined when there was too much, or something went without a trace: the list is to be made anew
 */
export async function broughtUpToDate(
  snapshot: Snapshot,
  order: WholeOrder,
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
      if (order.visible.includes(visible))
        fresh.push({ id, kind: bucketKind(type, visible), place: toPlace(rank, value) });
    }
    if (changed.size > mostChanged) return undefined;
    await snapshot.slice.pause();
    if (rows.length < chunkSize) break;
  }
  if (changed.size === 0) return { ...list, sequence };
  const kept = await without(snapshot, list, changed);
  const current = await withFresh(snapshot, sql, kept, fresh);
  return current === undefined ? undefined : { ...current, sequence };
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

async function without({ slice }: Snapshot, list: ListMembers, taken: ReadonlySet<number>): Promise<ListMembers> {
  const ids = new Uint32Array(list.ids.length);
  const kinds = new Uint16Array(list.ids.length);
  let count = 0;
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const id of taken) [least, most] = [Math.min(least, id), Math.max(most, id)];
  for (let from = 0; from < list.ids.length; from += idsAtOnce) {
    const to = Math.min(list.ids.length, from + idsAtOnce);
    for (let index = from; index < to; index += 1) {
      const id = list.ids[index] ?? 0;
      // what is new has ids above all others
      if (id >= least && id <= most && taken.has(id)) continue;
      ids[count] = id;
      kinds[count] = list.kinds[index] ?? 0;
      count += 1;
    }
    await slice.pause();
  }
  return { ids: ids.subarray(0, count), kinds: kinds.subarray(0, count) };
}

/** Undefined when one of the elements that it looks at is not there. */
async function withFresh(
  { database, slice }: Snapshot,
  sql: OrderSql,
  kept: ListMembers,
  fresh: Placed[],
): Promise<ListMembers | undefined> {
  fresh.sort(compare);
  const length = kept.ids.length + fresh.length;
  if (fresh.some(({ id }) => id >= idLimit)) return undefined;
  const [ids, kinds] = [new Uint32Array(length), new Uint16Array(length)];
  const take = (from: number, to: number, ahead: number) => {
    ids.set(kept.ids.subarray(from, to), from + ahead);
    kinds.set(kept.kinds.subarray(from, to), from + ahead);
  };
  let from = 0;
  for (const [count, each] of fresh.entries()) {
    const to = firstAfter(kept.ids, from, (id) => {
      const found = placedElement(database, sql, id);
      return found === undefined ? undefined : compare(found, each) > 0;
    });
    if (to === undefined) return undefined;
    take(from, to, count);
    ids[to + count] = each.id;
    kinds[to + count] = each.kind;
    from = to;
    await slice.pause();
  }
  take(from, kept.ids.length, fresh.length);
  return { ids, kinds };
}

/**
 * Place of the first id that comes after, from a place on. Strides grow: what is written together mostly lies together.
 *
 * @param isAfter undefined = nobody knows: then the answer is undefined too
 */
function firstAfter(ids: Uint32Array, from: number, isAfter: (id: number) => boolean | undefined): number | undefined {
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

function placedElement(database: Database, sql: OrderSql, id: number): Sortable | undefined {
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

function compare(one: Sortable, other: Sortable): number {
  return comparePlaces(one.place, other.place) || one.id - other.id;
}
