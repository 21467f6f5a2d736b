import type { Database } from '@isthmus/sqlite';
import type { ElementPlan } from './element-plan.js';
import { bucketBits, bucketKind, bucketLevel, ordering, typeOfKind } from './pending-counts.js';
import { type ElementRow, selectElement } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';

/** By last update (`newest`, `oldest`) or by creation. */
export type BucketOrder = 'newest' | 'oldest' | 'last-created' | 'first-created';

type Kinds = Pick<ElementPlan, 'types' | 'visible'>;

interface BucketCount {
  readonly bucket: number;
  readonly total: number;
}

const fineSize = 2 ** bucketBits.fine;

/** How many elements of these kinds there are: read from counts, whatever their number. */
export function countKinds(database: Pick<Database, 'all'>, kinds: Kinds): number {
  return coarseCounts(database, kinds, 'newest').reduce((sum, { count }) => sum + count, 0);
}

/** How many elements of these visibilities there are, whatever their type. */
export function countVisible(database: Pick<Database, 'get'>, visible: readonly number[]): number {
  const row = database.get<{ count: number | null }>(
    `SELECT SUM(count) AS count FROM bucket WHERE ordering = ${ordering.sequence} AND level = ${bucketLevel.coarse}
     AND kind & 3 IN (SELECT value FROM json_each(?))`,
    JSON.stringify(visible),
  );
  return Number(row?.count ?? 0);
}

/**
 * One page of a list of kinds. The counts lead to the bucket where the page begins, so a page far down costs what
 * the first one costs.
 */
export async function rowsFrom(
  { database, slice }: Snapshot,
  plan: ElementPlan,
  order: BucketOrder,
): Promise<readonly ElementRow[]> {
  const rows: ElementRow[] = [];
  for (const { bucket, skip, kinds } of fineBuckets(database, plan, order, plan.startFrom)) {
    rows.push(...bucketRows(database, kinds, order, bucket, plan.pageSize - rows.length, skip));
    if (rows.length >= plan.pageSize) return rows;
    await slice.pause();
  }
  return rows;
}

/**
 * All elements of these kinds in order, a bucket (up to 1024) at a time.
 *
 * @param idBuckets only elements whose ids lie in these; undefined = all
 */
export async function* walkBuckets(
  { database, slice }: Snapshot,
  plan: ElementPlan,
  order: BucketOrder,
  idBuckets?: ReadonlySet<number>,
): AsyncGenerator<ElementRow[]> {
  if (idBuckets?.size === 0) return;
  const within = idBuckets === undefined ? undefined : JSON.stringify([...idBuckets]);
  for (const { bucket, total, kinds } of fineBuckets(database, plan, order, 0)) {
    if (orderingOf(order) === ordering.id && idBuckets?.has(bucket) === false) continue;
    for (let offset = 0; offset < total; offset += chunkSize) {
      const rows = bucketRows(database, kinds, order, bucket, chunkSize, offset, within);
      if (rows.length > 0) yield rows;
      await slice.pause();
      if (rows.length < chunkSize) break;
    }
  }
}

/** Small enough that rows with long properties stay within a slice. */
const chunkSize = 256;

interface FineBucket extends BucketCount {
  /** Elements to pass over in this one. */
  readonly skip: number;
  /** Those of the kinds asked for that occur at all: a supertype has hundreds. */
  readonly kinds: Kinds;
}

