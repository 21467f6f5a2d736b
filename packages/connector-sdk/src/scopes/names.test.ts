import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodedName, encodedName, partIdentities, pathOf, qualifiedName } from './names.js';
import { namingOf } from './naming.js';

/** Short texts of the characters that names are made of, so that clashes would be found. */
const name = fc.string({
  unit: fc.constantFrom(
    '%',
    ':',
    '/',
    '#',
    '@',
    '2',
    'F',
    'D',
    '8',
    'x',
    ' ',
    '\n',
    '\u0080',
    '\ud800',
    '\udfff',
    '😀',
  ),
  maxLength: 5,
});
const names = fc.array(name, { minLength: 1, maxLength: 4 });

describe('the path of a thing', () => {
  it('joins the names that lead to it', () => {
    const place = namingOf('shop', undefined).place('RelationalTable', ['shop', 'public', 'Order items'], 'table');
    expect(qualifiedName('RelationalTable', place)).toBe('RelationalTable::shop:shop/public/Order items');
  });

  it('keeps what separates out of the names', () => {
    expect(pathOf(['a/b', 'c:d', '50%', '', 'x\ny', '\ud800', 'é😀'], 'table')).toBe(
      'a%2Fb/c%3Ad/50%25/%/x%0Ay/%D800/é😀',
    );
  });

  it('is shared by no two lists of names', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        expect(pathOf(one, 'table') === pathOf(other, 'table')).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('survives its way as UTF-8', () => {
    fc.assert(fc.property(names, (some) => expect(Buffer.from(pathOf(some, 'x')).toString()).toBe(pathOf(some, 'x'))));
  });

  it('tells the names again', () => {
    fc.assert(
      fc.property(name, fc.constantFrom('', '.', '@#', '/-.'), (one, separators) => {
        expect(decodedName(encodedName(one, separators))).toBe(one);
      }),
    );
  });

  it('is refused without names', () => {
    expect(() => pathOf([], 'table')).toThrow('told of a table without names');
  });
});

describe('the identities of parts', () => {
  it('are their names, counted where one repeats, and places where there is none', () => {
    expect(partIdentities(['id', 'a/b', 'id', '', 'id'])).toEqual(['id', 'a%2Fb', 'id%#2', '%@3', 'id%#3']);
  });

  it('differ in a list', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), (some) => {
        expect(new Set(partIdentities(some)).size).toBe(some.length);
      }),
    );
  });
});
