import type { ConnectorInstance } from '@isthmus/connector-host';
import type { Logger } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { SlotName, SlotSpec } from '../slot/slot.js';
import { endWithin } from './deadline.js';
import type { SupervisorParts } from './supervisor-parts.js';

const leastStopMs = 500;

/** An instance that was started and what it was made from. */
export interface RunningInstance {
  readonly instance: ConnectorInstance;
  readonly slot: SlotName;
  readonly groupName: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** What it works by: the last that it has taken over. */
  registration: Registration;
  /** What the dispatcher was told last; undefined: nothing. */
  spec: SlotSpec | undefined;
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
  if (stopped.kind === 'failed') logger.warn('connector failed while it stopped', { error: stopped.error });
  if (stopped.kind === 'late') {
    stopping.abort();
    running.instance.abandon();
    logger.warn('connector did not stop in time and was cut off', { instance: running.instance.instanceId });
  }
  return stopped.kind !== 'late' && removed.kind !== 'late';
}
