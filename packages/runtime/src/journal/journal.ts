import type { JsonValue } from '@isthmus/connector-sdk';
import type { ErrorReport } from '@isthmus/kernel';
import type { BatchOperation, GroupKey, GroupSnapshot, Properties, PropertyValue } from '@isthmus/model';
import type { RunReason, SlotName } from '../slot/slot.js';
import type { WrittenItem } from './undo-journal.js';

/** Lists that were accepted, so that a daemon whose metadata server is away still runs. */
export interface GroupJournal {
  loadAccepted(): Promise<readonly AcceptedList[]>;
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

export interface RunCounts {
  /** Items that the connector listed. */
  readonly seen: number;
  readonly unchanged: number;
  readonly created: number;
  readonly updated: number;
  readonly restored: number;
  readonly deleted: number;
  /** Refused by the server or set aside by the connector. */
  readonly setAside: number;
  readonly scopesCompleted: number;
  readonly scopesOpen: number;
  readonly requests: number;
}

/** Those of a run that has just begun. */
export const noCounts: RunCounts = {
  seen: 0,
  unchanged: 0,
  created: 0,
  updated: 0,
  restored: 0,
  deleted: 0,
  setAside: 0,
  scopesCompleted: 0,
  scopesOpen: 0,
  requests: 0,
};

export function sumOf(one: RunCounts, other: RunCounts): RunCounts {
  return {
    seen: one.seen + other.seen,
    unchanged: one.unchanged + other.unchanged,
    created: one.created + other.created,
    updated: one.updated + other.updated,
    restored: one.restored + other.restored,
    deleted: one.deleted + other.deleted,
    setAside: one.setAside + other.setAside,
    scopesCompleted: one.scopesCompleted + other.scopesCompleted,
    scopesOpen: one.scopesOpen + other.scopesOpen,
    requests: one.requests + other.requests,
  };
}

/** What the calls of one operation of the context did in a run: elements that they made, changed or took away. */
export interface OperationCount {
  readonly operation: string;
  /** Calls that wrote, or would have written, something. */
  readonly calls: number;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

/** What a run did in one scope. */
export interface ScopeReport {
  readonly scope: string;
  readonly seen: number;
  readonly unchanged: number;
  readonly created: number;
  readonly updated: number;
  readonly restored: number;
  readonly deleted: number;
  readonly setAside: number;
  /** No longer listed, but kept. */
  readonly kept: number;
  /** Why something was kept or failed. */
  readonly why?: string;
}

/** The largest scopes in detail, at most 100; the others in sum. */
export interface ScopesReport {
  readonly items: readonly ScopeReport[];
  readonly restCount: number;
  readonly rest?: Omit<ScopeReport, 'scope' | 'why'>;
}

/** GUIDs of elements that a run wrote, at most 200 of each kind. */
export interface ChangedElements {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}

/** A run that wrote something. */
export interface RunMark {
  readonly runId: string;
  /** Epoch ms. */
  readonly at: number;
}

/** An item that holds an element. */
export interface HoldingItem {
  readonly owner: SyncOwner;
  readonly item: KnownItem;
  /** Absent: it was not made by a run that is known. */
  readonly madeBy?: RunMark;
  readonly wroteBy?: RunMark;
}

/** Tells who holds what. */
export interface HolderJournal {
  /** Items that hold the element of this name, of whatever owner. */
  holding(qualifiedName: string): Promise<readonly HoldingItem[]>;
}

export interface RunFinding {
  readonly severity: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
  readonly scope?: string;
  readonly key?: string;
}

/** What people ask a run to do beside, or instead of, listing. */
export type ActKind =
  | { readonly kind: 'apply-plan'; readonly planId: string }
  /** `undoneRunId`: the run that is taken back. */
  | { readonly kind: 'undo'; readonly undoneRunId: string };

export type RunAct = ActKind & {
  readonly by: string;
  /** Name of the catalog target whose memory it is about; empty: the connector's own. */
  readonly target: string;
};

export interface RunRecord {
  readonly id: string;
  readonly slot: SlotName;
  readonly token: number;
  readonly connectorGuid: string;
  readonly connectorName: string;
  readonly mode: 'preview' | 'apply';
  readonly reasons: readonly RunReason[];
  /** Absent: it only lists. */
  readonly acts?: readonly RunAct[];
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly outcome: 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
  readonly counts: RunCounts;
  /** At most 100; `findingCount` tells the whole. */
  readonly findings: readonly RunFinding[];
  readonly findingCount: number;
  readonly scopes?: ScopesReport;
  /** By operations of the context; they are among the counts. At most 100, by name. */
  readonly operations?: readonly OperationCount[];
  readonly error?: ErrorReport;
  /** Where it went over catalog targets: how each fared, in their order. */
  readonly targets?: readonly TargetRecord[];
  /** When it is read: that it was taken back, and by which run. */
  readonly undone?: { readonly by: string; readonly at: number; readonly runId: string };
}

export interface TargetRecord {
  /** Of its part of the run; a plan is known by it. */
  readonly id: string;
  readonly name: string;
  readonly outcome: 'succeeded' | 'partial' | 'failed' | 'cancelled';
  readonly counts: RunCounts;
  readonly findingCount: number;
  /** The largest scopes, at most 20; the others in sum. */
  readonly scopes?: ScopesReport;
  readonly error?: ErrorReport;
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

/** Who owns the memory of a source: follows the connector when it moves between groups. */
export interface SyncOwner {
  readonly metadataCollectionId: string;
  readonly connectorGuid: string;
  /** Name of the target; empty for the connector's own root. */
  readonly target: string;
}

/** What the sync engine remembers of one item. */
export interface KnownItem {
  readonly scope: string;
  readonly key: string;
  /** Empty: the item is ours, but what the store holds of it is not known for certain, so it is compared again. */
  readonly hash: string;
  readonly sourceVersion?: string;
  readonly opens?: string;
  /** Of the item's own element first, then of its parts. */
  readonly qualifiedNames: readonly string[];
  /**
   * Beside each qualified name: type and names of the properties that were written, maps by their keys
   * (`DataFile,additionalProperties.size,displayName`), so that vanished ones are cleared.
   */
  readonly shapes?: readonly string[];
  /**
   * `unconfirmed`: a certified run did not list it, but it was kept because too much was missing at once or another
   * medium was listed; people decide, or the source does when it shows such an item of the scope again.
   * `outside`: it fell out of the listing when root or filter changed; its absence means nothing.
   */
  readonly absence?: Absence;
  /** Relationships that it tells beside those to parents. Only where it becomes known with a hash; absent = as they were. */
  readonly links?: readonly KnownLink[];
  /**
   * Beside each shape: prints of the values that were written, six characters for each field in the order of the shape.
   * Empty: not known. Told by `knownItem` alone.
   */
  readonly prints?: readonly string[];
  /** The store was restored or exchanged since: what it holds has nothing to do with the prints. */
  readonly isOfLostStore?: true;
  /**
   * Hash of a content of the source that people took back: it is not written until the source has another one. Empty: they
   * took back its removal, so its absence means nothing until the source lists it again.
   */
  readonly undone?: string;
  /** Fields in which the metadata server differs from the source, as others set them and the policy lets them. */
  readonly held?: HeldFields;
}

/** A relationship between two elements, by qualified name. */
export interface KnownLink {
  readonly typeName: string;
  readonly end1: string;
  readonly end2: string;
  /** The end that is not the item's own. */
  readonly other: string;
  readonly properties?: Properties;
}

/** A relationship that is not as it is wanted. */
export interface OpenLink extends KnownLink {
  readonly id: number;
  /** False: the item no longer tells it. */
  readonly isWanted: boolean;
}

export interface SettledLink {
  readonly link: OpenLink;
  readonly isDone: boolean;
  /** The store made it, or took it away: it was not so before. */
  readonly isChanged: boolean;
}

/** What was written of an element: see `shapes` and `prints`. */
export interface WrittenFields {
  readonly shape: string;
  readonly prints: string;
}

/** By qualified name, then by field. */
export type HeldFields = Readonly<Record<string, Readonly<Record<string, HeldField>>>>;

export interface HeldField {
  /** Of the value in the metadata server. */
  readonly print: string;
  /** When it was set there, epoch ms. */
  readonly at: number;
  /** The source was asked to take it over, and did not. */
  readonly isOffered?: true;
  /** Of the value that the source had then; absent = not known. */
  readonly base?: string;
}

/** A field that both sides set. */
export interface FieldConflict {
  readonly qualifiedName: string;
  /** See `fieldsOf` of the model. */
  readonly field: string;
  /** `open`: the policy asks people. `overwritten`: the source's value went over the one told here. `kept`: it did not. */
  readonly state: 'open' | 'overwritten' | 'kept';
  readonly hubValue: PropertyValue;
  readonly sourceValue?: PropertyValue;
  /** Whose value went under; default that of the metadata server. */
  readonly lost?: 'source';
  /** Who set it in the metadata server, as far as that is known. */
  readonly by?: string;
  readonly at: number;
}

export type Absence = 'unconfirmed' | 'outside';
export type ItemKey = Pick<KnownItem, 'scope' | 'key'>;

/** An item as a key of sets. */
export function itemText({ scope, key }: ItemKey): string {
  return JSON.stringify([scope, key]);
}

export interface SyncJournal {
  /**
   * Notes that the owner runs (its claims on elements count while it does).
   *
   * @throws GRANT_SUPERSEDED when the token is not the slot's highest
   */
  begin(owner: SyncOwner, grant: { readonly slot: SlotName; readonly token: number }, at: number): Promise<void>;
  knownScope(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]>;
  knownItem(owner: SyncOwner, key: ItemKey): Promise<KnownItem | undefined>;
  /** By qualified name: what was written of elements before they went, for 30 days. */
  departed(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, WrittenFields>>;
  knownCount(owner: SyncOwner): Promise<number>;
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
  ): Promise<ReadonlySet<string>>;
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
  saveStoreMark(owner: SyncOwner, mark: StoreMark): Promise<void>;
  /**
   * One transaction: the mark is saved and every hash of the owner is forgotten; what it owns stays known.
   *
   * @param isLost - the store is another one or at another state: what was written by field is forgotten too
   */
  distrust(owner: SyncOwner, mark: StoreMark, isLost?: boolean): Promise<void>;
  /** Forgets the hashes of items whose elements have these GUIDs: somebody else changed them. Returns how many. */
  suspect(owner: SyncOwner, guids: readonly string[]): Promise<number>;
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
  settleLinks(links: readonly SettledLink[], at: number, runId: string): Promise<void>;
  /** What the item tells as known now. */
  knownLinks(owner: SyncOwner, key: ItemKey): Promise<readonly KnownLink[]>;
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
  /** A run has ended: a full one that was certified, another one, or one after which a full one is due. */
  noteRun(owner: SyncOwner, kind: 'full' | 'other' | 'full-due'): Promise<void>;
  /** Elements that others changed and that the source is to be told of; an empty GUID = all are to be compared. */
  markDirty(owner: SyncOwner, guids: readonly string[]): Promise<void>;
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

export interface SettledPush {
  readonly known: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  readonly guids: ReadonlyMap<string, string>;
  readonly conflicts: readonly FieldConflict[];
  /** No longer dirty. */
  readonly done: readonly string[];
}

export interface CursorState {
  readonly value: JsonValue;
  /** Runs since the last certified full one. */
  readonly runsSinceFull: number;
}

export interface SettledBatch {
  readonly known: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  /** By qualified name, as far as the store told. */
  readonly guids?: ReadonlyMap<string, string>;
  /** Scopes whose items lost their hash, as what holds them was made anew: their links to it may be gone. */
  readonly doubtfulScopes?: readonly string[];
  /** Items of which some elements are gone. */
  readonly going?: readonly ItemKey[];
  /** Names of elements that were made or brought back: relationships to them are to be made. */
  readonly made?: readonly string[];
  /** What was written, so that it can be taken back. */
  readonly written?: { readonly runId: string; readonly at: number; readonly items: readonly WrittenItem[] };
  /** All changes of the store up to here are accounted for; saved in the mark. */
  readonly changeSequence?: number;
  /** Those that were `kept` are not remembered. Of the elements of `known` no others are open. */
  readonly conflicts?: readonly FieldConflict[];
}

/** What the engine knew of the store after its last run: identity, change sequence, and how far it may trust its memory. */
export interface StoreMark {
  readonly metadataCollectionId: string;
  readonly incarnation?: string;
  readonly changeSequence?: number;
  /** The first change at or after a sequence that this memory has seen: a store with another one there is another store. */
  readonly lastChange?: { readonly sequence: number; readonly print: string };
  /** Of a store without sequence: when all hashes were forgotten last, epoch ms. What is known since then is believed for a while. */
  readonly comparedAt?: number;
  /** Of a store without sequence: GUID of an element that was written or compared last. A store without it is at another state. */
  readonly witness?: string;
  /** Certified full runs since the memory was built; below 2 after a loss nothing is deleted. */
  readonly certifiedRuns: number;
  /** Hash of root and filters: when it changes nothing is deleted. */
  readonly boundaryHash?: string;
  /** Hash of the field policy by which was merged last. */
  readonly policyHash?: string;
  /** The first full run has not ended yet: elements that it finds instead of making them mean that a memory was lost. */
  readonly firstRun?: boolean;
}

export interface BatchIntent {
  readonly batchId: string;
  /** Absent: of an older version. */
  readonly runId?: string;
  readonly owner: SyncOwner;
  readonly slot: SlotName;
  readonly token: number;
  readonly operations: readonly BatchOperation[];
  /** What becomes known when the batch succeeds; per item its operations' positions. */
  readonly items: readonly IntentItem[];
}

export interface IntentItem {
  readonly known?: KnownItem;
  /** Becomes known instead when only some of the operations were applied. Default: `known` without hash and version. */
  readonly partial?: KnownItem;
  readonly gone?: ItemKey;
  /** A part of what it takes to remove it: what the store has of it is to be compared until all is done. */
  readonly going?: ItemKey;
  /** The item began in an earlier batch: whoever replays this one does not know what happened to the item meanwhile. */
  readonly isContinued?: boolean;
  /** Its operations are spread over several batches. */
  readonly isSplit?: boolean;
  readonly operationIndexes: readonly number[];
}
