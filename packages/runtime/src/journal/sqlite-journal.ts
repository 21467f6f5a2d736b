import type { KeptItem } from '@isthmus/connector-sdk';
import type { GroupKey } from '@isthmus/model';
import { type Database, openDatabase } from '@isthmus/sqlite';
import type { SlotName } from '../slot/slot.js';
import { DesiredStateRecords } from './desired-state-records.js';
import type { DisputeJournal } from './dispute-journal.js';
import type {
  Absence,
  AcceptedList,
  AuditJournal,
  BatchIntent,
  CursorState,
  FieldConflict,
  FormerWriter,
  GroupJournal,
  HolderJournal,
  HoldingItem,
  ItemKey,
  KnownItem,
  KnownState,
  ListedScope,
  Override,
  OverrideJournal,
  RunJournal,
  RunRecord,
  SettledBatch,
  StoreMark,
  SyncJournal,
  SyncOwner,
  TouchedElements,
  WithheldItems,
  WrittenFields,
} from './journal.js';
import type { LeavingJournal } from './leaving-journal.js';
import { LeavingRows } from './leaving-rows.js';
import type { OperationJournal } from './operation-journal.js';
import { defaultPlanLimits, type PlanJournal, type PlanLimits } from './plan-journal.js';
import { PlanRows } from './plan-rows.js';
import { RunRecords } from './run-records.js';
import { journalMigrations } from './schema.js';
import { SyncRecords } from './sync-records.js';
import type { UndoJournal } from './undo-journal.js';

/**
 * The daemon's journal in one SQLite file, `daemon.db`: what must outlive the process. What a promise
 * confirmed outlives the process; what people and the store were told of, accepted lists, overrides, intents and the audit,
 * also the loss of power. Every method may reject with STORAGE_FULL (nothing was half written) and DATABASE_UNREADABLE.
 */
