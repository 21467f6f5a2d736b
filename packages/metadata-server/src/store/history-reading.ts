import type { HistoryOptions } from './element-store.js';
import type { HeaderRow } from './rows.js';
import type { Reads } from './write-transaction.js';

/** Former versions and the current one, in the order and the range of time asked for, one page. */
export function versionsOf<R extends HeaderRow>(
  database: Reads,
  subject: number,
  owner: number,
  classification: number,
  current: R | undefined,
  options: HistoryOptions,
  page: { readonly startFrom: number; readonly pageSize: number },
): readonly R[] {
  const former = formerVersions<R>(database, subject, owner, classification);
  const all: Dated<R>[] = [...former];
  if (current !== undefined) all.push({ row: current, from: current.update_time, to: Number.POSITIVE_INFINITY });
  const { fromTime, toTime } = options;
  const inRange = all.filter(
    ({ from, to }) => (fromTime === undefined || to > fromTime) && (toTime === undefined || from <= toTime),
  );
  if (options.oldestFirst !== true) inRange.reverse();
  return inRange.slice(page.startFrom, page.startFrom + page.pageSize).map(({ row }) => row);
}

/** The version that was current at a time; undefined when there was none, or when it is no longer kept. */
export function versionAt<R extends HeaderRow>(
  database: Reads,
  subject: number,
  owner: number,
  classification: number,
  current: R | undefined,
  time: number,
): R | undefined {
  if (current !== undefined && current.update_time <= time) return current;
  return formerVersions<R>(database, subject, owner, classification).findLast(
    ({ from, to }) => from <= time && time < to,
  )?.row;
}

interface Dated<R> {
  readonly row: R;
  readonly from: number;
  readonly to: number;
}

/** Oldest first; few, as their number is bounded per subject. */
function formerVersions<R extends HeaderRow>(
  database: Reads,
  subject: number,
  owner: number,
  classification: number,
): Dated<R>[] {
  return database
    .all<{ body: string; valid_from: number; valid_to: number }>(
      'SELECT body, valid_from, valid_to FROM history WHERE subject = ? AND owner = ? AND classification = ? ORDER BY sequence',
      subject,
      owner,
      classification,
    )
    .map(({ body, valid_from, valid_to }) => ({ row: JSON.parse(body), from: valid_from, to: valid_to }));
}

/** Codes of the classifications that an element once had and of which versions are kept. */
export function formerClassifications(database: Reads, subject: number, owner: number): readonly number[] {
  return database
    .all<{ classification: number }>(
      'SELECT DISTINCT classification FROM history WHERE subject = ? AND owner = ? AND classification > 0',
      subject,
      owner,
    )
    .map(({ classification }) => classification);
}
