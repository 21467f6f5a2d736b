import type { RunReason } from './slot.js';
import type { RunMode, SlotState, WaitingRun } from './slot-state.js';

/** What would be granted at this moment. */
export interface Candidate {
  readonly mode: RunMode;
  readonly reasons: readonly RunReason[];
  readonly scopes: readonly string[] | undefined;
  readonly since: number;
  /** The rest of what waits goes on waiting. */
  readonly isActAlone?: true;
}

/** More scopes than this are all: a storm of changes becomes one full refresh. */
const mostScopes = 1_000;

const priorities: Readonly<Record<RunReason, number>> = {
  demand: 4,
  event: 3,
  configuration: 2,
  start: 1,
  schedule: 1,
  retry: 1,
};

/** Of the most urgent reason: demand before event before configuration before what time brings. */
export function priorityOf(reasons: readonly RunReason[]): number {
  return Math.max(1, ...reasons.map((reason) => priorities[reason]));
}

/** People and new configuration do not wait for a back-off to pass. */
export function skipsBackOff(run: WaitingRun): boolean {
  return run.reasons.includes('demand') || run.reasons.includes('configuration');
}

/** Undefined = all, and wins. */
export function mergeScopes(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  const merged = new Set([...one, ...other]);
  return merged.size > mostScopes ? undefined : [...merged];
}

export function mergeReasons(one: readonly RunReason[], other: readonly RunReason[]): readonly RunReason[] {
  return [...new Set([...one, ...other])];
}

export type WindowPlace = 'before' | 'inside' | 'after';

export function windowPlace(state: SlotState, now: number): WindowPlace {
  if (state.spec?.notAfter !== undefined && now >= state.spec.notAfter) return 'after';
  if (state.spec?.notBefore !== undefined && now < state.spec.notBefore) return 'before';
  return 'inside';
}

/** Whether a run may be granted now, if there is a reason for one. */
export function mayRun(state: SlotState, now: number): boolean {
  return (
    state.spec !== undefined &&
    !state.closed &&
    (!state.spec.paused || state.waiting.apply?.acts === true) &&
    !state.fencing &&
    state.running === undefined &&
    windowPlace(state, now) === 'inside' &&
    (state.holdUntil === undefined || now >= state.holdUntil)
  );
}

/**
 * When the slot's own schedule is due next, pause and window left aside; undefined: not by time. What is owed comes
 * instead of the schedule: a back-off is not cut short by a short interval.
 */
export function dueByTime(state: SlotState): number | undefined {
  if (state.spec === undefined) return undefined;
  if (state.owed !== undefined) return state.failures.blocked ? undefined : state.owed.at;
  const { schedule } = state.spec;
  if (schedule.kind === 'cron') return state.cron.dueAt;
  if (schedule.kind === 'interval' && state.lastEndedAt !== undefined) return state.lastEndedAt + schedule.everyMs;
  return undefined;
}

/** Earliest instant at which a waiting trigger may be served; undefined: not by time alone. */
export function waitingReadyAt(state: SlotState, run: WaitingRun): number | undefined {
  if (skipsBackOff(run)) return run.since;
  if (state.failures.blocked) return undefined;
  const afterBackOff = state.owed?.reason === 'retry' ? retryAt(state, run, state.owed.at) : run.since;
  const onlyEvents = run.reasons.every((reason) => reason === 'event');
  const afterRest = onlyEvents && state.lastEndedAt !== undefined ? state.lastEndedAt + eventGapMs(state) : run.since;
  return Math.max(afterBackOff, afterRest);
}

/** A source that is seen again, or changed, ends the long wait of slow probes: the next attempt comes as after any failure. */
function retryAt({ lastEndedAt, rules }: SlotState, { reasons }: WaitingRun, owedAt: number): number {
  if (!reasons.includes('event') || lastEndedAt === undefined) return owedAt;
  return Math.min(owedAt, lastEndedAt + rules.backOffMaxMs);
}

function eventGapMs({ echoes, rules }: SlotState): number {
  const doublings = Math.max(0, echoes - rules.echoLimit);
  return Math.min(rules.eventGapMs * 2 ** doublings, rules.echoGapMaxMs);
}

/** Three rests, each twice the one before, have passed without any other event: a busy source does not look so. */
export function isEchoing({ echoes, rules }: SlotState): boolean {
  return echoes >= rules.echoLimit + 3;
}

