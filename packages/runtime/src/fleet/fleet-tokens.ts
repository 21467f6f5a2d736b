import type { ConnectorHost } from '@isthmus/connector-host';
import type { ServiceIdentifier } from 'inversify';
import type { RunDispatcher, RunExecutor } from '../dispatch/run-dispatcher.js';
import type { OverrideJournal, RunJournal } from '../journal/journal.js';
import type { ListenerHub } from '../listeners/listener-hub.js';
import type { OperationsMaker } from '../operations/connector-operations.js';
import type { OperationLedger } from '../operations/operation-ledger.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import type { TargetReader } from '../targets/stored-target.js';
import type { ActivityReporter } from './activity-report.js';
import type { ConnectorFleet } from './connector-fleet.js';
import type { RestartRules } from './restart-policy.js';

/** Makes the dispatcher for an executor: each needs the other. */
export type RunDispatcherFactory = (executor: RunExecutor) => RunDispatcher;

export interface FleetOptions {
  /** Name of this daemon: first part of slot names. */
  readonly daemonName: string;
  /** Absolute, real paths that no connector may scan. */
  readonly excludedPaths: readonly string[];
  /** Carries out the operations of connectors' contexts; absent: they are refused. */
  readonly operations?: OperationsMaker;
  /** Keeps what those write in runs. */
  readonly operationLedger?: OperationLedger;
  /** In [0, 1). */
  readonly random: () => number;
  /** Default: twice the processors. */
  readonly startsAtOnce?: number;
  /** Without a sign of progress for so long, a refresh shows as stalled. Default 30 s. */
  readonly stalledAfterMs?: number;
  /** ... and is ended after so long. Default 10 min. */
  readonly hungAfterMs?: number;
  /** A connector has so long to end its run and to stop; then it is cut off. Default 10 s. */
  readonly stopDeadlineMs?: number;
  readonly restartRules?: RestartRules;
  /** Illegal changes of state throw instead of being logged. For tests. */
  readonly isStrict?: boolean;
}

export const FleetTokens = {
  ConnectorFleet: Symbol.for('runtime.ConnectorFleet') as ServiceIdentifier<ConnectorFleet>,
  Options: Symbol.for('runtime.FleetOptions') as ServiceIdentifier<FleetOptions>,
  RunDispatcherFactory: Symbol.for('runtime.RunDispatcherFactory') as ServiceIdentifier<RunDispatcherFactory>,
  ConnectorHost: Symbol.for('connector-host.ConnectorHost') as ServiceIdentifier<ConnectorHost>,
  SyncEngine: Symbol.for('runtime.SyncEngine') as ServiceIdentifier<SyncEngine>,
  RunJournal: Symbol.for('runtime.RunJournal') as ServiceIdentifier<RunJournal>,
  /** May be left out: then no connector has catalog targets. */
  /** Optional: without one what runs changed is not published. */
  ActivityReporter: Symbol.for('runtime.ActivityReporter') as ServiceIdentifier<ActivityReporter>,
  TargetReader: Symbol.for('runtime.TargetReader') as ServiceIdentifier<TargetReader>,
  /** May be left out: then connectors are told of each other's OpenLineage events alone. */
  Listeners: Symbol.for('runtime.ListenerHub') as ServiceIdentifier<ListenerHub>,
  OverrideJournal: Symbol.for('runtime.OverrideJournal') as ServiceIdentifier<OverrideJournal>,
} as const;
