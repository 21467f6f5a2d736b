import type { Properties } from '@isthmus/model';
import { removeClassification, writeClassification } from './classification-writing.js';
import type { Effectivity, Writer } from './element-store.js';
import type { ElementRow } from './rows.js';
import { visibility } from './store-schema.js';
import { changeVisibility } from './visibility-writing.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Attaches or changes a classification; Memento hides the element. Returns whether anything changed. */
export function* classifyElement(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  name: string,
  properties: Properties,
  mode: 'merge' | 'replace',
  effectivity?: Effectivity,
): WriteSteps<boolean> {
  const changed = writeClassification(tx, writer, row, name, properties, mode, effectivity);
  if (name === 'Memento' && row.visible === visibility.live)
    yield* changeVisibility(tx, writer, row, visibility.archived);
  return changed;
}

/** Takes a classification away; without Memento the element shows again. Returns whether it was there. */
export function* declassifyElement(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  name: string,
): WriteSteps<boolean> {
  const removed = removeClassification(tx, writer, row, name);
  if (removed && name === 'Memento' && row.visible === visibility.archived)
    yield* changeVisibility(tx, writer, row, visibility.live);
  return removed;
}
