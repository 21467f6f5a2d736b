export { decideSlot } from './decide-slot.js';
export type { RunReason, SlotName, SlotSchedule, SlotSpec } from './slot.js';
export {
  type CancelReason,
  defaultSlotRules,
  emptySlot,
  type Refusal,
  type RunMode,
  type RunningRun,
  type SlotDecision,
  type SlotEffect,
  type SlotEvent,
  type SlotFailures,
  type SlotOutcome,
  type SlotRules,
  type SlotState,
} from './slot-state.js';
export { endsWhenSetBack, nextDueAt, priorityOf } from './slot-timing.js';
