import { types } from 'node:util';

const { isMap } = types;

/** Most items of a list that cross at once: some milliseconds' worth for whoever takes them. */
const mostAtOnce = 100;

/** Items that belong at the end of a list: of the answer itself, or of the member named. */
export interface ListPart {
  readonly member?: string;
  readonly items: readonly unknown[];
}

/** An answer cut so that none of its pieces holds up an event loop. */
export interface CutAnswer {
  readonly head: unknown;
  readonly parts: readonly ListPart[];
}

/** Cuts an answer that is a long list, a long map, or an object that has long lists as its members. */
export function cutAnswer(value: unknown, most = mostAtOnce): CutAnswer {
  if (Array.isArray(value)) return { head: value.slice(0, most), parts: partsOf(value, most) };
  if (isMap(value)) {
    const entries = [...value];
    return { head: new Map(entries.slice(0, most)), parts: partsOf(entries, most) };
  }
  if (typeof value !== 'object' || value === null) return { head: value, parts: [] };
  const long = Object.entries(value).filter((entry): entry is [string, unknown[]] => isLonger(entry[1], most));
  if (long.length === 0) return { head: value, parts: [] };
  return {
    head: { ...value, ...Object.fromEntries(long.map(([member, list]) => [member, list.slice(0, most)])) },
    parts: long.flatMap(([member, list]) => partsOf(list, most).map((part) => ({ member, ...part }))),
  };
}

/** Puts a part where it belongs; the parts of an answer come in their order. */
export function addPart(head: unknown, { member, items }: ListPart): void {
  const target: unknown = member === undefined ? head : Reflect.get(Object(head), member);
  if (Array.isArray(target)) target.push(...items);
  else if (isMap(target)) for (const entry of items) if (Array.isArray(entry)) target.set(entry[0], entry[1]);
}

function partsOf(list: readonly unknown[], most: number): ListPart[] {
  const parts: ListPart[] = [];
  for (let from = most; from < list.length; from += most) parts.push({ items: list.slice(from, from + most) });
  return parts;
}

function isLonger(value: unknown, most: number): boolean {
  return Array.isArray(value) && value.length > most;
}
