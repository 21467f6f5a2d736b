import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defaultSyncSettings } from '../sync/sync-settings.js';
import { childrenAt, digestOf, file, folder, itemOf, smallTree } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const one = 'DataFile::test:/top/a/one.csv';

describe('a plan', () => {
  it('writes nothing and tells creates with their values, in the order of applying', async () => {
    const plan = await bench.preview(smallTree());
    expect(bench.store.elements.size).toBe(0);
    expect(plan).toMatchObject({ state: 'open', itemCount: 7, isCertified: true, counts: { create: 7, delete: 0 } });
    expect(plan.certificates).toContainEqual({ scope: 'folder:/top/a', seen: 2 });
    const items = await bench.planItems(plan, { text: 'ONE.csv' });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ action: 'create', qualifiedName: one, typeName: 'DataFile', decision: 'open' });
    expect(items[0]?.changes.map(({ qualifiedName }) => qualifiedName)).toEqual([
      one,
      'TabularFileColumn::test:/top/a/one.csv:id',
      'TabularFileColumn::test:/top/a/one.csv:name',
    ]);
    expect(items[0]?.changes[0]?.fields).toContainEqual({ kind: 'property', field: 'text', to: '1' });
  });

  it('tells the old and the new value of each field, and deletes with their reason', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'a').set('one.csv', file('1b', ['id']));
    childrenAt(root, 'b').delete('deep');
    const plan = await bench.preview(root);
    expect(plan.counts).toMatchObject({ create: 0, update: 1, delete: 2 });
    const [updated] = await bench.planItems(plan, { actions: ['update'] });
    expect(updated?.changes).toEqual([
      {
        qualifiedName: one,
        typeName: 'DataFile',
        action: 'update',
        fields: [
          { kind: 'property', field: 'text', from: '1', to: '1b' },
          { kind: 'property', field: 'additionalProperties.text,1', from: '1' },
          { kind: 'property', field: 'additionalProperties.text,1b', to: '1b' },
        ],
      },
      expect.objectContaining({ qualifiedName: 'TabularFileColumn::test:/top/a/one.csv:name', action: 'delete' }),
    ]);
    const deleted = await bench.planItems(plan, { actions: ['delete'] });
    expect(deleted.map(({ reason }) => reason)).toEqual([
      'lies below FileFolder::test:/top/b/deep, which is no longer listed in folder:/top/b, which was listed completely (0 seen)',
      'no longer listed in folder:/top/b, which was listed completely (0 seen)',
    ]);
  });

  it('has an item once that the source tells twice', async () => {
    await bench.sync(smallTree());
    const run = await bench.open({ mode: 'preview', runId: 'twice', full: false });
    const body = itemOf('/top', 'a', folder({ changed: file('1') }));
    for (const opens of ['folder:/top/a', 'folder:/top/a/b']) {
      const digest = { ...digestOf(body), hash: 'changed', opens };
      await run.offer('folder:/top', [digest]);
      await run.deliver('folder:/top', [{ digest, body }]);
    }
    await run.finish('completed');
    const plan = await bench.journal.plans.plan('twice');
    expect(plan).toMatchObject({ itemCount: 1 });
  });

  it('keeps what differs only in fields that people have set, and names them', async () => {
    const root = smallTree();
    await bench.sync(root);
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text: 'by hand' } });
    const plan = await bench.preview(root);
    expect(plan.counts).toMatchObject({ update: 0, adopt: 0 });
    expect(await bench.planItems(plan, { actions: ['keep'] })).toMatchObject([
      { qualifiedName: one, reason: 'as others have set them, these fields stay: text' },
    ]);
  });

  it('names what stays as people have set it also where only parts of the item change', async () => {
    const root = smallTree();
    await bench.sync(root);
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text: 'by hand' } });
    childrenAt(root, 'a').set('one.csv', file('1', ['id', 'name', 'more']));
    const plan = await bench.preview(root);
    const [updated] = await bench.planItems(plan, { actions: ['update'] });
    expect(updated?.changes).toMatchObject([
      { qualifiedName: one, action: 'unchanged', fields: [], kept: { text: 'by hand' } },
      { qualifiedName: 'TabularFileColumn::test:/top/a/one.csv:more', action: 'create' },
    ]);
  });

  it('is stale when a person has linked what it deletes, not when what hung on it went', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'b').delete('deep');
    const deep = 'FileFolder::test:/top/b/deep';
    const plan = await bench.approve(await bench.preview(root));
    const link = { typeName: 'SemanticAssignment', end1: deep, end2: one } as const;
    bench.store.steward({ op: 'link', ...link });
    await expect(bench.act({ kind: 'apply-plan', planId: plan.id })).rejects.toMatchObject({ code: 'PLAN_STALE' });
    expect(await bench.planItems(plan, { decisions: ['stale'] })).toMatchObject([
      { qualifiedName: deep, fault: { message: expect.stringContaining('SemanticAssignment') } },
    ]);
    expect(bench.store.live().has(deep)).toBe(true);
    const next = await bench.approve(await bench.preview(root));
    bench.store.steward({ op: 'unlink', ...link });
    await bench.act({ kind: 'apply-plan', planId: next.id });
    expect(bench.store.live().has(deep)).toBe(false);
  });

  it('keeps what another connector has too, and counts it as no deletion', async () => {
    const root = smallTree();
    const { owner } = bench;
    await bench.sync(root);
    bench.owner = { ...owner, connectorGuid: 'other' };
    for (let run = 0; run < 3; run += 1) await bench.sync(root);
    bench.owner = owner;
    childrenAt(root, 'a').delete('one.csv');
    const plan = await bench.preview(root);
    expect(plan.counts).toMatchObject({ delete: 0, adopt: 0, keep: 1 });
    expect(await bench.planItems(plan, { actions: ['keep'] })).toMatchObject([
      { qualifiedName: one, reason: expect.stringContaining('another connector has it too') },
    ]);
    const report = await bench.sync(root);
    expect(report.counts).toMatchObject({ deleted: 0 });
    expect(report.findings).toMatchObject([{ code: 'ELEMENT_LET_GO' }]);
    expect(bench.store.live().has(one)).toBe(true);
  });

  it('is applied in a run and leaves nothing for the next one', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'a').set('one.csv', file('1b', ['id']));
    childrenAt(root, 'b').delete('deep');
    const plan = await bench.approve(await bench.preview(root));
    const report = await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(report).toMatchObject({ isPartial: false, counts: { updated: 1, deleted: 2 } });
    expect(bench.inStore()).toEqual(bench.inSource(root));
    expect(await bench.journal.plans.plan(plan.id)).toMatchObject({ state: 'applied' });
    expect((await bench.sync(root)).counts).toMatchObject({ updated: 0, created: 0, deleted: 0, unchanged: 5 });
  });

  it('is refused when an element has changed since, with what changed, and writes nothing', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'a').set('one.csv', file('1b'));
    childrenAt(root, 'a').set('new', file('n'));
    const plan = await bench.approve(await bench.preview(root));
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text: 'by hand' } });
    const before = bench.inStore();
    await expect(bench.act({ kind: 'apply-plan', planId: plan.id })).rejects.toMatchObject({
      code: 'PLAN_STALE',
      details: { changed: [one], changedCount: 1 },
    });
    expect(bench.inStore()).toEqual(before);
    expect(await bench.journal.plans.plan(plan.id)).toMatchObject({ state: 'stale' });
    expect(await bench.planItems(plan, { decisions: ['stale'] })).toEqual([
      expect.objectContaining({ qualifiedName: one, fault: expect.objectContaining({ code: 'ELEMENT_CHANGED' }) }),
    ]);
  });

  it('is applied as far as people approved it', async () => {
    const root = smallTree();
    await bench.sync(root);
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'name']));
    childrenAt(root, 'b').delete('deep');
    const plan = await bench.preview(root);
    const [updated] = await bench.planItems(plan, { actions: ['update'] });
    await bench.approve(plan, { kind: 'only', numbers: [updated?.number ?? 0] });
    const report = await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(report.counts).toMatchObject({ updated: 1, deleted: 0 });
    expect(bench.store.elements.get('FileFolder::test:/top/b/deep')?.live).toBe(true);
    expect(await bench.planItems(plan, { decisions: ['left-out'] })).toHaveLength(2);
  });

  it('gives way to the next plan, and is taken away when its run fails', async () => {
    const first = await bench.preview(smallTree());
    const run = await bench.open({ mode: 'preview', runId: 'broken' });
    await run.finish('failed');
    expect(await bench.journal.plans.plan('broken')).toBeUndefined();
    const second = await bench.preview(folder({ x: file() }));
    expect(await bench.journal.plans.plan(first.id)).toMatchObject({ state: 'superseded' });
    await expect(bench.act({ kind: 'apply-plan', planId: first.id })).rejects.toMatchObject({ code: 'PLAN_NOT_OPEN' });
    await expect(bench.act({ kind: 'apply-plan', planId: 'none' })).rejects.toMatchObject({ code: 'PLAN_NOT_FOUND' });
    expect((await bench.journal.plans.plansOf('connector', 9)).map(({ id }) => id)).toEqual([second.id, first.id]);
  });

  it('keeps what is kept with its reason, and adopts what is there already', async () => {
    await bench.sync(smallTree());
    await bench.journal.forget(bench.owner);
    const plan = await bench.preview(smallTree());
    expect(plan.counts).toMatchObject({ create: 0, update: 0, adopt: 7 });
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(await bench.journal.knownCount(bench.owner)).toBe(7);
    const emptied = await bench.preview(folder({}));
    expect(emptied.counts).toMatchObject({ delete: 0 });
    expect((await bench.planItems(emptied, { actions: ['keep'] }))[0]?.reason).toMatch(/two complete runs/);
  });

  it('leaves out what was there before where the registration says so, of items that are anchored to others too', async () => {
    const qualifiedName = 'DataFile::test:/anchored';
    const byHand = { displayName: 'by hand' };
    for (const name of ['FileFolder::test:/', qualifiedName])
      bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: name, properties: byHand });
    const settings = { ...defaultSyncSettings, adoption: 'report' } as const;
    const run = await bench.open({ runId: 'asking', mode: 'preview', settings });
    const element = { typeName: 'DataFile', qualifiedName, properties: { text: '1' }, anchor: 'FileFolder::test:/' };
    const body = { key: 'x', elements: [element] as const };
    await run.offer('root', [digestOf(body)]);
    await run.deliver('root', [{ digest: digestOf(body), body }]);
    await run.complete('root');
    await run.finish('completed');
    const plan = await bench.journal.plans.plan('asking');
    if (plan === undefined) throw new Error('no plan');
    expect(await bench.planItems(plan)).toMatchObject([{ action: 'keep', qualifiedName, changes: [] }]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(bench.store.elements.get(qualifiedName)?.properties).toEqual(byHand);
    expect(await bench.journal.knownCount(bench.owner)).toBe(0);
  });
});
