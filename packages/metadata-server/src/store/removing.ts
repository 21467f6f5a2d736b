import type { DeleteMethod, Properties } from '@isthmus/model';
import { classifyElement } from './classifying.js';
import { checkOwner, elementById } from './element-lookup.js';
import type { DeleteOptions, Writer } from './element-store.js';
import { searchableText } from './property-changes.js';
import { eraseRelationship } from './relationship-writing.js';
import { type ElementRow, parseProperties, selectElement } from './rows.js';
import { visibility } from './store-schema.js';
import { changeVisibility } from './visibility-writing.js';
import type { WriteSteps } from './write-queue.js';
import { historySubject, type WriteTransaction } from './write-transaction.js';

const stepSize = 200;

/**
 * Deletes an element and what is anchored to it, by the method asked for. What an external source owns stops the whole
 * cascade unless the writer names that source.
 */
export function* removeElement(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  options: DeleteOptions,
): WriteSteps<undefined> {
  const method = chooseMethod(tx, row, options.method ?? 'LOOK_FOR_LINEAGE');
  const doomed = yield* anchoredTo(tx, writer, row);
  const deletion = tx.nextSequence();
  // leaves first, so that an anchor is still there while what hangs on it goes
  for (const id of doomed.reverse()) {
    const each = elementById(tx.database, id);
    if (each === undefined) continue;
    if (method === 'ARCHIVE') yield* archiveElement(tx, writer, each, options);
    else if (method === 'PURGE') yield* purgeElement(tx, writer, each);
    else if (each.visible !== visibility.deleted) yield* softDeleteElement(tx, writer, each, deletion);
    yield;
  }
  return undefined;
}

/** Hides an element with classification Memento. */
export function* archiveElement(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  options: DeleteOptions,
): WriteSteps<undefined> {
  if (row.visible !== visibility.live) return undefined;
  const properties: Properties = {
    archiveDate: options.archiveDate ?? tx.now,
    archiveUser: writer.userId,
    archiveProcess: options.archiveProcess ?? 'delete',
    ...(options.archiveProperties === undefined ? {} : { archiveProperties: options.archiveProperties }),
  };
  yield* classifyElement(tx, writer, row, 'Memento', properties, 'merge');
  return undefined;
}

/**
 * Ids of the element itself, first, and of all that hangs on it, each after its anchor; deleted ones are left out.
 *
 * @throws ELEMENT_OWNED_ELSEWHERE
 */
function* anchoredTo(tx: WriteTransaction, writer: Writer, root: ElementRow): WriteSteps<number[]> {
  checkOwner(writer, root, root.guid);
  const found = [root.id];
  for (let index = 0; index < found.length; index += 1) {
    for (let after = 0; ; ) {
      const rows = tx.database.all<ElementRow>(
        `${selectElement} WHERE e.anchor = ? AND e.anchor <> e.id AND e.visible <> ? AND e.id > ? ORDER BY e.id LIMIT ${stepSize}`,
        found[index] ?? 0,
        visibility.deleted,
        after,
      );
      for (const row of rows) {
        checkOwner(writer, row, row.guid);
        found.push(row.id);
        after = row.id;
      }
      yield;
      if (rows.length < stepSize) break;
    }
  }
  return found;
}

function* softDeleteElement(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  deletion: number,
): WriteSteps<undefined> {
  const next = yield* changeVisibility(tx, writer, row, visibility.deleted, { deletion });
  tx.tell(next.sequence, 'ELEMENT_DELETED', writer, next);
  return undefined;
}

/** Takes an element away with everything that is known of it. */
export function* purgeElement(tx: WriteTransaction, writer: Writer, row: ElementRow): WriteSteps<undefined> {
  const { database } = tx;
  for (const end of ['end1', 'end2'] as const) {
    for (;;) {
      const links = database.all<{ id: number }>(
        `SELECT id FROM relationship WHERE ${end} = ? LIMIT ${stepSize}`,
        row.id,
      );
      for (const { id } of links) eraseRelationship(tx, id);
      if (links.length < stepSize) break;
      yield;
    }
  }
  tx.run('DELETE FROM classification WHERE element = ?', row.id);
  tx.run('DELETE FROM history WHERE subject = ? AND owner = ?', historySubject.element, row.id);
  tx.index(row.id, searchableText(parseProperties(row.properties)), undefined);
  tx.run('UPDATE element SET anchor = NULL WHERE anchor = ? AND anchor <> id', row.id);
  tx.run('DELETE FROM element WHERE id = ?', row.id);
  tx.forgetEnds();
  tx.count(row, -1);
  if (row.visible !== visibility.deleted) tx.tell(tx.nextSequence(), 'ELEMENT_DELETED', writer, row);
  return undefined;
}

/** LOOK_FOR_LINEAGE archives what lineage leads through and soft-deletes the rest. */
function chooseMethod(
  tx: WriteTransaction,
  row: ElementRow,
  method: DeleteMethod,
): Exclude<DeleteMethod, 'LOOK_FOR_LINEAGE'> {
  if (method !== 'LOOK_FOR_LINEAGE') return method;
  const codes = JSON.stringify(
    ['LineageRelationship', ...tx.types.subtypes('LineageRelationship')].map((name) => tx.codes.code(name)),
  );
  const lineage = tx.database.get(
    `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM relationship INDEXED BY relationship_end1 WHERE end1 = ? AND visible IN (1, 2) AND type IN (SELECT value FROM json_each(?)))
       OR EXISTS (SELECT 1 FROM relationship INDEXED BY relationship_end2 WHERE end2 = ? AND visible IN (1, 2) AND type IN (SELECT value FROM json_each(?)))`,
    row.id,
    codes,
    row.id,
    codes,
  );
  return lineage === undefined ? 'SOFT_DELETE' : 'ARCHIVE';
}
