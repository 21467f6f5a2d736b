import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { withOwnCollations } from './create-text.js';

interface Made {
  readonly type: string;
  readonly text: string | null;
}

const allowed = 0;
const denied = 1;
/** SQLITE_ATTACH: the one statement that would open a file. */
const attach = 24;

/**
 * The tables and views of a database once more, in memory and empty, with SQLite's own collations in place of those that a
 * program brings along. SQLite compiles no view over a column whose collation it does not know, and so tells not even its columns.
 */
export class SchemaTwin implements Disposable {
  readonly database: DatabaseSyncInstance = new DatabaseSync(':memory:');

  /** @param entries - as they stand in its schema: what of them cannot be made is left out */
  constructor(entries: readonly Made[]) {
    this.database.exec('PRAGMA trusted_schema = OFF');
    this.database.setAuthorizer((action) => (action === attach ? denied : allowed));
    for (const kind of ['table', 'view'])
      for (const { type, text } of entries) if (type === kind && text !== null) this.#make(text);
    this.database.setAuthorizer(null);
  }

  [Symbol.dispose](): void {
    this.database.close();
  }

  /** One statement alone, as SQLite itself reads a schema: whatever stands behind it is not looked at. */
  #make(text: string): void {
    try {
      this.database.prepare(withOwnCollations(text)).run();
    } catch {
      // it is not there for the views that need it
    }
  }
}
