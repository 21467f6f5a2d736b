const steps: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** `3 min ago`, `in 2 h`, `now`; rounded down to the largest unit that fits. */
export function relativeTime(time: string, now: number): string {
  const difference = Date.parse(time) - now;
  if (Number.isNaN(difference)) return 'at an unknown time';
  if (Math.abs(difference) < 1_000) return 'now';
  return difference < 0 ? `${duration(-difference)} ago` : `in ${duration(difference)}`;
}

/** `3 min`; `under 1 s` below a second. */
export function duration(milliseconds: number): string {
  for (const [unit, length] of steps) if (milliseconds >= length) return `${Math.floor(milliseconds / length)} ${unit}`;
  return 'under 1 s';
}

/** `3 min ago (2026-03-01 08:00:00 UTC)` */
export function fullTime(time: string, now: number): string {
  const absolute = time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
  return `${relativeTime(time, now)} (${absolute})`;
}
