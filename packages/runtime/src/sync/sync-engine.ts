import type { JudgedAnswer, MetadataCalls, RunSink } from '@isthmus/connector-host';
import type { JsonValue, PushedElement } from '@isthmus/connector-sdk';
import type { ErrorReport } from '@isthmus/kernel';
import type { Grant } from '@isthmus/model';
import type {
  ChangedElements,
  OperationCount,
  RunAct,
  RunCounts,
  RunFinding,
  ScopesReport,
  SyncOwner,
} from '../journal/journal.js';
import type { OperationSink } from '../operations/operated-call.js';
import type { SyncSettings } from './sync-settings.js';

/**
 * Turns what a connector says into the fewest writes: compares with what was written before, writes the difference in
 * idempotent batches under the grant, removes only what is missing from a scope that was listed completely.
 */
export interface SyncEngine {
  /**
   * Begins a run. First replays intents that a crash left open, and compares the store's identity and change sequence
   * with what was known, so that a restored or wiped store is noticed before hashes are trusted.
   *
   * @param signal - ends the run: what waits for the store rejects, nothing more is written
   * @throws STORE_UNREACHABLE and the other codes of the port; GRANT_SUPERSEDED
   */
  open(run: SyncRunSpec, signal: AbortSignal): Promise<SyncRun>;
  /**
   * Begins a run that lists nothing: it applies a plan, or takes a run back. Same beginning, intents and fencing.
   *
   * @throws as `open`
   */
  openAct(run: SyncRunSpec, act: RunAct, signal: AbortSignal): Promise<SyncAct>;
  /** What people approved before and no run has done to its end, by connector GUID. */
  approvedActs(): Promise<ReadonlyMap<string, readonly RunAct[]>>;
  /**
   * No run will do it, or go on with it: what was approved waits for people again and tells why.
   *
   * @param runId - that was to do it
   */
  forgoAct(act: RunAct, why: ErrorReport, runId?: string): Promise<void>;
}

export interface SyncAct extends OperationSink {
  /** Live counts, for progress. */
  readonly counts: RunCounts;
  readonly progressText: string | undefined;
  /**
   * Does it. Call it once.
   *
   * @throws PLAN_NOT_FOUND, PLAN_NOT_OPEN, PLAN_STALE, UNDO_NOT_POSSIBLE, and what ended the run
   */
  perform(): Promise<SyncReport>;
}

export interface SyncRunSpec {
  readonly runId: string;
  readonly grant: Grant;
  readonly owner: SyncOwner;
  readonly mode: 'preview' | 'apply';
  /** Whether the connector was asked for everything (a full run may earn trust after a loss). */
  readonly full: boolean;
  /** Time alone asked for it: what the store told others a moment ago will do. Default false. */
  readonly isTimed?: boolean;
  /** Hash of root and filters: a run under a changed boundary deletes nothing. */
  readonly boundaryHash: string;
  /** People said that what is missing is gone: limit, place and boundary do not hold removals back. Default false. */
  readonly confirmRemovals?: boolean;
  /** In whose name elements are written. Default: the daemon's own user. */
  readonly userId?: string;
  /** What the registration says of how the source is kept in step. Default `defaultSyncSettings`. */
  readonly settings?: SyncSettings;
  /** How elements are removed. Default SOFT_DELETE; a run never purges, as that could not be taken back. */
  readonly deleteMethod?: 'ARCHIVE' | 'SOFT_DELETE';
  /** Types of elements that the connector takes over when others change them. Default: none. */
  readonly pushes?: readonly string[];
  /** For what people are told to do next. */
  readonly connectorName?: string;
  /** Carries out the operations of a plan that is applied. Absent: they are refused. */
  readonly operations?: MetadataCalls;
}

/**
 * Every method rejects with what ended the run (STORE_UNREACHABLE, GRANT_SUPERSEDED, STORAGE_FULL, ...), once it ended.
 * `complete` resolves when the scope's removals are done; its writes may wait for a fuller batch, `finish` at the
 * latest sends them. Adding to a completed scope: SCOPE_CLOSED.
 */
/** Hands elements to the connector. */
export type PushSender = (elements: readonly PushedElement[], signal: AbortSignal) => Promise<readonly JudgedAnswer[]>;

export interface SyncRun extends RunSink, OperationSink {
  /**
   * Hands what others changed to the source, and remembers how the source shows it then. Before anything is listed.
   *
   * @throws what `send` throws, and what ends the run
   */
  push(send: PushSender): Promise<void>;
  /** Where the connector may go on; undefined = it lists everything. */
  readonly cursor: JsonValue | undefined;
  /** Live counts, for progress. */
  readonly counts: RunCounts;
  readonly progressText: string | undefined;
  /**
   * Flushes (completed) or drops (otherwise) what is still buffered, keeps the marks. Call it once, always.
   *
   * @throws after `completed` only: what ended the run, also when it ended before. `counts` can still be read
   */
  finish(listing: 'completed' | 'failed' | 'aborted'): Promise<SyncReport>;
}

export interface SyncReport {
  readonly counts: RunCounts;
  /** At most 100. */
  readonly findings: readonly RunFinding[];
  readonly findingCount: number;
  /** Something was refused, or kept although it is no longer listed: the store does not show the source as it is. */
  readonly isPartial: boolean;
  /** Scope by scope. */
  readonly scopes?: ScopesReport;
  /** By operations of the context. Absent: none wrote anything. */
  readonly operations?: readonly OperationCount[];
  /** GUIDs of what was written, the first of each kind. */
  readonly changedElements?: ChangedElements;
}
