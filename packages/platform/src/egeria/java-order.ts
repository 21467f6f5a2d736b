/**
 * Names in the order in which Java's hash map lists them. Egeria tells sets and maps in that order, and clients compare
 * answers as they are: the same content has the same order as on a real server.
 */
export function inJavaHashOrder(names: Iterable<string>): string[] {
  const sorted = [...new Set(names)];
  const mask = tableSize(sorted.length) - 1;
  const places = new Map(sorted.map((name) => [name, hashOf(name) & mask]));
  return sorted.sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0));
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
