import { IsthmusError } from '@isthmus/kernel';
import { type Properties, upsertedProperties } from '@isthmus/model';
import { type Anchoring, setAnchor } from './anchoring.js';
import { classificationRow, removeClassification } from './classification-writing.js';
import { elementById } from './element-lookup.js';
import type { Writer } from './element-store.js';
import { saveElement } from './element-versions.js';
import { isSame } from './property-changes.js';
import { type ElementRow, parseProperties, selectElement } from './rows.js';
import { visibility } from './store-schema.js';
import { changeVisibility } from './visibility-writing.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/**
 * Brings a deleted or archived element back under its old GUID, with its classifications and the relationships whose
 * other ends are there. Properties given are laid over the former ones. What other people had anchored to it and
 * what went in the same deletion comes back too; what its own writer had anchored waits until it is named again, as
 * that writer knows whether it still exists.
 */
export function* restoreElement(
  tx: WriteTransaction,
  writer: Writer,
  former: ElementRow,
  typeName: string,
  properties: Properties,
  anchoring: Anchoring,
  clear: readonly string[] = [],
): WriteSteps<ElementRow> {
  const source = { source_guid: writer.externalSource?.guid ?? null, source_name: writer.externalSource?.name ?? null };
  // an archived element was only hidden: it keeps its owner
  const owner = former.visible === visibility.deleted ? source : {};
  if (former.visible === visibility.archived && classificationRow(tx, former, 'Memento') !== undefined)
    removeClassification(tx, writer, former, 'Memento');
  const shown = yield* changeVisibility(tx, writer, former, visibility.live, { deletion: null, ...owner });
  tx.tell(shown.sequence, 'ELEMENT_RESTORED', writer, shown);
  let row = changeState(tx, writer, shown, typeName, properties, clear);
  if (setAnchor(tx, writer, row, anchoring)) row = elementById(tx.database, row.id) ?? row;
  if (former.deletion !== null) yield* restoreForeignParts(tx, writer, former);
  return row;
}

function* restoreForeignParts(tx: WriteTransaction, writer: Writer, anchor: ElementRow): WriteSteps<undefined> {
  for (let after = 0; ; ) {
    const parts = tx.database.all<ElementRow>(
      `${selectElement}
       WHERE e.anchor = ? AND e.anchor <> e.id AND e.id > ? ORDER BY e.id LIMIT ${stepSize}`,
      anchor.id,
      after,
    );
    for (const part of parts) {
      after = part.id;
      if (part.deletion === null || part.deletion !== anchor.deletion || part.created_by === anchor.created_by)
        continue;
      const shown = yield* changeVisibility(tx, writer, part, visibility.live, { deletion: null });
      tx.tell(shown.sequence, 'ELEMENT_RESTORED', writer, shown);
      yield* restoreForeignParts(tx, writer, part);
    }
    if (parts.length < stepSize) return undefined;
    yield;
  }
}

const stepSize = 200;

/**
 * Lays properties over those of an element, maps key by key, and makes it of the type given. Returns the row as it is
 * now; the same object when nothing changed.
 *
 * @throws TYPE_UNSUITABLE when a relationship or classification of the element does not go with the new type
 */
export function changeState(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  typeName: string,
  properties: Properties,
  clear: readonly string[],
  before: Properties = parseProperties(row.properties),
): ElementRow {
  const sameType = tx.codes.code(typeName) === row.type;
  if (!sameType) checkRetype(tx, row, typeName);
  const kept = sameType ? before : ofType(tx, typeName, before);
  const after = upsertedProperties(kept, properties, clear);
  return sameType && isSame(before, after) ? row : saveElement(tx, writer, row, typeName, after, before);
}

/** Properties that the new type does not have stay in the history only. */
function ofType(tx: WriteTransaction, typeName: string, properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([name]) => tx.types.attribute(typeName, name) !== undefined),
  );
}

function checkRetype(tx: WriteTransaction, row: ElementRow, typeName: string): void {
  tx.types.entity(typeName);
  const refuse = (what: string): never => {
    const from = tx.codes.name(row.type);
    throw new IsthmusError('TYPE_UNSUITABLE', `${row.guid} cannot become ${typeName}: its ${what} needs ${from}`, {
      details: { guid: row.guid, typeName, formerTypeName: from },
      next: `take the ${what} away first, or keep the type ${from}`,
    });
  };
  const classifications = tx.database.all<{ type: number }>(
    'SELECT type FROM classification WHERE element = ?',
    row.id,
  );
  for (const { type } of classifications) {
    const name = tx.codes.name(type);
    if (!tx.types.classificationApplies(name, typeName)) refuse(`classification ${name}`);
  }
  for (const end of ['end1', 'end2'] as const) {
    const links = tx.database.all<{ type: number }>(`SELECT DISTINCT type FROM relationship WHERE ${end} = ?`, row.id);
    for (const { type } of links) {
      const definition = tx.types.relationship(tx.codes.name(type));
      if (!tx.types.isSubtypeOf(typeName, definition[end].entityType)) refuse(`relationship ${definition.name}`);
    }
  }
}
