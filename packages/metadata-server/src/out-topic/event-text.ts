/** Members of headers that hold times. Properties of these names lie in `propertyValueMap`, as objects. */
const times: ReadonlySet<string> = new Set(['createTime', 'updateTime', 'effectiveFromTime', 'effectiveToTime']);
/** Maps of free texts: whatever a key is called there, it is none of ours. */
const freeTexts: ReadonlySet<string> = new Set(['propertiesAsStrings', 'additionalProperties', 'primitiveValue']);

/** The JSON of an event as Egeria's writer makes it: times are epoch milliseconds, what is undefined is left out. */
export function eventText(event: unknown): string {
  return JSON.stringify(withEpochTimes(event));
}

function withEpochTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withEpochTimes);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => {
    if (freeTexts.has(key)) return [key, member];
    if (times.has(key) && typeof member === 'string') return [key, Date.parse(member)];
    return [key, withEpochTimes(member)];
  });
  return Object.fromEntries(members);
}
