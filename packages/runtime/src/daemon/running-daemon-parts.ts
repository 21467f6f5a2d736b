import type { ConnectorHost } from '@isthmus/connector-host';
import type { Clock, Logger } from '@isthmus/kernel';
import type { GroupKey, MetadataStore } from '@isthmus/model';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import type { DisputeJournal } from '../journal/dispute-journal.js';
import type { AuditJournal, GroupJournal, HolderJournal, RunJournal, SyncJournal } from '../journal/journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';
import type { UndoJournal } from '../journal/undo-journal.js';
import type { GroupSelection } from './group-directory.js';
import type { ConnectorChange, DaemonStatus, IntegrationDaemon } from './integration-daemon.js';
import type { WatchedGroup } from './watched-groups.js';

/** The use cases that write groups and registrations into the metadata access server. */
export type GroupWrites = Pick<IntegrationDaemon, 'addConnector'> & {
  createGroup(group: Parameters<IntegrationDaemon['createGroup']>[0], by: string): Promise<void>;
  deleteGroup(qualifiedName: string, by: string): Promise<void>;
  updateConnector(connector: ConnectorStatus, change: ConnectorChange, by: string): Promise<void>;
  removeConnector(connector: ConnectorStatus, by: string): Promise<void>;
  moveConnector(connector: ConnectorStatus, toGroup: string, by: string): Promise<void>;
};

/** Follows what the metadata access server tells of changes, where it tells them. */
export interface FollowedChanges {
  start(): void;
  reachability(): Omit<DaemonStatus['metadataServer'], 'name' | 'url'>;
  close(): Promise<void>;
}

export interface RunningDaemonParts {
  readonly name: string;
  readonly metadataServer: { readonly name: string; readonly url: string };
  readonly store: MetadataStore;
  readonly fleet: ConnectorFleet & { start(): Promise<void>; providersChanged(): void };
  readonly host: ConnectorHost;
  readonly journal: GroupJournal &
    RunJournal &
    AuditJournal &
    HolderJournal &
    Pick<SyncJournal, 'suspectHeld' | 'claimedByOthers' | 'holdersOf' | 'knownScope' | 'knownItem'> & {
      readonly plans: PlanJournal;
      readonly undos: UndoJournal;
      readonly operations: OperationJournal;
      readonly disputes: DisputeJournal;
    };
  readonly writes: GroupWrites;
  readonly watch: (key: GroupKey) => WatchedGroup;
  /** `onChange` is called when something that a group consists of may have changed. */
  readonly follow: (onChange: () => void) => FollowedChanges;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ids of questions to the store; unique for ever. */
  readonly newId: () => string;
  readonly options: { readonly groups: GroupSelection; readonly groupPollMs: number };
}
