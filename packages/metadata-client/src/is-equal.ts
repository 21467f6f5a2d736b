/** Whether two JSON values are the same; the order of members does not count. */
export function isEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const lefts = new Map<string, unknown>(Object.entries(left));
  const rights = Object.entries(right);
  return lefts.size === rights.length && rights.every(([name, value]) => isEqual(lefts.get(name), value));
}
