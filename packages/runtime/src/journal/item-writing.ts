import type { Database, SqlValue } from '@isthmus/sqlite';
import { claimKey } from './claim-key.js';
import type { ClaimRows, HolderRow } from './claim-rows.js';
import { DepartedRows } from './departed-rows.js';
import { guidNumbers } from './guid-number.js';
import { namesIn, nowhere } from './item-names.js';
import type { ItemKey, KnownItem } from './journal.js';
import { LinkRows } from './link-rows.js';
import { insertRows } from './many-rows.js';
import type { OwnerRow } from './owner-rows.js';
import type { ScopeRows } from './scope-rows.js';
import type { ShapeRows } from './shape-rows.js';

/** Which run is writing, and of which items it made everything. */
export interface Making {
  readonly run: number;
  readonly isMade: (item: ItemKey) => boolean;
}

type WrittenRow = Omit<HolderRow, 'claimed'>;

const valueColumns = 'hash, epoch, version, opens, names, shapes, prints, held, undone';

/** Items that become known, and that go, with their claims and links. Synchronous: callers open transactions. */
export class ItemWriting {
  readonly #scopes: ScopeRows;
  readonly #claims: ClaimRows;
  readonly #shapes: ShapeRows;
  readonly #links: LinkRows;
  readonly #departed: DepartedRows;

  constructor(
    private readonly database: Database,
    rows: { readonly scopes: ScopeRows; readonly claims: ClaimRows; readonly shapes: ShapeRows },
  ) {
    this.#scopes = rows.scopes;
    this.#claims = rows.claims;
    this.#shapes = rows.shapes;
    this.#links = new LinkRows(database);
    this.#departed = new DepartedRows(database);
  }

  /** Items become known, in this order. */
  putAll(
    owner: OwnerRow,
    items: readonly KnownItem[],
    guids: ReadonlyMap<string, string> | undefined,
    making?: Making,
  ): void {
    const scopes = new Map<string, number>();
    for (const { scope } of items) if (!scopes.has(scope)) scopes.set(scope, this.#scopes.ensure(owner, scope));
    const there = this.#keysOf(scopes, items);
    const names = new Set<string>();
    let fresh: KnownItem[] = [];
    const insert = (): void => {
      if (fresh.length > 0) this.#insert(owner, scopes, fresh, guids, making);
      fresh = [];
      names.clear();
    };
    for (const item of items) {
      const key = `${scopes.get(item.scope)} ${item.key}`;
      const isApart = !there.has(key) && item.qualifiedNames.every((name) => !names.has(name));
      if (isApart) {
        fresh.push(item);
        for (const name of item.qualifiedNames) names.add(name);
      } else {
        // What was written last of an element counts, so the order is kept.
        insert();
        this.#putOne(owner, scopes.get(item.scope) ?? this.#scopes.ensure(owner, item.scope), item, guids, making);
      }
      there.add(key);
    }
    insert();
  }

  /** Those of the items that are known, each as the number of its scope and its key. */
  #keysOf(scopes: ReadonlyMap<string, number>, items: readonly KnownItem[]): Set<string> {
    const there = new Set<string>();
    for (const [name, id] of scopes) {
      const keys = items.flatMap(({ scope, key }) => (scope === name ? [key] : []));
      const found = this.database.rows<readonly [string]>(
        'SELECT key FROM item WHERE scope = ? AND key IN (SELECT value FROM json_each(?))',
        id,
        JSON.stringify(keys),
      );
      for (const [key] of found) there.add(`${id} ${key}`);
    }
    return there;
  }

