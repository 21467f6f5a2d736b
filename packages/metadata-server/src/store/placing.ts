import { type BatchItemResult, type BatchOperation, checkEnds, parentField, permittedParent } from '@isthmus/model';
import type { Writer } from './element-store.js';
import { settersOfLink } from './field-setters.js';
import { named } from './linking.js';
import { foreignProperties, formerParents } from './parents.js';
import { linkBetween, linkElements, removeRelationship, saveRelationship } from './relationship-writing.js';
import { type ElementRow, parseProperties } from './rows.js';
import type { EndRow, WriteTransaction } from './write-transaction.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

export interface Placed extends Required<Pick<BatchItemResult, 'kept' | 'keptBy'>> {
  readonly isChanged: boolean;
}

const nothingKept = { kept: {}, keptBy: {} };

/** Links an element to its parent, and to no former one by this type. */
export function placeBelow(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  operation: Upsert,
  isNew: boolean,
): Placed {
  const { parent } = operation;
  if (parent === undefined) return { isChanged: false, ...nothingKept };
  const { relationshipTypeName: typeName, parentAtEnd1 = true, properties } = parent;
  const parentRow = named(tx, parent.qualifiedName, 'parent');
  const ends: [EndRow, EndRow] = parentAtEnd1 ? [parentRow, row] : [row, parentRow];
  checkEnds(tx.types, typeName, tx.codes.name(ends[0].type), tx.codes.name(ends[1].type));
  if (isNew) {
    linkElements(tx, writer, typeName, ...ends, properties, {}, false);
    return { isChanged: true, ...nothingKept };
  }
  const strays = formerParents(tx, row, parent, parentRow, writer.userId);
  for (const stray of strays) removeRelationship(tx, writer, stray);
  const present = linkBetween(tx, typeName, ...ends);
  if (present === undefined) {
    const { outcome } = linkElements(tx, writer, typeName, ...ends, properties);
    return { isChanged: strays.length > 0 || outcome !== 'unchanged', ...nothingKept };
  }
  const foreign = operation.guards === undefined ? [] : foreignProperties(tx, present, properties, writer.userId);
  const permitted = permittedParent(parseProperties(present.properties), operation, (name) => foreign.includes(name));
  const isThere =
    permitted.properties === undefined ||
    saveRelationship(tx, writer, present, permitted.properties, 'merge') === present;
  const names = foreign.filter((name) => Object.hasOwn(permitted.kept, parentField(parent, name)));
  const { keptBy = {} } = names.length === 0 ? {} : settersOfLink(tx, present, names);
  return {
    isChanged: strays.length > 0 || !isThere,
    kept: permitted.kept,
    keptBy: Object.fromEntries(Object.entries(keptBy).map(([name, by]) => [parentField(parent, name), by])),
  };
}
