import { describe, expect, it } from '@jest/globals';
import { direction, mergeSettings, minutes, setting, textSetting, utcTime, waitMilliseconds } from './values.js';

describe('values of options', () => {
  it.each([
    ['90', 90],
    ['90m', 90],
    ['2h', 120],
    ['1d', 1440],
    ['0', 0],
  ])('takes %s as %s minutes', (text, expected) => {
    expect(minutes(text)).toBe(expected);
  });

  it.each(['', '-1', '1.5', '5y', '400d', '1e3'])('refuses %j as minutes', (text) => {
    expect(() => minutes(text)).toThrow(/Give minutes/);
  });

  it('takes seconds, minutes and hours to wait, never none', () => {
    expect([waitMilliseconds('90'), waitMilliseconds('10m'), waitMilliseconds('1h')]).toEqual([90e3, 600e3, 3600e3]);
    expect(() => waitMilliseconds('0')).toThrow(/Give seconds/);
  });

  it.each([
    ['2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['2026-03-01T08:00:00+01:00', '2026-03-01T07:00:00.000Z'],
    ['2026-03-01 08:00Z', '2026-03-01T08:00:00.000Z'],
  ])('takes %s as %s', (text, expected) => {
    expect(utcTime(text)).toBe(expected);
  });

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-03-01T08:00:00',
    'tomorrow',
    '2026-02-30T08:00:00Z',
  ])('refuses the time %s', (text) => {
    expect(() => utcTime(text)).toThrow(/Give a day/);
  });

  it('knows directions by their word and by their full name', () => {
    expect([direction('both'), direction('TO_THIRD_PARTY')]).toEqual(['BOTH_DIRECTIONS', 'TO_THIRD_PARTY']);
    expect(() => direction('up')).toThrow(/to-third-party/);
  });

  it('reads settings as JSON where they are JSON, and as text where asked to', () => {
    const set = ['a=1', 'b=["x"]', 'c=true', 'd=plain', 'e=x=y', 'f='].reduce<Record<string, unknown>>(
      (before, text) => ({ ...setting(text, before) }),
      {},
    );
    expect(set).toEqual({ a: 1, b: ['x'], c: true, d: 'plain', e: 'x=y', f: '' });
    expect(textSetting('port=12')).toEqual({ port: '12' });
    expect(() => setting('=x')).toThrow(/key=value/);
  });

  it('removes keys by null and refuses a key that is given twice', () => {
    expect(mergeSettings({ a: 1 }, undefined, ['b'])).toEqual({ a: 1, b: null });
    expect(mergeSettings(undefined, undefined)).toBeUndefined();
    expect(() => mergeSettings({ a: 1 }, { a: '1' })).toThrow(/more than once/);
  });
});
