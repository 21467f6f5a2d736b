import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getTasks } from 'node-cron';
import { nextCronDue } from './cron-due.js';
import { offsetAt, wallTimeOf } from './zoned-time.js';

const minute = 60_000;
const hour = 60 * minute;

/** The due times after an instant, as ISO texts in UTC. */
function dues(expression: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let at = Date.parse(after); found.length < count; ) {
    at = nextCronDue(expression, timeZone, at);
    found.push(new Date(at).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

describe('nextCronDue', () => {
  it('reads five and six fields, lists, steps, ranges, names', () => {
    const after = '2026-01-01T00:00:00Z';
    expect(dues('0 3 * * *', 'UTC', after, 2)).toEqual(['2026-01-01T03:00Z', '2026-01-02T03:00Z']);
    expect(dues('30 0 3 * * *', 'UTC', after, 1)).toEqual(['2026-01-01T03:00:30.000Z']);
    expect(dues('*/20 8-9 * * mon', 'UTC', after, 4)).toEqual([
      '2026-01-05T08:00Z',
      '2026-01-05T08:20Z',
      '2026-01-05T08:40Z',
      '2026-01-05T09:00Z',
    ]);
    expect(dues('0 0 1,15 jan,jul *', 'UTC', after, 3)).toEqual([
      '2026-01-15T00:00Z',
      '2026-07-01T00:00Z',
      '2026-07-15T00:00Z',
    ]);
    expect(dues('0 0 L * *', 'UTC', after, 2)).toEqual(['2026-01-31T00:00Z', '2026-02-28T00:00Z']);
    expect(dues('0 0 * * 1#2', 'UTC', after, 1)).toEqual(['2026-01-12T00:00Z']);
  });

  it('is exclusive of the instant it starts from', () => {
    const due = Date.UTC(2026, 0, 1, 3);
    expect(nextCronDue('0 3 * * *', 'UTC', due - 1)).toBe(due);
    expect(nextCronDue('0 3 * * *', 'UTC', due)).toBe(due + 24 * hour);
  });

  it('keeps local time over the seasons', () => {
    expect(dues('0 3 * * *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T02:00Z',
      '2026-03-29T01:00Z',
      '2026-03-30T01:00Z',
    ]);
    expect(dues('0 12 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T06:30Z']);
    expect(dues('15 0 * * *', 'Australia/Lord_Howe', '2026-06-01T00:00:00Z', 1)).toEqual(['2026-06-01T13:45Z']);
  });

  it('runs a daily schedule on the day its time is skipped, when the gap ends', () => {
    expect(dues('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
    expect(dues('0,30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z', 3)).toEqual([
      '2026-03-08T07:00Z',
      '2026-03-09T06:00Z',
      '2026-03-09T06:30Z',
    ]);
    expect(dues('0 9 30 12 *', 'Pacific/Apia', '2011-12-29T00:00:00Z', 1)).toEqual(['2011-12-30T10:00Z']);
  });

  it('runs a daily schedule once on the day its time is shown twice', () => {
    expect(dues('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
    const second = Date.parse('2026-10-25T01:10:00Z');
    expect(new Date(nextCronDue('30 2 * * *', 'Europe/Berlin', second)).toISOString()).toBe('2026-10-26T01:30:00.000Z');
  });

  it('keeps the pace of an hourly schedule through both changes', () => {
    for (const after of ['2026-03-28T20:00:00Z', '2026-10-24T20:00:00Z'])
      for (const [expression, pace] of [
        ['0 * * * *', hour],
        ['*/15 * * * *', 15 * minute],
      ] as const) {
        let at = Date.parse(after);
        for (let count = 0; count < 48; count += 1) {
          const next = nextCronDue(expression, 'Europe/Berlin', at);
          expect(next - at).toBe(pace);
          at = next;
        }
      }
  });

  it('finds 29 February, and says when a day never comes', () => {
    expect(dues('0 0 29 2 *', 'UTC', '2026-01-01T00:00:00Z', 1)).toEqual(['2028-02-29T00:00Z']);
    for (const expression of ['0 0 30 2 *', '0 0 31 4,6 *', '0 0 29 2 1#1'])
      expect(() => nextCronDue(expression, 'UTC', Date.UTC(2026, 0, 1))).toThrow(
        expect.objectContaining({ code: 'SCHEDULE_NEVER_FIRES' }),
      );
  });

  it('names the field that cannot be read', () => {
    const faults: readonly [string, string, Record<string, string>][] = [
      ['61 * * * *', 'UTC', { field: 'isthmus.schedule', part: 'minute' }],
      ['0 25 * * *', 'UTC', { field: 'isthmus.schedule', part: 'hour' }],
      ['every day', 'UTC', { field: 'isthmus.schedule' }],
      ['', 'UTC', { field: 'isthmus.schedule' }],
      ['0 3 * * *', 'Europe/Atlantis', { field: 'isthmus.timeZone' }],
    ];
    for (const [expression, timeZone, details] of faults)
      expect(() => nextCronDue(expression, timeZone, 0)).toThrow(
        expect.objectContaining({ code: 'SCHEDULE_INVALID', details: expect.objectContaining(details) }),
      );
  });

  it('leaves no task behind in node-cron', () => {
    nextCronDue('7 7 7 7 *', 'UTC', 0);
    expect(getTasks().size).toBe(0);
  });

  it('always finds a later instant that shows the time asked for, or the end of a gap', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    );
    const instants = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2037, 0, 1) });
    fc.assert(
      fc.property(
        zones,
        instants,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (zone, after, at, past) => {
          const due = nextCronDue(`${past} ${at} * * *`, zone, after);
          expect(due).toBeGreaterThan(after);
          expect(due - after).toBeLessThanOrEqual(49 * hour);
          const shown = new Date(wallTimeOf(zone, due));
          const isGapEnd = offsetAt(zone, due - 1) < offsetAt(zone, due);
          expect(isGapEnd || (shown.getUTCHours() === at && shown.getUTCMinutes() === past)).toBe(true);
          expect(nextCronDue(`${past} ${at} * * *`, zone, due - 1)).toBe(due);
        },
      ),
      { numRuns: 500 },
    );
  });
});
