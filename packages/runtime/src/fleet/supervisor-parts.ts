import type { ConnectorHost } from '@isthmus/connector-host';
import type { Clock, IsthmusError, Logger } from '@isthmus/kernel';
import type { RunDispatcher } from '../dispatch/run-dispatcher.js';
import type { Override } from '../journal/journal.js';
import type { ListenerHub } from '../listeners/listener-hub.js';
import type { SlotName } from '../slot/slot.js';
import type { TargetReader } from '../targets/stored-target.js';
import type { ConnectorSupervisor } from './connector-supervisor.js';
import type { DateWatch } from './date-watch.js';
import type { FleetOptions } from './fleet-tokens.js';
import type { Lanes } from './lanes.js';
import { defaultRestartRules } from './restart-policy.js';
import type { StartGate } from './start-gate.js';
import type { WantedActs } from './wanted-acts.js';

export type FleetSettings = Required<Omit<FleetOptions, 'startsAtOnce' | 'operations' | 'operationLedger'>> &
  Pick<FleetOptions, 'operations' | 'operationLedger'>;

export function settingsOf(options: FleetOptions): FleetSettings {
  return {
    stalledAfterMs: 30_000,
    hungAfterMs: 10 * 60_000,
    stopDeadlineMs: 10_000,
    restartRules: defaultRestartRules,
    isStrict: false,
    ...options,
  };
}

/** What the supervisors of one fleet share. */
export interface SupervisorParts {
  readonly host: ConnectorHost;
  readonly dispatcher: RunDispatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: FleetSettings;
  readonly gate: StartGate;
  readonly lanes: Lanes<ConnectorSupervisor>;
  /** Wakes at dates of registrations, by the wall clock. */
  readonly dates: DateWatch<ConnectorSupervisor>;
  /** Who runs which slot, from start to stop. */
  readonly slots: Map<SlotName, ConnectorSupervisor>;
  /** Absent: there is no reading of catalog targets. */
  readonly targets?: TargetReader;
  /** Who is told of what beside runs. */
  readonly listeners: ListenerHub;
  readonly acts: WantedActs;
  /** Nothing of what people asked a run of this connector to do will be done. */
  refuse(connectorGuid: string, why: IsthmusError): void;
  override(connectorGuid: string): Override | undefined;
  /** The lane of this connector is free, although who held it is still wanted. */
  freed(connectorGuid: string): void;
  /** It is no longer wanted and nothing of it runs: its lane is free. */
  gone(supervisor: ConnectorSupervisor): void;
}
