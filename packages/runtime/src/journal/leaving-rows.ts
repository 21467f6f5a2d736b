import type { Database } from '@isthmus/sqlite';
import type { ItemKey } from './journal.js';
import type { LeavingJournal, LeavingRow, NumberedRow } from './leaving-journal.js';
import { writeInSlices } from './slices.js';

interface Row extends Record<string, number | string> {
  readonly number: number;
  readonly listed: string;
  readonly scope: string;
  readonly key: string;
  readonly reason: string;
  readonly isDoubtful: number;
}

/** In a table of this connection alone: a million rows are no load for the memory, and nothing of them is left after a crash. */
export class LeavingRows implements LeavingJournal {
  constructor(private readonly database: Database) {
    database.exec(`CREATE TEMP TABLE leaving (
      number INTEGER PRIMARY KEY, run TEXT NOT NULL, listed TEXT NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL,
      reason TEXT NOT NULL, isDoubtful INTEGER NOT NULL, UNIQUE (run, scope, key))`);
  }

  async add(runId: string, rows: readonly LeavingRow[]): Promise<void> {
    const sql = `INSERT INTO leaving (run, listed, scope, key, reason, isDoubtful) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET (listed, reason, isDoubtful) = (excluded.listed, excluded.reason, excluded.isDoubtful)
      WHERE excluded.listed = excluded.scope`;
    await writeInSlices(this.database, rows, ({ listed, scope, key, reason, isDoubtful }) => {
      this.database.run(sql, runId, listed, scope, key, reason, isDoubtful ? 1 : 0);
    });
  }

  async has(runId: string, item: ItemKey): Promise<boolean> {
    return (await this.listedOf(runId, item)) !== undefined;
  }

  async listedOf(runId: string, { scope, key }: ItemKey): Promise<string | undefined> {
    const sql = 'SELECT listed FROM leaving WHERE run = ? AND scope = ? AND key = ?';
    return this.database.get<{ listed: string }>(sql, runId, scope, key)?.listed;
  }

  async remove(runId: string, item: ItemKey): Promise<void> {
    this.#remove(runId, item);
  }

  #remove(runId: string, { scope, key }: ItemKey): void {
    this.database.run('DELETE FROM leaving WHERE run = ? AND scope = ? AND key = ?', runId, scope, key);
  }

  async page(runId: string, after: number, limit: number): Promise<readonly NumberedRow[]> {
    // By number, not by the index of runs: that would sort all rows for each page.
    const sql =
      'SELECT number, listed, scope, key, reason, isDoubtful FROM leaving WHERE +run = ? AND number > ? ORDER BY number LIMIT ?';
    const rows = this.database.all<Row>(sql, runId, after, limit);
    return rows.map(({ isDoubtful, ...row }) => ({ ...row, isDoubtful: isDoubtful === 1 }));
  }

  async clear(runId: string): Promise<void> {
    // Few at a time, as the event loop waits.
    const sql = 'DELETE FROM leaving WHERE number IN (SELECT number FROM leaving WHERE run = ? LIMIT 1000)';
    while (this.database.run(sql, runId).changes > 0) await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
