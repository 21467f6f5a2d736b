import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { noPlanCounts, type PlanRecord } from '../plan/plan.js';
import { DaemonBench } from './testing/daemon-bench.js';

const { signal } = new AbortController();

function plan(fields: Partial<PlanRecord> = {}): PlanRecord {
  return {
    id: 'run-a',
    owner: { metadataCollectionId: 'collection', connectorGuid: 'guid-files', target: '' },
    connectorName: 'files',
    madeAt: 0,
    state: 'open',
    counts: noPlanCounts,
    itemCount: 3,
    certificates: [],
    certificateCount: 0,
    openScopeCount: 0,
    boundaryHash: 'boundary',
    isCertified: true,
    ...fields,
  };
}

function benchWith(record?: PlanRecord) {
  const bench = new DaemonBench();
  bench.connector('files', 'Sales');
  if (record !== undefined) bench.plans.records.set(record.id, record);
  return { bench, daemon: bench.daemon() };
}

describe('what people decide about plans', () => {
  it('is kept with who, when and why, asks for the run that applies it, and stands in the audit', async () => {
    const { bench, daemon } = benchWith(plan());
    await daemon.approvePlan('run-a', 'ann', { only: [1, 3], except: [2], reason: 'checked' });
    expect(bench.plans.choices).toEqual([{ kind: 'only', numbers: [1, 3] }]);
    expect(bench.plans.records.get('run-a')).toMatchObject({
      state: 'approved',
      approval: { by: 'ann', itemCount: 2, reason: 'checked' },
    });
    expect(bench.events).toContain('apply-plan guid-files');
    expect(bench.audits).toContainEqual(
      expect.objectContaining({
        by: 'ann',
        action: 'plan approve, only 1, 3',
        target: 'run-a',
        outcome: 'done',
        reason: 'checked',
      }),
    );
  });

  it('goes on with a plan that was approved and not applied to its end, by what was chosen then', async () => {
    const { bench, daemon } = benchWith(plan({ state: 'approved' }));
    await daemon.approvePlan('run-a', 'bob', {});
    expect(bench.plans.choices).toEqual([]);
    expect(bench.events).toContain('apply-plan guid-files');
  });

  it('is undone when the connector cannot run, and may be decided otherwise', async () => {
    const { bench, daemon } = benchWith(plan());
    bench.actFault = new IsthmusError('CONNECTOR_STOPPED', 'it is paused');
    await expect(daemon.approvePlan('run-a', 'ann', {})).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    expect(bench.plans.records.get('run-a')).toEqual(plan());
    bench.actFault = undefined;
    await daemon.approvePlan('run-a', 'ann', { except: [2] });
    expect(bench.plans.choices.at(-1)).toEqual({ kind: 'all', except: [2] });
  });

  it('of a plan that is approved already is not changed by another choice, but refused', async () => {
    const { bench, daemon } = benchWith(plan({ state: 'approved' }));
    for (const choice of [{ only: [1] }, { except: [1] }])
      await expect(daemon.approvePlan('run-a', 'ann', choice)).rejects.toMatchObject({ code: 'PLAN_NOT_OPEN' });
    expect(bench.events).not.toContain('apply-plan guid-files');
  });

  it.each([
    [{ only: [99] }, '99'],
    [{ except: [2, 4] }, ': 4'],
    [{ only: [0] }, ': 0'],
    [{ only: [1.5] }, '1.5'],
    [{ only: [] }, 'names no item'],
    [{ only: [1, 2], except: [2] }, ': 2'],
  ])('is refused as a whole when the choice %j cannot be meant', async (choice, named) => {
    const { bench, daemon } = benchWith(plan());
    await expect(daemon.approvePlan('run-a', 'ann', choice)).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      message: expect.stringContaining(named),
    });
    expect(bench.plans.records.get('run-a')).toEqual(plan());
    expect(bench.plans.choices).toEqual([]);
    expect(bench.events).not.toContain('apply-plan guid-files');
  });

  it.each([
    ['approves', 'approved'],
    ['rejects', 'rejected'],
  ] as const)('is what the first of two says who decide at the same instant and %s it', async (first, state) => {
    const { bench, daemon } = benchWith(plan());
    const approve = () => daemon.approvePlan('run-a', 'ann', {});
    const reject = () => daemon.rejectPlan('run-a', 'bob');
    const [one, other] = first === 'approves' ? [approve(), reject()] : [reject(), approve()];
    const ends = await Promise.allSettled([one, other]);
    expect(ends).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'PLAN_NOT_OPEN', message: `the plan of the run run-a is ${state}` } },
    ]);
    expect(bench.plans.records.get('run-a')?.state).toBe(state);
    expect(bench.events.filter((event) => event === 'apply-plan guid-files')).toHaveLength(
      first === 'approves' ? 1 : 0,
    );
  });

  it('is refused where a newer plan has taken its place meanwhile', async () => {
    const { bench, daemon } = benchWith(plan());
    const choose = bench.plans.approve.bind(bench.plans);
    bench.plans.approve = async (...given) => {
      bench.plans.records.set('run-a', plan({ state: 'superseded' }));
      return choose(...given);
    };
    await expect(daemon.approvePlan('run-a', 'ann', {})).rejects.toMatchObject({ code: 'PLAN_NOT_OPEN' });
    expect(bench.plans.records.get('run-a')?.state).toBe('superseded');
    expect(bench.events).not.toContain('apply-plan guid-files');
  });

  it.each([
    ['stale', 'PLAN_NOT_OPEN'],
    ['applied', 'PLAN_NOT_OPEN'],
    ['superseded', 'PLAN_NOT_OPEN'],
    ['too-large', 'PLAN_TOO_LARGE'],
    ['recording', 'PLAN_NOT_FOUND'],
  ] as const)('is refused of a plan that is %s, which the audit tells', async (state, code) => {
    const { bench, daemon } = benchWith(plan({ state }));
    await expect(daemon.approvePlan('run-a', 'ann', {})).rejects.toMatchObject({ code });
    expect(bench.audits).toContainEqual(expect.objectContaining({ action: 'plan approve', outcome: code }));
    expect(bench.events).not.toContain('apply-plan guid-files');
  });

  it('is one for all catalog targets of a run, with their items numbered through', async () => {
    const { bench, daemon } = benchWith();
    const part = (index: number, target: string, itemCount: number): PlanRecord =>
      plan({
        id: `run-a.${index}`,
        itemCount,
        counts: { ...noPlanCounts, create: itemCount },
        certificates: [{ scope: 'all', seen: itemCount }],
        certificateCount: 1,
        owner: { metadataCollectionId: 'collection', connectorGuid: 'guid-files', target },
      });
    for (const each of [part(0, 'north', 2), part(1, 'south', 1)]) bench.plans.records.set(each.id, each);
    expect(await daemon.plan('run-a')).toMatchObject({
      id: 'run-a',
      state: 'open',
      itemCount: 3,
      counts: { create: 3 },
      certificates: [{ scope: 'north: all' }, { scope: 'south: all' }],
      parts: [
        { id: 'run-a.0', target: 'north', certificateCount: 1 },
        { id: 'run-a.1', target: 'south', itemCount: 1 },
      ],
    });
    await daemon.approvePlan('run-a', 'ann', { only: [2, 3] });
    expect(bench.plans.choices).toEqual([
      { kind: 'only', numbers: [2] },
      { kind: 'only', numbers: [1] },
    ]);
    expect(bench.events).toEqual(
      expect.arrayContaining(['apply-plan guid-files north', 'apply-plan guid-files south']),
    );
    expect(bench.plans.records.get('run-a.1')).toMatchObject({ state: 'approved' });
  });

  it('leaves out the part of a target where it cannot be applied, which waits again and tells why', async () => {
    const { bench, daemon } = benchWith();
    const parts = ['north', 'south'].map((target, index) =>
      plan({ id: `run-a.${index}`, owner: { metadataCollectionId: 'c', connectorGuid: 'guid-files', target } }),
    );
    for (const part of parts) bench.plans.records.set(part.id, part);
    const act = { kind: 'apply-plan', planId: 'run-a.1', by: 'ann', target: 'south' } as const;
    bench.refused = [{ act, error: new IsthmusError('PLAN_NOT_OPEN', 'it was taken away', { next: 'reject it' }) }];
    expect(await daemon.approvePlan('run-a', 'ann', {})).toEqual({
      runId: 'run-2',
      leftOut: [
        { target: 'south', ids: ['run-a.1'], code: 'PLAN_NOT_OPEN', message: 'it was taken away', next: 'reject it' },
      ],
    });
    expect(bench.plans.records.get('run-a.0')).toMatchObject({ state: 'approved' });
    expect(await daemon.plan('run-a.1')).toMatchObject({
      state: 'open',
      notApplied: { code: 'PLAN_NOT_OPEN', next: 'reject it' },
    });
    bench.refused = [];
    await daemon.approvePlan('run-a.1', 'ann', {});
    expect(bench.plans.records.get('run-a.1')).not.toHaveProperty('notApplied');
  });

  it('may be that nothing of it is applied', async () => {
    const { bench, daemon } = benchWith(plan());
    await daemon.rejectPlan('run-a', 'ann', 'wrong folder');
    expect(bench.plans.records.get('run-a')?.state).toBe('rejected');
    await expect(daemon.rejectPlan('none', 'ann')).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' });
  });
});

