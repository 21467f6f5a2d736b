import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from './json-body.js';

function faultOf(text: string): unknown {
  try {
    parseJson(Buffer.from(text));
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a body', () => {
  it('is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!/__proto__|\\u005f/i.test(text));
        expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['an array', '['.repeat(201), ']'.repeat(201)],
    ['an object', '{"a":'.repeat(300), '}'.repeat(300)],
    ['a million brackets that never end', '['.repeat(1_000_000), ''],
  ])('that nests too deep is refused before anything walks it: %s', (_name, opening, ending) => {
    expect(faultOf(`${opening}1${ending}`)).toMatchObject({ code: 'REQUEST_INVALID', details: { fault: 'json' } });
  });

  it('may hold any number of brackets in a text, and escaped quotes', () => {
    const value = { text: `${'['.repeat(5000)}"\\${'{'.repeat(5000)}\\` };
    expect(parseJson(Buffer.from(JSON.stringify(value)))).toEqual(value);
  });

  it.each([
    '{"__proto__":1}',
    '{"\\u005f_proto__":1}',
    '{"a":[{"_\\u005Fproto__":1}]}',
    '{"__pr\\u006Fto__":1}',
    '{"__\\u0070rot\\u006f__":1}',
  ])('with a prototype as key is refused: %s', (text) =>
    expect(faultOf(text)).toMatchObject({ code: 'REQUEST_INVALID' }));

  it.each([
    ['{"a":', 'json-end'],
    ['[{', 'json-end'],
    ['{"class":"x", ', 'json-end'],
    ['"abc', 'json-end'],
    ['http://x', 'json'],
    ['{"a":1}x', 'json'],
  ])('that is cut off is told from one that is none: %s', (text, fault) => {
    expect(faultOf(text)).toMatchObject({ code: 'REQUEST_INVALID', details: { fault } });
  });

  it('is not quoted in the answer', () => {
    expect(faultOf('{"password":hunter2}')).toMatchObject({ message: expect.not.stringContaining('hunter') });
  });
});
