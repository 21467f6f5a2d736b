import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { approvalHoldsMs, approvedActs } from '../plan/approved-acts.js';
import { childrenAt, file, folder, smallTree } from '../sync/testing/fake-source.js';
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

  it('tells why, and keeps what was chosen when a part of it was applied', async () => {
    const { plans } = bench.journal;
    const plan = await bench.preview(smallTree());
    await bench.approve(plan, { kind: 'all', except: [2] });
    const notApplied = { at: 1, code: 'STORE_UNREACHABLE', message: 'away' };
    await plans.mark(plan.id, [{ number: 1, decision: 'applied' }]);
    await plans.reopen(plan.id, notApplied);
    expect(await plans.plan(plan.id)).toMatchObject({ state: 'approved', notApplied });
    expect(await bench.planItems(plan, { decisions: ['left-out'] })).toMatchObject([{ number: 2 }]);
    await plans.mark(plan.id, [{ number: 1, decision: 'approved' }]);
    await plans.reopen(plan.id, notApplied);
    expect(await plans.plan(plan.id)).toEqual({ ...plan, notApplied });
  });
});

describe('an approval that a crash left behind', () => {
  it('is to be carried out as it was given, and only so long', async () => {
    const plan = await bench.approve(await bench.preview(smallTree()));
    bench.restart();
    const { plans } = bench.journal;
    const at = (now: number) => approvedActs(plans, { now: () => now });
    const act = { kind: 'apply-plan', planId: plan.id, by: 'alice', target: '' };
    expect([...(await at(approvalHoldsMs))]).toEqual([['connector', [act]]]);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect((await at(0)).size).toBe(0);

    const late = await bench.approve(await bench.preview(folder({ other: file('1') })));
    expect((await at(approvalHoldsMs + 1)).size).toBe(0);
    expect(await plans.plan(late.id)).toMatchObject({
      state: 'open',
      notApplied: { code: 'PLAN_APPROVAL_EXPIRED', message: expect.stringContaining('by alice') },
    });
  });
});
