import type { BatchItemResult, BatchResult } from '@isthmus/model';
import type { BatchIntent } from '../journal/journal.js';
import type { WrittenElement, WrittenItem } from '../journal/undo-journal.js';
import { changeOf, type ElementOperation } from './field-changes.js';

/** What a batch did, item by item, by the store's own word of what was there before. */
export function writtenItems(intent: BatchIntent, result: BatchResult): readonly WrittenItem[] {
  return intent.items.flatMap((item, position) => {
    const key = item.known ?? item.gone;
    if (key === undefined) return [];
    const elements = item.operationIndexes.flatMap((index) => {
      const operation = intent.operations[index];
      const outcome = result.items[index];
      if (outcome === undefined || (operation?.op !== 'upsert' && operation?.op !== 'delete')) return [];
      const element =
        operation.op === 'delete' && outcome.outcome === 'unchanged' && item.gone !== undefined
          ? absent(operation.qualifiedName)
          : writtenElement(operation, outcome);
      return element === undefined ? [] : [element];
    });
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
  const told = version === undefined ? {} : { version };
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
  const { typeName, anchor, parent } = operation;
  const place = {
    qualifiedName,
    typeName,
    ...(anchor === undefined ? {} : { anchor }),
    ...(parent?.parentAtEnd1 === undefined ? {} : { parentAtEnd1: parent.parentAtEnd1 }),
  };
  switch (outcome.outcome) {
    case 'created':
    case 'restored':
      return { ...place, action: outcome.outcome, ...told };
    case 'updated':
      return { ...place, action: 'updated', ...told, fields: changeOf(operation, former).fields };
    default:
      return undefined;
  }
}
