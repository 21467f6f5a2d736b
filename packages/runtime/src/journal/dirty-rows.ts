import type { Database } from '@isthmus/sqlite';
import type { OwnerRow } from './owner-rows.js';

/** Beyond it all elements are compared. */
const mostDirty = 50_000;

/** Elements that others changed and that the source is to be told of. Synchronous: callers open transactions. */
export class DirtyRows {
  constructor(private readonly database: Database) {}

  add(owner: OwnerRow, guids: readonly string[]): void {
    for (const guid of guids)
      this.database.run('INSERT OR IGNORE INTO dirty (owner, guid) VALUES (?, ?)', owner.id, guid);
    const { count = 0 } =
      this.database.get<{ count: number }>('SELECT count(*) AS count FROM dirty WHERE owner = ?', owner.id) ?? {};
    if (count <= mostDirty) return;
    this.forgetAll(owner);
    this.database.run("INSERT INTO dirty (owner, guid) VALUES (?, '')", owner.id);
  }

  page(owner: OwnerRow, after: string | undefined, limit: number): readonly string[] {
    const from = after === undefined ? '>=' : '>';
    return this.database
      .all<{ guid: string }>(
        `SELECT guid FROM dirty WHERE owner = ? AND guid ${from} ? ORDER BY guid LIMIT ?`,
        owner.id,
        after ?? '',
        limit,
      )
      .map(({ guid }) => guid);
  }

  remove(owner: OwnerRow, guids: readonly string[]): void {
    for (const guid of guids) this.database.run('DELETE FROM dirty WHERE owner = ? AND guid = ?', owner.id, guid);
  }

  forgetAll(owner: OwnerRow): void {
    this.database.run('DELETE FROM dirty WHERE owner = ?', owner.id);
  }
}
