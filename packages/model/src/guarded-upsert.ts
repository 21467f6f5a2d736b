import type { Properties, PropertyValue } from './elements.js';
import type { BatchOperation } from './write-batch.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;
type Link = Extract<BatchOperation, { op: 'link' | 'unlink' }>;
type Parent = NonNullable<Upsert['parent']>;
type Values = Readonly<Record<string, PropertyValue | undefined>>;

/** What is there before an upsert. */
export interface PresentElement {
  readonly properties: Properties;
  readonly classifications: Readonly<Record<string, Properties>>;
  /** Those of them that somebody else than the writer gave. */
  readonly foreignClassifications?: readonly string[];
}

/** What of an upsert may be written over what is there. */
export interface PermittedUpsert {
  readonly properties: Properties;
  readonly clear: readonly string[];
  readonly classifications: Readonly<Record<string, Properties>>;
  /** By classification: properties to take out of it before `classifications` are laid over. */
  readonly clearIn: Readonly<Record<string, readonly string[]>>;
  readonly declassify: readonly string[];
  /** Fields that stay as they are, with the value that is there. */
  readonly kept: Readonly<Record<string, PropertyValue>>;
}

/**
 * Short hash of a value (36 bits as six characters), by which a writer knows again what it wrote. Two values share one
 * by chance once in 7 * 10^10 comparisons; nobody gains anything by making them do so on purpose.
 */
export function printOf(value: PropertyValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, sortedKeys);
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  // A text is told from what JSON writes by the quote before it.
  if (typeof value === 'string') {
    low = Math.imul(low ^ quote, 2654435761);
    high = Math.imul(high ^ quote, 1597334677);
  }
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return characters(high >>> 14) + characters(low >>> 14);
}

/**
 * The fields of an element by name: a property; one key of a map as `additionalProperties.<key>`; a property of a
 * classification as `@<classification>.<property>`.
 */
export function fieldsOf(
  properties: Properties,
  classifications: Readonly<Record<string, Properties>> = {},
): readonly (readonly [name: string, value: PropertyValue])[] {
  const fields: (readonly [name: string, value: PropertyValue])[] = [];
  eachField(properties, classifications, (name, value) => fields.push([name, value]));
  return fields;
}

/** As `fieldsOf`, for what is done of each of many elements. */
export function eachField(
  properties: Properties,
  classifications: Readonly<Record<string, Properties>> | undefined,
  take: (name: string, value: PropertyValue) => void,
): void {
  for (const name of Object.keys(properties)) {
    const value = properties[name];
    if (isMap(value)) eachValue(`${name}.`, value, take);
    else if (value !== undefined) take(name, value);
  }
  if (classifications === undefined) return;
  for (const classification of Object.keys(classifications))
    eachValue(`@${classification}.`, classifications[classification] ?? {}, take);
}

function eachValue(prefix: string, values: Properties, take: (name: string, value: PropertyValue) => void): void {
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) take(`${prefix}${name}`, value);
  }
}

/** The value of one field as `fieldsOf` names it. */
export function fieldValue(present: PresentElement, field: string): PropertyValue | undefined {
  const dot = field.indexOf('.');
  if (field.startsWith('@')) {
    const values: Values | undefined = ownOf(present.classifications, field.slice(1, dot));
    return values === undefined ? undefined : ownOf(values, field.slice(dot + 1));
  }
  if (dot < 0) return ownOf(present.properties, field);
  const map = ownOf(present.properties, field.slice(0, dot));
  return isMap(map) ? ownOf(map, field.slice(dot + 1)) : undefined;
}

/**
 * Holds an upsert to its contract: with `guards`, what others have set meanwhile stays; with or without, a classification
 * that others gave.
 *
 * @param isOwnWork - nobody but the writer ever wrote the element, so that nothing in it is somebody else's
 */
