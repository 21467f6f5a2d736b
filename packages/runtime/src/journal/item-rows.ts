import type { Database } from '@isthmus/sqlite';
import { awaitingHash, isHashUnknown, knownHash } from './awaiting-hash.js';
import { claimKey } from './claim-key.js';
import { ClaimRows, type HolderRow } from './claim-rows.js';
import { decode } from './decode.js';
import { DepartedRows } from './departed-rows.js';
import { isHeldFields } from './guards.js';
import { guidNumbers } from './guid-number.js';
import { namesIn, nowhere } from './item-names.js';
import { ItemWriting } from './item-writing.js';
import type { Absence, ItemKey, KnownItem, WithheldItems, WrittenFields } from './journal.js';
import type { OwnerRow } from './owner-rows.js';
import { ScopeRows } from './scope-rows.js';
import { ShapeRows } from './shape-rows.js';
import { isAbsence, StateRows } from './state-rows.js';

/** Rows that are counted: some milliseconds. */
const mostWithheld = 10_000;
/** Mostly there is one. */
const mostOpeners = 1_000;
const itemColumns = 'key, hash, epoch, version, opens, names, shapes, absence, held, undone';
type ItemRow = readonly [
  key: string,
  hash: string,
  epoch: number,
  version: string | null,
  opens: string | null,
  names: string,
  shapes: string,
  absence: string | null,
  held: string | null,
  undone: string | null,
];
type PrintedRow = readonly [...ItemRow, prints: string | null];
type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** Rows of known items, and what is changed of them one by one. Synchronous: callers open transactions and keep them short. */
export class ItemRows {
  readonly scopes: ScopeRows;
  readonly states: StateRows;
  readonly claims: ClaimRows;
  readonly #shapes: ShapeRows;
  readonly #writing: ItemWriting;
  readonly #departed: DepartedRows;

  constructor(private readonly database: Database) {
    this.scopes = new ScopeRows(database);
    this.states = new StateRows(database);
    this.claims = new ClaimRows(database);
    this.#shapes = new ShapeRows(database);
    this.#departed = new DepartedRows(database);
    this.#writing = new ItemWriting(database, { scopes: this.scopes, claims: this.claims, shapes: this.#shapes });
  }

  /** Items become known, in this order. */
  putAll(...call: Parameters<ItemWriting['putAll']>): void {
    this.#writing.putAll(...call);
  }

  remove(owner: OwnerRow, key: ItemKey): void {
    this.#writing.remove(owner, key);
  }

  /** One page of a scope in the order of keys, after `afterKey` (undefined = from the begin). */
  page(
    owner: OwnerRow,
    scope: { readonly id: number; readonly name: string },
    afterKey: string | undefined,
    limit: number,
  ): readonly KnownItem[] {
    return this.database
      .rows<ItemRow>(
        `SELECT ${itemColumns} FROM item WHERE scope = ? AND key ${afterKey === undefined ? '>=' : '>'} ? ORDER BY key LIMIT ?`,
        scope.id,
        afterKey ?? '',
        limit,
      )
      .map((row) => this.#item(owner, scope, row));
  }

  /** Those of the scope that have these keys, with their prints. */
  several(owner: OwnerRow, name: string, keys: readonly string[]): readonly KnownItem[] {
    const sql = `SELECT ${itemColumns}, prints FROM item
      WHERE scope = (SELECT id FROM scope WHERE owner = ? AND name = ?) AND key IN (SELECT value FROM json_each(?))`;
    const rows = this.database.rows<PrintedRow>(sql, owner.id, name, JSON.stringify(keys));
    return rows.map((row) => this.#printed(owner, { name }, row));
  }

  one(owner: OwnerRow, { scope, key }: ItemKey): KnownItem | undefined {
    const id = this.scopes.id(owner, scope);
    if (id === undefined) return undefined;
    const sql = `SELECT ${itemColumns}, prints FROM item WHERE scope = ? AND key = ?`;
    const [row] = this.database.rows<PrintedRow>(sql, id, key);
    return row === undefined ? undefined : this.#printed(owner, { name: scope }, row);
  }

  #printed(owner: OwnerRow, scope: { readonly name: string }, row: PrintedRow): KnownItem {
    const item = this.#item(owner, scope, row);
    const prints = row[10];
    if (prints !== null) item.prints = prints.split(',');
    if (row[2] < owner.printsFrom) item.isOfLostStore = true;
    return item;
  }

  /** What was written of these elements before they went, as far as that is known. */
  departed(owner: OwnerRow, names: readonly string[]): ReadonlyMap<string, WrittenFields> {
    const found = new Map<string, WrittenFields>();
    const hasDeparted = this.#departed.hasAny(owner);
    const holders = new Map<string, HolderRow[]>();
    for (const row of this.claims.holders(owner, names))
      holders.set(row.claimed, [...(holders.get(row.claimed) ?? []), row]);
    for (const name of names) {
      const rows = holders.get(claimKey(owner.collection, name)) ?? [];
      const fields =
        this.#heldByOthers(owner, name, rows) ?? (hasDeparted ? this.#departed.get(owner, name) : undefined);
      if (fields !== undefined) found.set(name, fields);
    }
    return found;
  }

  /** By name: the item of the owner that wrote the element last, with its prints. */
  holders(owner: OwnerRow, names: readonly string[]): ReadonlyMap<string, KnownItem> {
    const found = new Map<string, KnownItem>();
    // Of what is new nobody has a claim.
    if (this.claims.areFree(owner, names)) return found;
    for (const name of names) {
      const item = this.#holder(owner, name);
      if (item !== undefined) found.set(name, item);
    }
    return found;
  }

  #holder(owner: OwnerRow, name: string): KnownItem | undefined {
    const sql = `SELECT scope.name AS scope, item.key FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.name = ? AND scope.owner = ? ORDER BY ${isHashUnknown}, item.id DESC`;
    for (const key of this.database.all<ItemKey>(sql, claimKey(owner.collection, name), owner.id)) {
      const item = this.one(owner, key);
      if (item?.qualifiedNames.includes(name)) return item;
    }
    return undefined;
  }

