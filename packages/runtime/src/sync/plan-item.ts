import type { ItemDigest } from '@isthmus/connector-host';
import type { ItemElement, SourceItem } from '@isthmus/connector-sdk';
import { type BatchOperation, mapKeys } from '@isthmus/model';
import type { KnownItem, KnownLink } from '../journal/journal.js';

export interface ItemPlan {
  readonly operations: readonly BatchOperation[];
  /** What is known when all operations were applied. */
  readonly known: KnownItem;
  /** What is known when only some were: every name that may be ours, nothing about its state. */
  readonly partial: KnownItem;
  /** What the item was before it became something else (another name, another scope below); removed by the certificate. */
  readonly former?: KnownItem;
}

/**
 * The operations that bring an item's elements to the state of its body.
 *
 * @param before - what is known of the item
 * @param vanished - names of parts that the item no longer has, as far as they may be deleted
 * @param withheld - those that may not be deleted now; they stay known, and the item is compared again
 */
export function planItem(
  scope: string,
  digest: ItemDigest,
  body: SourceItem,
  before: KnownItem | undefined,
  vanished: readonly string[],
  withheld: readonly string[],
): ItemPlan {
  const shapesBefore = new Map(before?.qualifiedNames.map((name, index) => [name, before.shapes?.[index] ?? '']));
  const own = body.elements[0].qualifiedName;
  const names = [...body.elements.map((element) => element.qualifiedName), ...withheld];
  const shapes = [...body.elements.map(shapeOf), ...withheld.map((name) => shapesBefore.get(name) ?? '')];
  const opens = digest.opens === undefined ? {} : { opens: digest.opens };
  const known: KnownItem = {
    scope,
    key: digest.key,
    hash: withheld.length > 0 ? '' : digest.hash,
    ...(digest.sourceVersion === undefined ? {} : { sourceVersion: digest.sourceVersion }),
    ...opens,
    qualifiedNames: names,
    shapes,
    ...linksOf(body),
  };
  const former = before === undefined ? undefined : formerItem(before, digest, new Set(names));
  return {
    operations: [
      ...body.elements.map((element, index) =>
        upsert(element, element.anchor ?? (index === 0 ? undefined : own), shapesBefore),
      ),
      ...vanished.map((qualifiedName): BatchOperation => ({ op: 'delete', qualifiedName })),
    ],
    known,
    partial: partialItem(known, shapesBefore),
    ...(former === undefined ? {} : { former }),
  };
}

/** Names of parts that the item had and no longer has. None when the item itself became another element. */
export function vanishedParts(body: SourceItem, before: KnownItem | undefined): readonly string[] {
  const own = body.elements[0].qualifiedName;
  if (before === undefined || before.qualifiedNames[0] !== own) return [];
  const names = new Set(body.elements.map((element) => element.qualifiedName));
  return before.qualifiedNames.filter((name) => !names.has(name)).reverse();
}

/** Each pair of ends once by a type: the last that is told of it counts. */
function linksOf(body: SourceItem): Pick<KnownItem, 'links'> {
  const links = new Map<string, KnownLink>();
  for (const { qualifiedName, links: told = [] } of body.elements) {
    for (const { relationshipTypeName: typeName, qualifiedName: other, selfAtEnd1, properties } of told) {
      const [end1, end2] = selfAtEnd1 === false ? [other, qualifiedName] : [qualifiedName, other];
      const link = { typeName, end1, end2, other, ...(properties === undefined ? {} : { properties }) };
      links.set(JSON.stringify([typeName, end1, end2]), link);
    }
  }
  return links.size === 0 ? {} : { links: [...links.values()] };
}

function upsert(
  element: ItemElement,
  anchor: string | undefined,
  shapesBefore: ReadonlyMap<string, string>,
): BatchOperation {
  const clear = clearedProperties(element, shapesBefore.get(element.qualifiedName));
  return {
    op: 'upsert',
    typeName: element.typeName,
    qualifiedName: element.qualifiedName,
    properties: element.properties,
    ...(clear.length > 0 ? { clear } : {}),
    ...(element.classifications === undefined ? {} : { classifications: element.classifications }),
    ...(anchor === undefined ? {} : { anchor }),
    ...(element.parent === undefined ? {} : { parent: element.parent }),
  };
}

