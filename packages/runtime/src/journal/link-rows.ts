import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isKnownLink, isLinkMemory } from './guards.js';
import type { KnownLink, LinkMemory, OpenLink, SettledLink, ToldLink } from './journal.js';
import { memoryOfBoth, memoryOfFormer, memoryOnceTold, nothingKnown } from './link-memory.js';
import { nameNumber, number48 } from './name-number.js';
import type { OwnerRow } from './owner-rows.js';

type LinkRow = { readonly body: string; readonly state: string; readonly known: string | null };
type OpenRow = LinkRow & { readonly id: number };

/** Relationships that one item tells. */
export interface ToldLinks {
  readonly item: number;
  readonly links: readonly ToldLink[];
  /** What the store has of the item is not known: all are made again, which changes nothing if they are there. */
  readonly isDoubtful: boolean;
  /** The store was restored or exchanged: what was written to it says nothing of what it has. */
  readonly isOfLostStore?: boolean;
}

/**
 * Relationships that items tell beside those to their parents. `wanted`: to be made; `waiting`: to be made, but its other
 * end was missing; `made`: as it should be; `unwanted`: to be taken away; `undone`: people took back what a run did to it,
 * so that it is left as it is until its item is written again. Synchronous: callers open transactions.
 */
export class LinkRows {
  /** Of the database when there was none at all, which is asked for each item that is planned. */
  #noneAt = -1;

  constructor(private readonly database: Database) {}

  get #hasAny(): boolean {
    const { changeCount } = this.database;
    if (this.#noneAt === changeCount) return false;
    if (this.database.get('SELECT 1 FROM link LIMIT 1') !== undefined) return true;
    this.#noneAt = changeCount;
    return false;
  }

  /** Of each item all that it tells. */
  put(owner: OwnerRow, told: readonly ToldLinks[]): void {
    if (told.length === 0 || (told.every(({ links }) => links.length === 0) && !this.#hasAny)) return;
    const known = new Map<number, Map<number, LinkRow>>();
    const rows = this.database.all<LinkRow & { item: number; identity: number }>(
      'SELECT item, identity, body, state, known FROM link WHERE item IN (SELECT value FROM json_each(?))',
      JSON.stringify(told.map(({ item }) => item)),
    );
    for (const { item, identity, ...row } of rows) {
      const some = known.get(item) ?? new Map<number, LinkRow>();
      known.set(item, some.set(identity, row));
    }
    for (const each of told) this.#putOne(owner, each, known.get(each.item) ?? new Map());
  }

  /** @param known - what is there, by identity; taken apart */
  #putOne(
    owner: OwnerRow,
    { item, links, isDoubtful, isOfLostStore = false }: ToldLinks,
    known: Map<number, LinkRow>,
  ): void {
    for (const told of links) {
      const { changedAt, ...link } = told;
      const identity = identityOf(link);
      const body = JSON.stringify(link);
      const row = known.get(identity);
      known.delete(identity);
      if (row === undefined) {
        this.database.run(
          "INSERT OR REPLACE INTO link (owner, item, identity, other, state, body, known) VALUES (?, ?, ?, ?, 'wanted', ?, ?)",
          owner.id,
          item,
          identity,
          nameNumber(owner.collection, link.other),
          body,
          JSON.stringify(memoryOnceTold(undefined, told)),
        );
      } else if (isDoubtful || row.body !== body || row.state === 'unwanted' || row.state === 'undone') {
        const before =
          row.body === body ? told : decode(this.database, { table: 'link', name: body }, row.body, isKnownLink);
        const known = this.#memoryOf(identity, row);
        const memory = isOfLostStore
          ? nothingKnown
          : memoryOnceTold({ ...before, ...(known && { memory: known }) }, told);
        this.database.run(
          "UPDATE link SET state = 'wanted', body = ?, known = ? WHERE item = ? AND identity = ?",
          body,
          memory === undefined ? null : JSON.stringify(memory),
          item,
          identity,
        );
      }
    }
    for (const identity of known.keys()) {
      this.database.run("UPDATE link SET state = 'unwanted' WHERE item = ? AND identity = ?", item, identity);
    }
  }

  #memoryOf(id: number, { known }: Pick<LinkRow, 'known'>): LinkMemory | undefined {
    return known === null ? undefined : decode(this.database, { table: 'link', name: String(id) }, known, isLinkMemory);
  }

