import type { RunRequest } from '@isthmus/connector-host';
import type { ErrorReport } from '@isthmus/kernel';
import type { RunRecord, TargetRecord } from '../journal/journal.js';
import type { SyncReport } from '../sync/sync-engine.js';
import type { StoredTarget } from '../targets/stored-target.js';

/** How a listing ended, and what came of it. */
export interface RunEnd {
  readonly outcome: Exclude<RunRecord['outcome'], 'running' | 'interrupted'>;
  readonly error?: ErrorReport;
  /** For the log: where the connector failed. */
  readonly stack?: string;
  readonly report?: SyncReport;
  /** Not the connector failed, but the metadata server or the journal. */
  readonly isPassing?: boolean;
  /** What people asked for could not be done: that says nothing about the connector. */
  readonly isOfAct?: boolean;
  /** Where it went over catalog targets. */
  readonly targets?: readonly TargetRecord[];
}

/** What one listing of a run is about. Ids differ, so that what a listing says late is not taken for the next one's. */
export type RunPart = Pick<RunRequest, 'id' | 'requested' | 'target'> & {
  /** The target as it was read. */
  readonly stored?: StoredTarget;
};
