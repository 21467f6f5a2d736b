import type { Database } from '@isthmus/sqlite';
import type { ElementPlan } from './element-plan.js';
import { type ElementRow, selectElement } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';
import { bucketBits, bucketKind, ordering } from './write-transaction.js';

/** By last update (`newest`, `oldest`) or by creation. */
export type BucketOrder = 'newest' | 'oldest' | 'last-created' | 'first-created';

type Kinds = Pick<ElementPlan, 'types' | 'visible'>;

interface BucketCount {
  readonly bucket: number;
  readonly total: number;
}

const finePerCoarse = 2 ** (bucketBits.coarse - bucketBits.fine);
const fineSize = 2 ** bucketBits.fine;

/** How many elements of these kinds there are: read from counts, whatever their number. */
export function countKinds(database: Database, kinds: Kinds): number {
  return coarseCounts(database, kinds, 'newest').reduce((sum, { total }) => sum + total, 0);
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
  let skip = plan.startFrom;
  for (const coarse of coarseCounts(database, plan, order)) {
    if (skip >= coarse.total) {
      skip -= coarse.total;
      continue;
    }
    for (const fine of fineCounts(database, plan, order, coarse.bucket)) {
      if (skip >= fine.total) {
        skip -= fine.total;
        continue;
      }
      rows.push(...bucketRows(database, plan, order, fine.bucket, plan.pageSize - rows.length, skip));
      skip = 0;
      if (rows.length >= plan.pageSize) return rows;
      await slice.pause();
    }
  }
  return rows;
}

/** All elements of these kinds in order, a bucket (up to 1024) at a time. */
export async function* walkBuckets(
  { database, slice }: Snapshot,
  plan: ElementPlan,
  order: BucketOrder,
): AsyncGenerator<ElementRow[]> {
  for (const coarse of coarseCounts(database, plan, order)) {
    for (const fine of fineCounts(database, plan, order, coarse.bucket)) {
      for (let offset = 0; offset < fine.total; offset += chunkSize) {
        yield bucketRows(database, plan, order, fine.bucket, chunkSize, offset);
        await slice.pause();
      }
    }
  }
}

/** Small enough that rows with long properties stay within a slice. */
const chunkSize = 256;

function coarseCounts(database: Database, kinds: Kinds, order: BucketOrder): BucketCount[] {
  return database.all<{ bucket: number; total: number }>(
    `SELECT bucket, SUM(count) AS total FROM bucket
     WHERE ordering = ? AND level = 2 AND kind IN (SELECT value FROM json_each(?))
     GROUP BY bucket ORDER BY bucket ${direction(order)}`,
    orderingOf(order),
    kindList(kinds),
  );
}

function fineCounts(database: Database, kinds: Kinds, order: BucketOrder, coarse: number): BucketCount[] {
  const first = coarse * finePerCoarse;
  return database.all<{ bucket: number; total: number }>(
    `SELECT bucket, SUM(count) AS total FROM bucket
     WHERE ordering = ? AND level = 1 AND kind IN (SELECT value FROM json_each(?)) AND bucket BETWEEN ? AND ?
     GROUP BY bucket ORDER BY bucket ${direction(order)}`,
    orderingOf(order),
    kindList(kinds),
    first,
    first + finePerCoarse - 1,
  );
}

function bucketRows(
  database: Database,
  kinds: Kinds,
  order: BucketOrder,
  bucket: number,
  limit: number,
  offset: number,
): ElementRow[] {
  const column = orderingOf(order) === ordering.sequence ? 'sequence' : 'id';
  const first = bucket * fineSize;
  // unary plus keeps the search on the range of at most 1024, whatever the planner thinks of the types
  return database.all<ElementRow>(
    `${selectElement} WHERE e.id IN (
       SELECT id FROM element WHERE ${column} BETWEEN ? AND ? AND +type IN (SELECT value FROM json_each(?))
         AND +visible IN (SELECT value FROM json_each(?)) ORDER BY ${column} ${direction(order)} LIMIT ? OFFSET ?)
     ORDER BY e.${column} ${direction(order)}`,
    first,
    first + fineSize - 1,
    JSON.stringify([...kinds.types]),
    JSON.stringify([...kinds.visible]),
    limit,
    offset,
  );
}

function kindList({ types, visible }: Kinds): string {
  return JSON.stringify([...types].flatMap((type) => [...visible].map((each) => bucketKind(type, each))));
}

function orderingOf(order: BucketOrder): number {
  return order === 'newest' || order === 'oldest' ? ordering.sequence : ordering.id;
}

function direction(order: BucketOrder): 'ASC' | 'DESC' {
  return order === 'oldest' || order === 'first-created' ? 'ASC' : 'DESC';
}
