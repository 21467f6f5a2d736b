import { describe, expect, it } from '@jest/globals';
import { isInRange, isRange } from './version-range.js';

describe('isInRange', () => {
  it.each([
    ['0.1.0', '^0.1.0', true],
    ['0.1.9', '^0.1.0', true],
    ['0.2.0', '^0.1.0', false],
    ['0.0.9', '^0.1.0', false],
    ['1.9.0', '^1.2.3', true],
    ['1.2.2', '^1.2.3', false],
    ['2.0.0', '^1.2.3', false],
    ['0.0.3', '^0.0.3', true],
    ['0.0.4', '^0.0.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['9.0.0', '>=1.0.0', true],
    ['1.0.0', '1.0.0', true],
    ['1.0.1', '1.0.0', false],
    ['5.5.5', '*', true],
    ['0.2.3', '^0.1.0 || ^0.2.0', true],
    ['0.3.0', '^0.1.0 || ^0.2.0', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(isInRange(version, range)).toBe(expected);
    expect(isRange(range)).toBe(true);
  });

  it('knows what is no range', () => {
    for (const range of ['latest', '', '1.2', '^1.0.0-beta.1', '1.x']) expect(isRange(range)).toBe(false);
  });
});
