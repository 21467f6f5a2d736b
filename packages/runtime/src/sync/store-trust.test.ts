import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, digestOf, file, folder, itemOf, smallTree } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

describe('trust in what was written', () => {
  it('restores what somebody deleted in the store, and its links', async () => {
    await bench.sync(smallTree());
    bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
    bench.store.steward({ op: 'delete', qualifiedName: 'TabularFileColumn::test:/top/a/one.csv:id' });
    const report = await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
    expect(report.counts).toMatchObject({ restored: 1, updated: 2, unchanged: 4 });
    bench.store.requests.length = 0;
    await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.store.requests).toEqual(['identity', 'changes']);
  });

  it('links what lies below a folder again in the run that makes the folder anew', async () => {
    await bench.sync(smallTree());
    bench.store.purge('FileFolder::test:/top/a');
    bench.store.purge('FileFolder::test:/top/b');
    const report = await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
    expect(report).toMatchObject({ isPartial: false, counts: { created: 2, updated: 3, unchanged: 2 } });
  });

  it('says so when what lies below a folder was compared before the folder was made anew', async () => {
    await bench.sync(smallTree());
    bench.store.purge('FileFolder::test:/top/a');
    const run = await bench.open();
    const item = itemOf('/top/a', 'two.txt', file('2'));
    expect(await run.offer('folder:/top/a', [digestOf(item)])).toEqual([]);
    const above = itemOf('/top', 'a', folder());
    await run.deliver('folder:/top', [{ digest: digestOf(above), body: above }]);
    const report = await run.finish('completed');
    expect(report.isPartial).toBe(true);
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'LINKS_DOUBTFUL', scope: 'folder:/top/a' }));
    await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('knows what an open batch writes into another store as written there', async () => {
    bench.store.afterBatch = () => {
      throw new Error('the answer is lost');
    };
    const with1 = folder({ a: file('1') });
    await expect(bench.sync(with1)).rejects.toThrow();
    bench.store.afterBatch = () => undefined;
    bench.store.wipe();
    const name = 'DataFile::test:/top/a';
    for (let run = 0; run < 4; run += 1) {
      await bench.sync(folder());
      if (run === 0)
        bench.store.steward({
          op: 'upsert',
          typeName: 'DataFile',
          qualifiedName: name,
          properties: { label: 'by hand' },
        });
    }
    expect(bench.store.live().has(name)).toBe(false);
    const { findings } = await bench.sync(folder({ a: file('2') }));
    expect(findings).toEqual([]);
    expect(bench.store.live().get(name)?.properties).toMatchObject({ text: '2', label: 'by hand' });
  });

  it('reads nothing of what others changed while there is nothing that it could have changed', async () => {
    bench.store.beforeBatch = () =>
      bench.store.steward({ op: 'upsert', typeName: 'X', qualifiedName: 'other', properties: {} });
    await bench.sync(smallTree());
    expect(bench.store.requests).toEqual(['identity', 'writeBatch']);
    bench.store.beforeBatch = () => undefined;
    bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
    const report = await bench.sync(smallTree(), {}, { keeps: true });
    expect(report.counts).toMatchObject({ restored: 1 });
    expect(bench.inStore()).toEqual({ ...bench.inSource(smallTree()), other: expect.anything() });
  });

  it('notices what somebody did between two batches of one run', async () => {
    bench.options = { maxOperations: 2 };
    bench.store.afterBatch = () => {
      if (bench.store.live().size > 3) bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
    };
    await bench.sync(smallTree());
    bench.store.afterBatch = () => undefined;
    await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('compares its own writes once more when the store cannot tell whose a change is', async () => {
    bench.store.tellsOwnChanges = false;
    await bench.sync(smallTree());
    expect((await bench.sync(smallTree(), {}, { keeps: true })).counts).toMatchObject({ unchanged: 7, updated: 0 });
    bench.store.requests.length = 0;
    await bench.sync(smallTree(), {}, { keeps: true });
    expect(bench.store.requests).toEqual(['identity', 'changes']);
  });

  it('compares everything when the feed no longer reaches back, and may still delete', async () => {
    const root = smallTree();
    await bench.sync(root);
    bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
    bench.store.steward({ op: 'upsert', typeName: 'X', qualifiedName: 'other', properties: {} });
    bench.store.forgetChanges();
    root.children.delete('b');
    await bench.sync(root, {}, { keeps: true });
    bench.store.steward({ op: 'delete', qualifiedName: 'other' });
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it.each([
    0, 1, 20,
  ])('notices that a store was restored though others lifted its sequence again, by %s more than there was', async (more) => {
    const root = smallTree();
    await bench.sync(root);
    const backup = bench.store.backup();
    const known = await sequence();
    childrenAt(root, 'a').set('one.csv', file('changed', ['id', 'name']));
    childrenAt(root, 'a').set('new.txt', file('new'));
    await bench.sync(root);
    const reached = await sequence();
    expect(reached).toBeGreaterThan(known);
    bench.store.restore(backup);
    for (let index = known; index < reached + more; index += 1) {
      bench.store.steward({ op: 'upsert', typeName: 'Term', qualifiedName: `term ${index}`, properties: {} });
    }
    expect(await sequence()).toBe(reached + more);
    childrenAt(root, 'b').delete('deep');
    const report = await bench.sync(root, {}, { keeps: true });
    expect(Object.keys(bench.inStore())).toContain('DataFile::test:/top/a/new.txt');
    expect(bench.store.elements.get('DataFile::test:/top/a/one.csv')?.properties.text).toBe('changed');
    expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 } });

    async function sequence(): Promise<number> {
      return (await bench.store.identity()).changeSequence ?? 0;
    }
  });

  it('clears what it once wrote of an element that went after the store was restored, and has come back', async () => {
    const written = folder({ f: file('2') });
    await bench.sync(written);
    const backup = bench.store.backup();
    await bench.sync(folder({ f: file('2'), other: file() }));
    bench.store.restore(backup);
    // the first run doubts its memory, and the element goes before it is written anew
    await bench.sync(folder({}));
    await bench.sync(folder({}));
    await bench.sync(folder({}));
    expect([...bench.store.live().keys()]).not.toContain('DataFile::test:/top/f');
    const back = folder({ f: file('1') });
    await bench.sync(back);
    expect(bench.inStore()).toEqual(bench.inSource(back));
  });

  it('writes everything again into a store that was wiped, and deletes nothing before two full runs', async () => {
    const root = smallTree();
    await bench.sync(root);
    bench.store.wipe();
    await bench.sync(root, {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(root));
    const smaller = smallTree();
    smaller.children.delete('b');
    const untrusted = await bench.sync(smaller, {}, { keeps: true });
    expect(untrusted.isPartial).toBe(true);
    expect(untrusted.findings).toEqual([expect.objectContaining({ severity: 'warning', code: 'DELETE_WITHHELD' })]);
    expect(bench.inStore()).toEqual(bench.inSource(root));
    await bench.sync(smaller, {}, { keeps: true });
    expect(bench.inStore()).toEqual(bench.inSource(smaller));
  });

  it('adopts by name after the journal is lost, and deletes nothing before two full runs', async () => {
    const root = smallTree();
    await bench.sync(root);
    await bench.journal.forget(bench.owner);
    expect((await bench.sync(root)).counts).toMatchObject({ unchanged: 7, created: 0 });
    childrenAt(root, 'a').delete('two.txt');
    childrenAt(root, 'a').set('one.csv', file('1', ['id']));
    await bench.sync(root);
    expect(Object.keys(bench.inStore())).toContain('DataFile::test:/top/a/two.txt');
    expect(Object.keys(bench.inStore())).toContain('TabularFileColumn::test:/top/a/one.csv:name');
    await bench.sync(root);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  describe('in a store without a feed', () => {
    const day = 24 * 60 * 60 * 1000;
    let root: ReturnType<typeof smallTree>;
    beforeEach(async () => {
      bench.store.hasFeed = false;
      root = smallTree();
      await bench.sync(root, {}, { keeps: true });
      bench.store.requests.length = 0;
    });

    it('asks nothing about what is unchanged, and writes what is', async () => {
      expect((await bench.sync(root)).counts).toMatchObject({ unchanged: 7 });
      expect(bench.store.requests).toEqual(['identity', 'get']);
      childrenAt(root, 'a').set('new.txt', file('new'));
      childrenAt(root, 'b').delete('deep');
      await bench.sync(root, {}, { keeps: true });
      expect(bench.inStore()).toEqual(bench.inSource(root));
    });

    it('compares everything once a day', async () => {
      bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
      childrenAt(root, 'b').delete('deep');
      await bench.clock.advance(day);
      await bench.sync(root, {}, { keeps: true });
      expect(bench.inStore()).toEqual(bench.inSource(root));
      bench.store.requests.length = 0;
      await bench.sync(root, {}, { keeps: true });
      expect(bench.store.requests).toEqual(['identity', 'get']);
    });

    it('compares what a run that broke off had left in the run after it', async () => {
      bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
      await bench.clock.advance(day);
      await (await bench.open()).finish('failed');
      await bench.sync(root, {}, { keeps: true });
      expect(bench.inStore()).toEqual(bench.inSource(root));
    });

    it('compares everything when the store no longer holds what it held last', async () => {
      bench.store.elements.clear();
      await bench.sync(root, {}, { keeps: true });
      expect(bench.inStore()).toEqual(bench.inSource(root));
    });

    it('compares everything after something was not there to hang a new element to', async () => {
      bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
      childrenAt(root, 'a').set('new.txt', file('new'));
      expect((await bench.sync(root, {}, { keeps: true })).isPartial).toBe(true);
      await bench.sync(root, {}, { keeps: true });
      expect(bench.inStore()).toEqual(bench.inSource(root));
    });
  });

  it('applies no plan that was made before the store was restored, whatever versions the elements have by now', async () => {
    const one = 'DataFile::test:/top/a/one.csv';
    const root = smallTree();
    await bench.sync(root);
    const backup = bench.store.backup();
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'name']));
    await bench.sync(root);
    childrenAt(root, 'a').delete('one.csv');
    const plan = await bench.approve(await bench.preview(root));
    bench.store.restore(backup);
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text: 'by hand' } });
    await expect(bench.act({ kind: 'apply-plan', planId: plan.id })).rejects.toThrow(/PLAN_STALE|restored/);
    expect(bench.store.live().get(one)?.properties).toMatchObject({ text: 'by hand' });
    expect(await bench.journal.plans.plan(plan.id)).toMatchObject({
      state: 'stale',
      notApplied: { code: 'PLAN_STALE', message: expect.stringContaining('restored') },
    });
  });

  it('lets plans wait no longer once a run has found that the store was restored', async () => {
    const root = smallTree();
    await bench.sync(root);
    const backup = bench.store.backup();
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'name']));
    await bench.sync(root);
    childrenAt(root, 'a').delete('one.csv');
    const { id } = await bench.preview(root);
    bench.store.restore(backup);
    await bench.sync(root);
    expect(await bench.journal.plans.plan(id)).toMatchObject({ state: 'stale' });
  });
});