/** The buckets from the one that holds the element at this place, found by way of the counts of larger ones. */
function* fineBuckets(
  database: Database,
  wanted: Kinds,
  order: BucketOrder,
  startFrom: number,
): Generator<FineBucket, undefined> {
  const coarse = coarseCounts(database, wanted, order);
  const present = [...new Set(coarse.map(({ kind }) => kind))];
  const types = new Set(present.map(typeOfKind));
  const kinds = { types, visible: wanted.visible };
  const list = JSON.stringify(present);
  const within = (level: number, parent: BucketCount, bits: number): BucketCount[] =>
    countsWithin(database, level, list, order, parent.bucket * 2 ** bits, 2 ** bits);
  let skip = startFrom;
  const passes = ({ total }: BucketCount): boolean => {
    if (skip < total) return false;
    skip -= total;
    return true;
  };
  for (const large of sumByBucket(coarse)) {
    if (passes(large)) continue;
    for (const middle of within(bucketLevel.middle, large, bucketBits.coarse - bucketBits.middle)) {
      if (passes(middle)) continue;
      for (const fine of within(bucketLevel.fine, middle, bucketBits.middle - bucketBits.fine)) {
        if (passes(fine)) continue;
        yield { ...fine, skip, kinds };
        skip = 0;
      }
    }
  }
}

interface KindCount {
  readonly bucket: number;
  readonly kind: number;
  readonly count: number;
}

function coarseCounts(database: Pick<Database, 'all'>, kinds: Kinds, order: BucketOrder): KindCount[] {
  return database.all<KindCount>(
    `SELECT bucket, kind, count FROM bucket
     WHERE ordering = ? AND level = ${bucketLevel.coarse} AND kind IN (SELECT value FROM json_each(?))
     ORDER BY bucket ${direction(order)}`,
    orderingOf(order),
    kindList(kinds),
  );
}

function sumByBucket(counts: readonly KindCount[]): BucketCount[] {
  const sums = new Map<number, number>();
  for (const { bucket, count } of counts) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
  return [...sums].map(([bucket, total]) => ({ bucket, total }));
}

function countsWithin(
  database: Database,
  level: number,
  kinds: string,
  order: BucketOrder,
  first: number,
  size: number,
): BucketCount[] {
  return database.all<BucketCount>(
    `SELECT bucket, SUM(count) AS total FROM bucket
     WHERE ordering = ? AND level = ? AND kind IN (SELECT value FROM json_each(?)) AND bucket BETWEEN ? AND ?
     GROUP BY bucket ORDER BY bucket ${direction(order)}`,
    orderingOf(order),
    level,
    kinds,
    first,
    first + size - 1,
  );
}

function bucketRows(
  database: Database,
  kinds: Kinds,
  order: BucketOrder,
  bucket: number,
  limit: number,
  offset: number,
  idBuckets?: string,
): ElementRow[] {
  const column = orderingOf(order) === ordering.sequence ? 'sequence' : 'id';
  const first = bucket * fineSize;
  // unary plus keeps the search on the range of at most 1024, whatever the planner thinks of the types
  return database.all<ElementRow>(
    `${selectElement} WHERE e.id IN (
       SELECT id FROM element WHERE ${column} BETWEEN ? AND ? AND +type IN (SELECT value FROM json_each(?))
         AND +visible IN (SELECT value FROM json_each(?))${idBuckets === undefined ? '' : withinBuckets} ORDER BY ${column} ${direction(order)} LIMIT ? OFFSET ?)
     ORDER BY e.${column} ${direction(order)}`,
    first,
    first + fineSize - 1,
    JSON.stringify([...kinds.types]),
    JSON.stringify([...kinds.visible]),
    ...(idBuckets === undefined ? [] : [idBuckets]),
    limit,
    offset,
  );
}

const withinBuckets = ` AND id >> ${bucketBits.fine} IN (SELECT value FROM json_each(?))`;

function kindList({ types, visible }: Kinds): string {
  return JSON.stringify([...types].flatMap((type) => [...visible].map((each) => bucketKind(type, each))));
}

function orderingOf(order: BucketOrder): number {
  return order === 'newest' || order === 'oldest' ? ordering.sequence : ordering.id;
}

function direction(order: BucketOrder): 'ASC' | 'DESC' {
  return order === 'oldest' || order === 'first-created' ? 'ASC' : 'DESC';
}
