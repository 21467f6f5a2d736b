export type { ConnectorChange, DaemonStatus, IntegrationDaemon, NewConnector } from './daemon/integration-daemon.js';
export type {
  GrantedRun,
  RunDispatcher,
  RunExecutor,
  RunOutcome,
  SlotObservation,
  Trigger,
} from './dispatch/run-dispatcher.js';
export type { ConnectorFleet, FleetGroup } from './fleet/connector-fleet.js';
export type { ConnectorState, ConnectorStatus } from './fleet/connector-status.js';
export type { GroupCondition, GroupStatus } from './groups/group-status.js';
export type { FieldClass, GroupPlan, RegistrationChange } from './groups/plan-group.js';
export type {
  AcceptedList,
  AuditJournal,
  BatchIntent,
  GroupJournal,
  KnownItem,
  Override,
  OverrideJournal,
  RunCounts,
  RunFinding,
  RunJournal,
  RunRecord,
  StoreMark,
  SyncJournal,
  SyncOwner,
} from './journal/journal.js';
export type { RunReason, SlotName, SlotSchedule, SlotSpec } from './slot/slot.js';
export type { SyncEngine, SyncReport, SyncRun, SyncRunSpec } from './sync/sync-engine.js';
