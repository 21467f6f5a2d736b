import type { Database } from '@isthmus/sqlite';
import type { PushedField } from './known-item.js';
import type { OwnerRow } from './owner-rows.js';

/** Of one owner; the oldest go. */
const mostKept = 10_000;

/** Fields that people set and the source took over: it shows them since, and nothing else tells whose they are. */
export class PushedRows {
  constructor(private readonly database: Database) {}

  put(owner: OwnerRow, fields: readonly PushedField[]): void {
    if (fields.length === 0) return;
    for (const { qualifiedName, field, print, at } of fields)
      this.database.run(
        'INSERT OR REPLACE INTO pushed_field (owner, name, field, print, at) VALUES (?, ?, ?, ?, ?)',
        owner.id,
        qualifiedName,
        field,
        print,
        at,
      );
    this.database.run(
      `DELETE FROM pushed_field WHERE owner = ? AND number <=
         (SELECT number FROM pushed_field WHERE owner = ? ORDER BY number DESC LIMIT 1 OFFSET ${mostKept})`,
      owner.id,
      owner.id,
    );
  }

  of(owner: OwnerRow, qualifiedName: string): readonly PushedField[] {
    return this.database
      .all<{ field: string; print: string; at: number }>(
        'SELECT field, print, at FROM pushed_field WHERE owner = ? AND name = ?',
        owner.id,
        qualifiedName,
      )
      .map((row) => ({ qualifiedName, ...row }));
  }

  forgetAll(owner: OwnerRow): void {
    this.database.run('DELETE FROM pushed_field WHERE owner = ?', owner.id);
  }
}
