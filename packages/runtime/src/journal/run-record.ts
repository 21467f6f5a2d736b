import type { ErrorReport } from '@isthmus/kernel';
import type { RunReason, SlotName } from '../slot/slot.js';

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
  | { readonly kind: 'undo'; readonly undoneRunId: string }
  /** Takes the source's values where both sides disagree; `disputeIds`: see `Dispute`. */
  | { readonly kind: 'resolve'; readonly disputeIds: readonly string[] };

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
