import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { departedMs } from './departed-rows.js';
import { isKnownLink, isLinkMemory } from './guards.js';
import type { KnownLink, LinkMemory } from './journal.js';
import { memoryOfBoth, memoryOfFormer, nothingKnown } from './link-memory.js';
import { nameNumber } from './name-number.js';
import type { OwnerRow } from './owner-rows.js';

type Row = {
  readonly self: number;
  readonly identity: number;
  readonly other: number;
  readonly epoch: number;
  readonly body: string;
  readonly known: string | null;
};

const forgottenAtOnce = 1_000;
const forgottenEveryMs = 60 * 60 * 1_000;

/**
 * What items that went told of relationships. Whichever item has the element next, in the same run or when a metadata
 * server brings it back with all that it was linked to, tells it too or has it taken away. Synchronous: callers open
 * transactions.
 */
export class DepartedLinks {
  #forgottenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly database: Database) {}

  /**
   * Of an item that goes, with the epoch of what was written of it.
   *
   * @returns how many it told
   */
  put(owner: OwnerRow, item: number, epoch: number): number {
    const rows = this.database.all<Pick<Row, 'identity' | 'other' | 'body' | 'known'>>(
      'SELECT identity, other, body, known FROM link WHERE item = ?',
      item,
    );
    for (const { identity, other, body, known } of rows) {
      this.database.run(
        'INSERT OR REPLACE INTO departed_link (owner, self, identity, other, epoch, body, known, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        owner.id,
        nameNumber(owner.collection, selfOf(this.#link(body))),
        identity,
        other,
        epoch,
        body,
        known,
        owner.openedAt,
      );
    }
    return rows.length;
  }

  hasAny(owner: OwnerRow): boolean {
    return this.database.get('SELECT 1 FROM departed_link WHERE owner = ? LIMIT 1', owner.id) !== undefined;
  }

  /** The item has these elements now: what was told of them before it has no longer, unless it is told so. */
  handTo(owner: OwnerRow, item: number, names: readonly string[]): void {
    const numbers = JSON.stringify(names.map((name) => nameNumber(owner.collection, name)));
    const rows = this.database.all<Row>(
      `SELECT self, identity, other, epoch, body, known FROM departed_link
       WHERE owner = ? AND self IN (SELECT value FROM json_each(?))`,
      owner.id,
      numbers,
    );
    for (const { self, identity, other, epoch, body, known } of rows) {
      this.database.run(
        'DELETE FROM departed_link WHERE owner = ? AND self = ? AND identity = ?',
        owner.id,
        self,
        identity,
      );
      const written = memoryOfFormer(this.#link(body), this.#memory(body, known));
      // To a store that was brought back it may have been written again.
      if (this.#isTold(item, { identity, body, known }, written)) continue;
      // What was written to a store that was lost says nothing of what this one has.
      const former = epoch < owner.printsFrom ? nothingKnown : written;
      this.database.run(
        `INSERT INTO link (owner, item, identity, other, state, body, known) VALUES (?, ?, ?, ?, 'unwanted', ?, ?)
         ON CONFLICT DO NOTHING`,
        owner.id,
        item,
        identity,
        other,
        body,
        JSON.stringify(former),
      );
    }
  }

  /** The item tells it too: what it tells otherwise is to be written over what was told before. */
  #isTold(
    item: number,
    { identity, body, known }: Pick<Row, 'identity' | 'body' | 'known'>,
    former: LinkMemory,
  ): boolean {
    const told = this.database.get<{ readonly id: number; readonly body: string; readonly known: string | null }>(
      "SELECT id, body, known FROM link WHERE item = ? AND identity = ? AND state IN ('wanted', 'waiting', 'made')",
      item,
      identity,
    );
    if (told === undefined) return false;
    // What was written as it was told is as the item tells it.
    if (told.body !== body || known !== null) {
      const memory = memoryOfBoth(former, this.#link(told.body), this.#memory(told.body, told.known));
      this.database.run("UPDATE link SET state = 'wanted', known = ? WHERE id = ?", JSON.stringify(memory), told.id);
    }
    return true;
  }

  /** A part of what is too old. Looks for it again after an hour, or at once when there was more. */
  forgetOld(now: number): void {
    if (Math.abs(now - this.#forgottenAt) < forgottenEveryMs) return;
    const { changes } = this.database.run(
      `DELETE FROM departed_link WHERE (owner, self, identity) IN (
         SELECT owner, self, identity FROM departed_link INDEXED BY departed_link_at WHERE at < ? LIMIT ${forgottenAtOnce})`,
      now - departedMs,
    );
    if (changes < forgottenAtOnce) this.#forgottenAt = now;
  }

  forgetAll(owner: OwnerRow): void {
    this.database.run('DELETE FROM departed_link WHERE owner = ?', owner.id);
  }

  #link(body: string): KnownLink {
    return decode(this.database, { table: 'departed_link', name: body }, body, isKnownLink);
  }

  #memory(body: string, known: string | null): LinkMemory | undefined {
    return known === null
      ? undefined
      : decode(this.database, { table: 'departed_link', name: body }, known, isLinkMemory);
  }
}

function selfOf({ end1, end2, other }: KnownLink): string {
  return end1 === other ? end2 : end1;
}
