import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { checkReleasedHistory, checkUndoHistory, undoHistory } from './testing/histories.js';

/** More of them: `npm run prove -- plans`. */
const runs = 30;

describe('undo of random runs', () => {
  it('restores every field that nobody else changed, and nothing that somebody did, wherever the process dies', async () => {
    await fc.assert(fc.asyncProperty(undoHistory, checkUndoHistory), { numRuns: runs });
  });

  it('leaves nothing behind once it is released, and what people set theirs', async () => {
    await fc.assert(fc.asyncProperty(undoHistory, checkReleasedHistory), { numRuns: runs });
  });
});
