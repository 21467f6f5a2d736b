import type { ConnectorInstance } from '@isthmus/connector-host';
import type { ErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { describeSchedule, parseSchedule } from '../dispatch/schedule.js';
import type { Override, RunRecord } from '../journal/journal.js';
import type { SlotName } from '../slot/slot.js';
import type { ActiveRun } from './active-run.js';
import type { FleetGroup } from './connector-fleet.js';
import type { ConnectorState, ConnectorStatus } from './connector-status.js';

/** Runs in a row that may fail before the connector counts as failed. */
const failuresToFail = 5;

export interface StatusFacts {
  readonly registration: Registration;
  readonly group: FleetGroup;
  readonly slot: SlotName;
  readonly state: ConnectorState;
  readonly stateSince: number;
  readonly instance: ConnectorInstance | undefined;
  readonly instanceStartedAt: number | undefined;
  readonly reason: ErrorReport | undefined;
  readonly hasCondition: boolean;
  readonly nextDueAt: number | undefined;
  /** Of runs, in a row. */
  readonly failureCount: number;
  readonly override: Override | undefined;
  readonly runCount: number;
  readonly restartCount: number;
  readonly run: ActiveRun | undefined;
  readonly lastRun: RunRecord | undefined;
  /** Monotonic. */
  readonly now: number;
  readonly stalledAfterMs: number;
}

export function statusOf(facts: StatusFacts): ConnectorStatus {
  const { registration, group, instance, override, run } = facts;
  const progressAgeMs =
    run?.phase === 'listing' && instance !== undefined ? Math.max(0, facts.now - instance.lastProgressAt()) : undefined;
  return {
    connectorId: registration.connectorId,
    connectorGuid: registration.connectorGuid,
    slot: facts.slot,
    group: group.key,
    name: registration.connectorName,
    qualifiedName: registration.qualifiedName,
    provider: instance?.manifest.provider ?? registration.connection?.providerName ?? '',
    state: facts.state,
    health: healthOf(facts, progressAgeMs),
    stateSince: facts.stateSince,
    schedule: scheduleText(registration),
    permittedSynchronization: registration.permittedSynchronization,
    runCount: facts.runCount,
    restartCount: facts.restartCount,
    registration,
    ...(instance === undefined ? {} : { kind: instance.manifest.kind, instanceId: instance.instanceId }),
    ...(facts.instanceStartedAt === undefined ? {} : { instanceStartedAt: facts.instanceStartedAt }),
    ...(facts.reason === undefined ? {} : { reason: facts.reason }),
    ...(facts.nextDueAt === undefined ? {} : { nextDueAt: facts.nextDueAt }),
    ...(override === undefined ? {} : { paused: pausedOf(override) }),
    ...(run === undefined ? {} : { currentRun: run.record() }),
    ...(facts.lastRun === undefined ? {} : { lastRun: facts.lastRun }),
    ...(progressAgeMs === undefined ? {} : { progressAgeMs }),
    ...(run?.progressText === undefined ? {} : { progressText: run.progressText }),
  };
}

function healthOf(facts: StatusFacts, progressAgeMs: number | undefined): ConnectorStatus['health'] {
  if (progressAgeMs !== undefined && progressAgeMs >= facts.stalledAfterMs) return 'stalled';
  if (facts.state === 'failed' || facts.state === 'quarantined') return 'failed';
  if (facts.failureCount >= failuresToFail) return 'failed';
  const hasTrouble = facts.hasCondition || facts.failureCount > 0 || facts.state === 'backing-off';
  if (hasTrouble || facts.lastRun?.outcome === 'failed' || facts.lastRun?.outcome === 'partial') return 'degraded';
  return facts.lastRun === undefined && facts.run === undefined ? 'unknown' : 'ok';
}

function pausedOf({ by, at, reason }: Override): NonNullable<ConnectorStatus['paused']> {
  return { by, at, ...(reason === undefined ? {} : { reason }) };
}

function scheduleText(registration: Registration): string {
  try {
    return describeSchedule(parseSchedule(registration));
  } catch {
    return 'invalid';
  }
}
