import { describe, expect, it } from '@jest/globals';
import { patternFilter } from './pattern-filter.js';

describe('a filter of patterns', () => {
  it('takes everything in and nothing out without patterns', () => {
    const filter = patternFilter({ include: [], exclude: [] });
    expect([filter.includes('/a/b'), filter.excludes('/a/b')]).toEqual([true, false]);
  });

  it.each([
    ['*.csv', '/a/b.csv', true],
    ['*.csv', '/a/b.txt', false],
    ['public/*', 'public/orders', true],
    ['/public/', '/public', true],
    ['**/tmp/**', '/a/tmp/b/c', true],
    ['a*', '/b\nc/a\nd', true],
    ['.*', '/x/.hidden', true],
    ['archive/*.csv', '/archive/b.csv', true],
    ['archive/*.csv', '/b.csv', false],
    ['archive/*.csv', '/other/archive/b.csv', false],
    ['**/*.csv', '/b.csv', true],
    ['archive', '/deep/archive', true],
  ])('holds %j against %j', (pattern, path, fits) => {
    expect(patternFilter({ include: [pattern], exclude: [] }).includes(path)).toBe(fits);
    expect(patternFilter({ include: [], exclude: [pattern] }).excludes(path)).toBe(fits);
  });
});
