/** Equality of plain values: order of members does not count, an absent member equals undefined. */
export function isSameValue(left: unknown, right: unknown): boolean {
  if (Object.is(left, right) || left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return (
      Array.isArray(left) &&
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => isSameValue(item, right[index]))
    );
  }
  const lefts = members(left);
  const rights = members(right);
  return lefts.size === rights.size && [...lefts].every(([name, value]) => isSameValue(value, rights.get(name)));
}

function members(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