export class SqliteJournal
  implements GroupJournal, OverrideJournal, RunJournal, AuditJournal, HolderJournal, SyncJournal, Disposable
{
  readonly #database: Database;
  readonly #desired: DesiredStateRecords;
  readonly #runs: RunRecords;
  readonly #sync: SyncRecords;
  readonly plans: PlanJournal;
  readonly leaving: LeavingJournal;

  holding(qualifiedName: string): Promise<readonly HoldingItem[]> {
    return this.#sync.holding(qualifiedName);
  }

  formerWriters(qualifiedName: string): Promise<readonly FormerWriter[]> {
    return this.#sync.formerWriters(qualifiedName);
  }

  get disputes(): DisputeJournal {
    return this.#sync.disputes;
  }

  get operations(): OperationJournal {
    return this.#sync.operations;
  }

  get undos(): UndoJournal {
    return this.#sync.undos;
  }

  /** Use `openJournal`. */
  constructor(database: Database, leastToken: () => number, planLimits: PlanLimits = defaultPlanLimits) {
    this.#database = database;
    this.#desired = new DesiredStateRecords(database);
    this.#runs = new RunRecords(database, leastToken);
    this.#sync = new SyncRecords(database);
    this.plans = new PlanRows(database, planLimits);
    this.leaving = new LeavingRows(database);
  }

  acceptedGroups(): Promise<readonly GroupKey[]> {
    return this.#desired.acceptedGroups();
  }
  loadAccepted(key: GroupKey): Promise<AcceptedList | undefined> {
    return this.#desired.loadAccepted(key);
  }
  saveAccepted(list: AcceptedList): Promise<void> {
    return this.#desired.saveAccepted(list);
  }
  forgetAccepted(key: GroupKey): Promise<void> {
    return this.#desired.forgetAccepted(key);
  }

  loadOverrides(): Promise<readonly Override[]> {
    return this.#desired.loadOverrides();
  }
  putOverride(override: Override): Promise<void> {
    return this.#desired.putOverride(override);
  }
  removeOverride(connectorGuid: string, kind: Override['kind']): Promise<void> {
    return this.#desired.removeOverride(connectorGuid, kind);
  }

  nextToken(slot: SlotName): Promise<number> {
    return this.#runs.nextToken(slot);
  }
  beginRun(run: RunRecord): Promise<void> {
    return this.#runs.beginRun(run);
  }
  endRun(run: RunRecord): Promise<void> {
    return this.#runs.endRun(run);
  }
  runs(connectorGuid: string, limit: number): Promise<readonly RunRecord[]> {
    return this.#runs.runs(connectorGuid, limit);
  }
  run(id: string): Promise<RunRecord | undefined> {
    return this.#runs.run(id);
  }
  closeOpenRuns(at: number): Promise<number> {
    return this.#runs.closeOpenRuns(at);
  }

  audit(entry: Parameters<AuditJournal['audit']>[0]): Promise<void> {
    return this.#runs.audit(entry);
  }
  /** Newest first. */
  audits(limit: number): Promise<readonly Parameters<AuditJournal['audit']>[0][]> {
    return this.#runs.audits(limit);
  }

  begin(owner: SyncOwner, grant: { readonly slot: SlotName; readonly token: number }, at: number): Promise<void> {
    return this.#sync.begin(owner, grant, at);
  }
  listedSo(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<ListedScope | undefined> {
    return this.#sync.listedSo(owner, scope, items);
  }
  noteListing(owner: SyncOwner, scope: string, items: readonly KeptItem[]): Promise<void> {
    return this.#sync.noteListing(owner, scope, items);
  }
  knownScope(owner: SyncOwner, scope: string): Promise<readonly KnownState[]> {
    return this.#sync.knownScope(owner, scope);
  }
  knownItems(...call: Parameters<SyncJournal['knownItems']>): Promise<readonly KnownItem[]> {
    return this.#sync.knownItems(...call);
  }
  knownItem(owner: SyncOwner, key: ItemKey): Promise<KnownItem | undefined> {
    return this.#sync.knownItem(owner, key);
  }
  departed(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, WrittenFields>> {
    return this.#sync.departed(owner, names);
  }
  withheld(owner: SyncOwner): Promise<readonly WithheldItems[]> {
    return this.#sync.withheld(owner);
  }
  toldGoneIn(owner: SyncOwner): Promise<readonly string[]> {
    return this.#sync.toldGoneIn(owner);
  }
  forgetToldGone(owner: SyncOwner): Promise<void> {
    return this.#sync.forgetToldGone(owner);
  }

  knownCount(owner: SyncOwner): Promise<number> {
    return this.#sync.knownCount(owner);
  }
  refusedItems(...call: Parameters<SyncJournal['refusedItems']>): ReturnType<SyncJournal['refusedItems']> {
    return this.#sync.refusedItems(...call);
  }

  saveRefused(...call: Parameters<SyncJournal['saveRefused']>): Promise<void> {
    return this.#sync.saveRefused(...call);
  }

  leftScopes(...call: Parameters<SyncJournal['leftScopes']>): ReturnType<SyncJournal['leftScopes']> {
    return this.#sync.leftScopes(...call);
  }

  noteLeftScopes(...call: Parameters<SyncJournal['noteLeftScopes']>): Promise<void> {
    return this.#sync.noteLeftScopes(...call);
  }

  openersOf(owner: SyncOwner, scope: string): Promise<readonly ItemKey[]> {
    return this.#sync.openersOf(owner, scope);
  }

  descendants(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]> {
    return this.#sync.descendants(owner, scope);
  }
  claimedByOthers(...call: Parameters<SyncJournal['claimedByOthers']>): ReturnType<SyncJournal['claimedByOthers']> {
    return this.#sync.claimedByOthers(...call);
  }
  perhapsNotMade(owner: SyncOwner, items: readonly KnownItem[]): Promise<readonly KnownItem[]> {
    return this.#sync.perhapsNotMade(owner, items);
  }
  intend(intent: BatchIntent): Promise<void> {
    return this.#sync.intend(intent);
  }
  settle(intent: BatchIntent, result: SettledBatch): Promise<void> {
    return this.#sync.settle(intent, result);
  }
  abandon(intent: BatchIntent): Promise<void> {
    return this.#sync.abandon(intent);
  }
  openIntents(owner?: SyncOwner): Promise<readonly BatchIntent[]> {
    return this.#sync.openIntents(owner);
  }
  storeMark(owner: SyncOwner): Promise<StoreMark | undefined> {
    return this.#sync.storeMark(owner);
  }
  saveStoreMark(...call: Parameters<SyncJournal['saveStoreMark']>): Promise<void> {
    return this.#sync.saveStoreMark(...call);
  }
  distrust(owner: SyncOwner, mark: StoreMark, isLost?: boolean): Promise<void> {
    return this.#sync.distrust(owner, mark, isLost);
  }
  suspect(owner: SyncOwner, guids: readonly string[]): Promise<number> {
    return this.#sync.suspect(owner, guids);
  }
  suspectTouched(owner: SyncOwner, touched: TouchedElements): Promise<number> {
    return this.#sync.suspectTouched(owner, touched);
  }
  suspectHeld(owner: SyncOwner): Promise<void> {
    return this.#sync.suspectHeld(owner);
  }
  conflicts(owner: SyncOwner, limit: number): Promise<readonly FieldConflict[]> {
    return this.#sync.conflicts(owner, limit);
  }
  touch(owner: SyncOwner, items: readonly (ItemKey & { readonly sourceVersion?: string })[]): Promise<void> {
    return this.#sync.touch(owner, items);
  }
  markAbsent(owner: SyncOwner, items: readonly ItemKey[], absence: Absence): Promise<void> {
    return this.#sync.markAbsent(owner, items, absence);
  }
  placesOf(owner: SyncOwner, scopes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#sync.placesOf(owner, scopes);
  }
  savePlaces(owner: SyncOwner, places: ReadonlyMap<string, string | undefined>): Promise<void> {
    return this.#sync.savePlaces(owner, places);
  }
  openLinks(...call: Parameters<SyncJournal['openLinks']>): ReturnType<SyncJournal['openLinks']> {
    return this.#sync.openLinks(...call);
  }
  linksTo(...call: Parameters<SyncJournal['linksTo']>): ReturnType<SyncJournal['linksTo']> {
    return this.#sync.linksTo(...call);
  }
  knownLinks(...call: Parameters<SyncJournal['knownLinks']>): ReturnType<SyncJournal['knownLinks']> {
    return this.#sync.knownLinks(...call);
  }
  linksOf(...call: Parameters<SyncJournal['linksOf']>): ReturnType<SyncJournal['linksOf']> {
    return this.#sync.linksOf(...call);
  }

  settleLinks(...call: Parameters<SyncJournal['settleLinks']>): Promise<void> {
    return this.#sync.settleLinks(...call);
  }
  rightsOf(owner: SyncOwner, scope: string): Promise<readonly string[]> {
    return this.#sync.rightsOf(owner, scope);
  }
  saveRights(owner: SyncOwner, rights: ReadonlyMap<string, readonly string[]>): Promise<void> {
    return this.#sync.saveRights(owner, rights);
  }
  cursor(owner: SyncOwner): Promise<CursorState | undefined> {
    return this.#sync.cursor(owner);
  }
  saveCursor(...call: Parameters<SyncJournal['saveCursor']>): Promise<void> {
    return this.#sync.saveCursor(...call);
  }
  noteRun(...call: Parameters<SyncJournal['noteRun']>): Promise<void> {
    return this.#sync.noteRun(...call);
  }
  markDirty(owner: SyncOwner, guids: readonly string[]): Promise<void> {
    return this.#sync.markDirty(owner, guids);
  }
  forgetDirty(owner: SyncOwner): Promise<void> {
    return this.#sync.forgetDirty(owner);
  }
  dirty(owner: SyncOwner, after: string | undefined, limit: number): Promise<readonly string[]> {
    return this.#sync.dirty(owner, after, limit);
  }
  holdersOf(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, KnownItem>> {
    return this.#sync.holdersOf(owner, names);
  }
  namesOfGuid(owner: SyncOwner, guid: string): Promise<readonly string[]> {
    return this.#sync.namesOfGuid(owner, guid);
  }
  settlePush(...call: Parameters<SyncJournal['settlePush']>): Promise<void> {
    return this.#sync.settlePush(...call);
  }
  forget(owner: SyncOwner): Promise<void> {
    return this.#sync.forget(owner);
  }

  /** After it every call is refused. Disposing twice is harmless. */
  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}

/**
 * Opens or makes the journal, e.g. `servers/integration-daemon/daemon.db`.
 *
 * @param leastToken - no token of a grant is given out below it. The store refuses a token lower than one that it has
 *   seen: epoch milliseconds let a journal that was lost or restored from a backup go on at once. Default 1.
 *
 * @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL
 */
export function openJournal(
  path: string,
  leastToken: () => number = () => 1,
  planLimits: PlanLimits = defaultPlanLimits,
): SqliteJournal {
  return new SqliteJournal(openDatabase(path, journalMigrations), leastToken, planLimits);
}
