import type { RunReason, SlotName, SlotSpec } from './slot.js';

export type RunMode = 'preview' | 'apply';

/** Lengths of waits, in milliseconds. They travel in the state, so that a stored slot keeps the rules it began with. */
export interface SlotRules {
  /** How long a cancelled run may take to end before it is given up. */
  readonly cancelGraceMs: number;
  /** First wait after a failure; doubled with each further one. */
  readonly backOffBaseMs: number;
  readonly backOffMaxMs: number;
  /** So many failures within the window: from then on only slow probes, until a healthy run. */
  readonly failureLimit: number;
  readonly failureWindowMs: number;
  readonly slowProbeMs: number;
  /** An endless run that lived this long was healthy, although it ended. */
  readonly healthyAfterMs: number;
  /** Rest between runs that only events ask for, so that a storm of events is not a storm of runs. */
  readonly eventGapMs: number;
  /** So many echoes in a row are borne; each further one doubles the rest, up to this length. */
  readonly echoLimit: number;
  readonly echoGapMaxMs: number;
}

export const defaultSlotRules: SlotRules = {
  cancelGraceMs: 10_000,
  backOffBaseMs: 5_000,
  backOffMaxMs: 60_000,
  failureLimit: 5,
  failureWindowMs: 10 * 60_000,
  slowProbeMs: 15 * 60_000,
  healthyAfterMs: 10 * 60_000,
  eventGapMs: 100,
  echoLimit: 5,
  echoGapMaxMs: 60_000,
};

/** Everything a slot remembers. Plain JSON; all instants are epoch ms. */
export interface SlotState {
  readonly slot: SlotName;
  readonly rules: SlotRules;
  /** Undefined: nobody wants this slot (any more). */
  readonly spec: SlotSpec | undefined;
  readonly closed: boolean;
  /** Instant of the last event: a clock that goes back is noticed by it. */
  readonly at: number;
  /** Highest token given so far. */
  readonly token: number;
  readonly running: RunningRun | undefined;
  /** Accepted triggers that no run serves yet: one run per mode will serve them all. */
  readonly waiting: { readonly apply: WaitingRun | undefined; readonly preview: WaitingRun | undefined };
  /** A run that is due by itself and was not yet done: the first, the one after a new revision, a retry. */
  readonly owed: OwedRun | undefined;
  /** Priority of the turn that was asked for and did not come yet. */
  readonly requested: number | undefined;
  /** A run was given up and its token is not yet outdated: nothing is granted. */
  readonly fencing: boolean;
  readonly failures: SlotFailures;
  /** End of the last run in mode apply. */
  readonly lastEndedAt: number | undefined;
  readonly lastMode: RunMode | undefined;
  /**
   * Runs in a row that events asked for and during which events asked for the next, while none came in between: so it
   * looks when a connector tells its own refresh as a change.
   */
  readonly echoes: number;
  readonly cron: CronState;
  /** No turn is asked for before: giving the last one failed. */
  readonly holdUntil: number | undefined;
  readonly wakeAt: number | undefined;
}

export interface RunningRun {
  readonly runId: string;
  readonly token: number;
  readonly revision: string;
  readonly reasons: readonly RunReason[];
  readonly scopes: readonly string[] | undefined;
  readonly mode: RunMode;
  readonly endless: boolean;
  /** It does what people asked for, and no more. */
  readonly isActAlone?: true;
  readonly startedAt: number;
  /** It comes of echoes, more than are borne. */
  readonly isEcho?: true;
  readonly cancelling: { readonly reason: CancelReason; readonly giveUpAt: number } | undefined;
}

export type CancelReason = 'removed' | 'closed' | 'revision' | 'paused' | 'window';

export interface WaitingRun {
  readonly runId: string;
  readonly reasons: readonly RunReason[];
  /** Undefined = all. */
  readonly scopes: readonly string[] | undefined;
  readonly since: number;
  /** Something that people asked for is to be done in it, which no pause holds back. */
  readonly acts?: true;
}

export interface OwedRun {
  readonly at: number;
  readonly reason: 'start' | 'configuration' | 'retry';
  readonly scopes: readonly string[] | undefined;
}

export interface SlotFailures {
  /** In a row. */
  readonly count: number;
  /** Instants of the newest ones, at most `failureLimit`. */
  readonly recent: readonly number[];
  readonly slow: boolean;
  /** The last failure cannot be mended by waiting: only a new revision, a person, or `retry` of its code goes on. */
  readonly blocked: boolean;
  readonly code: string | undefined;
}

export interface CronState {
  readonly dueAt: number | undefined;
  /** The `after` of the question that is not answered yet. */
  readonly askedAfter: number | undefined;
  /** The first question of a new slot is not answered yet. */
  readonly isFresh: boolean;
  /** The due time that was served last. */
  readonly servedAt: number | undefined;
  /** The schedule has no further due time. */
  readonly never: boolean;
}

