import type { BatchItemResult, BatchResult } from '@isthmus/model';
import type { BatchIntent } from '../journal/journal.js';
import type { WrittenElement, WrittenItem } from '../journal/undo-journal.js';
import { changeOf, type ElementOperation } from './field-changes.js';

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** What a batch did, item by item, by the store's own word of what was there before. */
export function writtenItems(intent: BatchIntent, result: BatchResult): readonly WrittenItem[] {
  return intent.items.flatMap((item, position) => {
    const key = item.known ?? item.gone;
    if (key === undefined) return [];
    const elements: WrittenElement[] = [];
    for (const index of item.operationIndexes) {
      const operation = intent.operations[index];
      const outcome = result.items[index];
      if (outcome === undefined || (operation?.op !== 'upsert' && operation?.op !== 'delete')) continue;
      const element =
        operation.op === 'delete' && outcome.outcome === 'unchanged' && item.gone !== undefined
          ? absent(operation.qualifiedName)
          : writtenElement(operation, outcome);
      if (element !== undefined) elements.push(element);
    }
    if (elements.length === 0) return [];
    const isMade =
      item.isContinued !== true &&
      elements.every(({ action }) => action === 'created') &&
      elements.some(({ qualifiedName }) => qualifiedName === item.known?.qualifiedNames[0]);
    const { scope } = key;
    const counted = item.isCounted === true ? { isCounted: true } : {};
    return [{ item: { scope, key: key.key }, position, hash: item.known?.hash ?? '', isMade, elements, ...counted }];
  });
}

function absent(qualifiedName: string): WrittenElement {
  return { qualifiedName, typeName: '', action: 'absent' };
}

function writtenElement(operation: ElementOperation, outcome: BatchItemResult): WrittenElement | undefined {
  const { former, version } = outcome;
  const { qualifiedName } = operation;
  if (operation.op === 'delete') {
    if (outcome.outcome !== 'deleted') return undefined;
    const { typeName = '', properties, classifications } = former ?? {};
    return {
      qualifiedName,
      typeName,
      action: 'deleted',
      ...(properties === undefined ? {} : { properties }),
      ...(classifications === undefined ? {} : { classifications }),
    };
  }
  if (outcome.outcome !== 'created' && outcome.outcome !== 'restored' && outcome.outcome !== 'updated')
    return undefined;
  const { typeName, anchor, parent } = operation;
  const written: Writable<WrittenElement> = { qualifiedName, typeName, action: outcome.outcome };
  if (anchor !== undefined) written.anchor = anchor;
  if (parent?.parentAtEnd1 !== undefined) written.parentAtEnd1 = parent.parentAtEnd1;
  if (version !== undefined) written.version = version;
  if (outcome.outcome === 'updated') written.fields = changeOf(operation, former).fields;
  return written;
}
