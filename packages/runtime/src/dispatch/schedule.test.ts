import type { Properties, Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { checkFires, describeSchedule, parseSchedule } from './schedule.js';

function registration(refreshTimeInterval: number, configurationProperties?: Properties): Registration {
  return {
    connectorId: 'id',
    connectorGuid: 'guid',
    qualifiedName: 'Connector::files',
    connectorName: 'files',
    refreshTimeInterval,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: true,
    usesBlockingCalls: false,
    version: 1,
    ...(configurationProperties === undefined
      ? {}
      : { connection: { providerName: 'files', configurationProperties } }),
  };
}

describe('parseSchedule', () => {
  it('reads minutes, of which 0 is once', () => {
    expect(parseSchedule(registration(60))).toEqual({ kind: 'interval', everyMs: 3_600_000 });
    expect(parseSchedule(registration(0.5, {}))).toEqual({ kind: 'interval', everyMs: 30_000 });
    expect(parseSchedule(registration(0))).toEqual({ kind: 'once' });
    expect(parseSchedule(registration(2 ** 53))).toMatchObject({ kind: 'interval' });
  });

  it('prefers cron, in UTC unless a zone is named', () => {
    expect(parseSchedule(registration(60, { 'isthmus.schedule': ' 0  3 * * * ' }))).toEqual({
      kind: 'cron',
      expression: '0 3 * * *',
      timeZone: 'UTC',
    });
    expect(
      parseSchedule(registration(0, { 'isthmus.schedule': '0 3 * * *', 'isthmus.timeZone': 'Asia/Tokyo' })),
    ).toMatchObject({ timeZone: 'Asia/Tokyo' });
    expect(parseSchedule(registration(5, { 'isthmus.schedule': '' }))).toMatchObject({ kind: 'interval' });
  });

  it('refuses what cannot be, naming the field', () => {
    const faults: readonly [Registration, string, string][] = [
      [registration(-1), 'SCHEDULE_INVALID', 'refreshTimeInterval'],
      [registration(Number.NaN), 'SCHEDULE_INVALID', 'refreshTimeInterval'],
      [registration(1, { 'isthmus.schedule': '0 3 * *' }), 'SCHEDULE_INVALID', 'isthmus.schedule'],
      [registration(1, { 'isthmus.schedule': 5 }), 'SCHEDULE_INVALID', 'isthmus.schedule'],
      [
        registration(1, { 'isthmus.schedule': '0 3 * * *', 'isthmus.timeZone': 'Nowhere' }),
        'SCHEDULE_INVALID',
        'isthmus.timeZone',
      ],
      [registration(1, { 'isthmus.schedule': '0 3 30 2 *' }), 'SCHEDULE_NEVER_FIRES', 'isthmus.schedule'],
    ];
    for (const [given, code, field] of faults)
      expect(() => parseSchedule(given)).toThrow(
        expect.objectContaining({ code, details: expect.objectContaining({ field }) }),
      );
  });
});

describe('checkFires', () => {
  const now = Date.UTC(2026, 0, 1);
  const schedule = { kind: 'cron', expression: '0 3 1 6 *', timeZone: 'UTC' } as const;

  it('lets schedules pass that have a due time in their window', () => {
    checkFires({ schedule }, now);
    checkFires({ schedule, notAfter: Date.UTC(2026, 6, 1) }, now);
    checkFires({ schedule: { kind: 'once' }, notAfter: now - 1 }, now);
    checkFires({ schedule, notAfter: now - 1 }, now);
  });

  it('refuses windows that are empty or hold no due time', () => {
    for (const spec of [
      { schedule, notAfter: Date.UTC(2026, 5, 1) },
      { schedule, notBefore: Date.UTC(2026, 5, 2), notAfter: Date.UTC(2027, 4, 1) },
      { schedule: { kind: 'once' } as const, notBefore: 5, notAfter: 5 },
      { schedule: { ...schedule, expression: '0 0 29 2 1#1' } },
    ])
      expect(() => checkFires(spec, now)).toThrow(expect.objectContaining({ code: 'SCHEDULE_NEVER_FIRES' }));
  });
});

describe('describeSchedule', () => {
  it('speaks to people', () => {
    expect(describeSchedule({ kind: 'interval', everyMs: 3_600_000 })).toBe('every 60 min');
    expect(describeSchedule({ kind: 'interval', everyMs: 1_500 })).toBe('every 1500 ms');
    expect(describeSchedule({ kind: 'interval', everyMs: 30_000 })).toBe('every 30 s');
    expect(describeSchedule({ kind: 'once' })).toBe('once');
    expect(describeSchedule({ kind: 'cron', expression: '0 3 * * *', timeZone: 'Europe/Berlin' })).toBe(
      'cron 0 3 * * * Europe/Berlin',
    );
  });
});
