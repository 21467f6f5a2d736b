import type { ErrorReport } from '@isthmus/kernel';
import { nextDueAt, type SlotState } from '../slot/index.js';
import type { SlotObservation } from './run-dispatcher.js';

/** What people see of a slot. */
export function observeSlot(
  state: SlotState,
  lastError: ErrorReport | undefined,
  grantFault?: ErrorReport,
): SlotObservation {
  const { running } = state;
  const due = nextDueAt(state);
  const waitsFor = waitsForOf(state);
  return {
    phase: phaseOf(state),
    consecutiveFailures: state.failures.count,
    ...(due === undefined ? {} : { nextDueAt: due }),
    ...(running === undefined ? {} : { runId: running.runId, grant: { slot: state.slot, token: running.token } }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(grantFault === undefined ? {} : { grantFault }),
    ...(lastError === undefined || state.failures.count === 0 ? {} : { lastError }),
  };
}

function phaseOf(state: SlotState): SlotObservation['phase'] {
  if (state.running !== undefined) return 'running';
  if (state.closed || state.spec === undefined) return 'closed';
  if (state.spec.paused) return 'paused';
  if (state.requested !== undefined) return 'queued';
  return waitsForOf(state) === undefined ? 'idle' : 'backing-off';
}

function waitsForOf(state: SlotState): SlotObservation['waitsFor'] {
  if (state.failures.count === 0 || state.running !== undefined || state.requested !== undefined) return undefined;
  if (state.failures.blocked) return 'change';
  return state.failures.slow ? 'slow-probe' : 'back-off';
}
