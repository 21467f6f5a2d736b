import { describe, expect, it } from '@jest/globals';
import { keepOrTell, runsOf } from './counted-scopes.js';

describe('what is listed side by side', () => {
  it('is cut into runs of one name', () => {
    const rows = ['a1', 'a2', 'b1', 'a3'];
    expect(runsOf(rows, (row) => row.slice(0, 1))).toEqual([
      ['a', ['a1', 'a2']],
      ['b', ['b1']],
      ['a', ['a3']],
    ]);
    expect(runsOf([], () => '')).toEqual([]);
  });

  it('is told where it is not known, and no further once aborted', async () => {
    const stop = new AbortController();
    const told: number[] = [];
    const odd = async (things: readonly number[]) => things.filter((thing) => thing % 2 === 1);
    await keepOrTell(stop.signal, [1, 2, 3], odd, async (thing) => void told.push(thing));
    expect(told).toEqual([1, 3]);
    const aborting = keepOrTell(stop.signal, [5, 7], odd, async (thing) => {
      told.push(thing);
      stop.abort(new Error('enough'));
    });
    await expect(aborting).rejects.toThrow('enough');
    expect(told).toEqual([1, 3, 5]);
  });
});
