import { printOf } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isFieldConflict } from './guards.js';
import type { FieldConflict, KnownItem, KnownLink } from './journal.js';
import type { OwnerRow } from './owner-rows.js';

const conflictsPerOwner = 10_000;

/** Rows of fields on which both sides disagree. Synchronous: callers open transactions. */
export class ConflictRows {
  constructor(private readonly database: Database) {}

  /** Of these items no others are open from now on. */
  settle(owner: OwnerRow, known: readonly KnownItem[], conflicts: readonly FieldConflict[]): void {
    if (this.hasOpen(owner)) for (const { qualifiedNames } of known) this.#forgetOwn(owner, qualifiedNames);
    const added = conflicts.filter((conflict) => conflict.state !== 'kept' && !this.#isDecided(owner, conflict));
    for (const conflict of added) this.#put(owner, conflict);
    if (added.length > 0) this.#bound(owner);
  }

  hasOpen(owner: OwnerRow): boolean {
    const sql = "SELECT 1 FROM conflict WHERE owner = ? AND state = 'open' LIMIT 1";
    return this.database.get(sql, owner.id) !== undefined;
  }

  /** What is open of these elements. */
  forget(owner: OwnerRow, names: readonly string[]): void {
    for (const name of names)
      this.database.run("DELETE FROM conflict WHERE owner = ? AND name = ? AND state = 'open'", owner.id, name);
  }

  /** What is open of their own fields; relationships other than that to the parent are written by themselves. */
  #forgetOwn(owner: OwnerRow, names: readonly string[]): void {
    for (const name of names)
      this.database.run(
        `DELETE FROM conflict WHERE owner = ? AND name = ? AND state = 'open'
         AND (detail ->> '$.link' IS NULL OR detail ->> '$.link.isParent' IS NOT NULL)`,
        owner.id,
        name,
      );
  }

  /** What is open of the properties of a relationship. */
  forgetLink(owner: OwnerRow, { typeName, end1, end2, other }: KnownLink): void {
    this.database.run(
      `DELETE FROM conflict WHERE owner = ? AND name = ? AND state = 'open' AND detail ->> '$.link.typeName' = ?
       AND detail ->> '$.link.end1' = ? AND detail ->> '$.link.end2' = ?`,
      owner.id,
      end1 === other ? end2 : end1,
      typeName,
      end1,
      end2,
    );
  }

  /** Open ones first, each kind newest first. */
  list(owner: OwnerRow, limit: number): readonly FieldConflict[] {
    return this.database
      .all('SELECT name, detail FROM conflict WHERE owner = ? ORDER BY state, number DESC LIMIT ?', owner.id, limit)
      .map((row) => decode(this.database, { table: 'conflict', name: String(row.name) }, row.detail, isFieldConflict));
  }

  forgetAll(owner: OwnerRow): void {
    for (const table of ['conflict', 'conflict_decision', 'reported_element'] as const)
      this.database.run(`DELETE FROM ${table} WHERE owner = ?`, owner.id);
  }

  /** People said that the metadata server's value stays beside this one of the source. */
  #isDecided(owner: OwnerRow, { qualifiedName, field, state, sourceValue }: FieldConflict): boolean {
    if (state !== 'open') return false;
    const row = this.database.get<{ source: string }>(
      'SELECT source FROM conflict_decision WHERE owner = ? AND name = ? AND field = ?',
      owner.id,
      qualifiedName,
      field,
    );
    return row?.source === (sourceValue === undefined ? '' : printOf(sourceValue));
  }

  #put(owner: OwnerRow, conflict: FieldConflict): void {
    const { qualifiedName, field, state } = conflict;
    this.database.run(
      `INSERT INTO conflict (owner, name, field, state, detail) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (owner, name, field) WHERE state = 'open' DO UPDATE SET detail = excluded.detail`,
      owner.id,
      qualifiedName,
      field,
      state,
      JSON.stringify(conflict),
    );
  }

  /** The oldest of those that were overwritten go first. */
  #bound(owner: OwnerRow): void {
    this.database.run(
      `DELETE FROM conflict WHERE number IN (
         SELECT number FROM conflict WHERE owner = ? ORDER BY state, number DESC LIMIT -1 OFFSET ${conflictsPerOwner})`,
      owner.id,
    );
  }
}