export type SlotEvent =
  /** The wanted state. `startDelayMs` spreads first runs; it matters only when the slot is new. */
  | { readonly kind: 'apply'; readonly spec: SlotSpec; readonly startDelayMs?: number }
  | { readonly kind: 'remove' }
  | { readonly kind: 'close' }
  /** `runId`: used unless a waiting run already has one. */
  | {
      readonly kind: 'trigger';
      readonly runId: string;
      readonly reason: RunReason;
      /** Undefined = all. None of a run in mode apply: people ask for an act, and for no listing. */
      readonly scopes?: readonly string[] | undefined;
      readonly mode: RunMode;
    }
  /** The turn that was requested. The token must be higher than any before. */
  | { readonly kind: 'turn'; readonly token: number; readonly runId: string }
  /** The turn could not be given (no token). `jitter` lies in [0, 1). */
  | { readonly kind: 'no-turn'; readonly jitter: number }
  | { readonly kind: 'ended'; readonly runId: string; readonly outcome: SlotOutcome; readonly jitter: number }
  /** A token higher than that of the run that was given up. */
  | { readonly kind: 'fenced'; readonly token: number }
  /** Answer to `next-due`, which it repeats; `at` undefined: never. */
  | {
      readonly kind: 'due';
      readonly expression: string;
      readonly timeZone: string;
      readonly after: number;
      readonly at: number | undefined;
    }
  /** What made runs fail with this code is over: their wait is skipped. */
  | { readonly kind: 'retry'; readonly code: string }
  /** The clock was set: by a steady clock it would be `expected` now. */
  | { readonly kind: 'clock'; readonly expected: number }
  | { readonly kind: 'wake' };

export type SlotOutcome =
  | { readonly kind: 'succeeded' | 'partial' | 'cancelled' }
  | { readonly kind: 'failed'; readonly code: string; readonly retryable: boolean };

export type SlotEffect =
  /** Give this slot a turn: a place to run and a token. A later request replaces this one. */
  | { readonly kind: 'request'; readonly priority: number }
  | { readonly kind: 'grant'; readonly run: RunningRun }
  | { readonly kind: 'cancel'; readonly runId: string; readonly reason: CancelReason }
  /** The cancelled run did not end. Forget it, and answer `fenced` with a higher token. */
  | { readonly kind: 'give-up'; readonly run: RunningRun }
  /** Send `wake` at this instant, and at no other; undefined = not at all. */
  | { readonly kind: 'wake-at'; readonly at: number | undefined }
  /**
   * Say by `due` when cron is due after this instant. `isFresh`: the slot is new here, so whoever knows of runs of an
   * earlier process may answer a due time that has passed since the last of them.
   */
  | {
      readonly kind: 'next-due';
      readonly expression: string;
      readonly timeZone: string;
      readonly after: number;
      readonly isFresh: boolean;
    }
  | { readonly kind: 'accepted'; readonly runId: string }
  | { readonly kind: 'refused'; readonly why: Refusal }
  /** A trigger that had been accepted will not be served. */
  | { readonly kind: 'dropped'; readonly runId: string; readonly why: Refusal };

export type Refusal = 'unwanted' | 'closed' | 'paused' | 'too-early' | 'too-late' | 'no-preview' | 'endless';

export interface SlotDecision {
  readonly state: SlotState;
  readonly effects: readonly SlotEffect[];
}

export const noFailures: SlotFailures = { count: 0, recent: [], slow: false, blocked: false, code: undefined };

export const noCron: CronState = {
  dueAt: undefined,
  askedAfter: undefined,
  isFresh: false,
  servedAt: undefined,
  never: false,
};

/** A slot that nobody wants yet. */
export function emptySlot(slot: SlotName, now: number, rules: SlotRules = defaultSlotRules): SlotState {
  return {
    slot,
    rules,
    spec: undefined,
    closed: false,
    at: now,
    token: 0,
    running: undefined,
    waiting: { apply: undefined, preview: undefined },
    owed: undefined,
    requested: undefined,
    fencing: false,
    failures: noFailures,
    lastEndedAt: undefined,
    lastMode: undefined,
    echoes: 0,
    cron: noCron,
    holdUntil: undefined,
    wakeAt: undefined,
  };
}

export function owe(reason: OwedRun['reason'], at: number, scopes?: readonly string[]): OwedRun {
  return { reason, at, scopes };
}

/** A state in the making; it never leaves this folder. */
export type Draft = { -readonly [Key in keyof SlotState]: SlotState[Key] };
export type EventOf<Kind extends SlotEvent['kind']> = Extract<SlotEvent, { readonly kind: Kind }>;
