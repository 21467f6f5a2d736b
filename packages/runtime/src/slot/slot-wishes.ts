import type { SlotSchedule, SlotSpec } from './slot.js';
import { type Draft, type EventOf, noCron, noFailures, owe, type Refusal, type SlotEffect } from './slot-state.js';
import { mergeReasons, mergeScopes, windowPlace } from './slot-timing.js';

export function beginSlot(draft: Draft, event: EventOf<'apply'>, now: number): void {
  const { spec } = event;
  draft.spec = spec;
  draft.failures = noFailures;
  draft.holdUntil = undefined;
  draft.lastEndedAt = undefined;
  draft.cron = { ...noCron, isFresh: true };
  const waitsForDue = spec.schedule.kind === 'cron' && !spec.endless;
  draft.owed = waitsForDue ? undefined : owe('start', now + Math.max(0, event.startDelayMs ?? 0));
}

export function changeSlot(draft: Draft, before: SlotSpec, after: SlotSpec, now: number): void {
  draft.spec = after;
  if (before.revision !== after.revision) {
    const waitsForDue = after.schedule.kind === 'cron' && !after.endless && draft.owed === undefined;
    draft.failures = noFailures;
    draft.holdUntil = undefined;
    if (!waitsForDue) draft.owed = owe(draft.owed?.reason === 'start' ? 'start' : 'configuration', now);
  }
  if (before.paused && !after.paused && draft.failures.count > 0) retryNow(draft, now);
  if (!isSameSchedule(before.schedule, after.schedule) || before.notBefore !== after.notBefore) {
    draft.cron = { ...noCron, servedAt: draft.cron.servedAt };
    const neverRan = draft.lastEndedAt === undefined && draft.owed?.reason === 'start';
    if (after.schedule.kind === 'cron' && !after.endless && neverRan) draft.owed = undefined;
  }
}

function isSameSchedule(one: SlotSchedule, other: SlotSchedule): boolean {
  if (one.kind === 'interval') return other.kind === 'interval' && one.everyMs === other.everyMs;
  if (one.kind === 'once') return other.kind === 'once';
  return other.kind === 'cron' && one.expression === other.expression && one.timeZone === other.timeZone;
}

export function retryNow(draft: Draft, now: number): void {
  draft.failures = { ...draft.failures, blocked: false };
  if (draft.owed !== undefined) draft.owed = { ...draft.owed, at: Math.min(draft.owed.at, now) };
}

export function acceptTrigger(draft: Draft, event: EventOf<'trigger'>, now: number, effects: SlotEffect[]): void {
  const why = refusalOf(draft, event, now);
  if (why !== undefined) {
    effects.push({ kind: 'refused', why });
    return;
  }
  const { running } = draft;
  if (running === undefined && event.reason === 'event') draft.echoes = 0;
  // An endless run works on all there is, all the time: nothing would come after it.
  if (running?.endless && running.cancelling === undefined) {
    effects.push({ kind: 'accepted', runId: running.runId });
    return;
  }
  const before = draft.waiting[event.mode];
  const run = {
    runId: before?.runId ?? event.runId,
    reasons: mergeReasons(before?.reasons ?? [], [event.reason]),
    scopes: before === undefined ? event.scopes : mergeScopes(before.scopes, event.scopes),
    since: before?.since ?? now,
    ...((isAct(event) || before?.acts === true) && { acts: true as const }),
  };
  draft.waiting = { ...draft.waiting, [event.mode]: run };
  effects.push({ kind: 'accepted', runId: run.runId });
}

function isAct({ mode, reason, scopes }: EventOf<'trigger'>): boolean {
  return mode === 'apply' && reason === 'demand' && scopes?.length === 0;
}

function refusalOf(draft: Draft, event: EventOf<'trigger'>, now: number): Refusal | undefined {
  if (draft.closed) return 'closed';
  if (draft.spec === undefined) return 'unwanted';
  const place = windowPlace(draft, now);
  if (place === 'after') return 'too-late';
  if (event.mode === 'preview' && draft.spec.endless) return 'no-preview';
  // It would never come to an end that lets the act begin.
  if (isAct(event) && draft.spec.endless && !draft.spec.paused) return 'endless';
  const isImpatient = event.reason === 'demand' || event.mode === 'preview';
  if (isImpatient && draft.spec.paused && !isAct(event)) return 'paused';
  if (isImpatient && place === 'before') return 'too-early';
  return undefined;
}
