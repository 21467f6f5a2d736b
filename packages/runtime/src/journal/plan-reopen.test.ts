import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, file, smallTree } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

describe('an approval that is taken back', () => {
  it('leaves every item undecided, so that another choice holds', async () => {
    const { plans } = bench.journal;
    const plan = await bench.preview(smallTree());
    await bench.approve(plan, { kind: 'only', numbers: [1] });
    await plans.reopen(plan.id);
    expect(await plans.plan(plan.id)).toEqual(plan);
    expect(await bench.planItems(plan, { decisions: ['open'] })).toHaveLength(plan.itemCount);
    await plans.approve(plan.id, { kind: 'all', except: [1] });
    expect(await bench.planItems(plan, { decisions: ['left-out'] })).toMatchObject([{ number: 1 }]);
  });

  it('gives way to a plan that was made since', async () => {
    const { plans } = bench.journal;
    const root = smallTree();
    const plan = await bench.preview(root);
    await bench.approve(plan);
    childrenAt(root, 'a').set('two.csv', file('2', ['id']));
    await bench.preview(root);
    await plans.reopen(plan.id);
    expect(await plans.plan(plan.id)).toMatchObject({ state: 'superseded' });
  });
});