  /** What it takes to write what the item tells. */
  openOf(item: number): readonly OpenLink[] {
    return this.database
      .all<OpenRow>(
        "SELECT id, state, body, known FROM link WHERE item = ? AND state NOT IN ('unwanted', 'undone') ORDER BY id",
        item,
      )
      .map((row) => this.#openOf(row));
  }

  of(item: number): readonly KnownLink[] {
    return this.database
      .all<{ id: number; body: string }>(
        "SELECT id, body FROM link WHERE item = ? AND state NOT IN ('unwanted', 'undone') ORDER BY id",
        item,
      )
      .map(({ id, body }) => decode(this.database, { table: 'link', name: String(id) }, body, isKnownLink));
  }

  /** Whoever tells them. */
  leadingTo(collection: string, names: readonly string[]): readonly KnownLink[] {
    if (names.length === 0 || !this.#hasAny) return [];
    const numbers = JSON.stringify(names.map((name) => nameNumber(collection, name)));
    return this.database
      .all<{ id: number; body: string }>(
        `SELECT id, body FROM link WHERE other IN (SELECT value FROM json_each(?))
         AND state NOT IN ('unwanted', 'undone')`,
        numbers,
      )
      .map(({ id, body }) => decode(this.database, { table: 'link', name: String(id) }, body, isKnownLink));
  }

  /** The item that tells an open one. */
  itemOf({ id }: OpenLink): number | undefined {
    return this.database.get<{ item: number }>('SELECT item FROM link WHERE id = ?', id)?.item;
  }

  /**
   * From now on it is left as it is: one that was made and is still told, or one that was taken away and is not told again.
   *
   * @returns whether it is such a one
   */
  hold(owner: OwnerRow, item: number, link: KnownLink, wasMade: boolean): boolean {
    const identity = identityOf(link);
    const known = this.database.get<{ state: string }>(
      'SELECT state FROM link WHERE item = ? AND identity = ?',
      item,
      identity,
    );
    if (known?.state === 'undone') return true;
    if ((known !== undefined) !== wasMade) return false;
    if (wasMade) {
      this.database.run("UPDATE link SET state = 'undone' WHERE item = ? AND identity = ?", item, identity);
      return true;
    }
    this.database.run(
      "INSERT INTO link (owner, item, identity, other, state, body) VALUES (?, ?, ?, ?, 'undone', ?)",
      owner.id,
      item,
      identity,
      nameNumber(owner.collection, link.other),
      JSON.stringify(link),
    );
    return true;
  }

  remove(item: number): void {
    this.database.run('DELETE FROM link WHERE item = ?', item);
  }

  /** Elements of these names were made or brought back: relationships to them, whoever tells them, are to be made. */
  otherEndsMade(collection: string, names: readonly string[]): void {
    if (names.length === 0 || !this.#hasAny) return;
    this.database.run(
      `UPDATE link SET state = 'wanted' WHERE state IN ('made', 'waiting')
       AND other IN (SELECT value FROM json_each(?))`,
      JSON.stringify(names.map((name) => nameNumber(collection, name))),
    );
  }

  open(owner: OwnerRow, triedBefore: number, limit: number): readonly OpenLink[] {
    // Mostly there is none, and every run asks.
    if (this.database.get("SELECT 1 FROM link WHERE owner = ? AND state <> 'made' LIMIT 1", owner.id) === undefined)
      return [];
    for (;;) {
      const links = this.database.all<OpenRow>(openLinks, owner.id, limit, triedBefore).map((row) => this.#openOf(row));
      const stay = links.filter((link) => !link.isWanted && this.#handOver(owner, link));
      if (stay.length === 0) return links;
    }
  }

  /**
   * What another item tells too stays, and is that one's alone.
   *
   * @returns whether there is such an item
   */
  #handOver(owner: OwnerRow, { id, isWanted: _, memory, ...link }: OpenLink): boolean {
    const others = this.database.all<OpenRow>(
      `SELECT id, state, body, known FROM link WHERE other IN (?, ?) AND identity = ?
       AND state IN ('wanted', 'waiting', 'made')`,
      nameNumber(owner.collection, link.end1),
      nameNumber(owner.collection, link.end2),
      identityOf(link),
    );
    if (others.length === 0) return false;
    const former = memoryOfFormer(link, memory);
    this.database.transaction(() => {
      for (const row of others) {
        const other = this.#openOf(row);
        const now = JSON.stringify(memoryOfBoth(former, other, other.memory));
        this.database.run("UPDATE link SET state = 'wanted', known = ? WHERE id = ?", now, row.id);
      }
      this.database.run('DELETE FROM link WHERE id = ?', id);
    });
    return true;
  }

  #openOf({ id, state, body, known }: OpenRow): OpenLink {
    const memory = this.#memoryOf(id, { known });
    return {
      ...decode(this.database, { table: 'link', name: String(id) }, body, isKnownLink),
      id,
      isWanted: state !== 'unwanted',
      ...(memory === undefined ? {} : { memory }),
    };
  }

  /** What has changed since it was read is left for the next time. */
  settle({ link: open, isDone, isContested = false, memory }: SettledLink, at: number): void {
    const { id, isWanted, memory: _, ...link } = open;
    if (!isWanted) {
      this.database.run("DELETE FROM link WHERE id = ? AND state = 'unwanted'", id);
      return;
    }
    const where = "WHERE id = ? AND state <> 'unwanted' AND body = ?";
    const body = JSON.stringify(link);
    if (!isDone) this.database.run(`UPDATE link SET state = 'waiting', tried_at = ? ${where}`, at, id, body);
    else {
      this.database.run(
        `UPDATE link SET state = ?, tried_at = ?, known = ? ${where}`,
        isContested ? 'wanted' : 'made',
        at,
        memory === undefined ? null : JSON.stringify(memory),
        id,
        body,
      );
    }
  }

  /** Those with properties that stay as others have set them are to be written again: the policy has changed. */
  reopenHeld(owner: OwnerRow): void {
    this.database.run(
      `UPDATE item SET hash = '' WHERE id IN (
         SELECT item FROM link WHERE owner = ? AND known IS NOT NULL AND state = 'made')`,
      owner.id,
    );
  }

  forget(owner: number): void {
    this.database.run('DELETE FROM link WHERE owner = ?', owner);
  }
}

export function identityOf({ typeName, end1, end2 }: KnownLink): number {
  return number48(JSON.stringify([typeName, end1, end2]));
}

/** By the index of what is open, which has them in the order of their ids: of a million relationships nearly all are made. */
function openIn(state: string): string {
  return `SELECT * FROM (SELECT id, state, body, known FROM link WHERE owner = ?1 AND state <> 'made' AND ${state} ORDER BY id LIMIT ?2)`;
}

/** Of an owner (?1), ?2 at most, of those that wait the ones that were tried before ?3. */
export const openLinks = `${["state = 'wanted'", "state = 'unwanted'", "state = 'waiting' AND tried_at < ?3"]
  .map(openIn)
  .join(' UNION ALL ')} ORDER BY id LIMIT ?2`;
