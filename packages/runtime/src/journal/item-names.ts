import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isStringArray } from './guards.js';
import type { ItemKey } from './journal.js';

/** Where the error that tells of a damaged row does not know its item. */
export const nowhere: ItemKey = { scope: '', key: '' };

/** Qualified names of an item's elements, from its row. */
export function namesIn(database: Database, { scope, key }: ItemKey, text: unknown): readonly string[] {
  return decode(database, { table: 'item', name: `${scope} ${key}` }, text, isStringArray);
}
