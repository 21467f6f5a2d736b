import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isStringArray } from './guards.js';
import type { OwnerRow } from './owner-rows.js';

/** Rows of scopes: there as long as they have items. Synchronous: callers open transactions. */
export class ScopeRows {
  constructor(private readonly database: Database) {}

  id(owner: OwnerRow, name: string): number | undefined {
    return this.database.get<{ id: number }>('SELECT id FROM scope WHERE owner = ? AND name = ?', owner.id, name)?.id;
  }

  ensure(owner: OwnerRow, name: string): number {
    return (
      this.id(owner, name) ??
      this.database.run('INSERT INTO scope (owner, name) VALUES (?, ?)', owner.id, name).lastInsertRowid
    );
  }

  removeIfEmpty(id: number): void {
    if (this.database.get('SELECT 1 FROM item WHERE scope = ? LIMIT 1', id) === undefined) {
      this.database.run('DELETE FROM scope WHERE id = ?', id);
    }
  }

  place(owner: OwnerRow, name: string): string | undefined {
    const row = this.database.get('SELECT place FROM scope WHERE owner = ? AND name = ?', owner.id, name);
    return row === undefined || row.place === null ? undefined : String(row.place);
  }

  savePlace(owner: OwnerRow, name: string, place: string | undefined): void {
    this.database.run('UPDATE scope SET place = ? WHERE owner = ? AND name = ?', place ?? null, owner.id, name);
  }

  rights(owner: OwnerRow, name: string): readonly string[] {
    const row = this.database.get('SELECT rights FROM scope WHERE owner = ? AND name = ?', owner.id, name);
    if (row === undefined || row.rights === null) return [];
    return decode(this.database, { table: 'scope', name }, row.rights, isStringArray);
  }

  saveRights(owner: OwnerRow, name: string, rights: readonly string[]): void {
    const text = JSON.stringify(rights);
    this.database.run('UPDATE scope SET rights = ? WHERE owner = ? AND name = ?', text, owner.id, name);
  }
}