export function permittedUpsert(present: PresentElement, operation: Upsert, isOwnWork: boolean): PermittedUpsert {
  const { classifications = {} } = operation;
  const guards = isOwnWork && operation.trustsOwnWork === true ? undefined : operation.guards;
  let kept: Map<string, PropertyValue> | undefined;
  const mayWrite = (field: string, value: PropertyValue | undefined): boolean => {
    if (guards === undefined) return true;
    const there = fieldValue(present, field);
    if (there === undefined || (value !== undefined && isSame(there, value))) return true;
    if (hasPrint(ownOf(guards, field), there)) return true;
    kept ??= new Map();
    kept.set(field, there);
    return false;
  };
  const rest = isTakingAway(operation) ? clearedAndTakenAway(present, operation, mayWrite) : nothingTakenAway;
  if (guards === undefined) return { properties: operation.properties, classifications, ...rest, kept: {} };
  const properties = writable(operation.properties, '', mayWrite);
  const classified = Object.fromEntries(
    Object.entries(classifications).map(([name, values]) => [name, writable(values, `@${name}.`, mayWrite)]),
  );
  return { properties, classifications: classified, ...rest, kept: kept === undefined ? {} : Object.fromEntries(kept) };
}

export interface PermittedLink {
  /** To be laid over those that are there. */
  readonly properties: Properties;
  /** Of those that are there. */
  readonly clear: readonly string[];
  readonly kept: Properties;
}

/** `permittedUpsert` of the properties of a relationship that is there. A map is one value: merging replaces it. */
export function permittedLink(
  present: Properties,
  { properties = {}, clear = [], guards, trustsOwnWork }: Link,
  isOwnWork: boolean,
): PermittedLink {
  const isFree = guards === undefined || (isOwnWork && trustsOwnWork === true);
  const kept: [string, PropertyValue][] = [];
  const mayWrite = (name: string, value?: PropertyValue): boolean => {
    const there = ownOf(present, name);
    if (isFree || there === undefined || (value !== undefined && isSame(there, value))) return true;
    if (hasPrint(ownOf(guards, name), there)) return true;
    kept.push([name, there]);
    return false;
  };
  const written = Object.entries(properties).filter(([name, value]) => mayWrite(name, value));
  const there = clear.filter((name) => Object.hasOwn(present, name) && !Object.hasOwn(properties, name));
  const cleared = there.filter((name) => mayWrite(name));
  return { properties: Object.fromEntries(written), clear: cleared, kept: Object.fromEntries(kept) };
}

/** Names a property of the relationship to a parent among the fields of an element, e.g. `^NestedFile.description`. */
export function parentField({ relationshipTypeName }: Pick<Parent, 'relationshipTypeName'>, property: string): string {
  return `^${relationshipTypeName}.${property}`;
}

/** The properties of the relationship to the parent as fields of an element. */
export function parentFields({
  parent,
}: {
  readonly parent?: Pick<Parent, 'relationshipTypeName' | 'properties'>;
}): readonly (readonly [name: string, value: PropertyValue])[] {
  if (parent?.properties === undefined) return [];
  return Object.entries(parent.properties).map(([name, value]) => [parentField(parent, name), value]);
}

/**
 * What of the properties of the relationship to the parent may be written over those that are there.
 *
 * @param isOfOthers - another user than the writer set the property last
 */
export function permittedParent(
  present: Properties,
  { guards, parent }: Pick<Upsert, 'guards' | 'parent'>,
  isOfOthers: (property: string) => boolean,
): Pick<PermittedUpsert, 'kept'> & Pick<Parent, 'properties'> {
  const { properties } = parent ?? {};
  if (parent === undefined || properties === undefined) return { kept: {} };
  if (guards === undefined) return { properties, kept: {} };
  const written: [string, PropertyValue][] = [];
  const kept: [string, PropertyValue][] = [];
  for (const [name, value] of Object.entries(properties)) {
    const there = ownOf(present, name);
    const field = parentField(parent, name);
    const stays =
      there !== undefined && !isSame(there, value) && !hasPrint(ownOf(guards, field), there) && isOfOthers(name);
    if (stays) kept.push([field, there]);
    else written.push([name, value]);
  }
  return { properties: Object.fromEntries(written), kept: Object.fromEntries(kept) };
}

/** What a classification has after an upsert. */
export function classifiedProperties(
  former: Properties | undefined,
  written: Properties,
  clear: readonly string[] = [],
): Properties {
  const left = Object.entries(former ?? {}).filter(([name]) => !clear.includes(name));
  return { ...Object.fromEntries(left), ...written };
}

