import type { ErrorReport } from '@isthmus/kernel';
import type { GroupKey, OmisKind, PermittedSynchronization, Registration } from '@isthmus/model';
import type { RunRecord } from '../journal/journal.js';
import type { SlotName } from '../slot/slot.js';
import type { TargetStatus } from './target-board.js';

export type ConnectorState =
  | 'pending'
  | 'starting'
  | 'waiting'
  | 'refreshing'
  | 'engaged'
  | 'paused'
  | 'backing-off'
  | 'stopping'
  | 'stopped'
  | 'failed'
  | 'quarantined';

/** As people see it: a refresh that does not get on is not called refreshing. */
export type ShownState = ConnectorState | 'stalled';

/** Status of one connector, answered from memory, derived from proof of progress. */
export interface ConnectorStatus {
  readonly connectorId: string;
  readonly connectorGuid: string;
  readonly slot: SlotName;
  readonly group: GroupKey;
  readonly name: string;
  readonly qualifiedName: string;
  readonly provider: string;
  readonly kind?: OmisKind;
  readonly state: ShownState;
  /** `stalled` when it should make progress and does not. */
  readonly health: 'ok' | 'degraded' | 'stalled' | 'failed' | 'unknown';
  readonly stateSince: number;
  readonly instanceId?: string;
  readonly instanceStartedAt?: number;
  /** Why it is in this state, when that is not plain. */
  readonly reason?: ErrorReport;
  readonly schedule: string;
  readonly nextDueAt?: number;
  readonly permittedSynchronization: PermittedSynchronization;
  readonly paused?: { readonly by: string; readonly at: number; readonly reason?: string };
  readonly runCount: number;
  readonly restartCount: number;
  readonly currentRun?: RunRecord;
  readonly lastRun?: RunRecord;
  /** Its catalog targets, as the last run has read them. */
  readonly targets?: readonly TargetStatus[];
  /** Milliseconds since the last sign of progress while working. */
  readonly progressAgeMs?: number;
  readonly progressText?: string;
  /** What it is held to run; faces show its configuration with secrets masked. */
  readonly registration?: Registration;
}
