import { isPlainObject, type Properties, type PropertyValue } from '@isthmus/model';

/**
 * Properties in the order in which Java's hash map lists them. Egeria tells the names of the properties as a list,
 * and clients compare answers as they are: the same content has the same order as on a real server.
 */
export function inJavaOrder(properties: Properties): Properties {
  const names = Object.keys(properties);
  const mask = tableSize(names.length) - 1;
  const places = new Map(names.map((name) => [name, hashOf(name) & mask]));
  names.sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0));
  return Object.fromEntries(names.map((name) => [name, ordered(properties[name] ?? '')]));
}

function ordered(value: PropertyValue): PropertyValue {
  return isMap(value) ? inJavaOrder(value) : value;
}

function isMap(value: PropertyValue): value is Properties {
  return isPlainObject(value);
}

/** java.util.HashMap: sixteen places, doubled when three quarters are taken. */
function tableSize(count: number): number {
  let size = 16;
  while (count > size * 0.75) size *= 2;
  return size;
}

function hashOf(name: string): number {
  let hash = 0;
  for (let index = 0; index < name.length; index += 1) hash = (Math.imul(31, hash) + name.charCodeAt(index)) | 0;
  return hash ^ (hash >>> 16);
}
