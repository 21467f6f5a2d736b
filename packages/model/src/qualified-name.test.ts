import { describe, expect, it } from '@jest/globals';
import { qualifiedNameFault } from './qualified-name.js';

describe('a qualified name', () => {
  it.each(['DataFile::shop:/a b.csv', 'DataFile::shop:/ü📚.csv', 'a\nb', '\u200b'])('may be %j', (name) => {
    expect(qualifiedNameFault(name)).toBeUndefined();
  });

  it.each([
    ['', 'blank'],
    [' \u00a0\t', 'blank'],
    ['DataFile::shop:/a\0', 'NUL'],
    ['DataFile::shop:/\ud800', 'surrogate'],
    ['DataFile::shop:/\udcdaa', 'surrogate'],
  ])('cannot be %j', (name, why) => {
    expect(qualifiedNameFault(name)).toContain(why);
  });
});
