/** A value of a field as people read it: text as it is, times as times, all else as JSON. */
export function fieldText(field: string, value: unknown): string {
  return timeText(field, value) ?? (typeof value === 'string' ? value : JSON.stringify(value));
}

/** Undefined: the field is none of a time, or its value is none. */
export function timeText(field: string, value: unknown): string | undefined {
  if (typeof value !== 'number' || !/(?:Time|Date)$/.test(field) || Math.abs(value) > 8.64e15) return undefined;
  return new Date(value)
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.\d+)?Z$/, ' UTC');
}
