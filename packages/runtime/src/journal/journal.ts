import type { JsonValue, KeptItem } from '@isthmus/connector-sdk';
import type { GroupKey, GroupSnapshot } from '@isthmus/model';
import type { SlotName } from '../slot/slot.js';
import type {
  Absence,
  ClaimedBy,
  FieldConflict,
  HoldingItem,
  ItemKey,
  KnownItem,
  KnownLink,
  KnownState,
  LeftScope,
  ListedScope,
  OpenLink,
  RefusedItem,
  SettledLink,
  SyncOwner,
  WithheldItems,
  WrittenFields,
} from './known-item.js';
import type { RunRecord } from './run-record.js';
import type { BatchIntent, CursorState, SettledBatch, SettledPush, StoreMark } from './settled-batch.js';

export {
  type Absence,
  type ClaimedBy,
  type FieldConflict,
  type HeldField,
  type HeldFields,
  type HoldingItem,
  type ItemKey,
  itemText,
  type KnownItem,
  type KnownLink,
  type KnownState,
  type LeftScope,
  type LinkMemory,
  type ListedScope,
  type OpenLink,
  type PushedField,
  type RefusedItem,
  type SettledLink,
  type SyncOwner,
  type ToldLink,
  type WithheldItems,
  type WrittenFields,
} from './known-item.js';
export {
  type ActKind,
  type ChangedElements,
  noCounts,
  type OperationCount,
  type RunAct,
  type RunCounts,
  type RunFinding,
  type RunMark,
  type RunRecord,
  type ScopeReport,
  type ScopesReport,
  sumOf,
  type TargetRecord,
} from './run-record.js';
export type {
  BatchIntent,
  CursorState,
  IntentItem,
  SettledBatch,
  SettledPush,
  StoreMark,
} from './settled-batch.js';

/** Lists that were accepted, so that a daemon whose metadata server is away still runs. */
export interface GroupJournal {
  /** Groups that have a list. */
  acceptedGroups(): Promise<readonly GroupKey[]>;
  loadAccepted(key: GroupKey): Promise<AcceptedList | undefined>;
  saveAccepted(list: AcceptedList): Promise<void>;
  forgetAccepted(key: GroupKey): Promise<void>;
}

export interface AcceptedList {
  readonly key: GroupKey;
  readonly snapshot: GroupSnapshot;
  /** Epoch ms. */
  readonly acceptedAt: number;
}

/** What people decided at this daemon; stands beside the desired state and survives restarts. */
export interface OverrideJournal {
  loadOverrides(): Promise<readonly Override[]>;
  putOverride(override: Override): Promise<void>;
  removeOverride(connectorGuid: string, kind: Override['kind']): Promise<void>;
}

export interface Override {
  readonly connectorGuid: string;
  readonly kind: 'paused';
  readonly by: string;
  readonly at: number;
  readonly reason?: string;
}

export interface RunJournal {
  /** The next token of a slot: only grows, over restarts too. */
  nextToken(slot: SlotName): Promise<number>;
  beginRun(run: RunRecord): Promise<void>;
  endRun(run: RunRecord): Promise<void>;
  /** Newest first. Kept: the last 200 of each connector. */
  runs(connectorGuid: string, limit: number): Promise<readonly RunRecord[]>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Ends runs that a crash left open, as `interrupted`. Called once at start. */
  closeOpenRuns(at: number): Promise<number>;
}

/** Tells who holds what. */
export interface HolderJournal {
  /** Items that hold the element of this name, of whatever owner. */
  holding(qualifiedName: string): Promise<readonly HoldingItem[]>;
  /** Owners that had an element of this name and let it go, or removed it, in the last 30 days. */
  formerWriters(qualifiedName: string): Promise<readonly FormerWriter[]>;
}

export interface FormerWriter extends WrittenFields {
  readonly owner: SyncOwner;
  /** Epoch ms of the run that let it go. */
  readonly at: number;
}

/** Who changed what at this daemon. Kept: the last 10,000. */
export interface AuditJournal {
  audit(entry: {
    readonly at: number;
    readonly by: string;
    readonly action: string;
    readonly target: string;
    readonly reason?: string;
    readonly outcome: string;
  }): Promise<void>;
}

/** Elements that others touched, of which there may be many thousands. */
export interface TouchedElements {
  /** Changes that touched them. */
  readonly count: number;
  /** Some hundred at a time. */
  guids(): Iterable<readonly string[]>;
  /** Answers, in a promise since it may take a while: is it touched, what has this number (see `guidNumber`)? */
  index(): Promise<(number: number) => boolean>;
}

