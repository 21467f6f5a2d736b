import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plain, plainJson } from './escape.js';

const obeyed = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

describe('plain', () => {
  it('shows escape sequences instead of letting the terminal obey them', () => {
    expect(plain('a\u001b[2Jb\nc\u009b31m')).toBe('a\\x1b[2Jb\\nc\\x9b31m');
  });

  it('shows marks that would turn the direction of what follows', () => {
    expect(plain('invoice\u202egpj.exe')).toBe('invoice\\u202egpj.exe');
  });

  it('leaves letters of every script alone', () => {
    expect(plain('Straße レポート شهر 🙂')).toBe('Straße レポート شهر 🙂');
  });

  it('lets nothing through that a terminal obeys', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !obeyed.test(plain(text))));
  });
});

describe('plainJson', () => {
  it('stays the same value and holds nothing that a terminal obeys but its line breaks', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const text = plainJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(obeyed.test(text.replaceAll('\n', ''))).toBe(false);
      }),
    );
  });
});
