import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseLargeJson } from './large-json.js';

const inSlices = (text: string) => parseLargeJson(Buffer.from(text), 0);

describe('parseLargeJson', () => {
  it('gives what JSON.parse gives, for every value', async () => {
    const object = fc.dictionary(fc.string(), fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(fc.oneof(object, fc.jsonValue()), fc.constantFrom(undefined, 2), async (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(await inSlices(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses, however it was damaged', async () => {
    const text = JSON.stringify({ id: 'a"\\', operations: [{ a: [1, 2] }, 'x,]', [], 5], last: { b: [{}] } });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom('', ',', ']', '}', '{', '[', '"', '\\'),
        async (at, mark) => {
          const damaged = text.slice(0, at) + mark + text.slice(at + 1);
          const expected = outcomeOf(() => JSON.parse(damaged));
          const got = await inSlices(damaged).catch(() => 'refused');
          expect([damaged, got]).toEqual([damaged, expected]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1}]',
    '{"a":[1 2]}',
    '{"a":["',
    '',
    '[1,2]',
    '{"a":[]}{"b":[]}',
  ])('treats %s as JSON.parse does', async (text) => {
    const expected = text === '' ? undefined : outcomeOf(() => JSON.parse(text));
    expect(await inSlices(text).catch(() => 'refused')).toEqual(expected);
  });
});

function outcomeOf(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return 'refused';
  }
}
