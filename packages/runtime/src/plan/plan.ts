import type { BatchOperation } from '@isthmus/model';
import type { Absence, ItemKey, KnownItem, SyncOwner } from '../journal/journal.js';
import type { PlannedCall } from '../operations/planned-call.js';
import type { ElementChange } from './field-changes.js';
import type { RemovalFinding } from './removal-findings.js';

/** What a plan does with an item; that of its own element. */
export type PlanAction =
  | 'create'
  | 'update'
  | 'restore'
  | 'delete'
  /** It is in the catalogue as the source has it: nothing is written, it only becomes known. */
  | 'adopt'
  /** The element is not touched, only known better or let go of perhaps; the reason says why. */
  | 'keep';

export const planActions = [
  'create',
  'update',
  'restore',
  'delete',
  'adopt',
  'keep',
] as const satisfies readonly PlanAction[];

export type PlanState =
  | 'recording'
  /** Waits for people. */
  | 'open'
  /** More items than are kept: it can be read and not approved. */
  | 'too-large'
  | 'approved'
  | 'applied'
  /** Something has changed since: see its items. */
  | 'stale'
  /** A newer plan of the connector took its place. */
  | 'superseded'
  | 'rejected';

/** What became of one item. */
export type PlanDecision = 'open' | 'approved' | 'left-out' | 'applied' | 'stale' | 'refused';

export const planDecisions = [
  'open',
  'approved',
  'left-out',
  'applied',
  'stale',
  'refused',
] as const satisfies readonly PlanDecision[];

/** Proof that a scope was listed completely. */
export interface Certificate {
  readonly scope: string;
  /** Items that were listed. */
  readonly seen: number;
}

export type PlanCounts = Readonly<Record<PlanAction, number>>;

export const noPlanCounts: PlanCounts = { create: 0, update: 0, restore: 0, delete: 0, adopt: 0, keep: 0 };

/** Relationships beside those to parents. */
export interface LinkCounts {
  readonly make: number;
  readonly remove: number;
}

export interface PlanRecord {
  /** That of the run that made it. */
  readonly id: string;
  readonly owner: SyncOwner;
  readonly connectorName: string;
  /** Epoch ms. */
  readonly madeAt: number;
  readonly state: PlanState;
  readonly counts: PlanCounts;
  /** Absent of plans that an older version made. */
  readonly links?: LinkCounts;
  readonly itemCount: number;
  /** How many of the items are operations of the context. Absent: none. */
  readonly callCount?: number;
  /** At most 100; `certificateCount` tells the whole. */
  readonly certificates: readonly Certificate[];
  readonly certificateCount: number;
  readonly openScopeCount: number;
  /** Hash of root and filters under which it was made. */
  readonly boundaryHash: string;
  /** Every scope was listed completely, by a run that was asked for everything. */
  readonly isCertified: boolean;
  readonly approval?: {
    readonly by: string;
    readonly at: number;
    readonly reason?: string;
    readonly itemCount: number;
  };
  /** Run that applied it. */
  readonly appliedBy?: string;
  /** Why nothing came of the last approval, or not all of it. Absent: it was applied, or nobody has approved. */
  readonly notApplied?: NotApplied;
  /** Of a run over catalog targets: what it would do at each. */
  readonly parts?: readonly PlanPart[];
}

/** Why an approval was not carried out. */
export interface NotApplied {
  /** Epoch ms. */
  readonly at: number;
  readonly code: string;
  readonly message: string;
  /** What people can do. */
  readonly next?: string;
  /** Run that was to apply it. */
  readonly runId?: string;
}

/** The plan for one catalog target, as a part of that of its run. */
export interface PlanPart
  extends Pick<
    PlanRecord,
    | 'id'
    | 'state'
    | 'counts'
    | 'itemCount'
    | 'certificates'
    | 'certificateCount'
    | 'openScopeCount'
    | 'isCertified'
    | 'notApplied'
  > {
  readonly target: string;
}

/** One item as decided, with all that it takes to write it. */
export interface PlannedWork {
  readonly item: ItemKey;
  readonly operations: readonly BatchOperation[];
  readonly known?: KnownItem;
  readonly partial?: KnownItem;
  readonly gone?: ItemKey;
  readonly removed?: KnownItem;
  readonly former?: KnownItem;
  readonly isNew: boolean;
  readonly reason?: string;
  readonly stays?: string;
  /** Of an element that goes: what hung on it. */
  readonly finds?: RemovalFinding;
}

export interface PlanItem {
  /** Within its plan, in the order of applying; begins at 1. */
  readonly number: number;
  readonly action: PlanAction;
  readonly decision: PlanDecision;
  readonly scope: string;
  readonly key: string;
  readonly qualifiedName: string;
  readonly typeName: string;
  /** Catalog target that it is about, where the plan is over several. */
  readonly target?: string;
  readonly reason?: string;
  /** Name of the operation of the context that does it; absent: the source tells it by scopes. */
  readonly operation?: string;
  readonly changes: readonly ElementChange[];
  /** What has changed since, or why it was refused. */
  readonly fault?: { readonly code: string; readonly message: string };
}

/** As it is kept. */
export interface PlanRow extends Omit<PlanItem, 'number' | 'decision'> {
  /** Absent where nothing is written and nothing becomes known. */
  readonly work?: PlannedWork;
  /** What the journal is to note of an item that is kept. */
  readonly absence?: Absence;
  /** Of an operation: what it takes to carry it out. */
  readonly call?: PlannedCall;
}

export interface PlanFilter {
  readonly actions?: readonly PlanAction[];
  readonly decisions?: readonly PlanDecision[];
  readonly typeName?: string;
  readonly scope?: string;
  /** In the qualified name, without regard to case. */
  readonly text?: string;
}