/**
 * What was written before and is gone from the source. Only names that this connector wrote: what a steward set stays,
 * a key of theirs in a map too. What another type does not have the store passes over.
 */
function clearedProperties(element: ItemElement, shape: string | undefined): readonly string[] {
  const [, ...writtenBefore] = (shape ?? '').split(',');
  const written = new Set(writtenNames(element));
  return writtenBefore
    .map(unescaped)
    .filter((name) => !written.has(name) && !Object.hasOwn(element.properties, name) && !mapsOfOldShapes.has(name));
}

/** Shapes once named a map as a whole, which says nothing of whose its keys are; today they name each key. */
const mapsOfOldShapes: ReadonlySet<string> = new Set(['additionalProperties']);

function shapeOf(element: ItemElement): string {
  return theOne([element.typeName, ...writtenNames(element).map(escaped).sort()].join(','));
}

/** Shapes are few and items many: each is in memory once. Beyond so many of them the oldest are no longer shared. */
const mostShapes = 10_000;
const sharedShapes = new Map<string, string>();

function theOne(shape: string): string {
  const shared = sharedShapes.get(shape);
  if (shared !== undefined) return shared;
  sharedShapes.set(shape, shape);
  for (const oldest of sharedShapes.keys()) {
    if (sharedShapes.size <= mostShapes) break;
    sharedShapes.delete(oldest);
  }
  return shape;
}

/** As in `clear` of an upsert: a map by its keys, so that an empty one has none. */
function writtenNames(element: ItemElement): readonly string[] {
  return Object.entries(element.properties).flatMap(
    ([name, value]) => mapKeys(value)?.map((key) => `${name}.${key}`) ?? [name],
  );
}

/** A key of a map may hold the comma that separates the names of a shape. */
function escaped(name: string): string {
  return name.replace(/[%,]/g, (sign) => (sign === '%' ? '%25' : '%2C'));
}

function unescaped(name: string): string {
  return name.replace(/%25|%2C/g, (sign) => (sign === '%25' ? '%' : ','));
}

function partialItem(known: KnownItem, shapesBefore: ReadonlyMap<string, string>): KnownItem {
  const names = [...new Set([...known.qualifiedNames, ...shapesBefore.keys()])];
  const shapesNow = new Map(known.qualifiedNames.map((name, index) => [name, known.shapes?.[index] ?? '']));
  return {
    scope: known.scope,
    key: known.key,
    hash: '',
    ...(known.opens === undefined ? {} : { opens: known.opens }),
    qualifiedNames: names,
    shapes: names.map((name) => unitedShape(shapesNow.get(name), shapesBefore.get(name))),
  };
}

function unitedShape(now: string | undefined, before: string | undefined): string {
  const [typeName, ...properties] = (now ?? before ?? '').split(',');
  const [, ...propertiesBefore] = (before ?? '').split(',');
  return [typeName, ...new Set([...properties, ...propertiesBefore])].join(',');
}

function formerItem(before: KnownItem, digest: ItemDigest, namesNow: ReadonlySet<string>): KnownItem | undefined {
  const own = before.qualifiedNames[0];
  const renamed = own !== undefined && !namesNow.has(own);
  const closed = before.opens !== undefined && before.opens !== digest.opens;
  if (!renamed && !closed) return undefined;
  const kept = before.qualifiedNames.flatMap((name, index) =>
    renamed && !namesNow.has(name) ? [{ name, shape: before.shapes?.[index] ?? '' }] : [],
  );
  return {
    scope: before.scope,
    // a key of no source: it holds a qualified name, so the former item is never listed again
    key: [before.key, own ?? '', before.opens ?? ''].join('\u0001'),
    hash: '',
    ...(closed && before.opens !== undefined ? { opens: before.opens } : {}),
    qualifiedNames: kept.map(({ name }) => name),
    shapes: kept.map(({ shape }) => shape),
  };
}
