/**
 * Local time of a zone as a plain number: the epoch milliseconds that a UTC clock would need to show the same digits.
 * Arithmetic on days and hours is then plain arithmetic; only these functions know about offsets.
 */
export type WallTime = number;

const formatters = new Map<string, Intl.DateTimeFormat>();
const mostFormatters = 64;
const dayMs = 86_400_000;

/** Whether the runtime knows this IANA zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds to add to an instant to get its wall time. */
export function offsetAt(timeZone: string, instant: number): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const digits: Record<string, number> = {};
  for (const part of formatterOf(timeZone).formatToParts(whole))
    if (part.type !== 'literal') digits[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = digits;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

export function wallTimeOf(timeZone: string, instant: number): WallTime {
  return instant + offsetAt(timeZone, instant);
}

/**
 * The instant at which the zone's clock shows a wall time: the first one when it is shown twice; the end of the gap
 * when it is skipped.
 */
export function instantOf(timeZone: string, wall: WallTime): number {
  const before = offsetAt(timeZone, wall - dayMs);
  const after = offsetAt(timeZone, wall + dayMs);
  const early = wall - Math.max(before, after);
  const late = wall - Math.min(before, after);
  if (wallTimeOf(timeZone, early) === wall) return early;
  if (wallTimeOf(timeZone, late) === wall) return late;
  return offsetChange(timeZone, early, late);
}

/** The first instant after `from`, up to `to`, at which another offset holds than at `from`. */
export function offsetChange(timeZone: string, from: number, to: number): number {
  const offset = offsetAt(timeZone, from);
  let same = from;
  let other = to;
  while (other - same > 1) {
    const middle = same + Math.floor((other - same) / 2);
    if (offsetAt(timeZone, middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formatters.size >= mostFormatters) formatters.clear();
  formatters.set(timeZone, made);
  return made;
}
