import { backOffMs, countFailure } from './slot-failures.js';
import {
  type CancelReason,
  type Draft,
  type EventOf,
  noFailures,
  type OwedRun,
  owe,
  type RunningRun,
  type SlotEffect,
  type WaitingRun,
} from './slot-state.js';
import { type Candidate, candidate, isEchoing, mayRun, mergeScopes, windowPlace } from './slot-timing.js';

export function takeTurn(draft: Draft, event: EventOf<'turn'>, now: number, effects: SlotEffect[]): void {
  // A token that did not grow would let a run that was given up write: ask again, but not at once.
  if (event.token <= draft.token) {
    loseTurn(draft, 0, now);
    return;
  }
  draft.requested = undefined;
  draft.token = event.token;
  const chosen = mayRun(draft, now) ? candidate(draft, now) : undefined;
  if (chosen === undefined || draft.spec === undefined) return;
  const run: RunningRun = {
    runId: draft.waiting[chosen.mode]?.runId ?? event.runId,
    token: event.token,
    revision: draft.spec.revision,
    reasons: chosen.reasons,
    scopes: chosen.scopes,
    mode: chosen.mode,
    endless: draft.spec.endless && chosen.mode === 'apply' && chosen.isActAlone !== true,
    ...(chosen.isActAlone === true && { isActAlone: true }),
    startedAt: now,
    ...(chosen.reasons.includes('event') && isEchoing(draft) && { isEcho: true as const }),
    cancelling: undefined,
  };
  if (chosen.mode === 'apply' && chosen.isActAlone !== true) serveDueTimes(draft, now);
  draft.waiting = { ...draft.waiting, [chosen.mode]: leftOf(draft, chosen, event.runId) };
  draft.holdUntil = undefined;
  draft.running = run;
  effects.push({ kind: 'grant', run });
}

/** What waited beside an act that is done alone waits on, for a run of its own. */
function leftOf({ waiting: { apply } }: Draft, { isActAlone }: Candidate, runId: string): WaitingRun | undefined {
  if (isActAlone !== true || apply === undefined || apply.scopes?.length === 0) return undefined;
  const { acts: _, ...rest } = apply;
  return { ...rest, runId };
}

function serveDueTimes(draft: Draft, now: number): void {
  draft.owed = undefined;
  const { dueAt } = draft.cron;
  if (dueAt !== undefined && dueAt <= now) {
    draft.cron = { ...draft.cron, dueAt: undefined, servedAt: dueAt };
  }
}

export function loseTurn(draft: Draft, jitter: number, now: number): void {
  draft.requested = undefined;
  draft.holdUntil = now + backOffMs({ ...noFailures, count: 1 }, jitter, draft.rules);
}

export function endRun(draft: Draft, event: EventOf<'ended'>, now: number): void {
  const run = draft.running;
  if (run === undefined || run.runId !== event.runId) return;
  draft.running = undefined;
  draft.lastMode = run.mode;
  if (run.mode === 'preview') return;
  draft.lastEndedAt = now;
  const asksAgain = draft.waiting.apply?.reasons.includes('event') === true && run.reasons.includes('event');
  draft.echoes = asksAgain ? draft.echoes + 1 : 0;
  const { outcome } = event;
  const isDone = (outcome.kind === 'succeeded' || outcome.kind === 'partial') && !run.endless;
  if (isDone) draft.failures = noFailures;
  else if (run.cancelling === undefined) noteUnwantedEnd(draft, run, event, now);
  else oweAgain(draft, run, now);
  oweNewRevision(draft, run, now);
}

function oweNewRevision(draft: Draft, run: RunningRun, now: number): void {
  if (draft.spec === undefined || draft.spec.revision === run.revision) return;
  draft.failures = noFailures;
  draft.owed = owe('configuration', now);
}

/** Something may have become due while the run was under way: one run does both. */
function oweMore(draft: Draft, more: OwedRun): void {
  draft.owed = draft.owed === undefined ? more : { ...more, scopes: mergeScopes(draft.owed.scopes, more.scopes) };
}

/** The run was cancelled from here, so how it ended says nothing about the connector. */
function oweAgain(draft: Draft, run: RunningRun, now: number): void {
  if (draft.spec !== undefined) oweMore(draft, owe('start', now, run.scopes));
}

/** It failed, or was endless and ended, or somebody near the connector cancelled it. */
function noteUnwantedEnd(draft: Draft, run: RunningRun, event: EventOf<'ended'>, now: number): void {
  const { outcome, jitter } = event;
  const wasHealthy = run.endless && now - run.startedAt >= draft.rules.healthyAfterMs;
  const before = wasHealthy ? noFailures : draft.failures;
  const failure = outcome.kind === 'failed' ? outcome : { code: undefined, retryable: true };
  const isCounted = outcome.kind !== 'cancelled';
  draft.failures = isCounted ? countFailure(before, failure, now, draft.rules) : { ...before, blocked: false };
  const at = now + backOffMs(draft.failures, jitter, draft.rules);
  oweMore(draft, owe('retry', at, run.scopes));
}

export function giveUp(draft: Draft, now: number, effects: SlotEffect[]): void {
  const run = draft.running;
  if (run?.cancelling === undefined || now < run.cancelling.giveUpAt) return;
  draft.running = undefined;
  draft.lastMode = run.mode;
  draft.fencing = true;
  if (run.mode === 'apply') {
    draft.lastEndedAt = now;
    oweAgain(draft, run, now);
    oweNewRevision(draft, run, now);
  }
  effects.push({ kind: 'give-up', run });
}

export function cancelUnwanted(draft: Draft, now: number, effects: SlotEffect[]): void {
  const { running } = draft;
  if (running === undefined || running.cancelling !== undefined) return;
  const reason = cancelReasonOf(draft, now);
  if (reason === undefined) return;
  draft.running = { ...running, cancelling: { reason, giveUpAt: now + draft.rules.cancelGraceMs } };
  effects.push({ kind: 'cancel', runId: running.runId, reason });
}

function cancelReasonOf(draft: Draft, now: number): CancelReason | undefined {
  const { running, spec } = draft;
  if (running === undefined) return undefined;
  if (draft.closed) return 'closed';
  if (spec === undefined) return 'removed';
  if (spec.revision !== running.revision) return 'revision';
  if (running.isActAlone === true) return undefined;
  if (running.mode === 'apply' && spec.endless !== running.endless) return 'revision';
  if (!running.endless) return undefined;
  if (spec.paused) return 'paused';
  return windowPlace(draft, now) === 'inside' ? undefined : 'window';
}
