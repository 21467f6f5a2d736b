import { IsthmusError } from '@isthmus/kernel';
import {
  type Batch,
  type BatchItemResult,
  type BatchOperation,
  type BatchResult,
  checkProperties,
  classifiedProperties,
  type PermittedUpsert,
  type Properties,
  permittedUpsert,
} from '@isthmus/model';
import { type Anchoring, setAnchor } from './anchoring.js';
import { classificationRow } from './classification-writing.js';
import { classifyElement, declassifyElement } from './classifying.js';
import { checkOwner, elementById, elementByName } from './element-lookup.js';
import type { Writer } from './element-store.js';
import { exists, insertElement } from './element-versions.js';
import { settersOf } from './field-setters.js';
import { type FindWish, foundElement } from './found-element.js';
import { anchoredTo, foreignLinksOf } from './hanging-on.js';
import { linkOrUnlink, named } from './linking.js';
import { type Placed, placeBelow } from './placing.js';
import { removeElement } from './removing.js';
import { changeState, restoreElement } from './restoring.js';
import { type ElementRow, maintainersOf, parseProperties } from './rows.js';
import { visibility } from './store-schema.js';
import { spoilsTransaction, type WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Answers remembered per slot. */
const rememberedBatches = 64;

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;
type Delete = Extract<BatchOperation, { op: 'delete' }>;
type Outcome = Pick<BatchItemResult, 'outcome' | 'guid' | 'former' | 'version' | 'kept' | 'keptFrom' | 'keptBy'>;

/** Applies a batch as its contract in the model says. */
export function* applyBatch(tx: WriteTransaction, writer: Writer, batch: Batch): WriteSteps<BatchResult> {
  const slot = batch.grant?.slot ?? writer.grant?.slot ?? '';
  const known = tx.database.get<{ answer: string }>(
    'SELECT answer FROM batch_answer WHERE slot = ? AND id = ?',
    slot,
    batch.id,
  );
  if (known !== undefined) return JSON.parse(known.answer);
  const sequenceBefore = tx.lastSequence;
  const items = yield* applyItems({ tx, writer, tellsFormer: batch.tellFormer === true }, batch.operations);
  const { lastSequence: changeSequence, lastChange } = tx;
  const isOwn = lastChange !== undefined && changeSequence > sequenceBefore;
  const result: BatchResult = { items, changeSequence, sequenceBefore, ...(isOwn && { lastChange }) };
  // What only looks may look again.
  const onlyLooks = batch.operations.length > 0 && batch.operations.every(({ op }) => op === 'look');
  if (!onlyLooks) remember(tx, slot, batch.id, result);
  return result;
}

interface Applying {
  readonly tx: WriteTransaction;
  readonly writer: Writer;
  readonly tellsFormer: boolean;
}

function remember(tx: WriteTransaction, slot: string, id: string, result: BatchResult): void {
  tx.run('INSERT INTO batch_answer (slot, id, answer) VALUES (?, ?, ?)', slot, id, JSON.stringify(result));
  tx.run(
    `DELETE FROM batch_answer WHERE slot = ? AND number <= (
       SELECT number FROM batch_answer WHERE slot = ? ORDER BY number DESC LIMIT 1 OFFSET ${rememberedBatches})`,
    slot,
    slot,
  );
}

/**
 * Applies items so that refused ones leave nothing behind. Nearly all are refused before they write anything. For the
 * few others all is taken back and done again with each item by itself, as only that makes items able to go alone.
 */
function* applyItems(applying: Applying, operations: readonly BatchOperation[]): WriteSteps<BatchItemResult[]> {
  const { tx } = applying;
  try {
    return yield* tx.undoable(() => applyEach(operations, (operation) => applyUntouched(applying, operation)));
  } catch (error) {
    if (!(error instanceof HalfWritten)) throw error;
  }
  return yield* applyEach(operations, (operation) => applyAlone(applying, operation));
}

function* applyEach(
  operations: readonly BatchOperation[],
  apply: (operation: BatchOperation) => WriteSteps<BatchItemResult>,
): WriteSteps<BatchItemResult[]> {
  const items: BatchItemResult[] = [];
  for (const operation of operations) {
    items.push(yield* apply(operation));
    yield;
  }
  return items;
}

/** An item that was refused when it had written something already. */
class HalfWritten extends Error {}

/** @throws HalfWritten */
function* applyUntouched(applying: Applying, operation: BatchOperation): WriteSteps<BatchItemResult> {
  const { tx } = applying;
  const before = tx.written;
  try {
    return yield* applyOperation(applying, operation);
  } catch (error) {
    const answer = refusal(error);
    if (tx.written !== before) throw new HalfWritten();
    return answer;
  }
}

function* applyAlone(applying: Applying, operation: BatchOperation): WriteSteps<BatchItemResult> {
  try {
    return yield* applying.tx.undoable(() => applyOperation(applying, operation));
  } catch (error) {
    return refusal(error);
  }
}

/** The answer to an item that is refused. @throws what concerns the whole batch */
function refusal(error: unknown): BatchItemResult {
  if (!IsthmusError.is(error) || spoilsTransaction(error)) throw error;
  return { outcome: 'refused', error: { code: error.code, message: error.message } };
}

function* applyOperation(applying: Applying, operation: BatchOperation): WriteSteps<Outcome> {
  const { tx, writer } = applying;
  switch (operation.op) {
    case 'upsert':
      return yield* upsert(applying, operation);
    case 'link':
    case 'unlink':
      return linkOrUnlink(tx, writer, operation);
    case 'delete':
      return yield* deleteNamed(applying, operation);
    case 'look': {
      const row = elementByName(tx.database, operation.qualifiedName);
      if (row === undefined) return { outcome: 'unchanged' };
      const { anchored: most = 0, foreignLinks } = operation;
      const found = foundElement(tx, row, operation, writer.userId);
      const anchored = most === 0 ? [] : yield* anchoredTo(tx, row, most, writer.userId);
      const links = foreignLinks === true ? yield* foreignLinksOf(tx, row, writer.userId) : [];
      const former = {
        ...found,
        ...(anchored.length > 0 && { anchored }),
        ...(links.length > 0 && { foreignLinks: links }),
      };
      return { outcome: 'unchanged', guid: row.guid, former };
    }
    default:
      throw new IsthmusError('PARAMETER_INVALID', `a batch has no operation ${String(Object(operation).op)}`);
  }
}

function* deleteNamed({ tx, writer, tellsFormer }: Applying, operation: Delete): WriteSteps<Outcome> {
  const row = elementByName(tx.database, operation.qualifiedName);
  if (row === undefined || row.visible === visibility.deleted) return { outcome: 'unchanged' };
  checkExpected(operation, row);
  const method = operation.method ?? 'SOFT_DELETE';
  if (method !== 'PURGE' && row.visible === visibility.archived) return { outcome: 'unchanged', guid: row.guid };
  const former = tellsFormer ? { former: foundElement(tx, row, {}, writer.userId) } : {};
  yield* removeElement(tx, writer, row, { method });
  return { outcome: 'deleted', guid: row.guid, ...former };
}

/** @throws ELEMENT_CHANGED */
function checkExpected({ qualifiedName, expects }: Upsert | Delete, row: ElementRow | undefined): void {
  const version = row?.version ?? 0;
  if (expects === undefined || expects === version) return;
  const now = version === 0 ? 'is gone' : `has version ${version}`;
  throw new IsthmusError('ELEMENT_CHANGED', `${qualifiedName} was read in version ${expects} and ${now}`, {
    details: { qualifiedName, expected: expects, version },
  });
}

function* upsert({ tx, writer, tellsFormer }: Applying, operation: Upsert): WriteSteps<Outcome> {
  const { qualifiedName, typeName } = operation;
  tx.types.entity(typeName);
  const former = elementByName(tx.database, qualifiedName);
  const anchoring = anchoringOf(tx, operation, former);
  checkExpected(operation, former);
  const found =
    tellsFormer && former !== undefined ? foundElement(tx, former, namedBy(operation), writer.userId) : undefined;
  if (operation.onlyIfNew === true && former !== undefined && former.visible !== visibility.deleted)
    throw exists(former, qualifiedName);
  const permitted = permittedOver(tx, writer, former, operation, found?.properties);
  const properties = withName(permitted.properties, qualifiedName);
  let outcome: Outcome['outcome'];
  let row: ElementRow;
  if (former === undefined) {
    checkProperties(tx.types, typeName, properties, true);
    row = insertElement(tx, writer, typeName, properties, anchoring);
    outcome = 'created';
  } else if (former.visible !== visibility.live) {
    if (former.visible === visibility.archived) checkOwner(writer, former, former.guid);
    row = yield* restoreElement(tx, writer, former, typeName, properties, anchoring, permitted.clear);
    outcome = 'restored';
  } else {
    checkOwner(writer, former, former.guid);
    row = changeState(tx, writer, former, typeName, properties, permitted.clear, found?.properties);
    const moved = setAnchor(tx, writer, row, anchoring);
    outcome = row !== former || moved ? 'updated' : 'unchanged';
  }
  let changed = false;
  for (const name of permitted.declassify) changed = (yield* declassifyElement(tx, writer, row, name)) || changed;
  for (const [name, cleared] of Object.entries(permitted.clearIn)) {
    if (permitted.declassify.includes(name)) continue;
    const there = classificationRow(tx, row, name);
    if (there === undefined) continue;
    const values = classifiedProperties(
      parseProperties(there.properties),
      permitted.classifications[name] ?? {},
      cleared,
    );
    changed = (yield* classifyElement(tx, writer, row, name, values, 'replace')) || changed;
  }
  for (const [name, values] of Object.entries(permitted.classifications))
    changed = (yield* classifyElement(tx, writer, row, name, values, 'merge')) || changed;
  // Relationships leave the version as it is.
  const { version } = tellsFormer && changed ? (elementById(tx.database, row.id) ?? row) : row;
  const placed = placeBelow(tx, writer, row, operation, former === undefined);
  if ((changed || placed.isChanged) && outcome === 'unchanged') outcome = 'updated';
  const kept = former === undefined ? {} : keptOf(tx, former, permitted, placed);
  if (!tellsFormer || outcome === 'unchanged') return { outcome, guid: row.guid, ...kept };
  return { outcome, guid: row.guid, version, ...(found === undefined ? {} : { former: found }), ...kept };
}

function keptOf(
  tx: WriteTransaction,
  former: ElementRow,
  { kept }: PermittedUpsert,
  { kept: above, keptBy: aboveBy }: Placed,
): Pick<Outcome, 'kept' | 'keptFrom' | 'keptBy'> {
  if (Object.keys(kept).length === 0 && Object.keys(above).length === 0) return {};
  const { keptFrom, keptBy } = settersOf(tx, former, kept);
  return {
    kept: { ...kept, ...above },
    ...(keptFrom && { keptFrom }),
    ...((keptBy || Object.keys(aboveBy).length > 0) && { keptBy: { ...keptBy, ...aboveBy } }),
  };
}

function anchoringOf(
  tx: Applying['tx'],
  { qualifiedName, anchor, keepsAnchor }: Upsert,
  former: ElementRow | undefined,
): Anchoring {
  if (keepsAnchor === true && former !== undefined && former.anchor !== former.id) {
    const kept = former.anchor === null ? undefined : elementById(tx.database, former.anchor);
    return kept === undefined ? { kind: 'none' } : { kind: 'other', anchor: kept };
  }
  if (anchor === undefined || anchor === qualifiedName) return { kind: 'own' };
  return { kind: 'other', anchor: named(tx, anchor, 'anchor') };
}

/** What of an element an undo of the operation has to know. */
function namedBy({ parent, ...operation }: Upsert): FindWish {
  return {
    classifications: classificationsIn(operation),
    ...(parent === undefined ? {} : { parent }),
  };
}

function classificationsIn({
  classifications = {},
  declassify = [],
  clear = [],
}: Pick<Upsert, 'classifications' | 'declassify' | 'clear'>): readonly string[] {
  const names = Object.keys(classifications);
  const isPlain = declassify.length === 0 && !clear.some((field) => field.startsWith('@'));
  if (isPlain) return names;
  const cleared = clear.flatMap((field) => (field.startsWith('@') ? [field.slice(1).split('.', 1)[0] ?? ''] : []));
  return [...new Set([...names, ...declassify, ...cleared])];
}

/**
 * What of the operation may be written over the element as it is in this transaction.
 *
 * @param there - properties of `former`, where they were read already
 */
function permittedOver(
  tx: WriteTransaction,
  writer: Writer,
  former: ElementRow | undefined,
  operation: Upsert,
  there: Properties | undefined,
): PermittedUpsert {
  const { properties, guards, declassify = [], classifications = {}, clear = [] } = operation;
  const isFree = guards === undefined && declassify.length === 0 && !clear.some((field) => field.startsWith('@'));
  if (former === undefined || isFree)
    return { properties, clear, classifications, clearIn: {}, declassify: [], kept: {} };
  const rows = classificationsIn(operation).flatMap((name) => {
    const row = tx.types.find(name) === undefined ? undefined : classificationRow(tx, former, name);
    return row === undefined ? [] : [[name, row] as const];
  });
  const present = {
    properties: there ?? parseProperties(former.properties),
    classifications: Object.fromEntries(rows.map(([name, row]) => [name, parseProperties(row.properties)])),
    foreignClassifications: rows.flatMap(([name, row]) => (row.created_by === writer.userId ? [] : [name])),
  };
  return permittedUpsert(
    present,
    operation,
    maintainersOf(former).every((user) => user === writer.userId),
  );
}

/** The name first: to add it behind the others takes eight times as long. */
function withName(properties: Properties, qualifiedName: string): Properties {
  return properties.qualifiedName === undefined ? { qualifiedName, ...properties } : { ...properties, qualifiedName };
}
