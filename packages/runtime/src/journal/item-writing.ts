import type { Database, SqlValue } from '@isthmus/sqlite';
import { awaitingHash, knownHash } from './awaiting-hash.js';
import { claimKey } from './claim-key.js';
import type { Claim, ClaimRow, ClaimRows } from './claim-rows.js';
import { DepartedLinks } from './departed-links.js';
import { DepartedRows } from './departed-rows.js';
import { guidNumber, guidNumbers } from './guid-number.js';
import { namesIn, nowhere } from './item-names.js';
import { type ItemKey, itemText, type KnownItem } from './journal.js';
import { LinkRows, type ToldLinks } from './link-rows.js';
import { insertRows } from './many-rows.js';
import type { OwnerRow } from './owner-rows.js';
import type { ScopeRows } from './scope-rows.js';
import type { ShapeRows } from './shape-rows.js';

/** Which run is writing, of which items it made everything, and which of the others it wrote. */
export interface Making {
  readonly run: number;
  readonly isMade: (item: ItemKey) => boolean;
  readonly isWritten: (item: ItemKey) => boolean;
}

/** What is written with items that become known. */
interface Putting {
  readonly owner: OwnerRow;
  readonly guids: ReadonlyMap<string, string> | undefined;
  readonly making: Making | undefined;
}

type OldRow = readonly [
  scope: string,
  key: string,
  id: number,
  names: string,
  hash: string,
  epoch: number,
  born: number | null,
  run: number | null,
];
type WrittenRow = {
  readonly names: string;
  readonly epoch: number;
  readonly shapes: string;
  readonly prints: string | null;
};

interface Put {
  readonly item: KnownItem;
  /** Of `valueColumns`. */
  readonly values: readonly SqlValue[];
  /** Beside each qualified name the key of its claim. */
  readonly claimed: readonly string[];
  /** Undefined: it is not known yet. */
  readonly old: OldRow | undefined;
  /** It was known with other names. */
  readonly isNamedAnew: boolean;
}
type PutAgain = Put & { readonly old: OldRow };
type Rows = Record<string, string | number | null>;
/** By the keys of claims. */
type Holders = ReadonlyMap<string, readonly ClaimRow[]>;

const valueColumns = 'hash, epoch, version, opens, names, shapes, prints, held, undone, absence';
/** Items that are looked at and written together. */
const itemsAtOnce = 32;

/** Items that become known, and that go, with their claims and links. Synchronous: callers open transactions. */
export class ItemWriting {
  readonly #scopes: ScopeRows;
  readonly #claims: ClaimRows;
  readonly #shapes: ShapeRows;
  readonly #links: LinkRows;
  readonly #departed: DepartedRows;
  readonly #departedLinks: DepartedLinks;

  constructor(
    private readonly database: Database,
    rows: { readonly scopes: ScopeRows; readonly claims: ClaimRows; readonly shapes: ShapeRows },
  ) {
    this.#scopes = rows.scopes;
    this.#claims = rows.claims;
    this.#shapes = rows.shapes;
    this.#links = new LinkRows(database);
    this.#departed = new DepartedRows(database);
    this.#departedLinks = new DepartedLinks(database);
  }

  /** Items become known, in this order. */
  putAll(
    owner: OwnerRow,
    items: readonly KnownItem[],
    guids: ReadonlyMap<string, string> | undefined,
    making?: Making,
  ): void {
    const putting = { owner, guids, making };
    for (let from = 0; from < items.length; ) {
      const puts = this.#apart(owner, items.slice(from, from + itemsAtOnce));
      this.#put(putting, puts);
      from += puts.length;
    }
  }

