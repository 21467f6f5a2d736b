import type { Draft, EventOf, SlotEffect } from './slot-state.js';

/** A due time this close ahead was served just before the clock was set back a little: it does not count twice. */
const smallJumpMs = 60 * 60_000;

export function noteDue(draft: Draft, event: EventOf<'due'>): void {
  const schedule = draft.spec?.schedule;
  const isAwaited =
    schedule?.kind === 'cron' &&
    schedule.expression === event.expression &&
    schedule.timeZone === event.timeZone &&
    draft.cron.askedAfter === event.after;
  if (!isAwaited) return;
  draft.cron = {
    ...draft.cron,
    askedAfter: undefined,
    isFresh: false,
    dueAt: event.at,
    never: event.at === undefined,
  };
}

/** Asked when no run is under way, so that due times which pass during a scheduled run are skipped. */
export function askCron(draft: Draft, now: number, effects: SlotEffect[]): void {
  const { spec, cron } = draft;
  if (spec?.schedule.kind !== 'cron' || spec.endless || draft.closed || draft.running?.mode === 'apply') return;
  if (cron.dueAt !== undefined || cron.askedAfter !== undefined || cron.never) return;
  const served = cron.servedAt !== undefined && cron.servedAt - now <= smallJumpMs ? cron.servedAt : now;
  // Due times before the window are none of this slot's: its schedule begins where the window does.
  const after = Math.max(now, served, (spec.notBefore ?? 0) - 1);
  draft.cron = { ...cron, askedAfter: after };
  const { expression, timeZone } = spec.schedule;
  effects.push({ kind: 'next-due', expression, timeZone, after, isFresh: cron.isFresh });
}