  namesOfGuid(owner: OwnerRow, guid: string): readonly string[] {
    const rows = this.database.all<{ names: string; scope: string; key: string }>(
      `SELECT item.names, scope.name AS scope, item.key FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.guid IN (?, ?) AND scope.owner = ?`,
      ...guidNumbers(guid),
      owner.id,
    );
    const names = new Set(rows.flatMap((row) => namesIn(this.database, row, row.names)));
    return [...names].filter((name) => this.claims.isOfGuid(owner, name, guid));
  }

  /** What another item of the owner says of the element, e.g. one that became something else meanwhile. */
  #heldByOthers(owner: OwnerRow, name: string, holders: readonly HolderRow[]): WrittenFields | undefined {
    for (const row of holders) {
      const index = namesIn(this.database, nowhere, row.names).indexOf(name);
      const prints = row.prints?.split(',')[index];
      if (index < 0 || prints === undefined || prints === '' || row.epoch < owner.printsFrom) continue;
      return { shape: this.#shapes.textsOf(nowhere, row.shapes)[index] ?? '', prints };
    }
    return undefined;
  }

  id(owner: OwnerRow, key: ItemKey): number | undefined {
    return this.database.get<{ id: number }>(
      'SELECT item.id FROM item JOIN scope ON scope.id = item.scope WHERE scope.owner = ? AND scope.name = ? AND item.key = ?',
      owner.id,
      key.scope,
      key.key,
    )?.id;
  }

  /** Whether a run of the owner made all elements of the item. */
  isMade(owner: OwnerRow, { scope, key }: ItemKey): boolean {
    const sql = 'SELECT 1 FROM item WHERE scope = ? AND key = ? AND born IS NOT NULL';
    return this.database.get(sql, this.scopes.id(owner, scope) ?? 0, key) !== undefined;
  }

  /** When the item became known. */
  since(id: number): number {
    return Number(this.database.get('SELECT since FROM item WHERE id = ?', id)?.since ?? 0);
  }

  /** What `holding` of the claims returns, asked for from the other side: reads all items of the owner, of which there are few. */
  holdingOfFew(owner: OwnerRow, isTouched: (number: number) => boolean): readonly number[] {
    const rows = this.database.rows<readonly [id: number, scope: string, key: string, names: string]>(
      `SELECT item.id, scope.name, item.key, item.names FROM scope CROSS JOIN item ON item.scope = scope.id
       WHERE scope.owner = ? AND item.hash <> ''`,
      owner.id,
    );
    const isHeld = ([id, scope, key, text]: (typeof rows)[number]) =>
      namesIn(this.database, { scope, key }, text).some((name) => {
        const number = this.claims.guidOf(owner, id, name);
        return number !== undefined && isTouched(number);
      });
    return rows.filter(isHeld).map(([id]) => id);
  }

