import type { Database } from '@isthmus/sqlite';
import { nameNumber } from './name-number.js';
import type { OwnerRow } from './owner-rows.js';

/** As long as a metadata server brings back what was deleted softly. */
export const departedMs = 30 * 24 * 60 * 60 * 1_000;
const forgottenAtOnce = 1_000;
const forgottenEveryMs = 60 * 60 * 1_000;

/** What was written of elements that went: when they come back, others' values can be told from former ones of ours. */
export class DepartedRows {
  #forgottenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly database: Database) {}

  /** @param prints - empty: of a store that was lost, so that only the names of the fields are worth anything */
  put(owner: OwnerRow, name: string, shape: number, prints: string): void {
    this.database.run(
      'INSERT OR REPLACE INTO departed (owner, name, epoch, shape, prints, at) VALUES (?, ?, ?, ?, ?, ?)',
      owner.id,
      nameNumber(owner.collection, name),
      owner.epoch,
      shape,
      prints,
      owner.openedAt,
    );
  }

  hasAny(owner: OwnerRow): boolean {
    return this.database.get('SELECT 1 FROM departed WHERE owner = ? LIMIT 1', owner.id) !== undefined;
  }

  get(owner: OwnerRow, name: string): { readonly shape: string; readonly prints: string } | undefined {
    return this.database.get<{ shape: string; prints: string }>(
      `SELECT shape.text AS shape, departed.prints FROM departed JOIN shape ON shape.id = departed.shape
       WHERE departed.owner = ? AND departed.name = ? AND departed.epoch >= ?`,
      owner.id,
      nameNumber(owner.collection, name),
      owner.printsFrom,
    );
  }

  /** A part of what is too old. Looks for it again after an hour, or at once when there was more. */
  forgetOld(now: number): void {
    if (Math.abs(now - this.#forgottenAt) < forgottenEveryMs) return;
    const { changes } = this.database.run(
      `DELETE FROM departed WHERE (owner, name) IN (
         SELECT owner, name FROM departed INDEXED BY departed_at WHERE at < ? LIMIT ${forgottenAtOnce})`,
      now - departedMs,
    );
    if (changes < forgottenAtOnce) this.#forgottenAt = now;
  }

  forgetAll(owner: OwnerRow): void {
    this.database.run('DELETE FROM departed WHERE owner = ?', owner.id);
  }
}
