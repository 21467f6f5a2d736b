import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runHistory } from './testing/histories.js';

/** The same each time, as in slices; `npm run prove -- sync` runs ten thousand others. */
const runs = Number(process.env.ISTHMUS_PROPERTY_RUNS ?? 25);

describe('any history of a source, of runs that fail, and of people who write beside them', () => {
  it(
    'deletes nothing that is there, misses nothing that is gone, doubles nothing, and loses nothing that people set',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
          const { falseDeletes, missedDeletes, duplicates, lostEdits, differences } = await runHistory(seed);
          expect({ falseDeletes, missedDeletes, duplicates, lostEdits, differences }).toEqual({
            falseDeletes: [],
            missedDeletes: [],
            duplicates: [],
            lostEdits: [],
            differences: [],
          });
        }),
        { numRuns: runs, endOnFailure: true, seed: 1 },
      );
    },
    30_000 + runs * 1_000,
  );
});
