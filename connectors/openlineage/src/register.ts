import type { JsonValue } from '@isthmus/connector-sdk';
import type { JsonFields } from './event.js';

/** A value and when it was told (microseconds): of two, the later one holds. */
export type Register = readonly [time: number, value: JsonValue];
export type Registers = { [name: string]: Register };

/** Who made a facet and by which schema says nothing of what it is about. */
const ofTheFacetItself: ReadonlySet<string> = new Set(['_producer', '_schemaURL']);

/**
 * Keeps the later of each value. Of two that were told at the same moment the one whose text is greater holds, so that
 * every order of the same events ends alike.
 *
 * @param names - which facets are kept
 * @returns whether anything is other than before
 */
export function mergeFacets(kept: Registers, facets: JsonFields, time: number, names: readonly string[]): boolean {
  let isChanged = false;
  for (const name of names) {
    const facet = facets[name];
    if (facet === undefined || facet === null) continue;
    if (setLater(kept, name, time, stripped(facet))) isChanged = true;
  }
  return isChanged;
}

export function setLater(kept: Registers, name: string, time: number, value: JsonValue): boolean {
  const later = laterOf(kept[name], time, value);
  if (later === undefined) return false;
  kept[name] = later;
  return true;
}

/** @returns what holds from now on; undefined: what is known already */
export function laterOf(known: Register | undefined, time: number, value: JsonValue): Register | undefined {
  if (known === undefined || time > known[0]) return [time, value];
  return time === known[0] && canonical(value) > canonical(known[1]) ? [time, value] : undefined;
}

/** The same text for the same content, whatever the order of its fields. */
export function canonical(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}

function stripped(facet: JsonValue): JsonValue {
  if (typeof facet !== 'object' || facet === null || isList(facet)) return facet;
  return Object.fromEntries(Object.entries(facet).filter(([name]) => !ofTheFacetItself.has(name)));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