  /** Those at the begin that have no element in common: what was written last of one counts, so the others follow later. */
  #apart(owner: OwnerRow, items: readonly KnownItem[]): readonly Put[] {
    const rows = this.#rowsOf(owner, items);
    const puts: Put[] = [];
    const names = new Set<string>();
    const keys = new Set<string>();
    for (const item of items) {
      const text = itemText(item);
      const old = rows.get(text);
      const values = this.#values(owner, item);
      const { qualifiedNames } = item;
      const isNamedAnew = old !== undefined && old[3] !== JSON.stringify(qualifiedNames);
      const former = isNamedAnew ? namesIn(this.database, item, old[3]) : [];
      const isNamed = (name: string) => names.has(name);
      if (keys.has(text) || qualifiedNames.some(isNamed) || former.some(isNamed)) break;
      keys.add(text);
      for (const name of qualifiedNames) names.add(name);
      for (const name of former) names.add(name);
      const claimed = qualifiedNames.map((name) => claimKey(owner.collection, name));
      puts.push({ item, values, claimed, old, isNamedAnew });
    }
    return puts;
  }

  /** @param puts - which have no element in common */
  #put(putting: Putting, puts: readonly Put[]): void {
    const { owner } = putting;
    const fresh = puts.filter(({ old }) => old === undefined);
    const holders = this.#holdersOf(owner, puts);
    this.#overwrite(owner, puts, holders);
    const ids = this.#insert(putting, fresh);
    let next = 0;
    const claims: Claim[] = [];
    const told: ToldLinks[] = [];
    const hasDeparted = this.#departedLinks.hasAny(owner);
    for (const put of puts) {
      const { item, old } = put;
      const id = old?.[2] ?? ids[next++] ?? 0;
      claims.push(...claimsOf(putting, put, id, holders));
      if (isKnown(put)) this.#update(putting, put, holders);
      // Of what was not written as a whole nobody knows yet what it will be linked to.
      if (hasDeparted && hashOf(item) !== '') this.#departedLinks.handTo(owner, id, item.qualifiedNames);
      const { links } = item;
      if (links === undefined || (old === undefined && links.length === 0)) continue;
      told.push({
        item: id,
        links,
        isDoubtful: old !== undefined && (knownHash(old[4]) === '' || old[5] !== owner.epoch),
        isOfLostStore: old !== undefined && old[5] < owner.printsFrom,
      });
    }
    this.#claims.put(claims);
    this.#links.put(owner, told);
  }

  /** By `itemText`: those of the items that are known. */
  #rowsOf(owner: OwnerRow, items: readonly KnownItem[]): ReadonlyMap<string, OldRow> {
    const keys = new Map<string, string[]>();
    for (const { scope, key } of items) {
      const some = keys.get(scope);
      if (some === undefined) keys.set(scope, [key]);
      else some.push(key);
    }
    const rows = this.database.rows<OldRow>(
      `SELECT scope.name, item.key, item.id, item.names, item.hash, item.epoch, item.born, item.run
       FROM json_each(?) AS asked CROSS JOIN scope ON scope.owner = ? AND scope.name = asked.value ->> 0
       CROSS JOIN json_each(asked.value, '$[1]') AS wanted
       CROSS JOIN item ON item.scope = scope.id AND item.key = wanted.value`,
      JSON.stringify([...keys]),
      owner.id,
    );
    return new Map(rows.map((row) => [itemText({ scope: row[0], key: row[1] }), row]));
  }

  /** What is to be known of who holds the elements of these items. */
  #holdersOf(owner: OwnerRow, puts: readonly Put[]): Holders {
    const holders = new Map<string, ClaimRow[]>();
    const keys: string[] = [];
    // Of an owner that knows nothing there is nothing to be taken over.
    const hasItems = this.#countOf(owner.id) > 0;
    for (const { item, claimed, old } of puts)
      if (old !== undefined || (hasItems && item.hash !== '')) keys.push(...claimed);
    if (keys.length === 0) return holders;
    for (const row of this.#claims.of(keys)) {
      const some = holders.get(row[0]);
      if (some === undefined) holders.set(row[0], [row]);
      else some.push(row);
    }
    return holders;
  }

  /** Items that are not known yet. @returns their ids */
  #insert({ owner, making }: Putting, puts: readonly Put[]): readonly number[] {
    if (puts.length === 0) return [];
    const scopes = new Map<string, number>();
    const scopeOf = (name: string): number => {
      const id = scopes.get(name) ?? this.#scopes.ensure(owner, name);
      scopes.set(name, id);
      return id;
    };
    const rows = puts.map(({ item, values }) => {
      const born = (making?.isMade(item) === true ? making.run : item.madeIn) ?? null;
      return [...values, scopeOf(item.scope), item.key, owner.openedAt, born, runOf(making, item, null)];
    });
    const ids = insertRows(this.database, { into: `item (${valueColumns}, scope, key, since, born, run)` }, rows);
    this.#count(owner.id, ids.length);
    return ids;
  }

  /** An item that is known. */
  #update(putting: Putting, put: PutAgain, holders: Holders): void {
    const { owner, making } = putting;
    const { item, values, old } = put;
    const [, , id, , , , born, run] = old;
    if (put.isNamedAnew) this.#letGo(owner, item, id);
    this.database.run(
      `UPDATE item SET (${valueColumns}, run) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?`,
      ...values,
      runOf(making, item, run),
      id,
    );
    const kept = isOfAnother(putting, put, holders) ? null : born;
    const bornIn = making?.isMade(item) === true ? making.run : kept;
    // It is in an index, which is not to be written where it is as it was.
    if (bornIn !== born) this.database.run('UPDATE item SET born = ? WHERE id = ?', bornIn, id);
  }

  /** Elements that the item no longer has. */
  #letGo(owner: OwnerRow, item: KnownItem, id: number): void {
    const sql = 'SELECT names, epoch, shapes, prints FROM item WHERE id = ?';
    const row = this.database.get<WrittenRow & Rows>(sql, id);
    if (row === undefined) return;
    const kept = new Set(item.qualifiedNames);
    const dropped = namesIn(this.database, item, row.names).filter((name) => !kept.has(name));
    this.#depart(owner, item, row, new Set(dropped));
    this.#claims.drop(owner, id, dropped);
  }

  /** Of `valueColumns`. */
  #values(owner: OwnerRow, item: KnownItem): readonly SqlValue[] {
    return [
      hashOf(item),
      owner.epoch,
      item.sourceVersion ?? null,
      item.opens ?? null,
      JSON.stringify(item.qualifiedNames),
      this.#shapes.numbersOf(item.shapes ?? []),
      item.prints?.join(',') ?? null,
      item.held === undefined ? null : JSON.stringify(item.held),
      item.undone ?? null,
      item.absence ?? null,
    ];
  }

  remove(owner: OwnerRow, key: ItemKey): void {
    const scope = this.#scopes.id(owner, key.scope);
    if (scope === undefined) return;
    const row = this.database.get<WrittenRow & { id: number } & Rows>(
      'SELECT id, names, epoch, shapes, prints FROM item WHERE scope = ? AND key = ?',
      scope,
      key.key,
    );
    if (row === undefined) return;
    this.#depart(owner, key, row, undefined);
    this.#claims.drop(owner, row.id, namesIn(this.database, key, row.names));
    this.#departLinks(owner, row);
    this.database.run('DELETE FROM item WHERE id = ?', row.id);
    this.#count(owner.id, -1);
    this.#scopes.removeIfEmpty(scope);
  }

  #departLinks(owner: OwnerRow, { id, names, epoch }: WrittenRow & { readonly id: number }): void {
    if (this.#departedLinks.put(owner, id, epoch) === 0) return;
    this.#links.remove(id);
    for (const { id: holder, hash, names: held } of this.#claims.holders(owner, namesIn(this.database, nowhere, names)))
      if (hash !== '') this.#departedLinks.handTo(owner, holder, namesIn(this.database, nowhere, held));
  }

  /** What was written last of an element counts: what other items of the owner say of it is old. */
  #overwrite(owner: OwnerRow, puts: readonly Put[], holders: Holders): void {
    for (const { item, claimed, old } of puts) {
      if (item.hash === '') continue;
      for (let index = 0; index < claimed.length; index += 1) {
        for (const [, holder] of holders.get(claimed[index] ?? '') ?? [])
          if (holder !== old?.[2]) this.#forgetIn(owner, holder, item.qualifiedNames[index]);
      }
    }
  }

  #forgetIn(owner: OwnerRow, id: number, written: string | undefined): void {
    const sql = 'SELECT item.names FROM item JOIN scope ON scope.id = item.scope WHERE item.id = ? AND scope.owner = ?';
    const names = this.database.get<{ names: string }>(sql, id, owner.id)?.names;
    if (names === undefined) return;
    for (const [index, name] of namesIn(this.database, nowhere, names).entries()) {
      if (name !== written) continue;
      // An item whose own element it was is to be compared, should its source have it still.
      if (index === 0) this.database.run("UPDATE item SET hash = '' WHERE id = ?", id);
      this.#forgetPrint(id, index);
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

  #countOf(owner: number): number {
    return Number(this.database.get('SELECT item_count FROM owner WHERE id = ?', owner)?.item_count ?? 0);
  }

  #count(owner: number, change: number): void {
    this.database.run('UPDATE owner SET item_count = item_count + ? WHERE id = ?', change, owner);
  }
}

