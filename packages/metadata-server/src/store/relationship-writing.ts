import { checkEnds, checkProperties, type Properties } from '@isthmus/model';
import { checkOwner, notFound } from './element-lookup.js';
import type { Effectivity, Writer } from './element-store.js';
import {
  checkEffectivity,
  effectivityColumns,
  headerValues,
  isPlain,
  plainColumns,
  plainValues,
} from './header-columns.js';
import { isSame, merged } from './property-changes.js';
import { headerColumns, parseProperties, type RelationshipRow, selectRelationship } from './rows.js';
import { visibility } from './store-schema.js';
import { type EndRow, historySubject, type Reads, type WriteTransaction } from './write-transaction.js';

export interface LinkOutcome {
  readonly guid: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
}

/**
 * Links two elements. Unless the type allows several links, the same ends have one, which gets the properties given
 * (undefined = keeps its own). `mayExist` false: the caller knows that they are not linked.
 */
export function linkElements(
  tx: WriteTransaction,
  writer: Writer,
  typeName: string,
  end1: EndRow,
  end2: EndRow,
  properties: Properties | undefined,
  effectivity: Effectivity = {},
  mayExist = true,
): LinkOutcome {
  const definition = tx.types.relationship(typeName);
  checkEnds(tx.types, typeName, tx.codes.name(end1.type), tx.codes.name(end2.type));
  checkProperties(tx.types, typeName, properties ?? {}, true);
  checkEffectivity(effectivity);
  if (mayExist && definition.multiLink !== true) {
    const former = linkBetween(tx, typeName, end1, end2);
    if (former !== undefined) {
      if (properties === undefined || Object.keys(properties).length === 0)
        return { guid: former.guid, outcome: 'unchanged' };
      const row = saveRelationship(tx, writer, former, properties, 'replace');
      return { guid: row.guid, outcome: row === former ? 'unchanged' : 'updated' };
    }
  }
  return { guid: insertLink(tx, writer, typeName, end1, end2, properties ?? {}, effectivity), outcome: 'created' };
}

/** A link of this type from `end1` to `end2` that both see. */
export function linkBetween(
  tx: WriteTransaction,
  typeName: string,
  end1: EndRow,
  end2: EndRow,
): RelationshipRow | undefined {
  return tx.database.get<RelationshipRow>(pairSql, end1.id, end2.id, tx.codes.code(typeName));
}

const pairSql = `${selectRelationship} INDEXED BY relationship_pair WHERE end1 = ? AND end2 = ? AND type = ? LIMIT 1`;

/** Returns its GUID. */
function insertLink(
  tx: WriteTransaction,
  writer: Writer,
  typeName: string,
  end1: EndRow,
  end2: EndRow,
  properties: Properties,
  effectivity: Effectivity,
): string {
  const type = tx.codes.code(typeName);
  const header = tx.created(writer, type, JSON.stringify(properties), effectivityColumns(effectivity));
  const guid = tx.newGuid(typeName);
  const visible =
    end1.visible === visibility.archived || end2.visible === visibility.archived
      ? visibility.archived
      : visibility.live;
  if (isPlain(header)) {
    const { sequence, created_by, create_time } = header;
    tx.run(plainInsertSql, guid, type, end1.id, end2.id, visible, sequence, created_by, create_time, header.properties);
  } else tx.run(insertSql, guid, end1.id, end2.id, visible, ...headerValues(header));
  tx.tell(header.sequence, 'NEW_ELEMENT_CREATED', writer, { guid, type, end1: end1.guid, end2: end2.guid });
  return guid;
}

const plainInsertSql = `INSERT INTO relationship (guid, type, end1, end2, visible, ${plainColumns})
  VALUES (?, ?, ?, ?, ?, ${plainValues})`;
const insertSql = `INSERT INTO relationship (guid, end1, end2, visible, ${headerColumns.join(', ')})
  VALUES (?, ?, ?, ?, ${headerColumns.map(() => '?').join(', ')})`;
const updateSql = `UPDATE relationship SET ${headerColumns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`;

/** @throws ELEMENT_NOT_FOUND */
export function relationshipByGuid(database: Reads, guid: string): RelationshipRow {
  const row = database.get<RelationshipRow>(`${selectRelationship} WHERE guid = ?`, guid);
  if (row === undefined || row.visible === visibility.deleted) throw notFound('relationship', guid, 'relationshipGUID');
  return row;
}

/** Returns the row as it is now; the same object when nothing changed. */
export function saveRelationship(
  tx: WriteTransaction,
  writer: Writer,
  row: RelationshipRow,
  changes: Properties,
  mode: 'merge' | 'replace',
  effectivity?: Effectivity,
): RelationshipRow {
  checkOwner(writer, row, row.guid);
  if (effectivity !== undefined) checkEffectivity(effectivity);
  const before = parseProperties(row.properties);
  const after = mode === 'merge' ? merged(before, changes) : changes;
  checkProperties(tx.types, tx.codes.name(row.type), after, true);
  const columns = effectivity === undefined ? row : effectivityColumns(effectivity);
  const sameDates = columns.effective_from === row.effective_from && columns.effective_to === row.effective_to;
  if (isSame(before, after) && sameDates) return row;
  tx.keepVersion(historySubject.relationship, row.id, 0, row);
  const header = tx.updated(writer, row, {
    properties: JSON.stringify(after),
    effective_from: columns.effective_from,
    effective_to: columns.effective_to,
  });
  const next = { ...row, ...header };
  tx.run(updateSql, ...headerValues(header), row.id);
  tx.tell(next.sequence, 'ELEMENT_UPDATED', writer, { ...next, ...endGuids(tx, row) });
  return next;
}

/** Takes a link away for good: relating the ends again makes a new one. */
export function removeRelationship(tx: WriteTransaction, writer: Writer, row: RelationshipRow): void {
  checkOwner(writer, row, row.guid);
  tx.tell(tx.nextSequence(), 'ELEMENT_DELETED', writer, { guid: row.guid, type: row.type, ...endGuids(tx, row) });
  eraseRelationship(tx, row.id);
}

export function eraseRelationship(tx: WriteTransaction, id: number): void {
  tx.run('DELETE FROM relationship WHERE id = ?', id);
  tx.run('DELETE FROM history WHERE subject = ? AND owner = ?', historySubject.relationship, id);
}

function endGuids(tx: WriteTransaction, row: RelationshipRow): { readonly end1: string; readonly end2: string } {
  const guid = (id: number) => tx.database.get<{ guid: string }>('SELECT guid FROM element WHERE id = ?', id)?.guid;
  return { end1: guid(row.end1) ?? '', end2: guid(row.end2) ?? '' };
}
