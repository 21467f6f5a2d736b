import { processSlicer } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import type { LeftScope } from './known-item.js';
import type { OwnerRow } from './owner-rows.js';

const pageRows = 500;
/** Of more nobody is told by name, and none of them is let go at once. */
const mostLeft = 1_000;

/** Scopes that have items and that a complete run has not opened: nobody finds out what became of them. */
export class LeftScopes {
  constructor(private readonly database: Database) {}

  /** Those below no item, by name. */
  async find(owner: OwnerRow, isListed: (scope: string) => boolean): Promise<readonly LeftScope[]> {
    const left: LeftScope[] = [];
    for (let after = ''; left.length < mostLeft; ) {
      await processSlicer.turn();
      const page = this.database.rows<readonly [id: number, name: string, isLeft: number | null]>(
        'SELECT id, name, is_left FROM scope WHERE owner = ? AND name > ? ORDER BY name LIMIT ?',
        owner.id,
        after,
        pageRows,
      );
      for (const [id, name, isLeft] of page)
        if (!isListed(name) && !this.#isOpened(owner, name))
          left.push({ name, wasLeft: isLeft === 1, ...this.#contents(id) });
      after = page.at(-1)?.[1] ?? after;
      if (page.length < pageRows) break;
    }
    return left.slice(0, mostLeft);
  }

  hasAny(owner: OwnerRow): boolean {
    const sql = 'SELECT 1 FROM scope WHERE owner = ? AND is_left IS NOT NULL LIMIT 1';
    return this.database.get(sql, owner.id) !== undefined;
  }

  /** Callers open the transaction. */
  note(owner: OwnerRow, scopes: readonly string[]): void {
    this.database.run('UPDATE scope SET is_left = NULL WHERE owner = ? AND is_left IS NOT NULL', owner.id);
    for (const name of scopes)
      this.database.run('UPDATE scope SET is_left = 1 WHERE owner = ? AND name = ?', owner.id, name);
  }

  #isOpened(owner: OwnerRow, name: string): boolean {
    const sql = `SELECT 1 FROM item INDEXED BY item_opens JOIN scope ON scope.id = item.scope
      WHERE item.opens = ? AND scope.owner = ? LIMIT 1`;
    return this.database.get(sql, name, owner.id) !== undefined;
  }

  #contents(id: number): Pick<LeftScope, 'itemCount' | 'exampleKey'> {
    const row = this.database.get<{ count: number; key: string | null }>(
      'SELECT count(*) AS count, min(key) AS key FROM item WHERE scope = ?',
      id,
    );
    return { itemCount: row?.count ?? 0, exampleKey: row?.key ?? '' };
  }
}
