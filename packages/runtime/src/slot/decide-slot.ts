import { askCron, noteDue } from './slot-cron.js';
import { cancelUnwanted, endRun, giveUp, loseTurn, takeTurn } from './slot-runs.js';
import {
  type Draft,
  owe,
  type Refusal,
  type SlotDecision,
  type SlotEffect,
  type SlotEvent,
  type SlotState,
} from './slot-state.js';
import { candidate, mayRun, nextWake, priorityOf, windowPlace } from './slot-timing.js';
import { acceptTrigger, beginSlot, changeSlot, retryNow } from './slot-wishes.js';

/**
 * Every rule of when a slot runs, for all dispatchers. Deterministic; the state is plain
 * JSON. Events say what happened, effects what to do; `request` is answered by `turn`, `grant` by `ended`,
 * `give-up` by `fenced`, `next-due` by `due`. Late and repeated answers are harmless.
 *
 * - One run at a time. What is asked for during a run is served by exactly one further run, per mode.
 * - A pause holds new runs, but for what people ask for beside listing. A running refresh is finished, an endless run is cancelled. On resume what is overdue
 *   starts at once, and once. Demand during a pause is refused; events are kept for the resume.
 * - Another revision cancels what runs and starts anew. A cron slot at rest waits for its due time, the others start.
 * - Outside the window nothing is granted. Before it events are kept and demand is refused; after it both are refused,
 *   what still waits is dropped, and an endless run is cancelled.
 * - Intervals count from the end of the last run, whatever ended it. Cron slots do not run at start; due times that
 *   pass during a scheduled run are skipped, those that pass while nothing could run are made up for by one run.
 * - After a failure what is owed is tried again by back-off, later by slow probes; a fault that waiting cannot mend
 *   waits for a new revision, a person, or the end of a pause. Any success clears the record.
 */
export function decideSlot(state: SlotState, event: SlotEvent, now: number): SlotDecision {
  const draft: Draft = { ...state };
  const effects: SlotEffect[] = [];
  followClock(draft, event, now);
  handle(draft, event, now, effects);
  settleSlot(draft, now, effects);
  rearm(draft, event, now, effects);
  return { state: draft, effects };
}

function handle(draft: Draft, event: SlotEvent, now: number, effects: SlotEffect[]): void {
  switch (event.kind) {
    case 'apply':
      if (draft.spec === undefined) beginSlot(draft, event, now);
      else changeSlot(draft, draft.spec, event.spec, now);
      break;
    case 'remove':
      draft.spec = undefined;
      break;
    case 'close':
      draft.closed = true;
      break;
    case 'trigger':
      acceptTrigger(draft, event, now, effects);
      break;
    case 'turn':
      takeTurn(draft, event, now, effects);
      break;
    case 'no-turn':
      loseTurn(draft, event.jitter, now);
      break;
    case 'ended':
      endRun(draft, event, now);
      break;
    case 'fenced':
      draft.fencing = false;
      draft.token = Math.max(draft.token, event.token);
      break;
    case 'due':
      noteDue(draft, event);
      break;
    case 'retry':
      if (draft.failures.count > 0 && draft.failures.code === event.code) retryNow(draft, now);
      break;
    case 'clock':
    case 'wake':
      break;
  }
}

/**
 * A clock that goes back would make every stored instant seem far ahead, and nothing would run until it caught up.
 * So what is counted from the past goes back with it, and cron is asked again. A clock that goes forward needs nothing:
 * what is overdue then runs once.
 */
function followClock(draft: Draft, event: SlotEvent, now: number): void {
  const shift = now - (event.kind === 'clock' ? event.expected : draft.at);
  draft.at = now;
  if (shift >= 0) return;
  const moved = (instant: number | undefined) => (instant === undefined ? undefined : instant + shift);
  const { running, owed, waiting, failures } = draft;
  draft.lastEndedAt = moved(draft.lastEndedAt);
  draft.holdUntil = moved(draft.holdUntil);
  draft.failures = { ...failures, recent: failures.recent.map((instant) => instant + shift) };
  draft.owed = owed && { ...owed, at: owed.at + shift };
  draft.waiting = {
    apply: waiting.apply && { ...waiting.apply, since: waiting.apply.since + shift },
    preview: waiting.preview && { ...waiting.preview, since: waiting.preview.since + shift },
  };
  draft.cron = { ...draft.cron, dueAt: undefined, askedAfter: undefined };
  draft.running = running && {
    ...running,
    startedAt: running.startedAt + shift,
    cancelling: running.cancelling && { ...running.cancelling, giveUpAt: running.cancelling.giveUpAt + shift },
  };
}

/** Brings everything in line that follows from the state alone, whichever event led to it. */
function settleSlot(draft: Draft, now: number, effects: SlotEffect[]): void {
  dropUnservable(draft, now, effects);
  giveUp(draft, now, effects);
  cancelUnwanted(draft, now, effects);
  oweFirstRun(draft, now);
  askCron(draft, now, effects);
  if (!mayRun(draft, now)) return;
  const chosen = candidate(draft, now);
  if (chosen === undefined) return;
  const priority = priorityOf(chosen.reasons);
  if (draft.requested !== undefined && draft.requested >= priority) return;
  draft.requested = priority;
  effects.push({ kind: 'request', priority });
}

function dropUnservable(draft: Draft, now: number, effects: SlotEffect[]): void {
  const isGone = draft.spec === undefined || draft.closed;
  if (isGone) {
    draft.owed = undefined;
    draft.requested = undefined;
  }
  const isOver = isGone || windowPlace(draft, now) === 'after';
  const { apply, preview } = draft.waiting;
  const why: Refusal = draft.closed ? 'closed' : isGone ? 'unwanted' : isOver ? 'too-late' : 'no-preview';
  const dropped = isOver ? [apply, preview] : [draft.spec?.endless ? preview : undefined];
  for (const run of dropped) if (run !== undefined) effects.push({ kind: 'dropped', runId: run.runId, why });
  draft.waiting = {
    apply: dropped.includes(apply) ? undefined : apply,
    preview: dropped.includes(preview) ? undefined : preview,
  };
}

/** A slot of these kinds that never ran owes its first run, however it came to be what it is. */
function oweFirstRun(draft: Draft, now: number): void {
  const { spec } = draft;
  if (spec === undefined || draft.closed || draft.owed !== undefined || draft.running?.mode === 'apply') return;
  const neverRan = draft.lastEndedAt === undefined && spec.schedule.kind !== 'cron';
  if (spec.endless || neverRan) draft.owed = owe('start', now);
}

/** Says when to wake, if that has changed; after a wake it is always said. */
function rearm(draft: Draft, event: SlotEvent, now: number, effects: SlotEffect[]): void {
  const before = event.kind === 'wake' ? undefined : draft.wakeAt;
  draft.wakeAt = nextWake(draft, now);
  if (draft.wakeAt !== before) effects.push({ kind: 'wake-at', at: draft.wakeAt });
}
