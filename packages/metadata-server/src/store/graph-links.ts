import type { GraphOptions } from './element-store.js';
import { isEffective, type RelationshipRow, selectRelationship } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';

/**
 * Relationships between the elements of a graph, then those that leave it: at most `outside` of these, since one file
 * brings its folder, and a folder all of its files.
 *
 * @param inside - ids of the graph's elements
 */
export async function graphLinks(
  snapshot: Snapshot,
  inside: ReadonlySet<number>,
  { outside = 0, effectiveTime }: GraphOptions,
): Promise<readonly RelationshipRow[]> {
  const between: RelationshipRow[] = [];
  const leaving: RelationshipRow[] = [];
  const rowsAt = (end: 'end1' | 'end2', id: number, limit: number) =>
    snapshot.database
      .all<RelationshipRow>(`${selectRelationship} WHERE ${end} = ? AND visible IN (1, 2) LIMIT ?`, id, limit)
      .filter((row) => isEffective(row, effectiveTime));
  for (const id of inside) {
    for (const row of rowsAt('end1', id, unlimited)) {
      if (inside.has(row.end2)) between.push(row);
      else if (leaving.length < outside) leaving.push(row);
    }
    const free = outside - leaving.length;
    // those between come round by their first end
    const arriving = free > 0 ? rowsAt('end2', id, free + inside.size).filter((row) => !inside.has(row.end1)) : [];
    leaving.push(...arriving.slice(0, free));
    await snapshot.slice.pause();
  }
  return [...between, ...leaving];
}

const unlimited = -1;
