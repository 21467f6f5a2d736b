import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  absolutePath,
  childPath,
  lostBytes,
  namesToText,
  nameToText,
  parentPath,
  systemPath,
  textToBytes,
} from './entry-path.js';

describe('names of files as text', () => {
  it('leaves UTF-8 as it is, a mark at the beginning and a lone backslash too', () => {
    for (const name of ['plain.txt', 'Straße 7.csv', 'a\nb"c', '\ufeffmark', 'back\\slash', 'unit\\x2d.slice'])
      expect(nameToText(Buffer.from(name))).toBe(name);
  });

  it('writes bytes that are not UTF-8 as \\xHH', () => {
    expect(nameToText(Buffer.from([0x61, 0xff, 0x62, 0xc3]))).toBe('a\\xFFb\\xC3');
    expect(nameToText(Buffer.from([0xed, 0xa0, 0x80]))).toBe('\\xED\\xA0\\x80');
    expect(nameToText(Buffer.from('ä\u20ac\u{1f600}'))).toBe('ä\u20ac\u{1f600}');
  });

  it('tells a byte from a name that looks like its escape', () => {
    expect(nameToText(Buffer.from('a\\xFF'))).toBe('a\\x5CxFF');
    expect(nameToText(Buffer.from([0x61, 0xff]))).toBe('a\\xFF');
  });

  it('turns every name back into its bytes, so no two names give one text', () => {
    const byte = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constantFrom(0x5c, 0x78, 0x46, 0x35, 0x43, 0xc3, 0xa4));
    fc.assert(
      fc.property(fc.array(byte, { minLength: 1, maxLength: 40 }), (bytes) => {
        const name = Buffer.from(bytes);
        expect(textToBytes(nameToText(name)).equals(name)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('turns many names into the texts that each has by itself', () => {
    const byte = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(0x61, 0x5c, 0x78, 0x46, 0x35, 0x43) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 255 }) },
    );
    fc.assert(
      fc.property(fc.array(fc.array(byte, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }), (names) => {
        const all = Buffer.from(names.flatMap((name, position) => (position === 0 ? name : [0, ...name])));
        expect(namesToText(all)).toEqual(names.map((name) => nameToText(Buffer.from(name))));
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the lost bytes beside the text', () => {
    expect(lostBytes(nameToText(Buffer.from([0x61, 0xff])))).toBe(Buffer.from([0x61, 0xff]).toString('base64'));
    expect(lostBytes('a\\x5CxFF')).toBeUndefined();
    expect(lostBytes('plain')).toBeUndefined();
  });
});

describe('paths', () => {
  it('join and part at the root as below it', () => {
    expect(childPath('/', 'a')).toBe('/a');
    expect(childPath('/a', 'b')).toBe('/a/b');
    expect(parentPath('/a/b')).toBe('/a');
    expect(parentPath('/a')).toBe('/');
    expect(parentPath('/')).toBeUndefined();
    expect(absolutePath('/', '/a')).toBe('/a');
    expect(absolutePath('/data', '/')).toBe('/data');
  });

  it('ask the system for bytes only where text is not exact', () => {
    expect(systemPath('/data', '/ä')).toBe('/data/ä');
    expect(systemPath('/data', '/a\\xFF')).toEqual(Buffer.from([...Buffer.from('/data/a'), 0xff]));
  });
});
