import type { JsonValue, KeptItem } from '@isthmus/connector-sdk';
import { processSlicer } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import type { SlotName } from '../slot/slot.js';
import { BatchRecords } from './batch-records.js';
import { ConflictRows } from './conflict-rows.js';
import { DepartedLinks } from './departed-links.js';
import { DepartedRows } from './departed-rows.js';
import { DirtyRows } from './dirty-rows.js';
import { DisputeRows } from './dispute-rows.js';
import { HolderRows } from './holder-rows.js';
import { ItemRows } from './item-rows.js';
import { ItemsAtHand } from './items-at-hand.js';
import type {
  Absence,
  BatchIntent,
  ClaimedBy,
  CursorState,
  FieldConflict,
  FormerWriter,
  HoldingItem,
  ItemKey,
  KnownItem,
  KnownLink,
  KnownState,
  LeftScope,
  ListedScope,
  OpenLink,
  RefusedItem,
  RunKind,
  SettledBatch,
  SettledLink,
  SettledPush,
  StoreMark,
  SyncJournal,
  SyncOwner,
  TouchedElements,
  WithheldItems,
  WrittenFields,
} from './journal.js';
import { LeftScopes } from './left-scopes.js';
import { nothingKnown } from './link-memory.js';
import { LinkRows } from './link-rows.js';
import { ListingPrints } from './listing-prints.js';
import { OperatedRows } from './operated-rows.js';
import { type OwnerRow, OwnerRows } from './owner-rows.js';
import { PushedRows } from './pushed-rows.js';
import { RefusedRows } from './refused-rows.js';
import { readInSlices, writeInSlices } from './slices.js';
import { UndoRows } from './undo-rows.js';

/** Rows that are read in one go: a millisecond or two. */
const pageRows = 200;
/** Elements that are looked up in one reading: a fraction of a slice. */
const guidsAtOnce = 100;
/** Names that are looked up in one reading: so is it when every one of them is known. */
const namesAtOnce = 25;
/** An owner that knows no more items is asked for what it holds, when more elements than that were touched. */
const fewItems = 200;

/**
 * The sync engine's memory. Only an intent, its giving up and forgetting wait for the disk: after the loss of power an
 * intent that was settled is open again, is asked for again and answered from the store's memory; the rest is compared
 * again. Large answers are read in slices, so that the event loop is never held. */
export class SyncRecords implements SyncJournal {
  readonly #owners: OwnerRows;
  readonly #items: ItemRows;
  readonly #links: LinkRows;
  readonly #conflicts: ConflictRows;
  readonly #departed: DepartedRows;
  readonly #departedLinks: DepartedLinks;
  readonly #pushed: PushedRows;
  readonly #dirty: DirtyRows;
  readonly #atHand: ItemsAtHand;

  readonly #batches: BatchRecords;
  readonly #listings: ListingPrints;
  readonly #left: LeftScopes;
  readonly #refused: RefusedRows;

  readonly undos: UndoRows;
  readonly operations: OperatedRows;
  readonly disputes: DisputeRows;
  readonly #holders: HolderRows;

