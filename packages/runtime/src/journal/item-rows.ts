import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { DepartedRows } from './departed-rows.js';
import { isHeldFields, isNumberArray, isStringArray } from './guards.js';
import { type Absence, type ItemKey, itemText, type KnownItem, type WrittenFields } from './journal.js';
import { LinkRows } from './link-rows.js';
import { nameNumber, number48 } from './name-number.js';
import type { OwnerRow } from './owner-rows.js';

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
const shapesKept = 1_000;

interface WrittenRow {
  readonly id: number;
  readonly names: string;
  readonly epoch: number;
  readonly shapes: string;
  readonly prints: string | null;
}

/** Rows of known items and their claims on elements. Synchronous: callers open transactions and keep them short. */
export class ItemRows {
  /** By the text of their numbers: what a number stands for never changes and is never taken away. */
  readonly #shapesRead = new Map<string, readonly string[]>();

  readonly #shapeIds = new Map<string, number>();
  /** Of the database when `#shapeIds` was begun. */
  #rollbackCount = 0;
  readonly #links: LinkRows;
  readonly #departed: DepartedRows;

  constructor(private readonly database: Database) {
    this.#links = new LinkRows(database);
    this.#departed = new DepartedRows(database);
  }

  scopeId(owner: number, name: string): number | undefined {
    return this.database.get<{ id: number }>('SELECT id FROM scope WHERE owner = ? AND name = ?', owner, name)?.id;
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

  one(owner: OwnerRow, { scope, key }: ItemKey): KnownItem | undefined {
    const id = this.scopeId(owner.id, scope);
    if (id === undefined) return undefined;
    const sql = `SELECT ${itemColumns} FROM item WHERE scope = ? AND key = ?`;
    const [row] = this.database.rows<ItemRow>(sql, id, key);
    if (row === undefined) return undefined;
    const { prints } = this.database.get<{ prints: string | null }>(
      'SELECT prints FROM item WHERE scope = ? AND key = ?',
      id,
      key,
    ) ?? { prints: null };
    return {
      ...this.#item(owner, { name: scope }, row),
      ...(prints === null ? {} : { prints: prints.split(',') }),
      ...(row[2] < owner.printsFrom ? { isOfLostStore: true } : {}),
    };
  }

  put(owner: OwnerRow, item: KnownItem, guids: ReadonlyMap<string, string> | undefined): void {
    const scope = this.#ensureScope(owner.id, item.scope);
    const names = JSON.stringify(item.qualifiedNames);
    const shapes = JSON.stringify((item.shapes ?? []).map((shape) => this.#shapeId(shape)));
    const old = this.database.get<WrittenRow & { hash: string }>(
      'SELECT id, names, hash, epoch, shapes, prints FROM item WHERE scope = ? AND key = ?',
      scope,
      item.key,
    );
    const values = [
      item.hash,
      owner.epoch,
      item.sourceVersion ?? null,
      item.opens ?? null,
      names,
      shapes,
      item.prints?.join(',') ?? null,
      item.held === undefined ? null : JSON.stringify(item.held),
      item.undone ?? null,
    ] as const;
    let id = old?.id;
    if (id === undefined) {
      id = this.database.run(
        `INSERT INTO item (hash, epoch, version, opens, names, shapes, prints, held, undone, absence, scope, key, since)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...values,
        item.absence ?? null,
        scope,
        item.key,
        owner.openedAt,
      ).lastInsertRowid;
      this.#count(owner.id, 1);
    } else {
      this.database.run(
        `UPDATE item SET hash = ?, epoch = ?, version = ?, opens = ?, names = ?, shapes = ?, prints = ?, held = ?, undone = ?,
         absence = ? WHERE id = ?`,
        ...values,
        item.absence ?? null,
        id,
      );
      if (old !== undefined && old.names !== names) {
        const kept = new Set(item.qualifiedNames);
        const dropped = this.#names(item, old.names).filter((name) => !kept.has(name));
        this.#depart(owner, item, old, new Set(dropped));
        this.#dropClaims(owner, id, dropped);
      }
    }
    for (const name of item.qualifiedNames) {
      this.#claim(owner, id, name, guids?.get(name));
      if (item.hash !== '' && owner.itemCount > 0) this.#overwrite(owner, id, name);
    }
    if (item.links === undefined) return;
    const isDoubtful = old !== undefined && (old.hash === '' || old.epoch !== owner.epoch);
    this.#links.put(owner, id, item.links, isDoubtful);
  }

  remove(owner: OwnerRow, key: ItemKey): void {
    const scope = this.scopeId(owner.id, key.scope);
    if (scope === undefined) return;
    const row = this.database.get<WrittenRow>(
      'SELECT id, names, epoch, shapes, prints FROM item WHERE scope = ? AND key = ?',
      scope,
      key.key,
    );
    if (row === undefined) return;
    this.#depart(owner, key, row, undefined);
    this.#dropClaims(owner, row.id, this.#names(key, row.names));
    this.#links.remove(row.id);
    this.database.run('DELETE FROM item WHERE id = ?', row.id);
    this.#count(owner.id, -1);
    if (this.database.get('SELECT 1 FROM item WHERE scope = ? LIMIT 1', scope) === undefined) {
      this.database.run('DELETE FROM scope WHERE id = ?', scope);
    }
  }

  /** What was written of these elements before they went, as far as that is known. */
  departed(owner: OwnerRow, names: readonly string[]): ReadonlyMap<string, WrittenFields> {
    const found = new Map<string, WrittenFields>();
    const hasDeparted = this.#departed.hasAny(owner);
    for (const name of names) {
      const fields = this.#heldByOthers(owner, name) ?? (hasDeparted ? this.#departed.get(owner, name) : undefined);
      if (fields !== undefined) found.set(name, fields);
    }
    return found;
  }

  /** The item of the owner that wrote the element last, with its prints. */
  holder(owner: OwnerRow, name: string): KnownItem | undefined {
    const number = nameNumber(owner.collection, name);
    // Of what is new nobody has a claim.
    if (this.database.get('SELECT 1 FROM claim WHERE name = ? LIMIT 1', number) === undefined) return undefined;
    const sql = `SELECT scope.name AS scope, item.key FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.name = ? AND scope.owner = ? ORDER BY item.hash = '', item.id DESC`;
    for (const key of this.database.all<ItemKey>(sql, number, owner.id)) {
      const item = this.one(owner, key);
      if (item?.qualifiedNames.includes(name)) return item;
    }
    return undefined;
  }

  namesOfGuid(owner: OwnerRow, guid: string): readonly string[] {
    const rows = this.database.all<{ names: string; scope: string; key: string }>(
      `SELECT item.names, scope.name AS scope, item.key FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.guid = ? AND scope.owner = ?`,
      guidNumber(guid),
      owner.id,
    );
    const names = rows.flatMap((row) => this.#names(row, row.names).map((name) => ({ name, row })));
    const number = guidNumber(guid);
    return [
      ...new Set(
        names
          .filter(({ name }) =>
            this.database.get(
              'SELECT 1 FROM claim WHERE name = ? AND guid = ?',
              nameNumber(owner.collection, name),
              number,
            ),
          )
          .map(({ name }) => name),
      ),
    ];
  }

  /** What another item of the owner says of the element, e.g. one that became something else meanwhile. */
  #heldByOthers(owner: OwnerRow, name: string): WrittenFields | undefined {
    for (const row of this.#holders(owner, name, 0)) {
      const index = this.#names({ scope: '', key: '' }, row.names).indexOf(name);
      const prints = row.prints?.split(',')[index];
      if (index < 0 || prints === undefined || prints === '' || row.epoch < owner.printsFrom) continue;
      return { shape: this.#shapes({ scope: '', key: '' }, row.shapes)[index] ?? '', prints };
    }
    return undefined;
  }

  /** Items of the owner that hold the name, but for one. */
  #holders(owner: OwnerRow, name: string, except: number): readonly WrittenRow[] {
    return this.database.all<WrittenRow>(
      `SELECT item.id, item.names, item.epoch, item.shapes, item.prints FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.name = ? AND claim.item <> ? AND scope.owner = ?`,
      nameNumber(owner.collection, name),
      except,
      owner.id,
    );
  }

  /** What was written last of an element counts: what other items of the owner say of it is old. */
  #overwrite(owner: OwnerRow, id: number, name: string): void {
    for (const row of this.#holders(owner, name, id)) {
      const index = this.#names({ scope: '', key: '' }, row.names).indexOf(name);
      // An item whose own element it was is to be compared, should its source have it still.
      if (index === 0) this.forgetHashOf(row.id);
      if (row.prints === null || index < 0) continue;
      const prints = row.prints.split(',').with(index, '').join(',');
      this.database.run('UPDATE item SET prints = ? WHERE id = ?', prints, row.id);
    }
  }

  /** @param names - those that go; undefined = all */
  #depart(owner: OwnerRow, key: ItemKey, row: WrittenRow, names: ReadonlySet<string> | undefined): void {
    if (row.prints === null || row.epoch < owner.printsFrom) return;
    const shapes = decode(this.database, { table: 'item', name: itemText(key) }, row.shapes, isNumberArray);
    const prints = row.prints.split(',');
    for (const [index, name] of this.#names(key, row.names).entries()) {
      const [shape, own] = [shapes[index], prints[index]];
      if (shape === undefined || own === undefined || own === '' || names?.has(name) === false) continue;
      this.#departed.put(owner, name, shape, own);
    }
  }

  id(owner: OwnerRow, key: ItemKey): number | undefined {
    return this.database.get<{ id: number }>(
      'SELECT item.id FROM item JOIN scope ON scope.id = item.scope WHERE scope.owner = ? AND scope.name = ? AND item.key = ?',
      owner.id,
      key.scope,
      key.key,
    )?.id;
  }

  /** Whether an item outside of `ids` holds the name; other owners count when they ran later than `since` and `activeSince`. */
  isClaimed(
    owner: OwnerRow,
    name: string,
    ids: ReadonlyMap<number, number>,
    since: number,
    activeSince: number,
    redecided: ReadonlySet<string>,
  ): boolean {
    const claims = this.database.all<{ item: number; key: string; scope: string; owner: number; opened_at: number }>(
      `SELECT claim.item, item.key, scope.name AS scope, scope.owner, owner.opened_at FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope JOIN owner ON owner.id = scope.owner WHERE claim.name = ?`,
      nameNumber(owner.collection, name),
    );
    return claims.some(
      (claim) =>
        !ids.has(claim.item) &&
        (claim.owner !== owner.id || !redecided.has(itemText(claim))) &&
        (claim.owner === owner.id || (claim.opened_at > since && claim.opened_at >= activeSince)),
    );
  }

  /** When the item became known. */
  since(id: number): number {
    return Number(this.database.get('SELECT since FROM item WHERE id = ?', id)?.since ?? 0);
  }

  /** Items of the owner that hold one of these elements and still have a hash. Reads only. */
  holding(owner: OwnerRow, guids: readonly string[]): readonly number[] {
    return this.database
      .all<{ id: number }>(
        `SELECT DISTINCT item.id FROM json_each(?) AS asked CROSS JOIN claim ON claim.guid = asked.value
         CROSS JOIN item ON item.id = claim.item CROSS JOIN scope ON scope.id = item.scope
         WHERE scope.owner = ? AND item.hash <> ''`,
        JSON.stringify(guids.map(guidNumber)),
        owner.id,
      )
      .map(({ id }) => id);
  }

  /** What `holding` returns, asked for from the other side: reads all items of the owner, of which there are few. */
  holdingOfFew(owner: OwnerRow, guids: readonly string[]): readonly number[] {
    const rows = this.database.rows<readonly [id: number, scope: string, key: string, names: string]>(
      `SELECT item.id, scope.name, item.key, item.names FROM scope CROSS JOIN item ON item.scope = scope.id
       WHERE scope.owner = ? AND item.hash <> ''`,
      owner.id,
    );
    const holders = new Map<number, Set<number>>();
    for (const [id, scope, key, text] of rows) {
      for (const name of this.#names({ scope, key }, text)) {
        const guid = this.#claimedGuid(owner, id, name);
        if (guid === undefined) continue;
        const known = holders.get(guid);
        if (known === undefined) holders.set(guid, new Set([id]));
        else known.add(id);
      }
    }
    const held = new Set<number>();
    if (holders.size === 0) return [];
    for (const guid of guids) for (const id of holders.get(guidNumber(guid)) ?? []) held.add(id);
    return [...held];
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
    if (id !== undefined) this.database.run("UPDATE item SET hash = '' WHERE id = ?", id);
  }

  forgetHashesIn(owner: OwnerRow, scope: string): void {
    const id = this.scopeId(owner.id, scope);
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

  markAbsent(owner: OwnerRow, key: ItemKey, absence: Absence): void {
    const id = this.id(owner, key);
    if (id !== undefined) this.database.run('UPDATE item SET absence = ? WHERE id = ?', absence, id);
  }

  place(owner: OwnerRow, scope: string): string | undefined {
    const row = this.database.get('SELECT place FROM scope WHERE owner = ? AND name = ?', owner.id, scope);
    return row === undefined || row.place === null ? undefined : String(row.place);
  }

  rights(owner: OwnerRow, scope: string): readonly string[] {
    const row = this.database.get('SELECT rights FROM scope WHERE owner = ? AND name = ?', owner.id, scope);
    if (row === undefined || row.rights === null) return [];
    return decode(this.database, { table: 'scope', name: scope }, row.rights, isStringArray);
  }

  saveRights(owner: OwnerRow, scope: string, rights: readonly string[]): void {
    const text = JSON.stringify(rights);
    this.database.run('UPDATE scope SET rights = ? WHERE owner = ? AND name = ?', text, owner.id, scope);
  }

  savePlace(owner: OwnerRow, scope: string, place: string | undefined): void {
    this.database.run('UPDATE scope SET place = ? WHERE owner = ? AND name = ?', place ?? null, owner.id, scope);
  }

  #item(
    owner: OwnerRow,
    scope: { readonly name: string },
    [key, hash, epoch, version, opens, names, shapes, absence, held, undone]: ItemRow,
  ): KnownItem {
    return {
      scope: scope.name,
      key,
      hash: epoch === owner.epoch ? hash : '',
      ...(version === null ? {} : { sourceVersion: version }),
      ...(opens === null ? {} : { opens }),
      qualifiedNames: this.#names({ scope: scope.name, key }, names),
      shapes: this.#shapesRead.get(shapes) ?? this.#shapes({ scope: scope.name, key }, shapes),
      ...(absence === 'unconfirmed' || absence === 'outside' ? { absence } : {}),
      ...(held === null
        ? {}
        : { held: decode(this.database, { table: 'item', name: `${scope.name} ${key}` }, held, isHeldFields) }),
      ...(undone === null ? {} : { undone }),
    };
  }

  #names(key: ItemKey, text: unknown): readonly string[] {
    return decode(this.database, { table: 'item', name: `${key.scope} ${key.key}` }, text, isStringArray);
  }

  #shapes(key: ItemKey, text: string): readonly string[] {
    const ids = decode(this.database, { table: 'item', name: `${key.scope} ${key.key}` }, text, isNumberArray);
    const shapes = ids.map((id) => String(this.database.get('SELECT text FROM shape WHERE id = ?', id)?.text ?? ''));
    if (this.#shapesRead.size >= shapesKept) this.#shapesRead.clear();
    this.#shapesRead.set(text, shapes);
    return shapes;
  }

  #shapeId(text: string): number {
    const { rollbackCount } = this.database;
    if (this.#rollbackCount !== rollbackCount || this.#shapeIds.size >= shapesKept) this.#shapeIds.clear();
    this.#rollbackCount = rollbackCount;
    const remembered = this.#shapeIds.get(text);
    if (remembered !== undefined) return remembered;
    const known = this.database.get<{ id: number }>('SELECT id FROM shape WHERE text = ?', text);
    const id = known?.id ?? this.database.run('INSERT INTO shape (text) VALUES (?)', text).lastInsertRowid;
    this.#shapeIds.set(text, id);
    return id;
  }

  #ensureScope(owner: number, name: string): number {
    return (
      this.scopeId(owner, name) ??
      this.database.run('INSERT INTO scope (owner, name) VALUES (?, ?)', owner, name).lastInsertRowid
    );
  }

  #claimedGuid(owner: OwnerRow, id: number, name: string): number | undefined {
    const sql = 'SELECT guid FROM claim WHERE name = ? AND item = ? AND guid IS NOT NULL';
    return this.database.get<{ guid: number }>(sql, nameNumber(owner.collection, name), id)?.guid;
  }

  #claim(owner: OwnerRow, id: number, name: string, guid: string | undefined): void {
    this.database.run(
      `INSERT INTO claim (name, item, guid) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET guid = coalesce(excluded.guid, guid)`,
      nameNumber(owner.collection, name),
      id,
      guid === undefined ? null : guidNumber(guid),
    );
  }

  #dropClaims(owner: OwnerRow, id: number, names: readonly string[]): void {
    for (const name of names) {
      this.database.run('DELETE FROM claim WHERE name = ? AND item = ?', nameNumber(owner.collection, name), id);
    }
  }

  #count(owner: number, change: number): void {
    this.database.run('UPDATE owner SET item_count = item_count + ? WHERE id = ?', change, owner);
  }
}

/** Every run asks for the elements that others changed: many ask for the same ones. */
const guidNumbers = new Map<string, number>();
const mostGuidNumbers = 10_000;

function guidNumber(guid: string): number {
  const known = guidNumbers.get(guid);
  if (known !== undefined) return known;
  if (guidNumbers.size >= mostGuidNumbers) guidNumbers.clear();
  const number = number48(guid);
  guidNumbers.set(guid, number);
  return number;
}
