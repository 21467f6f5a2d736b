import type { ItemDigest } from '@isthmus/connector-host';
import type { ItemElement, SourceItem } from '@isthmus/connector-sdk';
import { type BatchOperation, fieldsOf, parentFields, printOf } from '@isthmus/model';
import type { HeldField, HeldFields, KnownItem, KnownLink, ToldLink } from '../journal/journal.js';
import { goesToSource } from './field-merge.js';
import { eitherOf, type FieldPrints, givenIn, isGiven, namesIn, printMap, printsOf } from './field-prints.js';
import { besideParent } from './parents-beside.js';
import type { SyncSettings } from './sync-settings.js';

export interface ItemPlan {
  readonly operations: readonly BatchOperation[];
  /** What is known when all operations were applied. */
  readonly known: KnownItem;
  /** What is known when only some were: every name that may be ours, nothing about its state. */
  readonly partial: KnownItem;
  /** What the item was before it became something else (another name, another scope below); removed by the certificate. */
  readonly former?: KnownItem;
  readonly vanished?: Vanished;
}

/** Parts that an item no longer has. They stay known as its own until all is listed: then another item may have them. */
export interface Vanished {
  readonly names: readonly string[];
  /** Of the item's content once they are gone. Empty: it is to be compared again. */
  readonly hash: string;
}

export interface PlannedItem {
  readonly scope: string;
  readonly digest: ItemDigest;
  readonly body: SourceItem;
  /** What is known of the item, with the prints of what was written. */
  readonly before: KnownItem | undefined;
  /** What was written last of elements of which the item does not know it: before they went, or by another item. */
  readonly departed?: ReadonlyMap<string, FieldPrints>;
  /** Names of parts that the item no longer has and that may be deleted when all is listed. */
  readonly vanished: readonly string[];
  /** Those that may not be deleted now; they stay known, and the item is compared again. */
  readonly withheld: readonly string[];
  /** Links that the item no longer tells and that are to stay; it is compared again. */
  readonly keptLinks?: readonly KnownLink[];
  /** What items tell that leads to elements of this one. */
  readonly linksTo?: readonly KnownLink[];
  readonly settings: Pick<SyncSettings, 'fieldPolicy' | 'adoption'>;
  /** Epoch ms of the run. */
  readonly now: number;
  /** What is held and the policy gives to the source has been told: it may be written over. */
  readonly isTold?: boolean;
}

/** Members are set one by one: of what is made for each item, spreading those that may be absent costs more than all else. */
type Writable<T> = { -readonly [Member in keyof T]: T[Member] };
type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

/** What was known of one element. */
interface KnownElement extends FieldPrints {
  readonly held: Readonly<Record<string, HeldField>>;
  /** It was written to a store that was lost: which fields were written is known, and not what is in them. */
  readonly isDoubtful?: boolean;
}

/** The operations that bring an item's elements to the state of its body, over what nobody else has changed. */
export function planItem(asked: PlannedItem): ItemPlan {
  const { scope, digest, body, before, vanished, withheld, keptLinks = [] } = asked;
  const elementsBefore = knownElements(before);
  const elementsEver = withDeparted(elementsBefore, asked.departed);
  const own = body.elements[0].qualifiedName;
  const lost = [...vanished, ...withheld];
  const names = [...body.elements.map((element) => element.qualifiedName), ...lost];
  const fields: FieldPrints[] = body.elements.map(printsOf);
  for (const name of lost) fields.push(elementsBefore.get(name) ?? { shape: '', prints: '' });
  const held = stillHeld(before, names);
  const hash = withheld.length + keptLinks.length > 0 ? '' : digest.hash;
  const known: Writable<KnownItem> = {
    scope,
    key: digest.key,
    hash: vanished.length > 0 ? '' : hash,
    qualifiedNames: names,
    shapes: fields.map(({ shape }) => shape),
    prints: fields.map(({ prints }) => prints),
  };
  if (vanished.length > 0 && hash !== '') known.awaits = hash;
  if (digest.sourceVersion !== undefined) known.sourceVersion = digest.sourceVersion;
  if (digest.opens !== undefined) known.opens = digest.opens;
  if (held !== undefined) known.held = held;
  const { links } = withLinks(linksOf(body, before !== undefined), keptLinks);
  const told = [...(links ?? []), ...(asked.linksTo ?? [])];
  if (links !== undefined) known.links = links;
  const former = before === undefined ? undefined : formerItem(before, digest, names);
  return {
    operations: body.elements.map((element, index) =>
      upsert(
        element,
        { anchor: element.anchor ?? (index === 0 ? undefined : own), shape: fields[index]?.shape, told },
        asked,
        elementsEver,
      ),
    ),
    known,
    partial:
      elementsEver.size === 0 ? newPartial(known) : partialItem(known, elementsBefore, elementsEver, before?.held),
    ...(former === undefined ? {} : { former }),
    ...(vanished.length === 0 ? {} : { vanished: { names: vanished, hash } }),
  };
}