/** A full run that was certified, another one, or one after which a full one is due. */
export type RunKind = 'full' | 'other' | 'full-due';

export interface SyncJournal {
  /**
   * Notes that the owner runs (its claims on elements count while it does).
   *
   * @throws GRANT_SUPERSEDED when the token is not the slot's highest
   */
  begin(owner: SyncOwner, grant: { readonly slot: SlotName; readonly token: number }, at: number): Promise<void>;
  knownScope(owner: SyncOwner, scope: string): Promise<readonly KnownState[]>;
  /** Whether these are all items of the scope and known so, as far as `noteListing` was told of it. Undefined: read them. */
  listedSo(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<ListedScope | undefined>;
  /** A complete listing told these, in this order, and all were kept. Forgotten with the first change of one of them. */
  noteListing(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<void>;
  /** Those of the scope that are known, in any order. `knownItem` is quick of some hundred that were just read so. */
  knownItems(owner: SyncOwner, scope: string, keys: readonly string[]): Promise<readonly KnownItem[]>;
  knownItem(owner: SyncOwner, key: ItemKey): Promise<KnownItem | undefined>;
  /** By qualified name: what was written of elements before they went, for 30 days. */
  departed(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, WrittenFields>>;
  knownCount(owner: SyncOwner): Promise<number>;
  /** What runs missed and kept, by the reason; of more than 10,000 so many. */
  withheld(owner: SyncOwner): Promise<readonly WithheldItems[]>;
  /** Scopes with items that are marked as `gone`. */
  toldGoneIn(owner: SyncOwner): Promise<readonly string[]>;
  /** A listing is to say what is there, and until one is certified no run goes on from a cursor. */
  forgetToldGone(owner: SyncOwner): Promise<void>;
  /** Scopes with items that are not listed and lie below no item; at most 1,000. */
  leftScopes(owner: SyncOwner, isListed: (scope: string) => boolean): Promise<readonly LeftScope[]>;
  /** These are left, and no others: people were told. */
  noteLeftScopes(owner: SyncOwner, scopes: readonly string[]): Promise<void>;
  /** Items below which the scope lies; of very many some. */
  openersOf(owner: SyncOwner, scope: string): Promise<readonly ItemKey[]>;
  /** Items of the scope and of every scope below it, deepest first. Scopes that open each other are walked once. */
  descendants(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]>;
  /**
   * Those qualified names of the items that another known item holds too: one of this owner, or one of another owner
   * that ran since these items became known and not before `activeSince` (epoch ms). They must not be deleted.
   *
   * @param redecided - items of this owner whose claims do not count, by `itemText`: something else was decided of them
   */
  claimedByOthers(
    owner: SyncOwner,
    items: readonly KnownItem[],
    activeSince: number,
    redecided?: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, ClaimedBy>>;
  /**
   * Those of the items of which no run of the owner made everything: they were adopted, or the journal does not know. Without a
   * hash what is there now may be another element than that which a run made.
   */
  perhapsNotMade(owner: SyncOwner, items: readonly KnownItem[]): Promise<readonly KnownItem[]>;
  /** One transaction: the batch's intent. Throws GRANT_SUPERSEDED when the token is not the slot's highest. */
  intend(intent: BatchIntent): Promise<void>;
  /**
   * One transaction: the batch is done; hashes and removals become known, the intent is gone. Throws GRANT_SUPERSEDED
   * when the intent is gone already: another run has replayed it and knows better.
   */
  settle(intent: BatchIntent, result: SettledBatch): Promise<void>;
  /** One transaction: what the batch did is left open; its items stay known and are compared again. */
  abandon(intent: BatchIntent): Promise<void>;
  /** In the order in which they were written. */
  openIntents(owner?: SyncOwner): Promise<readonly BatchIntent[]>;
  storeMark(owner: SyncOwner): Promise<StoreMark | undefined>;
  /** @param run - what `noteRun` is to note, in the same transaction */
  saveStoreMark(owner: SyncOwner, mark: StoreMark, run?: RunKind): Promise<void>;
  /**
   * One transaction: the mark is saved and every hash of the owner is forgotten; what it owns stays known.
   *
   * @param isLost - the store is another one or at another state: what was written by field is forgotten too
   */
  distrust(owner: SyncOwner, mark: StoreMark, isLost?: boolean): Promise<void>;
  /** Forgets the hashes of items whose elements have these GUIDs: somebody else changed them. Returns how many. */
  suspect(owner: SyncOwner, guids: readonly string[]): Promise<number>;
  /** `suspect` with all of them. An owner that knows few items asks for what it holds instead. */
  suspectTouched(owner: SyncOwner, touched: TouchedElements): Promise<number>;
  /** Forgets the hashes of items with fields that are held: the policy has changed. */
  suspectHeld(owner: SyncOwner): Promise<void>;
  /** Open ones first, then those that were overwritten, newest first. Kept: the last 10,000. */
  conflicts(owner: SyncOwner, limit: number): Promise<readonly FieldConflict[]>;
  /** These items were seen: their absence ends, their source version is the one given. */
  touch(owner: SyncOwner, items: readonly (ItemKey & { readonly sourceVersion?: string })[]): Promise<void>;
  markAbsent(owner: SyncOwner, items: readonly ItemKey[], absence: Absence): Promise<void>;
  /** By scope: the medium on which it was listed when that was last accepted, as far as it is known. */
  placesOf(owner: SyncOwner, scopes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Of scopes without items nothing is kept. `undefined` forgets the place. */
  savePlaces(owner: SyncOwner, places: ReadonlyMap<string, string | undefined>): Promise<void>;
  /**
   * Relationships that are to be made or taken away, among them those whose other end was missing when they were tried
   * last, before `triedBefore` (epoch ms). Throws GRANT_SUPERSEDED when the token is not the slot's highest.
   */
  openLinks(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    options: { readonly triedBefore: number; readonly limit: number },
  ): Promise<readonly OpenLink[]>;
  /** One transaction. Not done: the other end is missing, or the server refused it; it waits. */
  settleLinks(owner: SyncOwner, links: readonly SettledLink[], at: number, runId: string): Promise<void>;
  /** What it takes to write what the item tells as known now. */
  linksOf(owner: SyncOwner, key: ItemKey): Promise<readonly OpenLink[]>;
  /** What the item tells as known now. */
  knownLinks(owner: SyncOwner, key: ItemKey): Promise<readonly KnownLink[]>;
  /** What items of any owner of the collection tell that leads to elements of these names. */
  linksTo(owner: SyncOwner, names: readonly string[]): Promise<readonly KnownLink[]>;
  /** What the source named as rights when the scope was accepted last, as sorted prints; empty = nothing is known. */
  rightsOf(owner: SyncOwner, scope: string): Promise<readonly string[]>;
  /** Of scopes without items nothing is kept. */
  saveRights(owner: SyncOwner, rights: ReadonlyMap<string, readonly string[]>): Promise<void>;
  /** Undefined: none was saved. */
  cursor(owner: SyncOwner): Promise<CursorState | undefined>;
  /**
   * Not before all that the cursor stands for was settled: then no loss of power can keep the one without the other.
   * `undefined` forgets it. Throws GRANT_SUPERSEDED when the token is not the slot's highest.
   */
  saveCursor(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    value: JsonValue | undefined,
  ): Promise<void>;
  /** A run has ended. */
  noteRun(owner: SyncOwner, kind: RunKind): Promise<void>;
  /** What the metadata server refused of what was told last, as far as it is kept. */
  refusedItems(owner: SyncOwner): Promise<readonly RefusedItem[]>;
  /** These and no others. */
  saveRefused(owner: SyncOwner, items: readonly RefusedItem[]): Promise<void>;
  /** Elements that others changed and that the source is to be told of; an empty GUID = all are to be compared. */
  markDirty(owner: SyncOwner, guids: readonly string[]): Promise<void>;
  /** Those that were marked are of a store that is another one now. */
  forgetDirty(owner: SyncOwner): Promise<void>;
  /** In a stable order. */
  dirty(owner: SyncOwner, after: string | undefined, limit: number): Promise<readonly string[]>;
  /** Of the elements that the owner holds under these names, the item that was written last. */
  holdersOf(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, KnownItem>>;
  /** Names of elements of the owner by what the server called them; a few more than were meant, by chance. */
  namesOfGuid(owner: SyncOwner, guid: string): Promise<readonly string[]>;
  /** One transaction: what the source shows now is known, these are told. Throws GRANT_SUPERSEDED. */
  settlePush(
    owner: SyncOwner,
    grant: { readonly slot: SlotName; readonly token: number },
    told: SettledPush,
  ): Promise<void>;
  /** Forgets everything about an owner. Its elements stay and are adopted by name at the next run. */
  forget(owner: SyncOwner): Promise<void>;
}