  /** Whether nobody touched it since it was said what it awaits. */
  awaits(owner: OwnerRow, { scope, key }: ItemKey, hash: string): boolean {
    const sql = 'SELECT 1 FROM item WHERE scope = ? AND key = ? AND hash = ? AND epoch = ?';
    return (
      this.database.get(sql, this.scopes.id(owner, scope) ?? 0, key, awaitingHash(hash), owner.epoch) !== undefined
    );
  }

  forgetHashOf(id: number): void {
    this.database.run("UPDATE item SET hash = '' WHERE id = ?", id);
  }

  forgetHashesOfHeld(owner: OwnerRow): void {
    this.database.run(
      `UPDATE item SET hash = '' WHERE held IS NOT NULL AND scope IN (SELECT id FROM scope WHERE owner = ?)`,
      owner.id,
    );
  }

  forgetHash(owner: OwnerRow, key: ItemKey): void {
    const id = this.id(owner, key);
    if (id !== undefined) this.forgetHashOf(id);
  }

  forgetHashesIn(owner: OwnerRow, scope: string): void {
    const id = this.scopes.id(owner, scope);
    if (id !== undefined) this.database.run("UPDATE item SET hash = '' WHERE scope = ? AND hash <> ''", id);
  }

  touch(owner: OwnerRow, key: ItemKey, version: string | undefined): void {
    const id = this.id(owner, key);
    if (id !== undefined) {
      this.database.run(
        "UPDATE item SET version = coalesce(?, version), absence = NULL, undone = nullif(undone, '') WHERE id = ?",
        version ?? null,
        id,
      );
    }
  }

  withheld(owner: OwnerRow): readonly WithheldItems[] {
    return this.database
      .all<{ absence: Absence; count: number; names: string }>(
        `SELECT absence, count(*) AS count, min(names) AS names FROM (
           SELECT item.absence, item.names FROM item INDEXED BY item_withheld JOIN scope ON scope.id = item.scope
           WHERE item.absence IS NOT NULL AND item.undone IS NULL AND scope.owner = ? LIMIT ${mostWithheld})
         GROUP BY absence`,
        owner.id,
      )
      .map(({ absence, count, names }) => ({
        absence,
        count,
        example: namesIn(this.database, nowhere, names)[0] ?? '',
      }));
  }

  openersOf(owner: OwnerRow, scope: string): readonly ItemKey[] {
    return this.database.all<{ scope: string; key: string }>(
      `SELECT scope.name AS scope, item.key FROM item INDEXED BY item_opens JOIN scope ON scope.id = item.scope
       WHERE item.opens = ? AND scope.owner = ? LIMIT ${mostOpeners}`,
      scope,
      owner.id,
    );
  }

  /** Scopes of items that are marked as gone. */
  toldGoneIn(owner: OwnerRow): readonly string[] {
    return this.database
      .all<{ name: string }>(
        `SELECT DISTINCT scope.name FROM item INDEXED BY item_gone CROSS JOIN scope ON scope.id = item.scope
         WHERE item.absence = 'gone' AND scope.owner = ?`,
        owner.id,
      )
      .map(({ name }) => name);
  }

  forgetToldGone(owner: OwnerRow): void {
    this.database.run(
      `UPDATE item SET absence = NULL WHERE id IN (
         SELECT item.id FROM item INDEXED BY item_gone CROSS JOIN scope ON scope.id = item.scope
         WHERE item.absence = 'gone' AND scope.owner = ?)`,
      owner.id,
    );
  }

  markAbsent(owner: OwnerRow, key: ItemKey, absence: Absence): void {
    const id = this.id(owner, key);
    if (id !== undefined) this.database.run('UPDATE item SET absence = ? WHERE id = ?', absence, id);
  }

  #item(
    owner: OwnerRow,
    scope: { readonly name: string },
    [key, hash, epoch, version, opens, names, shapes, absence, held, undone]: ItemRow | PrintedRow,
  ): Writable<KnownItem> {
    const place = { scope: scope.name, key };
    // Member by member, as they are read for all that changes: spreading those that may be absent takes longer.
    const item: Writable<KnownItem> = {
      scope: scope.name,
      key,
      hash: epoch === owner.epoch ? knownHash(hash) : '',
      qualifiedNames: namesIn(this.database, place, names),
      shapes: this.#shapes.textsOf(place, shapes),
    };
    if (version !== null) item.sourceVersion = version;
    if (opens !== null) item.opens = opens;
    if (isAbsence(absence)) item.absence = absence;
    if (held !== null)
      item.held = decode(this.database, { table: 'item', name: `${scope.name} ${key}` }, held, isHeldFields);
    if (undone !== null) item.undone = undone;
    return item;
  }
}