  /** Items that are not known yet, no two of which hold the same element. */
  #insert(
    owner: OwnerRow,
    scopes: ReadonlyMap<string, number>,
    items: readonly KnownItem[],
    guids: ReadonlyMap<string, string> | undefined,
    making: Making | undefined,
  ): void {
    const written = items.flatMap(({ hash, qualifiedNames }) => (hash === '' ? [] : qualifiedNames));
    if (owner.itemCount > 0) this.#overwrite(owner, written, 0);
    const rows = items.map((item) => {
      const run = making?.isMade(item) === true ? making.run : null;
      const born = run ?? item.madeIn ?? null;
      const place = [item.absence ?? null, scopes.get(item.scope) ?? 0, item.key, owner.openedAt, born, run];
      return [...this.#values(owner, item), ...place];
    });
    const ids = insertRows(
      this.database,
      { into: `item (${valueColumns}, absence, scope, key, since, born, run)` },
      rows,
    );
    this.#count(owner.id, ids.length);
    const claims = items.flatMap(({ qualifiedNames }, index) =>
      qualifiedNames.map((name) => ({ item: ids[index] ?? 0, name, guid: guids?.get(name) })),
    );
    this.#claims.put(owner, claims);
    for (const [index, { links = [] }] of items.entries())
      if (links.length > 0) this.#links.put(owner, ids[index] ?? 0, links, false);
  }

  #putOne(
    owner: OwnerRow,
    scope: number,
    item: KnownItem,
    guids: ReadonlyMap<string, string> | undefined,
    making: Making | undefined,
  ): void {
    const old = this.database.get<WrittenRow & { hash: string }>(
      'SELECT id, names, hash, epoch, shapes, prints FROM item WHERE scope = ? AND key = ?',
      scope,
      item.key,
    );
    if (old === undefined) {
      this.#insert(owner, new Map([[item.scope, scope]]), [item], guids, making);
      return;
    }
    const { id } = old;
    const values = this.#values(owner, item);
    this.database.run(
      `UPDATE item SET (${valueColumns}, absence) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
      ...values,
      item.absence ?? null,
      id,
    );
    if (making?.isMade(item) === true)
      this.database.run('UPDATE item SET born = ?, run = ? WHERE id = ?', making.run, making.run, id);
    else if (this.#isOfAnother(owner, id, item, guids))
      this.database.run('UPDATE item SET born = NULL WHERE id = ?', id);
    if (old.names !== JSON.stringify(item.qualifiedNames)) {
      const kept = new Set(item.qualifiedNames);
      const dropped = namesIn(this.database, item, old.names).filter((name) => !kept.has(name));
      this.#depart(owner, item, old, new Set(dropped));
      this.#claims.drop(owner, id, dropped);
    }
    const claims = item.qualifiedNames.map((name) => ({ item: id, name, guid: guids?.get(name) }));
    this.#claims.put(owner, claims);
    if (item.hash !== '' && owner.itemCount > 0) this.#overwrite(owner, item.qualifiedNames, id);
    if (item.links === undefined) return;
    this.#links.put(owner, id, item.links, old.hash === '' || old.epoch !== owner.epoch);
  }

  /** One of its elements is not the one that was known under that name: somebody purged that and made another. */
  #isOfAnother(owner: OwnerRow, id: number, item: KnownItem, guids: ReadonlyMap<string, string> | undefined): boolean {
    return item.qualifiedNames.some((name) => {
      const guid = guids?.get(name);
      const known = guid === undefined ? undefined : this.#claims.guidOf(owner, id, name);
      return guid !== undefined && known !== undefined && !guidNumbers(guid).includes(known);
    });
  }

  /** Of `valueColumns`. */
  #values(owner: OwnerRow, item: KnownItem): readonly SqlValue[] {
    return [
      item.hash,
      owner.epoch,
      item.sourceVersion ?? null,
      item.opens ?? null,
      JSON.stringify(item.qualifiedNames),
      this.#shapes.numbersOf(item.shapes ?? []),
      item.prints?.join(',') ?? null,
      item.held === undefined ? null : JSON.stringify(item.held),
      item.undone ?? null,
    ];
  }

  remove(owner: OwnerRow, key: ItemKey): void {
    const scope = this.#scopes.id(owner, key.scope);
    if (scope === undefined) return;
    const row = this.database.get<WrittenRow & Record<string, string | number | null>>(
      'SELECT id, names, epoch, shapes, prints FROM item WHERE scope = ? AND key = ?',
      scope,
      key.key,
    );
    if (row === undefined) return;
    this.#depart(owner, key, row, undefined);
    this.#claims.drop(owner, row.id, namesIn(this.database, key, row.names));
    this.#links.remove(row.id);
    this.database.run('DELETE FROM item WHERE id = ?', row.id);
    this.#count(owner.id, -1);
    this.#scopes.removeIfEmpty(scope);
  }

  /** What was written last of an element counts: what other items of the owner say of it is old. */
  #overwrite(owner: OwnerRow, names: readonly string[], writer: number): void {
    if (names.length === 0) return;
    const written = new Set(names);
    for (const row of this.#claims.holders(owner, names)) {
      if (row.id === writer) continue;
      const held = namesIn(this.database, nowhere, row.names);
      for (const [index, name] of held.entries()) {
        if (!written.has(name) || claimKey(owner.collection, name) !== row.claimed) continue;
        // An item whose own element it was is to be compared, should its source have it still.
        if (index === 0) this.database.run("UPDATE item SET hash = '' WHERE id = ?", row.id);
        this.#forgetPrint(row.id, index);
      }
    }
  }

  #forgetPrint(id: number, index: number): void {
    const prints = this.database.get<{ prints: string | null }>('SELECT prints FROM item WHERE id = ?', id)?.prints;
    if (prints === undefined || prints === null) return;
    this.database.run('UPDATE item SET prints = ? WHERE id = ?', prints.split(',').with(index, '').join(','), id);
  }

  /** @param names - those that go; undefined = all */
  #depart(owner: OwnerRow, key: ItemKey, row: WrittenRow, names: ReadonlySet<string> | undefined): void {
    if (row.prints === null) return;
    const isOfLostStore = row.epoch < owner.printsFrom;
    const shapes = this.#shapes.idsOf(key, row.shapes);
    const prints = row.prints.split(',');
    for (const [index, name] of namesIn(this.database, key, row.names).entries()) {
      const [shape, own] = [shapes[index], prints[index]];
      if (shape === undefined || own === undefined || own === '' || names?.has(name) === false) continue;
      this.#departed.put(owner, name, shape, isOfLostStore ? '' : own);
    }
  }

  #count(owner: number, change: number): void {
    this.database.run('UPDATE owner SET item_count = item_count + ? WHERE id = ?', change, owner);
  }
}
