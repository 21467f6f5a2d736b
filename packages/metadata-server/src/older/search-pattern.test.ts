import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { literalsOf, textMatcher } from '../store/text-pattern.js';
import { searchPattern } from './search-pattern.js';

const matches = (expression: string, text: string) => textMatcher(searchPattern(expression, 'searchString'))(text);

describe('a search of 4.3', () => {
  it.each([
    ['store:file:2', 'store:file:2', true],
    ['store:file:2', 'a store:file:2', false],
    ['.*store:f.*', 'my store:file:2', true],
    ['store:.*', 'store:', true],
    ['store:.+', 'store:', false],
    ['a.c', 'abc', true],
    ['a.c', 'ac', false],
    ['.*\\Qa.c\\E.*', 'xabcx', false],
    ['.*\\Qa.c\\E.*', 'xa.cx', true],
    ['a\\.c', 'a.c', true],
    ['(?i).*FILE.*', 'a File', true],
    ['.*a.*a.*', 'xax', false],
    ['.*ab', 'abab', true],
    ['^a$', 'a', true],
    ['.*', '', true],
    ['a.*a', 'a', false],
  ])('finds by %s in %s: %p', (expression, text, expected) => expect(matches(expression, text)).toBe(expected));

  it.each(['([', 'a|b', 'a*', '\\d', 'a{3}', 'x'.repeat(1001)])('refuses %s rather than to guess', (expression) =>
    expect(() => matches(expression, 'a')).toThrow(expect.objectContaining({ code: 'PARAMETER_INVALID' })));

  it('agrees with regular expressions wherever it understands them', () => {
    const piece = fc.constantFrom('a', 'b', '.', '.*', '.+', '\\.', '\\Qa.\\E');
    const expression = fc.array(piece, { maxLength: 8 });
    fc.assert(
      fc.property(expression, fc.stringMatching(/^[ab.]{0,10}$/), (pieces, text) => {
        const native = pieces.map((each) => (each.startsWith('\\Q') ? 'a\\.' : each)).join('');
        expect(matches(pieces.join(''), text)).toBe(new RegExp(`^(?:${native})$`, 's').test(text));
      }),
    );
  });

  it('takes no time for what would take a backtracking one for ever', () => {
    const started = performance.now();
    expect(matches(`${'.*a'.repeat(300)}b`, 'a'.repeat(20_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('tells the text index what must occur', () => {
    expect(literalsOf(searchPattern('.*ab.c.*\\Qd.\\E', 'searchString'))).toEqual(['ab', 'c', 'd.']);
  });
});
