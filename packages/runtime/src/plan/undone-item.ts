import { type BatchOperation, type FoundElement, fieldsOf, printOf } from '@isthmus/model';
import type { KnownItem } from '../journal/journal.js';
import type { WrittenElement } from '../journal/undo-journal.js';
import { escaped, type FieldPrints, printMap, printsBeside } from '../sync/field-prints.js';
import type { FieldChange } from './field-changes.js';
import { cutAtDot, mapOf } from './field-names.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

/**
 * What is remembered of an item once its elements have their former values again: those are ours now. What was left as
 * others have set it stays remembered as it was written, so that the next run finds whose it is.
 *
 * @param operations - that give the former values
 */
export function undoneItem(
  now: KnownItem,
  elements: readonly WrittenElement[],
  operations: readonly BatchOperation[],
): KnownItem {
  const item = withPartsBack({ ...now, shapes: shapesWith(now, elements) }, elements, operations);
  const upserts = new Map(operations.flatMap((each) => (each.op === 'upsert' ? [[each.qualifiedName, each]] : [])));
  const prints = item.qualifiedNames.map((name, index) => {
    const place = now.qualifiedNames.indexOf(name);
    const before = { shape: now.shapes?.[place] ?? '', prints: now.prints?.[place] ?? '' };
    return printsAfter(item.shapes?.[index] ?? '', before, upserts.get(name));
  });
  return rememberedOf({ ...item, prints });
}

/** Of another store than the present one prints say nothing. Who holds a field the next run finds anew. */
export function rememberedOf({ held: _, isOfLostStore, prints, ...item }: KnownItem): KnownItem {
  return isOfLostStore === true || prints === undefined ? item : { ...item, prints };
}

/** Whether an element has what was written of it and nothing else. */
export function isAsRemembered(
  { qualifiedNames, shapes = [], prints = [] }: KnownItem,
  name: string,
  { properties, classifications = {} }: FoundElement,
): boolean {
  const place = qualifiedNames.indexOf(name);
  const written = printMap({ shape: shapes[place] ?? '', prints: prints[place] ?? '' });
  return [...fieldsOf(properties, classifications)].every(
    ([field, value]) =>
      field === 'qualifiedName' || field.startsWith('@Anchors.') || written?.get(field) === printOf(value),
  );
}

/** It is what an undo brought back though its source has it no more, and now goes as it had gone: nothing is left to be held. */
export function isGoneAgain(
  { undone, qualifiedNames: [own] }: KnownItem,
  operations: readonly BatchOperation[],
): boolean {
  return undone === '' && operations.some((each) => each.op === 'delete' && each.qualifiedName === own);
}

function printsAfter(shape: string, before: FieldPrints, operation: Upsert | undefined): string {
  const known = printMap(before);
  if (known === undefined && before.shape.includes(',')) return '';
  if (operation === undefined) return printsBeside(shape, (name) => known?.get(name));
  const { properties, classifications = {}, clear = [], declassify = [] } = operation;
  const written = new Map(fieldsOf(properties, classifications).map(([name, value]) => [name, printOf(value)]));
  for (const name of Object.keys(classifications)) written.set(`@${name}`, printOf(''));
  const isCleared = (name: string) =>
    clear.includes(name) || declassify.some((each) => name === `@${each}` || name.startsWith(`@${each}.`));
  return printsBeside(shape, (name) => written.get(name) ?? (isCleared(name) ? undefined : known?.get(name)));
}

/** Parts that the source no longer has are known again, so that they go once the item is written anew. */
function withPartsBack(
  item: KnownItem,
  elements: readonly WrittenElement[],
  operations: readonly BatchOperation[],
): KnownItem {
  const { qualifiedNames, shapes = [] } = item;
  const written = new Map(
    operations.flatMap((operation) =>
      operation.op === 'upsert' ? [[operation.qualifiedName, operation] as const] : [],
    ),
  );
  const back = elements.flatMap(({ action, qualifiedName }) => {
    const typeName = written.get(qualifiedName)?.typeName;
    const isBack = action === 'deleted' && typeName !== undefined && !qualifiedNames.includes(qualifiedName);
    return isBack ? [{ qualifiedName, typeName }] : [];
  });
  return {
    ...item,
    qualifiedNames: [...qualifiedNames, ...back.map(({ qualifiedName }) => qualifiedName)],
    shapes: [...shapes, ...back.map(({ typeName }) => typeName)],
  };
}

/** What has its former values again may have to be cleared when the source is written again. */
function shapesWith(
  { qualifiedNames, shapes = [] }: KnownItem,
  elements: readonly WrittenElement[],
): readonly string[] {
  return qualifiedNames.map((name, index) => {
    const shape = shapes[index] ?? '';
    const fields = elements.find(({ qualifiedName }) => qualifiedName === name)?.fields ?? [];
    const former = fields.flatMap((field) => [...namesOfFormer(field)]);
    const [typeName = '', ...names] = shape.split(',');
    return [typeName, ...new Set([...names, ...former.map(escaped)])].join(',');
  });
}

function* namesOfFormer({ kind, field, from }: FieldChange): Generator<string> {
  if (from === undefined) return;
  if (kind === 'property') yield field;
  if (kind !== 'classification') return;
  yield `@${field}`;
  if (cutAtDot(field)[1] === undefined) for (const name of Object.keys(mapOf(from))) yield `@${field}.${name}`;
}
