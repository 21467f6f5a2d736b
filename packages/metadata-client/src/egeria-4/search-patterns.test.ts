import { describe, expect, it } from '@jest/globals';
import { searchPattern, toComparison } from './search-patterns.js';

describe('a search pattern', () => {
  it.each([
    ['a.b', {}, '.*\\Qa.b\\E.*'],
    ['a', { startsWith: true }, '\\Qa\\E.*'],
    ['a', { endsWith: true, ignoreCase: true }, '(?i).*\\Qa\\E'],
    ['x\\Ey', {}, '.*\\Qx\\E\\\\E\\Qy\\E.*'],
  ])('of %j with %j is %j', (text, options, pattern) => expect(searchPattern(text, options)).toBe(pattern));

  it('stands for the comparisons that 4.3 lacks', () => {
    expect(toComparison('STARTS_WITH', 'a')).toEqual({ operator: 'LIKE', value: '\\Qa\\E.*' });
    expect(toComparison('LIKE', 'a')).toEqual({ operator: 'LIKE', value: '.*\\Qa\\E.*' });
    expect(toComparison('EQ', 'a')).toEqual({ operator: 'EQ', value: 'a' });
    expect(toComparison('GT', 3)).toEqual({ operator: 'GT', value: 3 });
  });
});
