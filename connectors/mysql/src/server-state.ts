import { hash } from 'node:crypto';
import type { MysqlConfiguration } from './mysql-config.js';
import type { ServerFacts } from './mysql-server.js';

/** Raise it when other elements are made of the same rows: what was catalogued before is then made anew. */
const mapping = 1;

/**
 * One text for all that a listing depends on: what the server says of itself, what the user sees of it, how its databases
 * look, and what of the configuration decides what is made of it. As long as it is the same, a listing would tell nothing
 * new but estimates.
 *
 * @param fingerprints - of databases, by scope
 */
export function stateOf(
  { serverName, statistics, include, exclude }: MysqlConfiguration,
  facts: ServerFacts,
  fingerprints: ReadonlyMap<string, string>,
): string {
  const read = [...fingerprints].sort(([one], [other]) => (one < other ? -1 : 1));
  const all = [mapping, serverName, statistics, include, exclude, facts, read];
  return hash('sha256', JSON.stringify(all), 'base64');
}