/** Names of parts that the item had and no longer has. None when the item itself became another element. */
export function vanishedParts(body: SourceItem, before: KnownItem | undefined): readonly string[] {
  const own = body.elements[0].qualifiedName;
  if (before === undefined || before.qualifiedNames[0] !== own) return [];
  if (before.qualifiedNames.length === 1) return [];
  const names = new Set(body.elements.map((element) => element.qualifiedName));
  return before.qualifiedNames.filter((name) => !names.has(name)).reverse();
}

/** Tells relationships apart. */
export function linkKey({ typeName, end1, end2 }: Pick<KnownLink, 'typeName' | 'end1' | 'end2'>): string {
  return JSON.stringify([typeName, end1, end2]);
}

function withLinks({ links }: Pick<KnownItem, 'links'>, kept: readonly KnownLink[]): Pick<KnownItem, 'links'> {
  return links === undefined ? {} : { links: [...links, ...kept] };
}

/**
 * Each pair of ends once by a type: the last that is told of it counts.
 *
 * @param isKnown - it may have had some
 */
export function linksOf(body: SourceItem, isKnown: boolean): Pick<KnownItem, 'links'> {
  if (body.elements.every((element) => (element.links ?? noLinks).length === 0))
    return isKnown ? { links: noLinks } : {};
  const links = new Map<string, ToldLink>();
  for (const { qualifiedName, links: told = noLinks } of body.elements) {
    for (const { relationshipTypeName: typeName, qualifiedName: other, selfAtEnd1, properties } of told) {
      const [end1, end2] = selfAtEnd1 === false ? [other, qualifiedName] : [qualifiedName, other];
      const link = { typeName, end1, end2, other, ...(properties === undefined ? {} : { properties }) };
      links.set(linkKey(link), body.changedAt === undefined ? link : { ...link, changedAt: body.changedAt });
    }
  }
  return { links: [...links.values()] };
}

const noLinks: NonNullable<ItemElement['links']> & NonNullable<KnownItem['links']> = [];

const nothingKnown: ReadonlyMap<string, KnownElement> = new Map();

function knownElements(before: KnownItem | undefined): ReadonlyMap<string, KnownElement> {
  if (before === undefined) return nothingKnown;
  const { qualifiedNames, shapes = [], prints = [], held = {}, isOfLostStore: isDoubtful = false } = before;
  return new Map(
    qualifiedNames.map((name, index) => [
      name,
      { shape: shapes[index] ?? '', prints: prints[index] ?? '', held: held[name] ?? {}, isDoubtful },
    ]),
  );
}

function withDeparted(
  elements: ReadonlyMap<string, KnownElement>,
  departed: ReadonlyMap<string, FieldPrints> = new Map(),
): ReadonlyMap<string, KnownElement> {
  if (departed.size === 0) return elements;
  const ever = new Map(elements);
  for (const [name, fields] of departed)
    ever.set(name, { ...fields, held: elements.get(name)?.held ?? {}, isDoubtful: fields.prints === '' });
  return ever;
}

function stillHeld(before: KnownItem | undefined, names: readonly string[]): HeldFields | undefined {
  if (before?.held === undefined) return undefined;
  const now = new Set(names);
  const held = Object.entries(before.held).filter(([name]) => now.has(name));
  return held.length === 0 ? undefined : Object.fromEntries(held);
}

interface UpsertOf {
  readonly anchor: string | undefined;
  readonly shape: string | undefined;
  /** Links of the item, and what leads to it. */
  readonly told: readonly KnownLink[];
}

function upsert(
  element: ItemElement,
  { anchor, shape, told }: UpsertOf,
  asked: PlannedItem,
  elementsBefore: ReadonlyMap<string, KnownElement>,
): BatchOperation {
  const known = elementsBefore.get(element.qualifiedName);
  const { typeName, qualifiedName, properties, classifications, parent } = element;
  // Where it has the fields that it had, as nearly all that changes, nothing is to be taken away.
  const shapeBefore = known?.shape === shape ? '' : (known?.shape ?? '');
  const clear = clearedProperties(element, shapeBefore);
  const declassify = givenIn(shapeBefore).filter((name) => !Object.hasOwn(classifications ?? {}, name));
  // What an item is called now may be the name of something that others made.
  const isNew = asked.before?.qualifiedNames.includes(qualifiedName) !== true;
  // An item may be anchored to another one: an anchor does not tell its own element from its parts.
  const isOwn = element === asked.body.elements[0];
  const operation: Writable<Upsert> = { op: 'upsert', typeName, qualifiedName, properties };
  if (clear.length > 0) operation.clear = clear;
  if (declassify.length > 0) operation.declassify = declassify;
  const { guards, trustsOwnWork } = guardsOf(element, known, asked);
  if (guards !== undefined) operation.guards = guards;
  if (trustsOwnWork === true) operation.trustsOwnWork = true;
  if (isNew && isOwn && asked.settings.adoption === 'report') operation.onlyIfNew = true;
  if (classifications !== undefined) operation.classifications = classifications;
  if (anchor !== undefined) operation.anchor = anchor;
  const beside = besideParent(element, told);
  if (parent !== undefined) operation.parent = beside.length === 0 ? parent : { ...parent, beside };
  return operation;
}

