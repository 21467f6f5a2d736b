import type { ErrorReport } from '@isthmus/kernel';
import type { BatchOperation, GroupKey, GroupSnapshot } from '@isthmus/model';
import type { RunReason, SlotName } from '../slot/slot.js';

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

export interface RunFinding {
  readonly severity: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
  readonly scope?: string;
  readonly key?: string;
}

export interface RunRecord {
  readonly id: string;
  readonly slot: SlotName;
  readonly token: number;
  readonly connectorGuid: string;
  readonly connectorName: string;
  readonly mode: 'preview' | 'apply';
  readonly reasons: readonly RunReason[];
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly outcome: 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
  readonly counts: RunCounts;
  /** At most 100; `findingCount` tells the whole. */
  readonly findings: readonly RunFinding[];
  readonly findingCount: number;
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
  readonly hash: string;
  readonly sourceVersion?: string;
  readonly opens?: string;
  /** Of the item's own element first, then of its parts. */
  readonly qualifiedNames: readonly string[];
}

export interface SyncJournal {
  knownScope(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]>;
  /** Scopes and items below an item, deepest first. */
  descendants(owner: SyncOwner, scope: string): Promise<readonly KnownItem[]>;
  /** One transaction: the batch's intent. Throws GRANT_SUPERSEDED when the token is not the slot's highest. */
  intend(intent: BatchIntent): Promise<void>;
  /** One transaction: the batch is done; hashes and removals become known, the intent is gone. */
  settle(
    intent: BatchIntent,
    result: { readonly known: readonly KnownItem[]; readonly gone: readonly Pick<KnownItem, 'scope' | 'key'>[] },
  ): Promise<void>;
  openIntents(owner?: SyncOwner): Promise<readonly BatchIntent[]>;
  storeMark(owner: SyncOwner): Promise<StoreMark | undefined>;
  saveStoreMark(owner: SyncOwner, mark: StoreMark): Promise<void>;
  /** Forgets everything about an owner (its hashes may lie). Certified runs must build trust again. */
  forget(owner: SyncOwner): Promise<void>;
}

/** What the engine knew of the store after its last run: identity, change sequence, and how far it may trust its memory. */
export interface StoreMark {
  readonly metadataCollectionId: string;
  readonly incarnation?: string;
  readonly changeSequence?: number;
  /** Certified full runs since the memory was built; below 2 after a loss nothing is deleted. */
  readonly certifiedRuns: number;
  /** Hash of root and filters: when it changes nothing is deleted. */
  readonly boundaryHash?: string;
}

export interface BatchIntent {
  readonly batchId: string;
  readonly owner: SyncOwner;
  readonly slot: SlotName;
  readonly token: number;
  readonly operations: readonly BatchOperation[];
  /** What becomes known when the batch succeeds; per item its operations' positions. */
  readonly items: readonly {
    readonly known?: KnownItem;
    readonly gone?: Pick<KnownItem, 'scope' | 'key'>;
    readonly operationIndexes: readonly number[];
  }[];
}
