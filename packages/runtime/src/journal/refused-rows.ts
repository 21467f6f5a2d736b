import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isRefusedItem } from './guards.js';
import type { RefusedItem } from './known-item.js';
import type { OwnerRow } from './owner-rows.js';

/** Items that the metadata server refused, as their source told them. Synchronous: callers open transactions. */
export class RefusedRows {
  constructor(private readonly database: Database) {}

  of(owner: OwnerRow): readonly RefusedItem[] {
    return this.database
      .all<{ key: string; body: string }>('SELECT key, body FROM refused_item WHERE owner = ?', owner.id)
      .map(({ key, body }) => decode(this.database, { table: 'refused_item', name: key }, body, isRefusedItem));
  }

  hasAny(owner: OwnerRow): boolean {
    return this.database.get('SELECT 1 FROM refused_item WHERE owner = ? LIMIT 1', owner.id) !== undefined;
  }

  replace(owner: OwnerRow, items: readonly RefusedItem[]): void {
    this.database.run('DELETE FROM refused_item WHERE owner = ?', owner.id);
    for (const item of items)
      this.database.run(
        'INSERT INTO refused_item (owner, scope, key, body) VALUES (?, ?, ?, ?)',
        owner.id,
        item.scope,
        item.digest.key,
        JSON.stringify(item),
      );
  }
}
