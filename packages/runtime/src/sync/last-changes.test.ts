import { ManualClock } from '@isthmus/connector-testing';
import { IsthmusError } from '@isthmus/kernel';
import type { ChangePage, MetadataChange } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LastChanges } from './last-changes.js';

const never = () => new AbortController().signal;

/** A store whose sequences may have gaps; it no longer knows what lies before `oldest`, and gives `mostAtOnce` changes. */
function storeOf(sequences: readonly number[], { oldest = 0, mostAtOnce = 10_000 } = {}) {
  const asked: { after: number; limit: number; signal: AbortSignal }[] = [];
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
    changes: async (after: number, { limit }: { limit: number }, signal: AbortSignal): Promise<ChangePage> => {
      asked.push({ after, limit, signal });
      signal.throwIfAborted();
      if (after < oldest) throw new IsthmusError('CHANGES_TOO_OLD', `the feed begins at ${oldest}`);
      const changes = all.filter(({ sequence }) => sequence > after).slice(0, Math.min(limit, mostAtOnce));
      return { changes, next: changes.at(-1)?.sequence ?? after };
    },
  };
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('LastChanges', () => {
  it('answers many who ask at nearly the same time for nearly the same place with one request', async () => {
    const store = storeOf(numbers(1, 4000));
    const last = new LastChanges(store);
    const wanted = numbers(2001, 3000).filter((sequence) => sequence % 4 === 0);
    const found = await Promise.all(wanted.map((sequence) => last.at(sequence, never())));
    expect(found.map((change) => change?.sequence)).toEqual(wanted);
    expect(store.asked.map(({ after, limit }) => ({ after, limit }))).toEqual([{ after: 2003, limit: 997 }]);
  });

  it('answers with what the store holds after the question', async () => {
    const store = storeOf([1, 2, 3]);
    const last = new LastChanges(store);
    const early = [1, 2, 3].map((sequence) => last.at(sequence, never()));
    await early[0];
    store.all.splice(0, 3, ...storeOf([1, 2, 3]).all.map((change) => ({ ...change, guid: 'of another store' })));
    expect((await last.at(2, never()))?.guid).toBe('of another store');
    expect(store.asked).toHaveLength(2);
  });

  it('tells what it was told not long ago to whom nothing newer is needed', async () => {
    const clock = new ManualClock();
    const store = storeOf([1, 2, 3]);
    const last = new LastChanges(store, clock);
    await last.at(2, never());
    await clock.advance(99);
    expect(last.told(2, 100)?.guid).toBe('element-2');
    await clock.advance(1);
    expect(last.told(2, 100)).toBeUndefined();
    expect(await last.at(4, never())).toBeUndefined();
    store.all.push(...storeOf([4]).all);
    expect(last.told(4, 100)).toBeUndefined();
    expect((await last.at(4, never()))?.guid).toBe('element-4');
  });

  it('answers as single requests would, whatever the store holds, forgot and gives at once', async () => {
    const sequences = fc.uniqueArray(fc.integer({ min: 1, max: 3000 }), { maxLength: 300 });
    const store = fc.record({ oldest: fc.integer({ min: 0, max: 300 }), mostAtOnce: fc.integer({ min: 1, max: 200 }) });
    const questions = fc.array(fc.integer({ min: 1, max: 3100 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(sequences, store, questions, async (held, options, asked) => {
        const sorted = held.sort((one, other) => one - other);
        const answer = async (ask: Promise<MetadataChange | undefined>) => {
          try {
            return (await ask)?.sequence;
          } catch (error) {
            return IsthmusError.is(error) ? error.code : error;
          }
        };
        const last = new LastChanges(storeOf(sorted, options));
        const found = await Promise.all(asked.map((sequence) => answer(last.at(sequence, never()))));
        const expected = asked.map((sequence) =>
          sequence - 1 < options.oldest ? 'CHANGES_TOO_OLD' : sorted.find((each) => each >= sequence),
        );
        expect(found).toEqual(expected);
      }),
    );
  });

  it('goes on for the others when one no longer waits, and gives up when nobody does', async () => {
    const store = storeOf(numbers(1, 10));
    const last = new LastChanges(store);
    const callers = numbers(1, 4).map(() => new AbortController());
    const answers = callers.map(({ signal }, index) => last.at(index + 1, signal));
    callers[0]?.abort(new Error('no longer'));
    await expect(answers[0]).rejects.toThrow('no longer');
    expect((await Promise.all(answers.slice(1))).map((change) => change?.sequence)).toEqual([2, 3, 4]);
    expect(store.asked.map(({ signal }) => signal.aborted)).toEqual([false]);

    const hanging = new LastChanges({ changes: (_after, _options, signal) => unanswered(signal) });
    const others = numbers(1, 3).map(() => new AbortController());
    const ends = Promise.allSettled(others.map(({ signal }, index) => hanging.at(index + 1, signal)));
    await Promise.resolve();
    for (const other of others) other.abort(new Error('given up'));
    expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

/** Ends with the signal alone. */
function unanswered(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
