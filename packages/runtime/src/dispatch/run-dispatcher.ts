import type { ErrorCode, ErrorReport } from '@isthmus/kernel';
import type { Grant } from '@isthmus/model';
import type { RunReason, SlotName, SlotSpec } from '../slot/slot.js';

/**
 * Carries the decisions of `decideSlot` out: here in this process, later over several daemons. Level-triggered: `apply`
 * takes the whole wanted state and may be repeated. No method waits for a run.
 */
export interface RunDispatcher {
  apply(spec: SlotSpec): Promise<void>;
  /**
   * Cancels what runs and forgets the slot. Resolves when the run has ended, or was given up after its grace: then its
   * token is outdated, so that what it still writes is refused.
   */
  remove(slot: SlotName): Promise<void>;
  /**
   * Asks for a run. Returns the id of the run that will serve it: triggers that wait are served by one run.
   * Throws CONNECTOR_STOPPED when nothing will serve it: the slot is unknown or closed, its window is over, or a person
   * asks while it is paused or before its window.
   */
  trigger(slot: SlotName, trigger: Trigger): Promise<string>;
  observe(slot: SlotName): SlotObservation | undefined;
  /**
   * What made runs fail with this code is over (the metadata server answers again: STORE_UNREACHABLE): slots whose last
   * failure has it do not wait for their back-off to pass.
   */
  retryFailed(code: ErrorCode): void;
  /** Refuses new work, cancels runs, waits for them until the signal is aborted. */
  close(signal: AbortSignal): Promise<void>;
}

export interface Trigger {
  readonly reason: RunReason;
  /** Scopes to refresh; undefined = all. Merged with a waiting trigger. */
  readonly scopes?: readonly string[];
  readonly mode?: 'preview' | 'apply';
}

export interface SlotObservation {
  readonly phase: 'idle' | 'queued' | 'running' | 'backing-off' | 'paused' | 'closed';
  /** Epoch ms of the next run that time alone will bring; undefined = none. */
  readonly nextDueAt?: number;
  readonly runId?: string;
  readonly grant?: Grant;
  readonly consecutiveFailures: number;
  /** Why no run can be granted although one is due, e.g. STORAGE_FULL of the journal. */
  readonly grantFault?: ErrorReport;
  /** After failures: what is waited for. `change`: waiting cannot mend it, a new revision or a person can. */
  readonly waitsFor?: 'back-off' | 'slow-probe' | 'change';
  /** Of the last failure, until a run goes well. */
  readonly lastError?: ErrorReport;
}

/** Runs a granted slot; both dispatchers call it. */
export interface RunExecutor {
  execute(run: GrantedRun, signal: AbortSignal): Promise<RunOutcome>;
}

export interface GrantedRun {
  readonly runId: string;
  readonly grant: Grant;
  readonly revision: string;
  readonly reasons: readonly RunReason[];
  /** Undefined = all. */
  readonly scopes: ReadonlySet<string> | undefined;
  readonly mode: 'preview' | 'apply';
  /** See `RunningRun.isEcho`. */
  readonly isEcho?: true;
}

export type RunOutcome =
  | { readonly kind: 'succeeded' | 'partial' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: ErrorReport };
