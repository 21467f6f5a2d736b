import type { ConnectorInstance, InstanceEvents, InstanceSpec } from '@isthmus/connector-host';
import type { Logger } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { SlotName, SlotSpec } from '../slot/slot.js';
import { syncSettingsOf } from '../sync/sync-settings.js';
import type { FleetGroup } from './connector-fleet.js';
import { endWithin } from './deadline.js';
import { hasIgnoredAbort } from './reasons.js';
import { revisionOf, slotOf, sourceOf } from './slot-of.js';
import type { SupervisorParts } from './supervisor-parts.js';
import { scheduleOf } from './wanted-slot.js';

const leastStopMs = 500;

/** An instance that was started and what it was made from. */
export interface RunningInstance {
  readonly instance: ConnectorInstance;
  readonly slot: SlotName;
  /** Epoch ms. */
  readonly startedAt: number;
  /** What it works by: the last that it has taken over. */
  registration: Registration;
  /** What the dispatcher was told last; undefined: nothing. */
  spec: SlotSpec | undefined;
}

/** What the host needs to make an instance, or to bring one up to date. */
export function instanceSpec(parts: SupervisorParts, group: FleetGroup, registration: Registration): InstanceSpec {
  return {
    registration,
    source: sourceOf(registration),
    permittedSynchronization: registration.permittedSynchronization,
    excludedPaths: parts.settings.excludedPaths,
    group: group.key.qualifiedName,
  };
}

/**
 * @throws SCHEDULE_INVALID, SCHEDULE_NEVER_FIRES and CONNECTOR_CONFIGURATION_INVALID (of a reserved key) before anything is
 *   started; what `ConnectorHost.start` throws
 */
export async function startInstance(
  parts: SupervisorParts,
  group: FleetGroup,
  registration: Registration,
  events: InstanceEvents,
  signal: AbortSignal,
): Promise<RunningInstance> {
  const { clock, host, settings } = parts;
  scheduleOf(registration, clock.now());
  syncSettingsOf(registration);
  const instance = await host.start(instanceSpec(parts, group, registration), events, signal);
  return {
    instance,
    registration,
    slot: slotOf(settings.daemonName, group, registration.connectorGuid),
    startedAt: clock.now(),
    spec: undefined,
  };
}

/**
 * Hands a new configuration to the instance. Runs are held and the one under way is ended first: none may list half by
 * the old configuration and half by the new one.
 *
 * @throws what `ConnectorHost.check` throws, before anything is done; what the instance throws
 * @param spec the slot as it is wanted; the caller tells the dispatcher again afterwards
 * @returns `cancelled` when the signal was aborted: then the caller decides anew
 */
export async function reconfigureInstance(
  parts: SupervisorParts,
  running: RunningInstance,
  next: InstanceSpec,
  spec: SlotSpec,
  runEnd: () => Promise<void>,
  signal: AbortSignal,
): Promise<'applied' | 'restart' | 'cancelled'> {
  const { clock, dispatcher, host, settings } = parts;
  // First: a configuration that is refused must not end a run, nor make one.
  await host.check(next.registration);
  if (signal.aborted) return 'cancelled';
  running.spec = { ...spec, revision: revisionOf(next.registration), paused: true };
  await dispatcher.apply(running.spec);
  const ended = await endWithin(clock, settings.stopDeadlineMs, signal, runEnd());
  if (signal.aborted) return 'cancelled';
  if (ended.kind === 'late') return 'restart';
  const outcome = await running.instance.reconfigure(next, signal);
  if (outcome === 'applied') running.registration = next.registration;
  return outcome;
}

/**
 * The stop ladder: end its run, let it close, cut it off. Takes no longer than the deadline of the fleet, and no longer
 * than the signal allows.
 *
 * @returns whether its code ended; otherwise it was cut off and may go on unseen
 */
export async function stopInstance(
  parts: Pick<SupervisorParts, 'clock' | 'dispatcher' | 'settings'>,
  running: RunningInstance,
  logger: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const { clock, dispatcher, settings } = parts;
  const begun = clock.monotonic();
  running.spec = undefined;
  const removed = await endWithin(clock, settings.stopDeadlineMs, signal, dispatcher.remove(running.slot));
  if (removed.kind === 'failed') logger.warn('slot of the connector was not removed', { error: removed.error });
  const leftMs = Math.max(leastStopMs, settings.stopDeadlineMs - (clock.monotonic() - begun));
  const stopping = new AbortController();
  const stopped = await endWithin(clock, leftMs, signal, running.instance.stop(stopping.signal));
  if (stopped.kind === 'failed') {
    // However its stop ended, nothing of it may be answered from here on.
    running.instance.abandon();
    logger.warn('connector failed while it stopped', { error: stopped.error });
  }
  if (stopped.kind === 'late') {
    stopping.abort();
    running.instance.abandon();
    logger.warn('connector did not stop in time and was cut off', { instance: running.instance.instanceId });
  }
  const goesOn = stopped.kind === 'failed' && hasIgnoredAbort(stopped.error);
  return stopped.kind !== 'late' && removed.kind !== 'late' && !goesOn;
}
