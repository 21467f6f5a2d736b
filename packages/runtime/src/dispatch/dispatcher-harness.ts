import type { SlotName, SlotSpec } from '../slot/index.js';
import type { RunDispatcher, RunOutcome } from './run-dispatcher.js';

/** One dispatcher and its world. */
export interface DispatcherHarness {
  readonly dispatcher: RunDispatcher;
  readonly clock: { now(): number; advance(durationMs: number): Promise<void> };
  /** Highest token given for a slot: what comes under a lower one is refused where it lands. */
  highestToken(slot: SlotName): number;
  /** The process dies without a goodbye and a new one takes its place, over the same memory. Its runs are lost. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const minute = 60_000;
export const hour = 60 * minute;
export const slot = 'daemon|collection|group|connector';

export function specOf(change: Partial<SlotSpec> = {}): SlotSpec {
  return {
    slot,
    revision: 'first',
    schedule: { kind: 'interval', everyMs: hour },
    paused: false,
    endless: false,
    ...change,
  };
}

export function failure(code: string, retryable = true): RunOutcome {
  return { kind: 'failed', error: { code, message: 'it failed', next: 'look', retryable } };
}
