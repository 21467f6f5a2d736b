import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareKeys, decodeCursor, encodeCursor, page, type SortKey } from './cursor.js';

const key = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.string({ maxLength: 2 }));
const identity = (item: SortKey) => item;

describe('page', () => {
  it('gives every item once and in order, whatever the size of the pages', () => {
    return fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { selector: (item) => JSON.stringify(item) }),
        fc.integer({ min: 1, max: 5 }),
        async (items, count) => {
          const seen: SortKey[] = [];
          let after: SortKey | undefined;
          for (;;) {
            const { items: found, nextCursor } = await page<SortKey>(items, identity, after, count);
            seen.push(...found);
            if (nextCursor === undefined) break;
            after = decodeCursor(nextCursor, 2);
          }
          expect(seen).toEqual([...items].sort(compareKeys));
        },
      ),
    );
  });

  it('goes on in place while items come and go', async () => {
    const first = await page([['a'], ['b'], ['d']], identity, undefined, 2);
    expect(first.items).toEqual([['a'], ['b']]);
    const after = decodeCursor(first.nextCursor ?? '', 1);
    expect(await page([['aa'], ['c'], ['d']], identity, after, 2)).toEqual({ items: [['c'], ['d']] });
  });
});

describe('decodeCursor', () => {
  it('takes back what encodeCursor gave', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (parts) => {
        expect(decodeCursor(encodeCursor(parts), parts.length)).toEqual(parts);
      }),
    );
  });

  it.each([
    '',
    'x',
    encodeCursor(['a']),
    Buffer.from('[1,2]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])('refuses %j', (cursor) => {
    expect(() => decodeCursor(cursor, 2)).toThrow(/is not a cursor of this call/);
  });
});