describe('taking runs back', () => {
  const writing = {
    id: 'run-a',
    owner: { metadataCollectionId: 'collection', connectorGuid: 'guid-files', target: '' },
    at: 0,
    isKept: true,
  };

  it('asks for the run that does it, and stands in the audit', async () => {
    const { bench, daemon } = benchWith();
    bench.undos.runs.set('run-a', writing);
    expect(await daemon.undoRun('run-a', 'ann', 'wrong folder')).toEqual({ runId: 'run-2' });
    expect(bench.events).toContain('undo guid-files');
    expect(bench.audits).toContainEqual(
      expect.objectContaining({ by: 'ann', action: 'run undo', target: 'run-a', reason: 'wrong folder' }),
    );
  });

  it('takes back all that a run did at its catalog targets', async () => {
    const { bench, daemon } = benchWith();
    for (const [index, target] of ['north', 'south'].entries())
      bench.undos.runs.set(`run-a.${index}`, { ...writing, id: `run-a.${index}`, owner: { ...writing.owner, target } });
    await daemon.undoRun('run-a', 'ann');
    expect(bench.events).toEqual(expect.arrayContaining(['undo guid-files north', 'undo guid-files south']));
  });

  it('is refused of a run that is not known, is too old, or was taken back', async () => {
    const { bench, daemon } = benchWith();
    await expect(daemon.undoRun('run-a', 'ann')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    bench.undos.runs.set('run-a', { ...writing, isKept: false });
    await expect(daemon.undoRun('run-a', 'ann')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
    bench.undos.runs.set('run-a', { ...writing, undone: { by: 'bob', at: 0, runId: 'run-b' } });
    await expect(daemon.undoRun('run-a', 'ann')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  });

  it('is ended by a release', async () => {
    const { bench, daemon } = benchWith();
    bench.undos.runs.set('run-a', writing);
    expect(await daemon.releaseRun('run-a', 'ann')).toBe(3);
    expect(bench.undos.released).toEqual(['run-a']);
    await expect(daemon.releaseRun('none', 'ann')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    bench.undos.runs.set('run-a', { ...writing, undone: { by: 'bob', at: 0, runId: 'run-b' } });
    await expect(daemon.releaseRun('run-a', 'ann')).rejects.toMatchObject({
      code: 'RELEASE_NOT_POSSIBLE',
      next: '`isthmus run release run-b`',
    });
    expect(bench.undos.released).toEqual(['run-a']);
  });

  it('is not said to be released when nothing of it is held any more', async () => {
    const { bench, daemon } = benchWith();
    bench.undos.runs.set('run-a', writing);
    bench.undos.heldCount = 0;
    await expect(daemon.releaseRun('run-a', 'ann')).rejects.toMatchObject({
      code: 'RELEASE_NOT_POSSIBLE',
      next: expect.stringContaining('isthmus connector show'),
    });
  });
});

describe('previews and explanations', () => {
  it('are asked for by name', async () => {
    const { bench, daemon } = benchWith();
    expect(await daemon.previewConnector('files', 'ann')).toEqual({ runId: 'run-1' });
    expect(bench.audits).toContainEqual(expect.objectContaining({ action: 'connector preview', target: 'files' }));
    await expect(daemon.explain('nothing', signal)).rejects.toMatchObject({ code: 'ELEMENT_NOT_FOUND' });
  });
});
