import type { JudgedAnswer } from '@isthmus/connector-host';
import type { ItemElement, PushedElement, SourceItem } from '@isthmus/connector-sdk';
import { fieldsOf, fieldValue, type MetadataElement, type PropertyValue, printOf } from '@isthmus/model';
import type { FieldConflict, HeldField, KnownItem } from '../journal/journal.js';
import { isAmong, isGiven, printMap, printsBeside, printsOf } from './field-prints.js';
import { linksOf } from './plan-item.js';
import { policyFor, type SyncSettings } from './sync-settings.js';

/** An element as the store has it, and what is known of it. */
export interface DirtyElement {
  readonly guid: string;
  readonly qualifiedName: string;
  readonly element: MetadataElement;
  /** The item that it is in; undefined = the source does not have it yet. */
  readonly item: KnownItem | undefined;
}

type Shown = Extract<JudgedAnswer, { readonly item: SourceItem }>;

interface Judging {
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  readonly now: number;
}

/** What somebody set in the store and the source is to take over; nothing = there is nothing to tell. */
export function changesOf(dirty: DirtyElement, { settings }: Judging): Readonly<Record<string, PropertyValue>> {
  const base = baseOf(dirty.item, dirty.qualifiedName);
  const held = dirty.item?.held?.[dirty.qualifiedName] ?? {};
  const changes: [string, PropertyValue][] = [];
  for (const [field, value] of fieldsOf(ownProperties(dirty.element))) {
    const print = printOf(value);
    const policy = policyFor(settings, field);
    if (dirty.item !== undefined && (policy === 'source' || policy === 'ask')) continue;
    if (isAmong(print, base?.get(field) ?? '')) continue;
    if (held[field]?.isOffered === true && held[field].print === print) continue;
    // Written by a version that did not note what: nobody knows whose it is.
    if (dirty.item !== undefined && base === undefined) continue;
    changes.push([field, value]);
  }
  return Object.fromEntries(changes);
}

export function pushedElement(
  { guid, qualifiedName, element, item }: DirtyElement,
  changes: Readonly<Record<string, PropertyValue>>,
): PushedElement {
  return {
    guid,
    typeName: element.typeName,
    qualifiedName,
    state: 'live',
    properties: ownProperties(element),
    changes,
    ...placeOf(item),
  };
}

export function placeOf(item: KnownItem | undefined): Pick<PushedElement, 'item'> {
  if (item === undefined) return {};
  const { scope, key, sourceVersion } = item;
  return { item: { scope, key, ...(sourceVersion === undefined ? {} : { sourceVersion }) } };
}

/** The item when the source does not take over what was changed. */
export function offeredBy(dirty: DirtyElement, judging: Judging): KnownItem | undefined {
  const { item, qualifiedName, element } = dirty;
  if (item === undefined) return undefined;
  const at = element.versions.updateTime ?? element.versions.createTime;
  const base = baseOf(item, qualifiedName);
  const offered = Object.entries(changesOf(dirty, judging)).map(([field, value]) => {
    const known = base?.get(field);
    return [
      field,
      { print: printOf(value), at, isOffered: true, ...(known === undefined ? {} : { base: known }) },
    ] as const;
  });
  const held = { ...item.held?.[qualifiedName], ...Object.fromEntries(offered) };
  const { isOfLostStore: _, ...known } = item;
  return { ...known, held: { ...item.held, [qualifiedName]: held } };
}

/** What the source shows after it was asked. */
export interface Told {
  readonly known: KnownItem;
  readonly conflicts: readonly FieldConflict[];
  /** Fields of the element asked about that are still the hub's by policy: the source is to be asked again. */
  readonly again: readonly string[];
}

/**
 * What becomes known of an item by an answer: what both sides have alike is in step; what the source did not take over
 * stays held; what the source alone has changed is left to be written by the refresh that follows.
 *
 * @param present - elements of the item as the store has them, by qualified name
 */
export function toldBy(
  answer: Shown,
  dirty: DirtyElement,
  present: ReadonlyMap<string, MetadataElement>,
  judging: Judging,
): Told {
  const { item: before } = dirty;
  const states = answer.item.elements.map((element) => elementTold(answer, element, dirty, present, judging));
  const names = answer.item.elements.map(({ qualifiedName }) => qualifiedName);
  const isWhole =
    states.every(({ isInStep }) => isInStep) && (before?.qualifiedNames ?? names).every((name) => names.includes(name));
  const held = Object.fromEntries(
    states.flatMap(({ held: own }, index) => (Object.keys(own).length === 0 ? [] : [[names[index], own]])),
  );
  const { key, hash, sourceVersion, opens } = answer.digest;
  const again = states[names.indexOf(dirty.qualifiedName)]?.again ?? [];
  const isAgain = states.some((state) => state.again.length > 0);
  // What was decided of a version that the store has not seen yet is to be decided again whatever happens now.
  const isSeen = isWhole && !isAgain;
  const version = isSeen ? sourceVersion : before?.sourceVersion;
  return {
    known: {
      scope: answer.scope,
      key,
      // What somebody else made lacks what the source says of its place: the refresh brings that.
      hash: isSeen && before !== undefined ? hash : '',
      ...(version === undefined ? {} : { sourceVersion: version }),
      ...(opens === undefined ? {} : { opens }),
      ...(isSeen && before !== undefined ? linksOf(answer.item, true) : {}),
      qualifiedNames: isWhole ? names : [...new Set([...names, ...(before?.qualifiedNames ?? [])])],
      ...fieldsTold(states, names, isWhole ? undefined : before),
      ...(Object.keys(held).length === 0 ? {} : { held }),
    },
    conflicts: states.flatMap(({ conflicts }) => conflicts),
    again,
  };
}