function hashOf({ hash, awaits }: KnownItem): string {
  return hash === '' && awaits !== undefined ? awaitingHash(awaits) : hash;
}

function isKnown(put: Put): put is PutAgain {
  return put.old !== undefined;
}

/** What is claimed otherwise than before: of an item that was known mostly nothing. */
function claimsOf({ guids }: Putting, { item, claimed, old }: Put, id: number, holders: Holders): readonly Claim[] {
  const claims: Claim[] = [];
  for (const [index, name] of item.qualifiedNames.entries()) {
    const key = claimed[index] ?? '';
    const guid = guids?.get(name);
    const known = old === undefined ? undefined : claimOf(holders, key, id);
    const isKnown = known !== undefined && (guid === undefined || known[2] === guidNumber(guid));
    if (!isKnown) claims.push({ item: id, key, guid });
  }
  return claims;
}

/** One of its elements is not the one that was known under that name: somebody purged that and made another. */
function isOfAnother({ guids }: Putting, { item, claimed, old }: PutAgain, holders: Holders): boolean {
  return item.qualifiedNames.some((name, index) => {
    const guid = guids?.get(name);
    const known = guid === undefined ? null : (claimOf(holders, claimed[index] ?? '', old[2])?.[2] ?? null);
    if (guid === undefined || known === null || known === guidNumber(guid)) return false;
    return !guidNumbers(guid).includes(known);
  });
}

function claimOf(holders: Holders, key: string, item: number): ClaimRow | undefined {
  return holders.get(key)?.find(([, id]) => id === item);
}

/** @param before - who wrote it last */
function runOf(making: Making | undefined, item: KnownItem, before: number | null): number | null {
  return making !== undefined && (making.isMade(item) || making.isWritten(item)) ? making.run : before;
}
