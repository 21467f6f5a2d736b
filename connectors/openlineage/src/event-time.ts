const form = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?(Z|z|[+-]\d\d:?\d\d)$/;

/**
 * @param text - date and time of RFC 3339, with any number of decimals
 * @returns microseconds since 1970; undefined when it is none
 */
export function timeOf(text: string): number | undefined {
  const [, seconds, decimals = '', zone] = form.exec(text) ?? [];
  if (seconds === undefined || zone === undefined) return undefined;
  const ms = Date.parse(`${seconds}${zone.replace('z', 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isNaN(ms) ? undefined : ms * 1_000 + Number(decimals.padEnd(6, '0').slice(0, 6));
}

/** RFC 3339, in UTC, to the millisecond. */
export function textOfTime(microseconds: number): string {
  return new Date(microseconds / 1_000).toISOString();
}
