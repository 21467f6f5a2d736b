import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { checkPlanHistory, planHistory } from './testing/histories.js';

/** More of them: `npm run prove -- plans`. */
const runs = 30;

describe('plans of random catalogues', () => {
  it('tell exactly what applying them changes, as a run without a plan does, wherever the process dies', async () => {
    await fc.assert(fc.asyncProperty(planHistory, checkPlanHistory), { numRuns: runs });
  });
});
