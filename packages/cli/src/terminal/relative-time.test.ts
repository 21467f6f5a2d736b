import { describe, expect, it } from '@jest/globals';
import { fullTime, relativeTime } from './relative-time.js';

const now = Date.UTC(2026, 2, 1, 8);
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();

describe('relativeTime', () => {
  it.each([
    [-0.4, 'now'],
    [-59, '59 s ago'],
    [-3_599, '59 min ago'],
    [-7_200, '2 h ago'],
    [-86_400 * 40, '40 d ago'],
    [90, 'in 1 min'],
  ])('says %s s as %s', (seconds, text) => {
    expect(relativeTime(at(seconds), now)).toBe(text);
  });

  it('says so when a time cannot be read', () => {
    expect(relativeTime('soon', now)).toBe('at an unknown time');
  });

  it('adds the time in UTC where details are asked for', () => {
    expect(fullTime(at(-60), now)).toBe('1 min ago (2026-03-01 07:59:00 UTC)');
  });
});
