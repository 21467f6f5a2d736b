import { IsthmusError } from '@isthmus/kernel';
import { createTask, validateDetailed } from 'node-cron';
import { instantOf, isTimeZone, offsetAt, offsetChange, type WallTime, wallTimeOf } from './zoned-time.js';

/** An expression as node-cron reads it. */
interface CronTimes {
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  readonly seconds: readonly number[];
  readonly months: ReadonlySet<number>;
  isDay(midnight: WallTime): boolean;
}

const known = new Map<string, CronTimes>();
const mostKnown = 256;
const dayMs = 86_400_000;
/** Far enough for 29 February. */
const horizonDays = 5 * 366;

/**
 * The first due time of a cron expression after an instant (exclusive), in epoch ms.
 *
 * node-cron reads and checks the expression and says which days it names (`L`, `15W`, `1#2` included; day of month and
 * day of week must both fit). The walk is done here: node-cron's own `getNextRuns` starts from the system clock, and
 * leaves out a due time that daylight saving skips. Here a schedule with fixed hours runs once a day whatever the clock
 * does: a skipped time is due when the gap ends, a repeated one the first time. A schedule of every hour follows real
 * time.
 *
 * @throws SCHEDULE_INVALID, naming the field; SCHEDULE_NEVER_FIRES when nothing is due within five years
 */
export function nextCronDue(expression: string, timeZone: string, afterEpochMs: number): number {
  const times = timesOf(expression);
  checkTimeZone(timeZone);
  const due =
    times.hours.length === 24
      ? nextByRealTime(times, timeZone, afterEpochMs)
      : nextByWallTime(times, timeZone, afterEpochMs);
  if (due === undefined) throw neverFires(expression);
  return due;
}

/** Throws SCHEDULE_INVALID, naming the field, or SCHEDULE_NEVER_FIRES for a day that no month has. */
export function checkCron(expression: string, timeZone: string): void {
  timesOf(expression);
  checkTimeZone(timeZone);
}

function nextByWallTime(times: CronTimes, timeZone: string, after: number): number | undefined {
  const limit = after + horizonDays * dayMs;
  let wall: WallTime | undefined = wallTimeOf(timeZone, after);
  // Wall times that were shown twice lead to instants that have passed: the walk goes on behind them.
  while (true) {
    wall = nextWallTime(times, wall, limit);
    if (wall === undefined) return undefined;
    const instant = instantOf(timeZone, wall);
    if (instant > after) return instant;
  }
}

function nextByRealTime(times: CronTimes, timeZone: string, after: number): number | undefined {
  const limit = after + horizonDays * dayMs;
  let from = after;
  while (true) {
    const offset = offsetAt(timeZone, from);
    const wall = nextWallTime(times, from + offset, limit);
    if (wall === undefined) return undefined;
    const instant = wall - offset;
    if (offsetAt(timeZone, instant) === offset) return instant;
    // The offset changes on the way: go on from there. One less, as the change itself may be a due time.
    const change = offsetChange(timeZone, from, instant);
    const shown = change + offsetAt(timeZone, change);
    if (nextWallTime(times, shown - 1, shown + 1) === shown) return change;
    from = change;
  }
}

/** The first wall time after another that the expression names. */
function nextWallTime(times: CronTimes, after: WallTime, limit: WallTime): WallTime | undefined {
  const firstDay = Math.floor(after / dayMs) * dayMs;
  for (let day = firstDay; day <= limit; day += dayMs) {
    if (!times.months.has(new Date(day).getUTCMonth() + 1) || !times.isDay(day)) continue;
    const time = nextTimeOfDay(times, day === firstDay ? after - day : -1);
    if (time !== undefined) return day + time;
  }
  return undefined;
}

/** Milliseconds since midnight. */
function nextTimeOfDay(times: Pick<CronTimes, 'hours' | 'minutes' | 'seconds'>, after: number): number | undefined {
  for (const hour of times.hours) {
    if ((hour + 1) * 3_600_000 <= after) continue;
    for (const minute of times.minutes) {
      if (hour * 3_600_000 + (minute + 1) * 60_000 <= after) continue;
      for (const second of times.seconds) {
        const time = hour * 3_600_000 + minute * 60_000 + second * 1000;
        if (time > after) return time;
      }
    }
  }
  return undefined;
}

function timesOf(expression: string): CronTimes {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const { fields, errors } = validateDetailed(expression);
  const [fault] = errors;
  if (fault?.message.includes('impossible')) throw neverFires(expression);
  if (fields === undefined || fault !== undefined) throw invalid(expression, fault);
  const ascending = (values: readonly (number | string)[]) => values.map(Number).sort((one, other) => one - other);
  const [hours, minutes, seconds] = [ascending(fields.hour), ascending(fields.minute), ascending(fields.second)];
  const firstTime = nextTimeOfDay({ hours, minutes, seconds }, -1);
  if (firstTime === undefined) throw neverFires(expression);
  // A task is node-cron's only public way to its matcher. It is never started, and leaves node-cron's registry at once.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  void task.destroy();
  const times: CronTimes = {
    hours,
    minutes,
    seconds,
    months: new Set(fields.month.map(Number)),
    isDay: (midnight) => task.match(new Date(midnight + firstTime)),
  };
  if (known.size >= mostKnown) known.clear();
  known.set(expression, times);
  return times;
}

function checkTimeZone(timeZone: string): void {
  if (isTimeZone(timeZone)) return;
  throw new IsthmusError('SCHEDULE_INVALID', `"${timeZone}" is not a time zone`, {
    details: { field: 'isthmus.timeZone', value: timeZone },
    next: 'use an IANA time zone such as Europe/Berlin, or leave it out for UTC',
  });
}

function invalid(expression: string, fault: { readonly field: string; readonly message: string } | undefined): Error {
  const part = fault === undefined || fault.field === 'expression' ? undefined : fault.field;
  const message = `the cron expression "${expression}" cannot be read: ${fault?.message ?? 'unknown form'}`;
  return new IsthmusError('SCHEDULE_INVALID', message, {
    details: { field: 'isthmus.schedule', value: expression, ...(part === undefined ? {} : { part }) },
  });
}

function neverFires(expression: string): Error {
  return new IsthmusError('SCHEDULE_NEVER_FIRES', `the cron expression "${expression}" has no due time`, {
    details: { field: 'isthmus.schedule', value: expression },
  });
}
