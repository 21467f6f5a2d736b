import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WakeHeap } from './wake-heap.js';

describe('WakeHeap', () => {
  it('gives owners in the order of their instants, whatever was set, moved and dropped before', () => {
    const owners = Array.from({ length: 20 }, (_, place) => ({ place }));
    const changes = fc.array(fc.tuple(fc.nat(19), fc.option(fc.nat(100), { nil: undefined })), { maxLength: 200 });
    fc.assert(
      fc.property(changes, (list) => {
        const heap = new WakeHeap<{ readonly place: number }>();
        const wanted = new Map<number, number>();
        for (const [place, at] of list) {
          const owner = owners[place];
          if (owner === undefined) continue;
          heap.set(owner, at);
          if (at === undefined) wanted.delete(place);
          else wanted.set(place, at);
          expect(heap.earliest).toBe(wanted.size === 0 ? undefined : Math.min(...wanted.values()));
          expect(heap.size).toBe(wanted.size);
        }
        const taken: number[] = [];
        for (let owner = heap.take(100); owner !== undefined; owner = heap.take(100)) {
          taken.push(wanted.get(owner.place) ?? -1);
          wanted.delete(owner.place);
        }
        expect(taken).toEqual([...taken].sort((one, other) => one - other));
        expect(wanted.size).toBe(0);
      }),
    );
  });

  it('keeps what is not due yet', () => {
    const heap = new WakeHeap<object>();
    heap.set({}, 5);
    expect(heap.take(4)).toBeUndefined();
    expect(heap.size).toBe(1);
  });
});
