import { hash } from 'node:crypto';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import type { ServerFacts } from './postgresql-server.js';

/** Raise it when other elements are made of the same rows: what was catalogued before is then made anew. */
const mapping = 2;

/**
 * One text for all that a listing depends on: what the server says of itself, how its databases look, and what of the
 * configuration decides what is made of it. As long as it is the same, a listing would tell nothing new but estimates.
 *
 * @param fingerprints - of databases, by scope; of those that cannot be read there is none
 */
export function stateOf(
  { serverName, statistics, include, exclude }: PostgresqlConfiguration,
  facts: ServerFacts,
  fingerprints: ReadonlyMap<string, string>,
): string {
  const read = [...fingerprints].sort(([one], [other]) => (one < other ? -1 : 1));
  const all = [mapping, serverName, statistics, include, exclude, facts, read];
  return hash('sha256', JSON.stringify(all), 'base64');
}
