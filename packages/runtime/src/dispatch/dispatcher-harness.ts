import type { RunRecord } from '../journal/journal.js';
import type { SlotName, SlotSpec } from '../slot/index.js';
import type { RunDispatcher, RunExecutor, RunOutcome } from './run-dispatcher.js';
import type { SourceBudget } from './turn-queue.js';

/** One dispatcher and its world. */
export interface DispatcherHarness {
  readonly dispatcher: RunDispatcher;
  readonly clock: {
    now(): number;
    advance(durationMs: number): Promise<void>;
    /** Sets the wall clock to an epoch ms; the steady clock and what waits by it are not touched. */
    set(epochMs: number): void;
  };
  /** Highest token given for a slot: what comes under a lower one is refused where it lands. */
  highestToken(slot: SlotName): number;
  /** The journal holds this run of the connector, from a time before the dispatcher. Epoch ms. */
  remember(run: { readonly slot: SlotName; readonly endedAt: number; readonly outcome: RunRecord['outcome'] }): void;
  /** The process dies without a goodbye and a new one takes its place, over the same memory. Its runs are lost. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** What a dispatcher is given to divide. */
export interface DispatcherLimits {
  /** Default: more than any test needs. */
  readonly runsAtOnce?: number;
  /** How many runs may load the source of a slot at a time. */
  readonly budgetOf?: (slot: SlotName) => SourceBudget | undefined;
}

export type MakeHarness = (executor: RunExecutor, limits: DispatcherLimits) => Promise<DispatcherHarness>;

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
