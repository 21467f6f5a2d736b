import type { Properties, PropertyValue } from './elements.js';

/**
 * What an element has after an upsert, as the contract of `BatchOperation` says: what is to be cleared goes first, then
 * the properties written are laid over, maps key by key.
 *
 * @param clear - names of properties, or of single keys of a map: `additionalProperties.size`
 */
export function upsertedProperties(former: Properties, written: Properties, clear: readonly string[] = []): Properties {
  const result = new Map(clear.length === 0 ? Object.entries(former) : uncleared(former, clear));
  for (const [name, value] of Object.entries(written)) {
    const there = result.get(name);
    result.set(name, isMap(there) && isMap(value) ? { ...there, ...value } : value);
  }
  return Object.fromEntries(result);
}

/** Names of the keys of a map; undefined when the value is none. */
export function mapKeys(value: PropertyValue): readonly string[] | undefined {
  return isMap(value) ? Object.keys(value) : undefined;
}

function* uncleared(former: Properties, clear: readonly string[]): Generator<[string, PropertyValue]> {
  const cleared = new Set(clear);
  // a property name has no dot, a key may have some
  const mapNames = new Set(clear.filter((name) => name.includes('.')).map((name) => name.slice(0, name.indexOf('.'))));
  for (const [name, value] of Object.entries(former)) {
    if (cleared.has(name)) continue;
    if (!mapNames.has(name) || !isMap(value)) {
      yield [name, value];
      continue;
    }
    const keys = Object.entries(value);
    const kept = keys.filter(([key]) => !cleared.has(`${name}.${key}`));
    if (kept.length > 0 || keys.length === 0) yield [name, Object.fromEntries(kept)];
  }
}

function isMap(value: PropertyValue | undefined): value is { readonly [key: string]: PropertyValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