interface ElementTold {
  readonly shape: string;
  readonly prints: string;
  readonly held: Readonly<Record<string, HeldField>>;
  readonly conflicts: readonly FieldConflict[];
  readonly isInStep: boolean;
  readonly again: readonly string[];
}

function elementTold(
  { outcome, item }: Shown,
  shown: ItemElement,
  dirty: DirtyElement,
  present: ReadonlyMap<string, MetadataElement>,
  { settings, now }: Judging,
): ElementTold {
  const { shape, prints } = printsOf(shown);
  const there = present.get(shown.qualifiedName);
  const base = baseOf(dirty.item, shown.qualifiedName);
  const heldBefore = dirty.item?.held?.[shown.qualifiedName] ?? {};
  // Not in the store: the refresh writes it, over what was known.
  if (there === undefined) return { shape, prints: '', held: {}, conflicts: [], isInStep: false, again: [] };
  const shownPrints = printMap({ shape, prints });
  const known = new Map([...(shownPrints ?? [])].filter(([field]) => isGiven(field)));
  const held: [string, HeldField][] = [];
  const conflicts: FieldConflict[] = [];
  let isInStep = there.typeName === shown.typeName;
  const again: string[] = [];
  const store = { properties: there.properties, classifications: {} };
  for (const [field, sourceValue] of fieldsOf(shown.properties, shown.classifications)) {
    const print = shownPrints?.get(field) ?? '';
    const hubValue = field.startsWith('@') ? sourceValue : fieldValue(store, field);
    const before = heldBefore[field]?.base ?? base?.get(field);
    known.set(field, print);
    if (hubValue !== undefined && printOf(hubValue) === print) continue;
    const isHubs = hubValue !== undefined && !isAmong(printOf(hubValue), before ?? '');
    const policy = policyFor(settings, field);
    const hasSourceChanged = before === undefined || !isAmong(print, before);
    const hubAt = there.versions.updateTime ?? there.versions.createTime;
    const isWanted =
      policy === 'hub' || (policy === 'newest' && (!hasSourceChanged || (item.changedAt ?? now) <= hubAt));
    if (!isHubs || !isWanted) {
      // The source's value is to be written, or the refresh judges whose it is.
      isInStep = false;
      if (before === undefined) known.delete(field);
      else known.set(field, before);
      continue;
    }
    const hold = { print: printOf(hubValue), at: hubAt, base: print };
    if (outcome === 'written') held.push([field, { ...hold, isOffered: true }]);
    else {
      again.push(field);
      known.set(field, before ?? print);
      if (hasSourceChanged)
        conflicts.push({
          qualifiedName: shown.qualifiedName,
          field,
          state: 'overwritten',
          hubValue,
          sourceValue,
          lost: 'source',
          at: now,
        });
    }
  }
  return {
    shape,
    prints: printsBeside(shape, (name) => known.get(name)),
    held: Object.fromEntries(held),
    conflicts,
    isInStep: isInStep && !missesCleared(shape, dirty.item, shown.qualifiedName),
    again,
  };
}

/** The source no longer has a field that was written: the refresh clears it. */
function missesCleared(shape: string, item: KnownItem | undefined, name: string): boolean {
  const before = baseOf(item, name);
  const names = new Set(printMap({ shape, prints: printsBeside(shape, () => 'xxxxxx') })?.keys());
  return before !== undefined && [...before.keys()].some((field) => !names.has(field));
}

function fieldsTold(
  states: readonly ElementTold[],
  names: readonly string[],
  before: KnownItem | undefined,
): Pick<KnownItem, 'shapes' | 'prints'> {
  const rest = (before?.qualifiedNames ?? []).flatMap((name, index) =>
    names.includes(name) ? [] : [{ shape: before?.shapes?.[index] ?? '', prints: before?.prints?.[index] ?? '' }],
  );
  const whole = states.map((state, index) => {
    const place = before?.qualifiedNames.indexOf(names[index] ?? '') ?? -1;
    // What is to be cleared stays known until it is.
    return state.isInStep || place < 0
      ? state
      : { shape: unitedWith(state.shape, before?.shapes?.[place] ?? ''), prints: state.prints, of: state, place };
  });
  const fields = whole.map((each) => {
    if (!('of' in each)) return each;
    const own = printMap({ shape: each.of.shape, prints: each.of.prints });
    const former = printMap({ shape: before?.shapes?.[each.place] ?? '', prints: before?.prints?.[each.place] ?? '' });
    return { shape: each.shape, prints: printsBeside(each.shape, (name) => own?.get(name) ?? former?.get(name)) };
  });
  const all = [...fields, ...rest];
  return { shapes: all.map(({ shape }) => shape), prints: all.map(({ prints }) => prints) };
}

function unitedWith(shape: string, before: string): string {
  const [typeName = '', ...names] = shape.split(',');
  return [typeName, ...new Set([...names, ...before.split(',').slice(1)])].join(',');
}

function baseOf(item: KnownItem | undefined, qualifiedName: string): ReadonlyMap<string, string> | undefined {
  const index = item?.qualifiedNames.indexOf(qualifiedName) ?? -1;
  if (item === undefined || index < 0 || item.isOfLostStore === true) return undefined;
  return printMap({ shape: item.shapes?.[index] ?? '', prints: item.prints?.[index] ?? '' });
}

function ownProperties({ properties }: MetadataElement): MetadataElement['properties'] {
  const { qualifiedName: _, ...own } = properties;
  return own;
}
