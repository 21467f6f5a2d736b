import type { Database } from '@isthmus/sqlite';
import { claimKey } from './claim-key.js';
import { guidNumber, guidNumbers } from './guid-number.js';
import { type ClaimedBy, itemText } from './journal.js';
import { insertRows } from './many-rows.js';
import type { OwnerRow } from './owner-rows.js';

/** That an item holds an element. */
export interface Claim {
  readonly item: number;
  /** `claimKey` of the element's name. */
  readonly key: string;
  readonly guid: string | undefined;
}

export type ClaimRow = readonly [key: string, item: number, guid: number | null];

/** An item that holds a name, as far as telling what it wrote takes. */
export interface HolderRow {
  readonly claimed: string;
  readonly id: number;
  readonly hash: string;
  readonly names: string;
  readonly epoch: number;
  readonly shapes: string;
  readonly prints: string | null;
}

/** Which items hold which elements, by keys of names and numbers of GUIDs. Synchronous: callers open transactions. */
export class ClaimRows {
  constructor(private readonly database: Database) {}

  put(claims: readonly Claim[]): void {
    const into = { into: 'claim (name, item, guid)', after: claimedAgain };
    const rows = claims.map(({ item, key, guid }) => [key, item, guid === undefined ? null : guidNumber(guid)]);
    insertRows(this.database, into, rows);
  }

  /** Claims of whatever owner on these elements, by their keys. */
  of(keys: readonly string[]): readonly ClaimRow[] {
    return this.database.rows<ClaimRow>(
      `SELECT claim.name, claim.item, claim.guid FROM json_each(?) AS asked CROSS JOIN claim ON claim.name = asked.value`,
      JSON.stringify(keys),
    );
  }

  drop(owner: OwnerRow, item: number, names: readonly string[]): void {
    for (const name of names) {
      this.database.run('DELETE FROM claim WHERE name = ? AND item = ?', claimKey(owner.collection, name), item);
    }
  }

  /** Items of the owner that hold one of these names. */
  holders(owner: OwnerRow, names: readonly string[]): readonly HolderRow[] {
    return this.database.all<HolderRow & Record<string, string | number | null>>(
      `SELECT claim.name AS claimed, item.id, item.hash, item.names, item.epoch, item.shapes, item.prints
       FROM json_each(?) AS asked CROSS JOIN claim ON claim.name = asked.value
       CROSS JOIN item ON item.id = claim.item CROSS JOIN scope ON scope.id = item.scope WHERE scope.owner = ?`,
      JSON.stringify(names.map((name) => claimKey(owner.collection, name))),
      owner.id,
    );
  }

  /** Whether the owner holds one of these names with an item that was there before. */
  areFree(owner: OwnerRow, names: readonly string[]): boolean {
    const sql = 'SELECT 1 FROM json_each(?) AS asked CROSS JOIN claim ON claim.name = asked.value LIMIT 1';
    const keys = names.map((name) => claimKey(owner.collection, name));
    return this.database.get(sql, JSON.stringify(keys)) === undefined;
  }

  guidOf(owner: OwnerRow, item: number, name: string): number | undefined {
    const sql = 'SELECT guid FROM claim WHERE name = ? AND item = ? AND guid IS NOT NULL';
    return this.database.get<{ guid: number }>(sql, claimKey(owner.collection, name), item)?.guid;
  }

  isOfGuid(owner: OwnerRow, name: string, guid: string): boolean {
    const sql = 'SELECT 1 FROM claim WHERE name = ? AND guid IN (?, ?)';
    const [now, before] = guidNumbers(guid);
    return this.database.get(sql, claimKey(owner.collection, name), now, before) !== undefined;
  }

  /** Items of the owner that hold one of these elements and still have a hash. */
  holding(owner: OwnerRow, guids: readonly string[]): readonly number[] {
    return this.database
      .all<{ id: number }>(
        `SELECT DISTINCT item.id FROM json_each(?) AS asked CROSS JOIN claim ON claim.guid = asked.value
         CROSS JOIN item ON item.id = claim.item CROSS JOIN scope ON scope.id = item.scope
         WHERE scope.owner = ? AND item.hash <> ''`,
        JSON.stringify(guids.flatMap(guidNumbers)),
        owner.id,
      )
      .map(({ id }) => id);
  }

  /** Who holds the name beside the items of `ids`; other owners count when they ran later than `since` and `activeSince`. */
  heldBy(
    owner: OwnerRow,
    name: string,
    ids: ReadonlyMap<number, number>,
    since: number,
    activeSince: number,
    redecided: ReadonlySet<string>,
  ): ClaimedBy | undefined {
    const claims = this.database.all<{ item: number; key: string; scope: string; owner: number; opened_at: number }>(
      `SELECT claim.item, item.key, scope.name AS scope, scope.owner, owner.opened_at FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope JOIN owner ON owner.id = scope.owner WHERE claim.name = ?`,
      claimKey(owner.collection, name),
    );
    const beside = claims.filter(({ item }) => !ids.has(item));
    const isOwn = beside.some((claim) => claim.owner === owner.id && !redecided.has(itemText(claim)));
    const isOther = beside.some(
      (claim) => claim.owner !== owner.id && claim.opened_at > since && claim.opened_at >= activeSince,
    );
    return isOwn || isOther ? { isOwn, isOther } : undefined;
  }
}

const claimedAgain = 'ON CONFLICT DO UPDATE SET guid = coalesce(excluded.guid, guid)';
