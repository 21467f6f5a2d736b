import { ManualClock } from '@isthmus/connector-testing';
import type { ChangePage, MetadataChange } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ChangeSpan } from './change-span.js';
import { RecentChanges } from './recent-changes.js';

const never = new AbortController().signal;

/** A store whose sequences have gaps, as those of a filtered feed have. */
function storeOf(sequences: readonly number[]) {
  const asked: number[] = [];
  const all = sequences.map(
    (sequence): MetadataChange => ({
      sequence,
      eventType: 'NEW_ELEMENT_CREATED',
      guid: `element-${sequence}`,
      typeName: 'DataFile',
      superTypeNames: [],
    }),
  );
  return {
    asked,
    all,
    changes: async (after: number, { limit }: { readonly limit: number }): Promise<ChangePage> => {
      asked.push(after);
      const found = all.filter(({ sequence }) => sequence > after);
      const changes = found.slice(0, limit);
      return { changes, next: changes.at(-1)?.sequence ?? after };
    },
  };
}

async function readAll(recent: RecentChanges, after: number, until: number, limit: number) {
  const guids: string[] = [];
  for (let next = after; next < until; ) {
    const { span } = await recent.read({ after: next, until, limit, most: 1_000 }, never);
    guids.push(...guidsOf(span));
    next = span.next;
  }
  return guids;
}

function guidsOf(span: ChangeSpan): readonly string[] {
  return [...span.pages()].flat().map(({ guid }) => guid);
}

describe('changes that many runs read within a moment', () => {
  it('are asked for once', async () => {
    const store = storeOf(Array.from({ length: 100 }, (_, index) => index + 1));
    const recent = new RecentChanges(store, new ManualClock());
    const first = await readAll(recent, 0, 100, 30);
    const count = store.asked.length;
    expect(first).toHaveLength(100);
    for (const after of [0, 1, 29, 30, 31, 99])
      expect(await readAll(recent, after, 100, 30)).toEqual(first.slice(after));
    expect(store.asked).toHaveLength(count);
  });

  it('are read as far as somebody else has read, wherever that one began', async () => {
    const store = storeOf(Array.from({ length: 100 }, (_, index) => index + 1));
    const recent = new RecentChanges(store, new ManualClock());
    await readAll(recent, 70, 100, 10);
    await readAll(recent, 40, 100, 10);
    await readAll(recent, 35, 100, 10);
    expect(store.asked).toEqual([70, 80, 90, 40, 50, 60, 35]);
    expect(await readAll(recent, 38, 100, 10)).toEqual(store.all.slice(38).map(({ guid }) => guid));
  });

  it('are held against the store after a moment, however long reading them takes', async () => {
    const store = storeOf(Array.from({ length: 100 }, (_, index) => index + 1));
    const clock = new ManualClock();
    const recent = new RecentChanges(store, clock);
    await readAll(recent, 0, 100, 10);
    await clock.advance(2_001);
    store.asked.length = 0;
    expect(await readAll(recent, 0, 100, 10)).toHaveLength(100);
    expect(store.asked).toEqual([99]);
  });

  it('are let go of when nobody has asked for them for minutes, and read again by who wants them', async () => {
    const store = storeOf(Array.from({ length: 1_000 }, (_, index) => index + 1));
    const clock = new ManualClock();
    const recent = new RecentChanges(store, clock);
    await readAll(recent, 0, 500, 100);
    for (const after of [500, 600, 700]) {
      await clock.advance(61_000);
      await readAll(recent, after, after + 100, 100);
    }
    const before = store.asked.length;
    // what was asked for lately, apart from whether the store still holds it
    const asked = () => store.asked.slice(before).filter((after) => after < 700);
    expect(await readAll(recent, 500, 800, 100)).toEqual(store.all.slice(500, 800).map(({ guid }) => guid));
    expect(asked()).toEqual([]);
    expect(await readAll(recent, 100, 800, 100)).toEqual(store.all.slice(100, 800).map(({ guid }) => guid));
    expect(asked()).toEqual([100, 200, 300, 400]);
  });

  it('are asked for again when a restored store tells others under the same numbers', async () => {
    const store = storeOf([1, 2, 3]);
    const clock = new ManualClock();
    const recent = new RecentChanges(store, clock);
    await readAll(recent, 0, 3, 10);
    await clock.advance(2_001);
    store.all.splice(2, 1, ...storeOf([3, 4]).all.map((change) => ({ ...change, guid: `other ${change.sequence}` })));
    expect((await recent.read({ after: 0, until: 4, limit: 10, most: 10 }, never)).isAsked).toBe(true);
    expect(await readAll(recent, 0, 4, 10)).toEqual(['element-1', 'element-2', 'other 3', 'other 4']);
  });

  it('are those of the store, wherever runs begin and however they overlap', async () => {
    const run = fc.record({
      after: fc.nat(60),
      limit: fc.integer({ min: 1, max: 9 }),
      passMs: fc.oneof(fc.nat(1_500), fc.nat(90_000)),
    });
    const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.array(run, { maxLength: 12 }), async (steps, runs) => {
        let last = 0;
        const store = storeOf(steps.map((step) => (last += step)));
        const clock = new ManualClock();
        const recent = new RecentChanges(store, clock);
        for (const { after, limit, passMs } of runs) {
          const wanted = store.all.filter(({ sequence }) => sequence > after).map(({ guid }) => guid);
          expect(await readAll(recent, after, last, limit)).toEqual(wanted);
          await clock.advance(passMs);
        }
        const together = await Promise.all(runs.map(({ after, limit }) => readAll(recent, after, last, limit)));
        for (const [index, { after }] of runs.entries())
          expect(together[index]).toEqual(store.all.filter(({ sequence }) => sequence > after).map(({ guid }) => guid));
      }),
    );
  });
});
