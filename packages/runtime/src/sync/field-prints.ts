import type { ItemElement } from '@isthmus/connector-sdk';
import { eachField, type PropertyValue, printOf } from '@isthmus/model';

/**
 * Shape of an element: its type and the names of the fields that were written, sorted, e.g.
 * `DataFile,additionalProperties.size,displayName`, and `@<name>` of the classifications that were given. Beside it stand the prints of what was written, six characters for
 * each field in this order; several times as many when it is not known which of several states was written.
 */
export interface FieldPrints {
  readonly shape: string;
  readonly prints: string;
}

const printLength = 6;
/** Of more states than this nobody keeps count. */
const mostLayers = 8;
/** Stands for a value that was never written. */
const noPrint = '......';

/** What is remembered of an element when it was written as the source has it. */
export function printsOf(element: ItemElement): FieldPrints {
  const names: string[] = [];
  const values: PropertyValue[] = [];
  const { properties, classifications } = element;
  eachField(properties, classifications, (name, value) => {
    names.push(name);
    values.push(value);
  });
  for (const name of classifications === undefined ? [] : Object.keys(classifications)) {
    if (isOfTheStore.has(name)) continue;
    names.push(`@${name}`);
    values.push('');
  }
  const { shape, order } = layoutOf(element.typeName, names);
  let prints = '';
  for (const place of order) prints += printOf(values[place] ?? '');
  return { shape, prints };
}

/** The fields of an element in the order in which a connector tells them. */
interface Layout {
  readonly typeName: string;
  readonly names: readonly string[];
  readonly shape: string;
  /** Places of the names in the order of the shape. */
  readonly order: readonly number[];
}

/** Layouts are few and elements many. Beyond so many of them all are forgotten. */
const mostLayouts = 1_000;
const layouts = new Map<string, Layout>();
let latest: Layout | undefined;

function layoutOf(typeName: string, names: readonly string[]): Layout {
  // Elements of one kind come one after the other.
  if (latest?.typeName === typeName && isSameList(latest.names, names)) return latest;
  latest = sharedLayout(typeName, names);
  return latest;
}

function sharedLayout(typeName: string, names: readonly string[]): Layout {
  const key = `${typeName},${names.join()}`;
  const known = layouts.get(key);
  // A key of a map may hold the comma, so that others have the same text.
  if (known?.typeName === typeName && isSameList(known.names, names)) return known;
  const order = names.map((_, place) => place).sort((one, other) => byName(names[one], names[other]));
  const inOrder = order.map((place) => escaped(names[place] ?? ''));
  const layout = { typeName, names, order, shape: theOne([typeName, ...inOrder].join(',')) };
  if (layouts.size >= mostLayouts) layouts.clear();
  layouts.set(key, layout);
  return layout;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, place) => name === other[place]);
}

/** What the store itself sets and takes away. */
const isOfTheStore: ReadonlySet<string> = new Set(['Anchors', 'Memento']);

/** Classifications that were given, of the names of a shape: `@PrimaryKey` beside `@PrimaryKey.displayName`. */
export function givenIn(shape: string): readonly string[] {
  return shape === '' ? [] : namesIn(shape).flatMap((name) => (isGiven(name) ? [name.slice(1)] : []));
}

/** Whether a name of a shape is that of a classification, and no field. */
export function isGiven(name: string): boolean {
  return name.startsWith('@') && !name.includes('.');
}

/** By shape. Beyond as many as layouts all are forgotten. */
const namesOfShapes = new Map<string, readonly string[]>();

/** Names of the fields of a shape. */
export function namesIn(shape: string): readonly string[] {
  const known = namesOfShapes.get(shape);
  if (known !== undefined) return known;
  const names = shape.split(',').slice(1).map(unescaped);
  if (namesOfShapes.size >= mostLayouts) namesOfShapes.clear();
  namesOfShapes.set(shape, names);
  return names;
}

/**
 * By name of the field: the print of what was written, or several one after the other when it was one of several values.
 * Undefined when it is not known what was written, as by older versions.
 */
export function printMap({ shape, prints }: FieldPrints): Map<string, string> | undefined {
  const names = namesIn(shape);
  const length = names.length * printLength;
  if (length === 0 || prints.length === 0 || prints.length % length !== 0) return undefined;
  const found = new Map<string, string>();
  for (let index = 0; index < names.length; index += 1) {
    let own = '';
    for (let from = index * printLength; from < prints.length; from += length) {
      const print = prints.slice(from, from + printLength);
      if (print !== noPrint && !isAmong(print, own)) own += print;
    }
    if (own !== '') found.set(names[index] ?? '', own);
  }
  return found;
}

/** The prints beside a shape, of the values that `prints` tells, in as many layers as one of them has. */
export function printsBeside(shape: string, prints: (name: string) => string | undefined): string {
  const told = namesIn(shape).map((name) => prints(name) ?? '');
  const longest = Math.max(printLength, ...told.map(({ length }) => length));
  let text = '';
  for (let from = 0; from < Math.min(longest, mostLayers * printLength); from += printLength)
    for (const own of told) text += own.slice(from, from + printLength) || noPrint;
  return text;
}

/** What is known of an element that was written, or was not: nobody knows. */
export function eitherOf(now: FieldPrints, before: FieldPrints): FieldPrints {
  if (before.shape === '') return now;
  if (now.shape === '' || (now.shape === before.shape && now.prints === before.prints)) return before;
  // Of nearly all that changes.
  if (now.shape === before.shape && isOneLayer(now) && isOneLayer(before))
    return { shape: now.shape, prints: now.prints + before.prints };
  const shape = unitedShape(now.shape, before.shape);
  const [nowMap, beforeMap] = [printMap(now), printMap(before)];
  if (nowMap === undefined || beforeMap === undefined) return { shape, prints: '' };
  return { shape, prints: printsBeside(shape, (name) => (nowMap.get(name) ?? '') + (beforeMap.get(name) ?? '')) };
}

/** Whether of each field one value was written. */
function isOneLayer({ shape, prints }: FieldPrints): boolean {
  const { length } = namesIn(shape);
  return length > 0 && prints.length === length * printLength && !prints.includes('.');
}

/** Whether a print is among those that are told of a field. */
export function isAmong(print: string, prints: string): boolean {
  for (let from = 0; from < prints.length; from += printLength) if (prints.startsWith(print, from)) return true;
  return false;
}

/** A key of a map may hold the comma that separates the names of a shape. */
export function escaped(name: string): string {
  return name.replace(/[%,]/g, (sign) => (sign === '%' ? '%25' : '%2C'));
}

/** Of what may be there in either of two shapes. */
function unitedShape(now: string, before: string): string {
  const [typeName = ''] = (now === '' ? before : now).split(',');
  const names = new Set([...now.split(',').slice(1), ...before.split(',').slice(1)]);
  return [typeName, ...names].join(',');
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

function byName(one: string | undefined, other: string | undefined): number {
  const [first, second] = [escaped(one ?? ''), escaped(other ?? '')];
  return first < second ? -1 : first > second ? 1 : 0;
}

function unescaped(name: string): string {
  return name.replace(/%25|%2C/g, (sign) => (sign === '%25' ? '%' : ','));
}
