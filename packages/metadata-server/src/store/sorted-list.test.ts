import { describe, expect, it } from '@jest/globals';
import { partSize, tallyOf } from './kind-tally.js';
import { bucketKind } from './pending-counts.js';
import { idsOfPage, partedList } from './sorted-list.js';
import { Slice } from './write-queue.js';

/** Types in stretches, so that some parts have none of those that are asked for. */
const length = 3 * partSize + 100;
const kinds = Uint16Array.from({ length }, (_, index) => bucketKind(index < partSize ? 1 : 2 + (index % 3), 1));
const list = { sequence: 1, ids: Uint32Array.from({ length }, (_, index) => 7 * index), kinds };
const tallies = Array.from({ length: 4 }, (_, part) => tallyOf(kinds.subarray(part * partSize, (part + 1) * partSize)));
const wanted = [...list.ids].filter((_, index) => kinds[index] === bucketKind(2, 1));

const plan = { types: new Set([2]), visible: new Set([1]), orderProperty: 'displayName', pageSize: 10 };
const slice = new Slice('answer');

describe('idsOfPage', () => {
  it.each([
    0,
    1,
    2_700,
    2_731,
    5_460,
    wanted.length - 3,
    wanted.length,
    100_000,
  ])('gives the page that begins at %i, whether parts are counted or not', async (startFrom) => {
    const ascending = { ...plan, order: 'PROPERTY_ASCENDING', startFrom } as const;
    const descending = { ...plan, order: 'PROPERTY_DESCENDING', startFrom } as const;
    for (const each of [list, { ...list, tallies }]) {
      expect(await idsOfPage({ slice }, partedList(each), ascending)).toEqual(wanted.slice(startFrom, startFrom + 10));
      expect(await idsOfPage({ slice }, partedList(each), descending)).toEqual(
        [...wanted].reverse().slice(startFrom, startFrom + 10),
      );
    }
  });

  it('reads no part that it passes over', async () => {
    const read: number[] = [];
    const parts = partedList({ ...list, tallies });
    const watched = { ...parts, read: (part: number) => parts.read(read.push(part) > 0 ? part : 0) };
    await idsOfPage({ slice }, watched, { ...plan, order: 'PROPERTY_ASCENDING', startFrom: 2_735 });
    expect(read).toEqual([2]);
  });

  it('gives no page when a part is gone', async () => {
    const parts = { ...partedList({ ...list, tallies }), read: () => undefined };
    expect(await idsOfPage({ slice }, parts, { ...plan, order: 'PROPERTY_ASCENDING', startFrom: 0 })).toBeUndefined();
  });
});
