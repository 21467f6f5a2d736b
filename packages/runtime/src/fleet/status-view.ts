import type { ConnectorInstance } from '@isthmus/connector-host';
import type { ErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { describeSchedule, parseSchedule } from '../dispatch/schedule.js';
import type { Override, RunRecord } from '../journal/journal.js';
import type { SlotName } from '../slot/slot.js';
import type { ActiveRun } from './active-run.js';
import type { FleetGroup } from './connector-fleet.js';
import type { ConnectorState, ConnectorStatus } from './connector-status.js';
import { notComplete, showsNoProgress } from './reasons.js';
import type { TargetStatus } from './target-board.js';

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
  readonly targets: readonly TargetStatus[];
  /** Monotonic. */
  readonly now: number;
  /** Epoch ms. */
  readonly wallNow: number;
  readonly stalledAfterMs: number;
}

/** Built without copies in between: there may be ten thousand of them. */
export function statusOf(facts: StatusFacts): ConnectorStatus {
  const { registration, instance, override, run } = facts;
  const progressAgeMs =
    run?.phase === 'listing' && instance !== undefined ? Math.max(0, facts.now - instance.lastProgressAt()) : undefined;
  const health = healthOf(facts, progressAgeMs);
  const reason = reasonOf(facts, health, progressAgeMs);
  const status: { -readonly [Key in keyof ConnectorStatus]: ConnectorStatus[Key] } = {
    connectorId: registration.connectorId,
    connectorGuid: registration.connectorGuid,
    slot: facts.slot,
    group: facts.group.key,
    name: registration.connectorName,
    qualifiedName: registration.qualifiedName,
    provider: instance?.manifest.provider ?? registration.connection?.providerName ?? '',
    state: health === 'stalled' ? 'stalled' : facts.state,
    health,
    stateSince: health === 'stalled' ? stalledSince(facts, progressAgeMs) : facts.stateSince,
    schedule: scheduleText(registration),
    permittedSynchronization: registration.permittedSynchronization,
    runCount: facts.runCount,
    restartCount: facts.restartCount,
    registration,
  };
  if (instance !== undefined) {
    const { kind } = instance.manifest;
    if (kind !== 'unknown') status.kind = kind;
    status.instanceId = instance.instanceId;
  }
  if (facts.instanceStartedAt !== undefined) status.instanceStartedAt = facts.instanceStartedAt;
  if (reason !== undefined) status.reason = reason;
  if (facts.nextDueAt !== undefined) status.nextDueAt = facts.nextDueAt;
  if (override !== undefined) status.paused = pausedOf(override);
  if (run !== undefined) status.currentRun = run.record();
  if (facts.lastRun !== undefined) status.lastRun = facts.lastRun;
  if (facts.targets.length > 0) status.targets = facts.targets;
  if (progressAgeMs !== undefined) status.progressAgeMs = progressAgeMs;
  if (run?.progressText !== undefined) status.progressText = run.progressText;
  return status;
}

function healthOf(facts: StatusFacts, progressAgeMs: number | undefined): ConnectorStatus['health'] {
  if (progressAgeMs !== undefined && progressAgeMs >= facts.stalledAfterMs) return 'stalled';
  if (facts.state === 'failed' || facts.state === 'quarantined') return 'failed';
  if (facts.state === 'engaged') return facts.hasCondition ? 'degraded' : 'ok';
  if (facts.failureCount >= failuresToFail) return 'failed';
  const hasTrouble = facts.hasCondition || facts.failureCount > 0 || facts.state === 'backing-off';
  if (hasTrouble || facts.lastRun?.outcome === 'failed' || facts.lastRun?.outcome === 'partial') return 'degraded';
  return facts.lastRun === undefined && facts.run === undefined ? 'unknown' : 'ok';
}

function reasonOf(
  facts: StatusFacts,
  health: ConnectorStatus['health'],
  progressAgeMs: number | undefined,
): ErrorReport | undefined {
  if (health === 'stalled') return stalledReason(facts.registration, progressAgeMs ?? 0);
  if (facts.reason !== undefined || facts.lastRun?.outcome !== 'partial') return facts.reason;
  return health === 'degraded' ? notComplete(facts.lastRun) : undefined;
}

const stalledReasons = new WeakMap<Registration, { readonly second: number; readonly reason: ErrorReport }>();

/** Made once a second: each list of connectors shows it. */
function stalledReason(registration: Registration, ageMs: number): ErrorReport {
  const second = Math.round(ageMs / 1000);
  const known = stalledReasons.get(registration);
  if (known?.second === second) return known.reason;
  const reason = showsNoProgress(registration.connectorName, ageMs);
  stalledReasons.set(registration, { second, reason });
  return reason;
}

/** When the time without progress that is borne was over. */
function stalledSince({ wallNow, stalledAfterMs }: StatusFacts, progressAgeMs = 0): number {
  return wallNow - (progressAgeMs - stalledAfterMs);
}

function pausedOf({ by, at, reason }: Override): NonNullable<ConnectorStatus['paused']> {
  return { by, at, ...(reason === undefined ? {} : { reason }) };
}

const scheduleTexts = new WeakMap<Registration, string>();

function scheduleText(registration: Registration): string {
  const known = scheduleTexts.get(registration);
  if (known !== undefined) return known;
  const text = describe(registration);
  scheduleTexts.set(registration, text);
  return text;
}

function describe(registration: Registration): string {
  try {
    return describeSchedule(parseSchedule(registration));
  } catch {
    return 'invalid';
  }
}