function isTakingAway({ clear = [], declassify = [] }: Upsert): boolean {
  return clear.length > 0 || declassify.length > 0;
}

type TakenAway = Pick<PermittedUpsert, 'clear' | 'clearIn' | 'declassify'>;

/** Of nearly all that is written. */
const nothingTakenAway: TakenAway = { clear: [], clearIn: {}, declassify: [] };

function clearedAndTakenAway(
  { classifications, foreignClassifications = [] }: PresentElement,
  { clear = [], declassify = [] }: Upsert,
  mayWrite: (field: string, value: undefined) => boolean,
): TakenAway {
  const cleared = clear.filter((field) => mayWrite(field, undefined));
  const clearIn = new Map<string, string[]>();
  for (const field of cleared) {
    const [name, property] = partsOf(field);
    if (property === undefined || !Object.hasOwn(classifications, name)) continue;
    clearIn.set(name, [...(clearIn.get(name) ?? []), property]);
  }
  return {
    clear: clearIn.size === 0 ? cleared : cleared.filter((field) => !field.startsWith('@')),
    clearIn: Object.fromEntries(clearIn),
    declassify: declassify.filter((name) => {
      const values = ownOf(classifications, name);
      if (values === undefined || foreignClassifications.includes(name)) return false;
      // all of them are looked at, as each is told
      return Object.keys(values).filter((property) => !mayWrite(`@${name}.${property}`, undefined)).length === 0;
    }),
  };
}

/** Of a field of a classification, `@<classification>.<property>`; of others no property. */
function partsOf(field: string): readonly [classification: string, property: string | undefined] {
  const dot = field.indexOf('.');
  return field.startsWith('@') && dot > 0 ? [field.slice(1, dot), field.slice(dot + 1)] : ['', undefined];
}

/** @param prints - one or several, one after the other */
function hasPrint(prints: string | undefined, value: PropertyValue): boolean {
  if (prints === undefined) return false;
  const print = printOf(value);
  for (let from = 0; from < prints.length; from += print.length) if (prints.startsWith(print, from)) return true;
  return false;
}

/** Those values that may be written, maps by their keys. Mostly all: then what there is, as it is. */
function writable(
  values: Properties,
  prefix: string,
  mayWrite: (field: string, value: PropertyValue | undefined) => boolean,
): Properties {
  return areWritable(values, prefix, mayWrite) ? values : writableOnes(values, prefix, mayWrite);
}

function areWritable(
  values: Properties,
  prefix: string,
  mayWrite: (field: string, value: PropertyValue | undefined) => boolean,
): boolean {
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (prefix === '' && isMap(value)) {
      const keys = Object.keys(value);
      // a map without keys is left out
      if (keys.length === 0 || !keys.every((key) => mayWrite(`${name}.${key}`, value[key]))) return false;
    } else if (!mayWrite(prefix === '' ? name : `${prefix}${name}`, value)) return false;
  }
  return true;
}

function writableOnes(
  values: Properties,
  prefix: string,
  mayWrite: (field: string, value: PropertyValue) => boolean,
): Properties {
  const written: [string, PropertyValue][] = [];
  for (const [name, value] of Object.entries(values)) {
    if (prefix !== '' || !isMap(value)) {
      if (mayWrite(`${prefix}${name}`, value)) written.push([name, value]);
      continue;
    }
    const keys = Object.entries(value).filter(([key, inner]) => mayWrite(`${name}.${key}`, inner));
    if (keys.length > 0) written.push([name, Object.fromEntries(keys)]);
  }
  return Object.fromEntries(written);
}

function isSame(one: PropertyValue, other: PropertyValue): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  return JSON.stringify(one, sortedKeys) === JSON.stringify(other, sortedKeys);
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const quote = '"'.charCodeAt(0);
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** 18 bits as three characters. */
function characters(bits: number): string {
  return (alphabet[bits >>> 12] ?? '') + (alphabet[(bits >>> 6) & 63] ?? '') + (alphabet[bits & 63] ?? '');
}

/** A map may have a key that every object inherits, e.g. `constructor`. */
function ownOf<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isMap(value: PropertyValue | undefined): value is { readonly [key: string]: PropertyValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