/** What to run now; the caller has asked `mayRun`. */
export function candidate(state: SlotState, now: number): Candidate | undefined {
  if (state.spec?.paused === true) return actCandidate(state);
  const apply = applyCandidate(state, now);
  const preview = previewCandidate(state);
  if (apply === undefined || preview === undefined) return apply ?? preview;
  // Previews and runs take turns: neither can keep the other waiting for ever.
  if (state.lastMode === 'preview') return apply;
  const difference = priorityOf(preview.reasons) - priorityOf(apply.reasons);
  return difference > 0 || (difference === 0 && preview.since < apply.since) ? preview : apply;
}

/** Of a slot that is paused: what people asked for beside listing, and no more. */
function actCandidate({ waiting: { apply } }: SlotState): Candidate | undefined {
  return apply?.acts === true
    ? { mode: 'apply', reasons: ['demand'], scopes: [], since: apply.since, isActAlone: true }
    : undefined;
}

function previewCandidate(state: SlotState): Candidate | undefined {
  const { preview } = state.waiting;
  return preview === undefined
    ? undefined
    : { mode: 'preview', reasons: preview.reasons, scopes: preview.scopes, since: preview.since };
}

/** One run serves the waiting trigger, what is owed, and the due time, whichever of them are there. */
function applyCandidate(state: SlotState, now: number): Candidate | undefined {
  const due = dueByTime(state);
  const isDue = due !== undefined && due <= now;
  const waiting = state.waiting.apply;
  const readyAt = waiting === undefined ? undefined : waitingReadyAt(state, waiting);
  const isReady = readyAt !== undefined && readyAt <= now;
  if (!isDue && !isReady) return undefined;
  const parts: Omit<Candidate, 'mode'>[] = [];
  if (waiting !== undefined) parts.push(waiting);
  if (state.owed !== undefined) parts.push({ ...state.owed, reasons: [state.owed.reason], since: state.owed.at });
  else if (isDue) parts.push({ reasons: ['schedule'], scopes: undefined, since: due });
  return parts
    .map((part): Candidate => ({ mode: 'apply', reasons: part.reasons, scopes: part.scopes, since: part.since }))
    .reduce((one, other) => ({
      mode: 'apply',
      reasons: mergeReasons(one.reasons, other.reasons),
      scopes: mergeScopes(one.scopes, other.scopes),
      since: Math.min(one.since, other.since),
    }));
}

/** The next instant at which time alone changes what is to be done; undefined = none. */
export function nextWake(state: SlotState, now: number): number | undefined {
  const instants = state.running === undefined ? idleInstants(state) : runningInstants(state);
  const future = instants.filter((instant) => instant > now);
  return future.length === 0 ? undefined : Math.min(...future);
}

/**
 * An endless run whose window began before: nothing that lies ahead ends it, but a clock that is set back to before its
 * beginning does. Whoever wakes the slot has to look at the clock for it.
 */
export function endsWhenSetBack({ running, spec }: SlotState): boolean {
  return running?.endless === true && running.cancelling === undefined && spec?.notBefore !== undefined;
}

function runningInstants(state: SlotState): number[] {
  const { running, spec } = state;
  if (running?.cancelling !== undefined) return [running.cancelling.giveUpAt];
  return running?.endless && spec?.notAfter !== undefined ? [spec.notAfter] : endOfWaiting(state);
}

function idleInstants(state: SlotState): number[] {
  const { spec, waiting } = state;
  if (spec === undefined || state.closed) return [];
  const isHeld = spec.paused && waiting.apply?.acts !== true;
  if (isHeld || state.fencing || state.requested !== undefined) return endOfWaiting(state);
  const ready = [dueByTime(state)];
  if (waiting.apply !== undefined) ready.push(waitingReadyAt(state, waiting.apply));
  if (waiting.preview !== undefined) ready.push(waiting.preview.since);
  const earliest = Math.max(spec.notBefore ?? 0, state.holdUntil ?? 0);
  return [
    ...ready
      .filter((instant) => instant !== undefined)
      .map((instant) => Math.max(instant, earliest))
      .filter((instant) => spec.notAfter === undefined || instant < spec.notAfter),
    ...endOfWaiting(state),
  ];
}

/** Triggers still waiting at the end of the window are dropped then. */
function endOfWaiting(state: SlotState): number[] {
  const isWaiting = state.waiting.apply !== undefined || state.waiting.preview !== undefined;
  return isWaiting && state.spec?.notAfter !== undefined ? [state.spec.notAfter] : [];
}

/** Next instant at which time alone brings a run; undefined = none, or a run is due already. */
export function nextDueAt(state: SlotState): number | undefined {
  const { spec } = state;
  if (spec === undefined || state.closed || spec.paused || state.running?.endless) return undefined;
  const due = dueByTime(state);
  if (due === undefined) return undefined;
  const at = Math.max(due, spec.notBefore ?? due);
  return spec.notAfter !== undefined && at >= spec.notAfter ? undefined : at;
}
