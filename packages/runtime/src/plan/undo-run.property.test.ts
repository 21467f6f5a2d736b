import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { checkUndoHistory, undoHistory } from './testing/histories.js';

/** More of them: `npm run prove -- plans`. */
const runs = 30;

describe('undo of random runs', () => {
  it('restores every field that nobody else changed, and nothing that somebody did, wherever the process dies', async () => {
    await fc.assert(fc.asyncProperty(undoHistory, checkUndoHistory), { numRuns: runs });
  }, 60_000);
});
