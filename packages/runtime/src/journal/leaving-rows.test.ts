import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { LeavingRows } from './leaving-rows.js';

const row = (key: string, listed: string, scope = listed) => ({
  scope,
  key,
  listed,
  reason: listed,
  isDoubtful: false,
});

describe('items that wait for the end of a listing', () => {
  it('come back in their order, page by page, and those of other runs do not', async () => {
    using database = openDatabase(':memory:', []);
    const rows = new LeavingRows(database);
    await rows.add('one', [row('a', 'x'), row('b', 'x')]);
    await rows.add('two', [row('a', 'x')]);
    await rows.add('one', [row('c', 'y')]);
    const [first, second] = await rows.page('one', 0, 2);
    expect([first?.key, second?.key]).toEqual(['a', 'b']);
    expect((await rows.page('one', second?.number ?? 0, 2)).map(({ key }) => key)).toEqual(['c']);
    await rows.clear('one');
    expect(await rows.page('one', 0, 9)).toEqual([]);
    expect(await rows.has('two', { scope: 'x', key: 'a' })).toBe(true);
  });

  it('are there once, in their place before what they lie in, by the word of their own scope where that was listed too', async () => {
    using database = openDatabase(':memory:', []);
    const rows = new LeavingRows(database);
    await rows.add('one', [row('a', 'above', 'x'), row('b', 'above', 'x')]);
    await rows.add('one', [row('a', 'x')]);
    await rows.add('one', [row('a', 'further up', 'x')]);
    expect((await rows.page('one', 0, 9)).map(({ key, listed }) => [key, listed])).toEqual([
      ['a', 'x'],
      ['b', 'above'],
    ]);
  });
});
