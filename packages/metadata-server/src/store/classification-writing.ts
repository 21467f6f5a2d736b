import { IsthmusError } from '@isthmus/kernel';
import { checkClassification, checkProperties, type Properties } from '@isthmus/model';
import { setAnchor } from './anchoring.js';
import { checkOwner, visibleElement } from './element-lookup.js';
import type { Effectivity, Writer } from './element-store.js';
import { checkEffectivity, effectivityColumns, headerValues } from './header-columns.js';
import { isSame, merged } from './property-changes.js';
import {
  type ClassificationRow,
  type ElementRow,
  headerColumns,
  parseProperties,
  selectClassification,
} from './rows.js';
import { historySubject, type WriteTransaction } from './write-transaction.js';

export function classificationRow(
  tx: Pick<WriteTransaction, 'database' | 'codes'>,
  row: ElementRow,
  name: string,
): ClassificationRow | undefined {
  return tx.database.get<ClassificationRow>(
    `${selectClassification} WHERE element = ? AND type = ?`,
    row.id,
    tx.codes.code(name),
  );
}

/**
 * Attaches a classification or changes it. Returns whether anything changed. `effectivity` undefined = as it was.
 * Memento is more than a row: see `classifyElement`.
 */
export function writeClassification(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  name: string,
  properties: Properties,
  mode: 'merge' | 'replace',
  effectivity?: Effectivity,
): boolean {
  checkClassification(tx.types, name, tx.codes.name(row.type));
  if (name === 'Anchors') return classifyAnchors(tx, writer, row, properties);
  if (effectivity !== undefined) checkEffectivity(effectivity);
  const former = classificationRow(tx, row, name);
  if (former === undefined) {
    checkProperties(tx.types, name, properties, true);
    insertClassification(tx, writer, row, name, properties, effectivity ?? {});
    return true;
  }
  checkOwner(writer, former, row.guid);
  const before = parseProperties(former.properties);
  const after = mode === 'merge' ? merged(before, properties) : properties;
  checkProperties(tx.types, name, after, true);
  const columns = effectivity === undefined ? former : effectivityColumns(effectivity);
  const sameDates = columns.effective_from === former.effective_from && columns.effective_to === former.effective_to;
  if (isSame(before, after) && sameDates) return false;
  tx.keepVersion(historySubject.element, row.id, former.type, former);
  const next = tx.updated(writer, former, {
    properties: JSON.stringify(after),
    effective_from: columns.effective_from,
    effective_to: columns.effective_to,
  });
  tx.run(updateSql, ...headerValues(next), row.id, former.type);
  tx.tell(next.sequence, 'ELEMENT_RECLASSIFIED', writer, { ...row, classification: next.type });
  return true;
}

/** Returns whether it was there. */
export function removeClassification(tx: WriteTransaction, writer: Writer, row: ElementRow, name: string): boolean {
  tx.types.classification(name);
  if (name === 'Anchors') return setAnchor(tx, writer, row, { kind: 'none' });
  const former = classificationRow(tx, row, name);
  if (former === undefined) return false;
  checkOwner(writer, former, row.guid);
  tx.keepVersion(historySubject.element, row.id, former.type, former);
  tx.run('DELETE FROM classification WHERE element = ? AND type = ?', row.id, former.type);
  tx.tell(tx.nextSequence(), 'ELEMENT_DECLASSIFIED', writer, { ...row, classification: former.type });
  return true;
}

function insertClassification(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  name: string,
  properties: Properties,
  effectivity: Effectivity,
): void {
  const type = tx.codes.code(name);
  const header = tx.created(writer, type, JSON.stringify(properties), effectivityColumns(effectivity));
  tx.run(insertSql, row.id, ...headerValues(header));
  tx.tell(header.sequence, 'ELEMENT_CLASSIFIED', writer, { ...row, classification: type });
}

const insertSql = `INSERT INTO classification (element, ${headerColumns.join(', ')})
  VALUES (?, ${headerColumns.map(() => '?').join(', ')})`;
const updateSql = `UPDATE classification SET ${headerColumns.map((column) => `${column} = ?`).join(', ')}
  WHERE element = ? AND type = ?`;

/** A client may say the anchor by the classification itself. */
function classifyAnchors(tx: WriteTransaction, writer: Writer, row: ElementRow, properties: Properties): boolean {
  checkProperties(tx.types, 'Anchors', properties, false);
  const { anchorGUID } = properties;
  if (anchorGUID === undefined || anchorGUID === row.guid) return setAnchor(tx, writer, row, { kind: 'own' });
  if (typeof anchorGUID !== 'string') throw new IsthmusError('PARAMETER_INVALID', 'anchorGUID must be a string');
  const anchor = visibleElement(tx.database, anchorGUID, { forLineage: true }, 'anchorGUID');
  return setAnchor(tx, writer, row, { kind: 'other', anchor });
}
