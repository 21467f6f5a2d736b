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
  const names = Object.keys(left);
  // thousands of registrations are compared at a time, so nothing is built in between
  for (const name of names) if (!isSameValue(member(left, name), member(right, name))) return false;
  return Object.keys(right).every((name) => Object.hasOwn(left, name) || member(right, name) === undefined);
}

function member(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}
