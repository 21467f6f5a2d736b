import { hash } from 'node:crypto';

/** What of a database server's configuration decides what is made of its rows. */
export interface ListingChoice {
  readonly serverName?: string | undefined;
  readonly statistics: unknown;
  readonly include?: unknown;
  readonly exclude?: unknown;
}

/**
 * One text for all that the listing of a database server depends on. As long as it is the same, a listing would tell nothing
 * new but estimates: to be kept as the cursor of a complete run.
 *
 * @param mapping raised when other elements are made of the same rows: what was catalogued before is then made anew
 * @param facts what the server says of itself, and what the user sees of it
 * @param fingerprints of databases, by scope; of those that cannot be read there is none
 */
export function listingState(
  mapping: number,
  { serverName, statistics, include, exclude }: ListingChoice,
  facts: object,
  fingerprints: ReadonlyMap<string, string>,
): string {
  const read = [...fingerprints].sort(([one], [other]) => (one < other ? -1 : 1));
  return hash('sha256', JSON.stringify([mapping, serverName, statistics, include, exclude, facts, read]), 'base64');
}