  constructor(private readonly database: Database) {
    this.#owners = new OwnerRows(database);
    this.#items = new ItemRows(database);
    this.#listings = new ListingPrints(database, this.#items);
    this.#left = new LeftScopes(database);
    this.#refused = new RefusedRows(database);
    this.#pushed = new PushedRows(database);
    this.#holders = new HolderRows(database, this.#owners, this.#items, this.#pushed);
    this.#links = new LinkRows(database);
    this.undos = new UndoRows(database, this.#owners, this.#items, this.#links);
    this.operations = new OperatedRows(database, this.#owners, this.undos);
    this.disputes = new DisputeRows(database, this.#owners);
    this.#conflicts = new ConflictRows(database);
    this.#departed = new DepartedRows(database);
    this.#departedLinks = new DepartedLinks(database);
    this.#dirty = new DirtyRows(database);
    this.#atHand = new ItemsAtHand(database);
    const [owners, items, links, undos, conflicts] = [
      this.#owners,
      this.#items,
      this.#links,
      this.undos,
      this.#conflicts,
    ];
    this.#batches = new BatchRecords(database, { owners, items, links, undos, conflicts });
  }

  async begin(owner: SyncOwner, grant: { readonly slot: SlotName; readonly token: number }, at: number): Promise<void> {
    this.database.commitSoon(() => {
      this.#owners.checkToken(grant.slot, grant.token);
      this.#owners.opened(this.#owners.ensure(owner).id, at);
      this.#departed.forgetOld(at);
      this.#departedLinks.forgetOld(at);
    });
  }

  async holding(qualifiedName: string): Promise<readonly HoldingItem[]> {
    return this.#holders.holding(qualifiedName);
  }

  async formerWriters(qualifiedName: string): Promise<readonly FormerWriter[]> {
    return this.#holders.formerWriters(qualifiedName);
  }

  async knownItem(owner: SyncOwner, key: ItemKey): Promise<KnownItem | undefined> {
    const atHand = this.#atHand.get(owner, key);
    if (atHand !== undefined) return atHand;
    const row = this.#owners.find(owner);
    return row === undefined ? undefined : this.#items.one(row, key);
  }

  async knownScope(owner: SyncOwner, scope: string): Promise<readonly KnownState[]> {
    const row = this.#owners.find(owner);
    const id = row === undefined ? undefined : this.#items.scopes.id(row, scope);
    if (row === undefined || id === undefined) return [];
    return inPages((afterKey, limit) => {
      const { states, lastKey } = this.#items.states.page(row, id, afterKey, limit);
      return { items: states, lastKey };
    });
  }

  async listedSo(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<ListedScope | undefined> {
    const row = this.#owners.find(owner);
    return row === undefined ? undefined : this.#listings.find(row, scope, items);
  }

  async noteListing(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<void> {
    const row = this.#owners.find(owner);
    if (row !== undefined) this.database.transaction(() => this.#listings.note(row, scope, items));
  }

  async knownItems(owner: SyncOwner, scope: string, keys: readonly string[]): Promise<readonly KnownItem[]> {
    const row = this.#owners.find(owner);
    if (row === undefined) return [];
    const items: KnownItem[] = [];
    for (let from = 0; from < keys.length; from += pageRows) {
      await processSlicer.turn();
      const some = this.#items.several(row, scope, keys.slice(from, from + pageRows));
      this.#atHand.put(owner, scope, some);
      items.push(...some);
    }
    return items;
  }

  async departed(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, WrittenFields>> {
    const row = this.#owners.find(owner);
    return row === undefined ? new Map() : this.#items.departed(row, names);
  }

  async knownCount(owner: SyncOwner): Promise<number> {
    const row = this.#owners.find(owner);
    return row === undefined ? 0 : this.#owners.itemCount(row.id);
  }

  async withheld(owner: SyncOwner): Promise<readonly WithheldItems[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#items.withheld(row);
  }

  async toldGoneIn(owner: SyncOwner): Promise<readonly string[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#items.toldGoneIn(row);
  }

  async forgetToldGone(owner: SyncOwner): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined || this.#items.toldGoneIn(row).length === 0) return;
    this.database.commitSoon(() => {
      this.#items.forgetToldGone(row);
      this.#owners.noteRun(row.id, 'full-due');
    });
  }

  async leftScopes(owner: SyncOwner, isListed: (scope: string) => boolean): Promise<readonly LeftScope[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#left.find(row, isListed);
  }

  async noteLeftScopes(owner: SyncOwner, scopes: readonly string[]): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined || (scopes.length === 0 && !this.#left.hasAny(row))) return;
    this.database.commitSoon(() => this.#left.note(row, scopes));
  }

  async openersOf(owner: SyncOwner, scope: string): Promise<readonly ItemKey[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#items.openersOf(row, scope);
  }

  async descendants(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]> {
    const row = this.#owners.find(owner);
    if (row === undefined) return [];
    const levels: KnownItem[][] = [];
    const visited = new Set([scope]);
    let current: string[] = [scope];
    while (current.length > 0) {
      const level: KnownItem[] = [];
      const next: string[] = [];
      for (const name of current) {
        const items = await this.#scopeRows(row, name);
        await processSlicer.turn();
        for (const item of items) {
          level.push(item);
          if (item.opens === undefined || visited.has(item.opens)) continue;
          visited.add(item.opens);
          next.push(item.opens);
        }
      }
      levels.push(level);
      current = next;
    }
    return levels.reverse().flat();
  }

  async claimedByOthers(
    owner: SyncOwner,
    items: readonly KnownItem[],
    activeSince: number,
    redecided: ReadonlySet<string> = new Set(),
  ): Promise<ReadonlyMap<string, ClaimedBy>> {
    const claimed = new Map<string, ClaimedBy>();
    const row = this.#owners.find(owner);
    if (row === undefined) return claimed;
    const ids = new Map<number, number>();
    const idOf = new Map<KnownItem, number>();
    await readInSlices(items, (item) => {
      const id = this.#items.id(row, item);
      if (id === undefined) return;
      ids.set(id, this.#items.since(id));
      idOf.set(item, id);
    });
    await readInSlices(items, (item) => {
      const since = ids.get(idOf.get(item) ?? 0) ?? row.openedAt;
      for (const name of item.qualifiedNames) {
        const by = this.#items.claims.heldBy(row, name, ids, since, activeSince, redecided);
        if (by !== undefined) claimed.set(name, by);
      }
    });
    return claimed;
  }

  async perhapsNotMade(owner: SyncOwner, items: readonly KnownItem[]): Promise<readonly KnownItem[]> {
    const row = this.#owners.find(owner);
    const found: KnownItem[] = [];
    await readInSlices(items, (item) => {
      if (row === undefined || item.hash === '' || !this.#items.isMade(row, item)) found.push(item);
    });
    return found;
  }

  intend(intent: BatchIntent): Promise<void> {
    return this.#batches.intend(intent);
  }

  settle(intent: BatchIntent, result: SettledBatch): Promise<void> {
    return this.#batches.settle(intent, result);
  }

  abandon(intent: BatchIntent): Promise<void> {
    return this.#batches.abandon(intent);
  }

  openIntents(owner?: SyncOwner): Promise<readonly BatchIntent[]> {
    return this.#batches.open(owner);
  }

  async storeMark(owner: SyncOwner): Promise<StoreMark | undefined> {
    return this.#owners.mark(owner);
  }

  async saveStoreMark(owner: SyncOwner, mark: StoreMark, run?: RunKind): Promise<void> {
    if (this.#owners.isNoted(owner, mark, run)) return;
    this.database.commitSoon(() => {
      const { id } = this.#owners.ensure(owner);
      this.#owners.saveMark(id, mark);
      if (run !== undefined) this.#owners.noteRun(id, run);
    });
  }

  async distrust(owner: SyncOwner, mark: StoreMark, isLost = false): Promise<void> {
    this.database.commitSoon(() => {
      const { id } = this.#owners.ensure(owner);
      this.#owners.nextEpoch(id, isLost);
      this.#owners.saveMark(id, mark);
    });
  }

  async suspect(owner: SyncOwner, guids: readonly string[]): Promise<number> {
    const row = this.#owners.find(owner);
    if (row === undefined) return 0;
    let count = 0;
    for (let from = 0; from < guids.length; from += guidsAtOnce) {
      await processSlicer.turn();
      count += this.#forgetHashes(this.#items.claims.holding(row, guids.slice(from, from + guidsAtOnce)));
    }
    if (count > 0) this.database.flushSoon();
    return count;
  }

  async suspectTouched(owner: SyncOwner, touched: TouchedElements): Promise<number> {
    const row = this.#owners.find(owner);
    if (row === undefined) return 0;
    let count = 0;
    const itemCount = this.#owners.itemCount(row.id);
    if (itemCount <= fewItems && itemCount < touched.count) {
      const isTouched = await touched.index();
      count = this.#forgetHashes(this.#items.holdingOfFew(row, isTouched));
      if (count > 0) this.database.flushSoon();
    } else {
      for (const guids of touched.guids()) count += await this.suspect(owner, guids);
    }
    return count;
  }

  async suspectHeld(owner: SyncOwner): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined) return;
    this.database.commitSoon(() => {
      this.#items.forgetHashesOfHeld(row);
      this.#links.reopenHeld(row);
      this.#owners.noteRun(row.id, 'full-due');
    });
  }

  async conflicts(owner: SyncOwner, limit: number): Promise<readonly FieldConflict[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#conflicts.list(row, limit);
  }

  async touch(owner: SyncOwner, items: readonly (ItemKey & { readonly sourceVersion?: string })[]): Promise<void> {
    const row = this.#owners.find(owner);
    if (row !== undefined)
      await this.#inTransactions(items, (item) => this.#items.touch(row, item, item.sourceVersion));
  }

  async markAbsent(owner: SyncOwner, items: readonly ItemKey[], absence: Absence): Promise<void> {
    const row = this.#owners.find(owner);
    if (row !== undefined) await this.#inTransactions(items, (item) => this.#items.markAbsent(row, item, absence));
  }

  async placesOf(owner: SyncOwner, scopes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const places = new Map<string, string>();
    const row = this.#owners.find(owner);
    if (row === undefined) return places;
    await readInSlices(scopes, (scope) => {
      const place = this.#items.scopes.place(row, scope);
      if (place !== undefined) places.set(scope, place);
    });
    return places;
  }

  async savePlaces(owner: SyncOwner, places: ReadonlyMap<string, string | undefined>): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined) return;
    await this.#inTransactions([...places], ([scope, place]) => this.#items.scopes.savePlace(row, scope, place));
  }

  async openLinks(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    { triedBefore, limit }: { readonly triedBefore: number; readonly limit: number },
  ): Promise<readonly OpenLink[]> {
    this.#owners.checkToken(grant.slot, grant.token);
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#links.open(row, triedBefore, limit);
  }

  async settleLinks(owner: SyncOwner, links: readonly SettledLink[], at: number, runId: string): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined) return;
    const hasOpen = this.#conflicts.hasOpen(row);
    await this.#inTransactions(links, (settled) => {
      const { link, isDone, isChanged, conflicts = [] } = settled;
      if (isChanged) this.undos.noteLink(runId, link, at);
      if (isDone && hasOpen) this.#conflicts.forgetLink(row, link);
      if (conflicts.length > 0) this.#conflicts.settle(row, [], conflicts);
      this.#links.settle(settled, at);
    });
  }

  async linksOf(owner: SyncOwner, key: ItemKey): Promise<readonly OpenLink[]> {
    const row = this.#owners.find(owner);
    const id = row === undefined ? undefined : this.#items.id(row, key);
    if (row === undefined || id === undefined) return [];
    const links = this.#links.openOf(id);
    const isOfLostStore = links.length > 0 && this.#items.one(row, key)?.isOfLostStore === true;
    return isOfLostStore ? links.map((link) => ({ ...link, memory: nothingKnown })) : links;
  }

  async knownLinks(owner: SyncOwner, key: ItemKey): Promise<readonly KnownLink[]> {
    const row = this.#owners.find(owner);
    const id = row === undefined ? undefined : this.#items.id(row, key);
    return id === undefined ? [] : this.#links.of(id);
  }

  async linksTo(owner: SyncOwner, names: readonly string[]): Promise<readonly KnownLink[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#links.leadingTo(row.collection, names);
  }

  async rightsOf(owner: SyncOwner, scope: string): Promise<readonly string[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#items.scopes.rights(row, scope);
  }

  async saveRights(owner: SyncOwner, rights: ReadonlyMap<string, readonly string[]>): Promise<void> {
    const row = this.#owners.find(owner);
    if (row !== undefined)
      await this.#inTransactions([...rights], ([scope, own]) => this.#items.scopes.saveRights(row, scope, own));
  }

  async cursor(owner: SyncOwner): Promise<CursorState | undefined> {
    return this.#owners.cursor(owner);
  }

  async saveCursor(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    value: JsonValue | undefined,
  ): Promise<void> {
    const text = value === undefined ? undefined : JSON.stringify(value);
    this.database.commitSoon(() => {
      this.#owners.checkToken(grant.slot, grant.token);
      this.#owners.saveCursor(this.#owners.ensure(owner).id, text);
    });
  }

  async noteRun(owner: SyncOwner, kind: RunKind): Promise<void> {
    this.database.commitSoon(() => this.#owners.noteRun(this.#owners.ensure(owner).id, kind));
  }

  async markDirty(owner: SyncOwner, guids: readonly string[]): Promise<void> {
    if (guids.length > 0) this.database.commitSoon(() => this.#dirty.add(this.#owners.ensure(owner), guids));
  }

  async forgetDirty(owner: SyncOwner): Promise<void> {
    const row = this.#owners.find(owner);
    if (row !== undefined) this.database.commitSoon(() => this.#dirty.forgetAll(row));
  }

  async dirty(owner: SyncOwner, after: string | undefined, limit: number): Promise<readonly string[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#dirty.page(row, after, limit);
  }

  async holdersOf(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, KnownItem>> {
    const row = this.#owners.find(owner);
    const found = new Map<string, KnownItem>();
    if (row === undefined) return found;
    for (let from = 0; from < names.length; from += namesAtOnce) {
      await processSlicer.turn();
      const some = names.slice(from, from + namesAtOnce);
      for (const [name, item] of this.#items.holders(row, some)) found.set(name, item);
    }
    return found;
  }

  async refusedItems(owner: SyncOwner): Promise<readonly RefusedItem[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#refused.of(row);
  }

  async saveRefused(owner: SyncOwner, items: readonly RefusedItem[]): Promise<void> {
    const row = this.#owners.find(owner);
    if (items.length === 0 && (row === undefined || !this.#refused.hasAny(row))) return;
    this.database.commitSoon(() => this.#refused.replace(this.#owners.ensure(owner), items));
  }

  async namesOfGuid(owner: SyncOwner, guid: string): Promise<readonly string[]> {
    const row = this.#owners.find(owner);
    return row === undefined ? [] : this.#items.namesOfGuid(row, guid);
  }

  async settlePush(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    { known, gone, guids, conflicts, done, pushed = [] }: SettledPush,
  ): Promise<void> {
    this.database.commitSoon(() => {
      this.#owners.checkToken(grant.slot, grant.token);
      const row = this.#owners.ensure(owner);
      this.#items.putAll(row, known, guids);
      for (const key of gone) this.#batches.remove(row, key);
      this.#conflicts.settle(row, [], conflicts);
      this.#dirty.remove(row, done);
      this.#pushed.put(row, pushed);
    });
  }

  async forget(owner: SyncOwner): Promise<void> {
    const row = this.#owners.find(owner);
    if (row === undefined) return;
    const scopes = this.database.all<{ name: string }>('SELECT name FROM scope WHERE owner = ?', row.id);
    for (const { name } of scopes) {
      const items = await this.#scopeRows(row, name);
      await this.#inTransactions(items, (item) => this.#items.remove(row, item));
    }
    await this.database.commit(() => {
      this.#links.forget(row.id);
      this.#conflicts.forgetAll(row);
      this.#departed.forgetAll(row);
      this.#departedLinks.forgetAll(row);
      this.#dirty.forgetAll(row);
      this.#pushed.forgetAll(row);
      this.#refused.replace(row, []);
      this.database.run('DELETE FROM operation_mark WHERE owner = ?', row.id);
      this.database.run('DELETE FROM intent WHERE owner = ?', row.id);
      this.database.run('DELETE FROM scope WHERE owner = ?', row.id);
      this.#owners.remove(row.id);
    });
  }

  /** Most of what others change is none of an owner's: then there is nothing to write. */
  #forgetHashes(items: readonly number[]): number {
    if (items.length > 0) this.database.transaction(() => items.map((id) => this.#items.forgetHashOf(id)));
    return items.length;
  }

  async #scopeRows(owner: OwnerRow, name: string): Promise<readonly KnownItem[]> {
    const id = this.#items.scopes.id(owner, name);
    if (id === undefined) return [];
    return inPages((afterKey, limit) => {
      const items = this.#items.page(owner, { id, name }, afterKey, limit);
      return { items, lastKey: items.at(-1)?.key };
    });
  }

  async #inTransactions<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
    await writeInSlices(this.database, items, work);
    this.database.flushSoon();
  }
}

async function inPages<T>(
  pageOf: (
    afterKey: string | undefined,
    limit: number,
  ) => { readonly items: readonly T[]; readonly lastKey: string | undefined },
): Promise<readonly T[]> {
  let page = pageOf(undefined, pageRows);
  const items = [...page.items];
  while (page.items.length === pageRows) {
    await processSlicer.turn();
    page = pageOf(page.lastKey, pageRows);
    items.push(...page.items);
  }
  return items;
}
