import { IsthmusError } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';

/**
 * Reads a JSON column. A damaged row is an error that names table and row, never an empty answer.
 *
 * @throws DATABASE_UNREADABLE
 */
export function decode<T>(
  database: Database,
  row: { readonly table: string; readonly name: string },
  text: unknown,
  guard: (value: unknown) => value is T,
): T {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : '');
  } catch (error) {
    throw damaged(database, row, error);
  }
  if (!guard(value)) throw damaged(database, row, undefined);
  return value;
}

function damaged(database: Database, row: { readonly table: string; readonly name: string }, cause: unknown): Error {
  return new IsthmusError(
    'DATABASE_UNREADABLE',
    `table ${row.table} of ${database.path} has a damaged row: ${row.name.slice(0, 200)}`,
    { cause, details: { path: database.path, table: row.table, row: row.name.slice(0, 200) } },
  );
}
