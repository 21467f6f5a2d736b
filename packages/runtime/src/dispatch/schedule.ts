import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { SlotSchedule, SlotSpec } from '../slot/slot.js';
import { checkCron, nextCronDue } from './cron-due.js';

export { nextCronDue } from './cron-due.js';

const minuteMs = 60_000;
/** Whoever asks for longer means never; instants beyond it are no dates. */
const longestMinutes = 100 * 366 * 24 * 60;

/**
 * When a registration runs: the cron expression of `isthmus.schedule` (five or six fields, zone `isthmus.timeZone`,
 * default UTC), else Egeria's minutes from the end of one refresh to the begin of the next, where 0 is once.
 *
 * @throws SCHEDULE_INVALID, naming the field; SCHEDULE_NEVER_FIRES for a day that no month has
 */
export function parseSchedule(registration: Registration): SlotSchedule {
  const properties = registration.connection?.configurationProperties ?? {};
  const expression = textOf(properties['isthmus.schedule'], 'isthmus.schedule');
  if (expression !== undefined) {
    const timeZone = textOf(properties['isthmus.timeZone'], 'isthmus.timeZone') ?? 'UTC';
    checkCron(expression, timeZone);
    return { kind: 'cron', expression, timeZone };
  }
  const minutes = registration.refreshTimeInterval;
  if (!Number.isFinite(minutes) || minutes < 0) {
    throw new IsthmusError('SCHEDULE_INVALID', `refreshTimeInterval must be 0 or more minutes, not ${minutes}`, {
      details: { field: 'refreshTimeInterval', value: String(minutes) },
      next: 'give the minutes between refreshes, or 0 for once',
    });
  }
  return minutes === 0 ? { kind: 'once' } : { kind: 'interval', everyMs: Math.min(minutes, longestMinutes) * minuteMs };
}

/**
 * Throws SCHEDULE_NEVER_FIRES when time alone will never bring a run: the cron expression names no day within five
 * years, or none inside of the window. A window that has passed is no fault: the slot had its time.
 */
export function checkFires(spec: Pick<SlotSpec, 'schedule' | 'notBefore' | 'notAfter'>, now: number): void {
  const { schedule, notBefore, notAfter } = spec;
  if (notBefore !== undefined && notAfter !== undefined && notBefore >= notAfter) {
    throw neverInside('the start date is not before the stop date', spec);
  }
  if (schedule.kind !== 'cron') return;
  const due = nextCronDue(schedule.expression, schedule.timeZone, Math.max(now, (notBefore ?? 0) - 1));
  const isOver = notAfter !== undefined && notAfter <= now;
  if (!isOver && notAfter !== undefined && due >= notAfter) {
    throw neverInside(`"${schedule.expression}" has no due time before the stop date`, spec);
  }
}

/** For people: `every 60 min`, `once`, `cron 0 3 * * * Europe/Berlin`. */
export function describeSchedule(schedule: SlotSchedule): string {
  if (schedule.kind === 'once') return 'once';
  if (schedule.kind === 'cron') return `cron ${schedule.expression} ${schedule.timeZone}`;
  const { everyMs } = schedule;
  if (everyMs % minuteMs === 0) return `every ${everyMs / minuteMs} min`;
  return everyMs % 1000 === 0 ? `every ${everyMs / 1000} s` : `every ${everyMs} ms`;
}

function textOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    throw new IsthmusError('SCHEDULE_INVALID', `${field} must be a text`, { details: { field } });
  }
  const text = value.trim().replace(/\s+/g, ' ');
  return text === '' ? undefined : text;
}

function neverInside(message: string, spec: Pick<SlotSpec, 'notBefore' | 'notAfter'>): Error {
  return new IsthmusError('SCHEDULE_NEVER_FIRES', message, {
    details: { startDate: isoOf(spec.notBefore), connectorShutdownDate: isoOf(spec.notAfter) },
  });
}

function isoOf(instant: number | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
