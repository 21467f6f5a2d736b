export type { DecidedRun, LeftOutPart } from './daemon/decided-run.js';
export type { DisputeDecision, DisputeRelease, DisputeUseCases } from './daemon/dispute-desk.js';
export { GroupAdministration, type GroupAdministrationParts } from './daemon/group-administration.js';
export type {
  ConnectorChange,
  DaemonStatus,
  IntegrationDaemon,
  NewConnector,
  OutTopicState,
} from './daemon/integration-daemon.js';
export { JoinedDaemon, type JoinedParts } from './daemon/joined-daemon.js';
export type { PlanApproval } from './daemon/plan-choice.js';
export type { PlanPage, RunUseCases } from './daemon/run-desk.js';
export { RunningDaemon } from './daemon/running-daemon.js';
export type { RunningDaemonParts } from './daemon/running-daemon-parts.js';
export {
  LocalDispatcher,
  type LocalDispatcherOptions,
  type LocalDispatcherParts,
} from './dispatch/local-dispatcher.js';
export type {
  GrantedRun,
  RunDispatcher,
  RunExecutor,
  RunOutcome,
  SlotObservation,
  Trigger,
} from './dispatch/run-dispatcher.js';
export { checkFires, describeSchedule, nextCronDue, parseSchedule } from './dispatch/schedule.js';
export type { SourceBudget } from './dispatch/turn-queue.js';
export { type ActivityReporter, StoreActivityReporter } from './fleet/activity-report.js';
export { type Approval, approvals } from './fleet/approval.js';
export type { ConnectorFleet, FleetGroup } from './fleet/connector-fleet.js';
export type { ConnectorState, ConnectorStatus, ShownState } from './fleet/connector-status.js';
export { fleetModule } from './fleet/fleet-module.js';
export { type FleetOptions, FleetTokens, type RunDispatcherFactory } from './fleet/fleet-tokens.js';
export { defaultRestartRules, type RestartRules } from './fleet/restart-policy.js';
export { SupervisingConnectorFleet } from './fleet/supervising-connector-fleet.js';
export type { TargetStatus } from './fleet/target-board.js';
export { ChangeFeed, type ChangeFeedParts } from './groups/change-feed.js';
export type { GroupCondition, GroupStatus } from './groups/group-status.js';
export { GroupWatcher, type GroupWatcherOptions, type GroupWatcherParts } from './groups/group-watcher.js';
export { type ChangeBudget, defaultChangeBudget, guardList } from './groups/guard.js';
export {
  type FieldClass,
  fieldClassOf,
  type GroupPlan,
  isEmptyPlan,
  planGroup,
  type RegistrationChange,
} from './groups/plan-group.js';
export type { Dispute, DisputeCounts, KeptByDecision } from './journal/dispute-journal.js';
export type {
  AcceptedList,
  AuditJournal,
  BatchIntent,
  GroupJournal,
  IntentItem,
  KnownItem,
  Override,
  OverrideJournal,
  RunAct,
  RunCounts,
  RunFinding,
  RunJournal,
  RunMark,
  RunRecord,
  ScopeReport,
  ScopesReport,
  SettledBatch,
  StoreMark,
  SyncJournal,
  SyncOwner,
  TargetRecord,
} from './journal/journal.js';
export { noCounts } from './journal/journal.js';
export type { PlanJournal, PlanLimits } from './journal/plan-journal.js';
export { openJournal, SqliteJournal } from './journal/sqlite-journal.js';
export type { HeldBack } from './journal/undo-journal.js';
export { ElementFeed } from './listeners/element-feed.js';
export { ListenerHub } from './listeners/listener-hub.js';
export { OwnChanges } from './listeners/own-changes.js';
export { type OperationsMaker, operationFactsOf, operationsOver } from './operations/connector-operations.js';
export { OperationLedger } from './operations/operation-ledger.js';
export type { ExplainedField, ExplainedHolder, Explanation } from './plan/explain.js';
export type { ElementAction, ElementChange, FieldChange } from './plan/field-changes.js';
export {
  type Certificate,
  type NotApplied,
  noPlanCounts,
  type PlanAction,
  type PlanCounts,
  type PlanDecision,
  type PlanFilter,
  type PlanItem,
  type PlanRecord,
  type PlanState,
  planActions,
  planDecisions,
} from './plan/plan.js';
export type { RunReason, SlotName, SlotSchedule, SlotSpec } from './slot/slot.js';
export { JournaledSyncEngine, type SyncEngineParts } from './sync/journaled-sync-engine.js';
export type { SyncEngine, SyncReport, SyncRun, SyncRunSpec } from './sync/sync-engine.js';
export { defaultSyncOptions, type SyncOptions } from './sync/sync-options.js';
export { StoreTargetReader } from './targets/store-target-reader.js';
export type { StoredTarget, TargetReader } from './targets/stored-target.js';
