import { IsthmusError } from '@isthmus/kernel';
import { InvalidArgumentError } from 'commander';

/** Parsers of options. Commander turns what they throw into a fault of usage that names the option. */

/** `90`, `90m`, `2h`, `1d` -> minutes */
export function minutes(text: string): number {
  const match = /^(\d{1,6})\s*(m|min|h|d)?$/.exec(text.trim());
  const factor = { m: 1, min: 1, h: 60, d: 1440 }[match?.[2] ?? 'm'] ?? 1;
  const value = Number(match?.[1]) * factor;
  if (match === null || value > 525_600)
    throw new InvalidArgumentError('Give minutes, or a number with h or d, e.g. 60, 2h, 1d (at most 365d).');
  return value;
}

/** `30s`, `10m`, `2h` or seconds -> milliseconds */
export function waitMilliseconds(text: string): number {
  const match = /^(\d{1,6})\s*(s|m|min|h)?$/.exec(text.trim());
  const factor = { s: 1, m: 60, min: 60, h: 3600 }[match?.[2] ?? 's'] ?? 1;
  if (match === null || Number(match[1]) === 0)
    throw new InvalidArgumentError('Give seconds, or a number with s, m or h, e.g. 90, 10m, 2h.');
  return Number(match[1]) * factor * 1000;
}

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Give a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A day or a time with zone -> ISO-8601 in UTC. A time without zone is refused: nobody could tell which was meant. */
export function utcTime(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const epochMs = isDay || isTime ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  // Date.parse rolls 31 February over into March.
  if (Number.isNaN(epochMs) || !dayExists(text))
    throw new InvalidArgumentError(
      'Give a day (UTC) or a time with zone, e.g. 2026-03-01 or 2026-03-01T08:00:00+01:00.',
    );
  return new Date(epochMs).toISOString();
}

function dayExists(text: string): boolean {
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

export const directions = {
  both: 'BOTH_DIRECTIONS',
  'to-third-party': 'TO_THIRD_PARTY',
  'from-third-party': 'FROM_THIRD_PARTY',
  other: 'OTHER',
} as const;

export type Direction = (typeof directions)[keyof typeof directions];

export function direction(text: string): Direction {
  const found = Object.entries(directions).find(([word, value]) => word === text || value === text);
  if (found !== undefined) return found[1];
  throw new InvalidArgumentError(`Give one of ${Object.keys(directions).join(', ')}.`);
}

/** Where `--set`, `--set-text` and `--unset` are gathered, in the order given. `null`: remove the key. */
export type Settings = Readonly<Record<string, unknown>>;

/** `key=value`; the value is read as JSON where it is JSON (true, 12, ["a"]), else as text. */
export function setting(text: string, before: Settings = {}): Settings {
  const { key, value } = keyAndValue(text);
  return { ...before, [key]: jsonOrText(value) };
}

/** `key=value`; the value is text, whatever it looks like. */
export function textSetting(text: string, before: Settings = {}): Settings {
  const { key, value } = keyAndValue(text);
  return { ...before, [key]: value };
}

export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** One map of all that was set; a key set and removed at once is a mistake. */
export function mergeSettings(
  set: Settings | undefined,
  setText: Settings | undefined,
  unset: readonly string[] = [],
): Settings | undefined {
  const given = [...Object.keys(set ?? {}), ...Object.keys(setText ?? {}), ...unset];
  const twice = given.find((key, index) => given.indexOf(key) !== index);
  if (twice !== undefined)
    throw new IsthmusError('USAGE', `the key ${JSON.stringify(twice)} is given more than once`, {
      next: 'give each key once, with --set, --set-text or --unset',
    });
  if (given.length === 0) return undefined;
  return { ...set, ...setText, ...Object.fromEntries(unset.map((key) => [key, null])) };
}

function keyAndValue(text: string): { readonly key: string; readonly value: string } {
  const end = text.indexOf('=');
  if (end <= 0) throw new InvalidArgumentError('Give key=value.');
  return { key: text.slice(0, end), value: text.slice(end + 1) };
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? text : value;
  } catch {
    return text;
  }
}