const nothingGuarded = { guards: {}, trustsOwnWork: true } as const;

/** What each field has to have if it is to be written: what was written before, or what the policy lets go. */
function guardsOf(
  element: ItemElement,
  known: KnownElement | undefined,
  asked: PlannedItem,
): Pick<Upsert, 'guards' | 'trustsOwnWork'> {
  if (known === undefined || known.shape === '' || known.isDoubtful === true) return nothingGuarded;
  const written = printMap(known);
  // Written by a version that did not note what: as ever, the source is right.
  if (written === undefined && namesIn(known.shape).length > 0) return {};
  const guards = written ?? new Map<string, string>();
  for (const name of namesIn(known.shape)) if (isGiven(name)) guards.delete(name);
  const held = Object.entries(known.held);
  // Of nearly all that changes.
  if (held.length === 0) return { guards: Object.fromEntries(guards) };
  const values = new Map([...fieldsOf(element.properties, element.classifications), ...parentFields(element)]);
  for (const [field, hold] of held) {
    const value = values.get(field);
    const print = value === undefined ? undefined : printOf(value);
    const isGivenUp =
      print === hold.print ||
      (asked.isTold === true && goesToSource({ ...asked, field, print, base: hold.base, hubAt: hold.at }));
    if (isGivenUp) guards.set(field, hold.print);
    else guards.delete(field);
  }
  return { guards: Object.fromEntries(guards) };
}

/**
 * What was written before and is gone from the source. Only names that this connector wrote: what a steward set stays,
 * a key of theirs in a map too. What another type does not have the store passes over.
 */
function clearedProperties(element: ItemElement, shape: string): readonly string[] {
  if (shape === '') return [];
  const { classifications = {} } = element;
  const written = new Set(fieldsOf(element.properties, classifications).map(([name]) => name));
  return namesIn(shape).filter(
    (name) =>
      !isGiven(name) &&
      // A classification that vanished goes as a whole.
      (!name.startsWith('@') || Object.hasOwn(classifications, name.slice(1, name.indexOf('.')))) &&
      !written.has(name) &&
      !Object.hasOwn(element.properties, name) &&
      !mapsOfOldShapes.has(name),
  );
}

/** Shapes once named a map as a whole, which says nothing of whose its keys are; today they name each key. */
const mapsOfOldShapes: ReadonlySet<string> = new Set(['additionalProperties']);

/** Of an item of which nothing was ever written. */
function newPartial({ scope, key, opens, qualifiedNames, shapes = [], prints = [] }: KnownItem): KnownItem {
  const partial = { scope, key, hash: '', qualifiedNames, shapes, prints };
  return opens === undefined ? partial : { ...partial, opens };
}

function partialItem(
  known: KnownItem,
  elementsBefore: ReadonlyMap<string, KnownElement>,
  elementsEver: ReadonlyMap<string, KnownElement>,
  heldBefore: HeldFields | undefined,
): KnownItem {
  const elementsNow = knownElements(known);
  const names = [...new Set([...known.qualifiedNames, ...elementsBefore.keys()])];
  const unknown = { shape: '', prints: '' };
  const fields = names.map((name) => eitherOf(elementsNow.get(name) ?? unknown, elementsEver.get(name) ?? unknown));
  return {
    scope: known.scope,
    key: known.key,
    hash: '',
    ...(known.opens === undefined ? {} : { opens: known.opens }),
    qualifiedNames: names,
    shapes: fields.map(({ shape }) => shape),
    prints: fields.map(({ prints }) => prints),
    ...(heldBefore === undefined ? {} : { held: heldBefore }),
  };
}

function formerItem(before: KnownItem, digest: ItemDigest, names: readonly string[]): KnownItem | undefined {
  const own = before.qualifiedNames[0];
  const renamed = own !== undefined && !names.includes(own);
  const closed = before.opens !== undefined && before.opens !== digest.opens;
  if (!renamed && !closed) return undefined;
  const namesNow = new Set(names);
  const kept = before.qualifiedNames.flatMap((name, index) =>
    renamed && !namesNow.has(name)
      ? [{ name, shape: before.shapes?.[index] ?? '', prints: before.prints?.[index] ?? '' }]
      : [],
  );
  return {
    scope: before.scope,
    // A key of no source: it holds a qualified name, so the former item is never listed again. Before it is removed the item
    // may have been the same element with other parts once more.
    key: [before.key, own ?? '', before.opens ?? '', printOf(before.qualifiedNames)].join('\u0001'),
    hash: '',
    ...(closed && before.opens !== undefined ? { opens: before.opens } : {}),
    qualifiedNames: kept.map(({ name }) => name),
    shapes: kept.map(({ shape }) => shape),
    prints: kept.map(({ prints }) => prints),
  };
}
