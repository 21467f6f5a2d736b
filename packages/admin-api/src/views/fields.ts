/** Times are numbers inside and ISO-8601 in UTC on the wire. What a date cannot hold becomes the nearest that it can. */
export function toTime(epochMs: number): string {
  const bounded = Math.min(latestMs, Math.max(-latestMs, Number.isNaN(epochMs) ? 0 : epochMs));
  return new Date(bounded).toISOString();
}

/** Undefined stays undefined: the field is left out. */
export function optionalTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : toTime(epochMs);
}

const latestMs = 8.64e15;

/** Drops what is undefined, so that absent stays absent. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Partial<T> = {};
  // hundreds of connectors are shown at a time, so there are no arrays in between
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  if (!isPresent<T>(kept)) throw new TypeError('a field is undefined after all undefined ones were dropped');
  return kept;
}

function isPresent<T extends object>(fields: Partial<T>): fields is Partial<T> & Present<T> {
  for (const key in fields) if (fields[key] === undefined) return false;
  return true;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
