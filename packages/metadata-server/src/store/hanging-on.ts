import type { ForeignLink } from '@isthmus/model';
import type { Reading } from './found-element.js';
import { type ElementRow, maintainersOf } from './rows.js';
import { visibility } from './store-schema.js';
import type { WriteSteps } from './write-queue.js';

const stepSize = 200;
const mostForeignLinks = 10;

type AnchoredRow = Pick<ElementRow, 'id' | 'guid' | 'created_by' | 'maintained_by'> & { readonly name: string | null };

/**
 * Names of what would go with the element, a step at a time; by its GUID what has none and is not `userId`'s own work.
 *
 * @param most - names that are told
 */
export function* anchoredTo(
  tx: Reading,
  anchor: Pick<ElementRow, 'id'>,
  most: number,
  userId: string,
): WriteSteps<readonly string[]> {
  const names: string[] = [];
  const seen = new Set([anchor.id]);
  for (const id of seen) {
    for (let after = 0; ; ) {
      const rows = tx.database.all<AnchoredRow>(anchoredSome, id, after);
      for (const row of rows) {
        after = row.id;
        if (names.length === most || seen.has(row.id)) continue;
        seen.add(row.id);
        if (row.name !== null) names.push(row.name);
        else if (maintainersOf(row).some((user) => user !== userId)) names.push(row.guid);
      }
      if (rows.length < stepSize || names.length === most) break;
      yield;
    }
  }
  return names;
}

/** Relationships of the element that others than `userId` made or changed, the first few, a step at a time. */
export function* foreignLinksOf(
  tx: Reading,
  { id }: Pick<ElementRow, 'id'>,
  userId: string,
): WriteSteps<readonly ForeignLink[]> {
  const links: ForeignLink[] = [];
  for (const sql of linksSome) {
    for (let after: Place = [0, 0, 0]; ; ) {
      const rows = tx.database.all<LinkRow>(sql, id, ...after);
      for (const row of rows) {
        after = [row.type, row.sequence, row.id];
        if (row.created_by === userId && row.updated_by === userId) continue;
        const by = row.updated_by === userId ? row.created_by : row.updated_by;
        links.push({ typeName: tx.codes.name(row.type), other: row.name ?? row.guid, by, at: row.update_time });
        if (links.length === mostForeignLinks) return links;
      }
      if (rows.length < stepSize) break;
      yield;
    }
  }
  return links;
}

/** In the order of the index: a folder may have a hundred thousand. */
type Place = readonly [type: number, sequence: number, id: number];

type LinkRow = {
  readonly id: number;
  readonly type: number;
  readonly sequence: number;
  readonly created_by: string;
  readonly updated_by: string;
  readonly update_time: number;
  readonly name: string | null;
  readonly guid: string;
};

const anchoredSome = `SELECT id, guid, qualified_name AS name, created_by, maintained_by FROM element
  WHERE anchor = ? AND anchor <> id AND id > ? AND visible = ${visibility.live} ORDER BY id LIMIT ${stepSize}`;
const linksSome = (
  [
    ['end1', 'end2'],
    ['end2', 'end1'],
  ] as const
).map(
  ([
    own,
    other,
  ]) => `SELECT r.id, r.type, r.sequence, r.created_by, r.updated_by, r.update_time, o.qualified_name AS name, o.guid
    FROM relationship r INDEXED BY relationship_${own} CROSS JOIN element o ON o.id = r.${other}
    WHERE r.${own} = ? AND r.visible = ${visibility.live} AND (r.type, r.sequence, r.id) > (?, ?, ?)
    ORDER BY r.type, r.sequence, r.id LIMIT ${stepSize}`,
);
