import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, file, folder, list, type SourceNode, smallTree } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const one = { source: 'one' };
const other = { source: 'other' };
const confirmed = { confirmRemovals: true };
const table = (...columns: readonly string[]) => folder({ t: file('t', columns) });
const without = (name: string) => {
  const tree = smallTree();
  tree.children.delete(name);
  return tree;
};
const withheld = expect.objectContaining({
  severity: 'error',
  code: 'DELETE_WITHHELD',
  message: expect.stringMatching(/another source answers than the one that was listed before.*--confirm-removals/),
});

describe('a place that is another one', () => {
  const at = (place: string) => ({ place: () => place });
  const files = (...names: readonly string[]) => folder(Object.fromEntries(names.map((name) => [name, file(name)])));
  const all = files('a', 'b', 'c', 'd');

  it('is not taken for the one before by one thing of a common name', async () => {
    await bench.sync(all, {}, at('one'));
    expect(await bench.sync(files('b'), {}, at('other'))).toMatchObject({ isPartial: true, counts: { deleted: 0 } });
    expect(bench.inStore()).toEqual(bench.inSource(all));
  });

  it('keeps what was missed there when little of it comes up again, and lets go when half of it does', async () => {
    await bench.sync(all, {}, at('one'));
    await bench.sync(files(), {}, at('none'));
    await bench.sync(files('b'), {}, at('other'));
    expect(bench.inStore()).toEqual(bench.inSource(all));
    await bench.sync(files('a', 'b', 'c'), {}, at('one'));
    expect(bench.inStore()).toEqual(bench.inSource(files('a', 'b', 'c')));
  });
});

describe('another source that answers in the place of the one that was listed', () => {
  it('removes nothing, over restarts too, and says in each run why', async () => {
    await bench.sync(smallTree(), {}, one);
    for (let runs = 0; runs < 3; runs += 1) {
      bench.restart();
      const report = await bench.sync(without('b'), {}, other);
      expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 }, findings: [withheld] });
    }
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('takes no parts of what it has too', async () => {
    await bench.sync(table('id', 'n'), {}, one);
    const report = await bench.sync(table('id'), {}, other);
    expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 }, findings: [withheld] });
    expect(Object.keys(bench.inStore())).toContain('TabularFileColumn::test:/top/t:n');
    await bench.sync(table('id', 'n'), {}, one);
    await bench.sync(table('id'), {}, one);
    expect(bench.inStore()).toEqual(bench.inSource(table('id')));
  });

  it('may add, and the one before may remove again once it is back', async () => {
    await bench.sync(smallTree(), {}, one);
    const more = without('b');
    more.children.set('new', file());
    expect((await bench.sync(more, {}, other)).counts).toMatchObject({ created: 1, deleted: 0 });
    expect(await bench.sync(smallTree(), {}, one)).toMatchObject({ counts: { deleted: 1 }, findings: [] });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('has taken its place when it shows all that was known', async () => {
    await bench.sync(smallTree(), {}, one);
    expect((await bench.sync(smallTree(), {}, other)).findings).toEqual([]);
    const smaller = smallTree();
    childrenAt(smaller, 'a').delete('one.csv');
    expect((await bench.sync(smaller, {}, other)).findings).toEqual([]);
    expect(bench.inStore()).toEqual(bench.inSource(smaller));
    expect((await bench.sync(without('b'), {}, one)).findings).toContainEqual(withheld);
  });

  it('has taken its place though something is kept since a filter was narrowed', async () => {
    const narrow = { boundaryHash: 'narrow' };
    await bench.sync(smallTree(), {}, one);
    await bench.sync(without('b'), narrow, one);
    await bench.sync(without('b'), narrow, other);
    const smaller = without('b');
    childrenAt(smaller, 'a').delete('one.csv');
    expect((await bench.sync(smaller, narrow, other)).counts.deleted).toBeGreaterThan(0);
    expect(Object.keys(bench.inStore())).toContain('FileFolder::test:/top/b');
    expect(Object.keys(bench.inStore())).not.toContain('DataFile::test:/top/a/one.csv');
  });

  it('has taken its place when people confirm it', async () => {
    await bench.sync(smallTree(), {}, one);
    expect((await bench.sync(without('b'), confirmed, other)).findings).toEqual([]);
    expect(bench.inStore()).toEqual(bench.inSource(without('b')));
    await bench.sync(without('a'), {}, other);
    expect(Object.keys(bench.inStore())).not.toContain('FileFolder::test:/top/a');
  });

  it('may be any that does not say who it is: nothing is removed then either', async () => {
    await bench.sync(smallTree(), {}, one);
    expect((await bench.sync(without('b'), {})).findings).toEqual([withheld]);
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('is listed as a whole: the cursor of the one before does not hold, nor its own while something is kept', async () => {
    const listed = async (root: SourceNode, source: string) => {
      const run = await bench.open();
      const goesOn = await run.source(source);
      const { cursor } = run;
      if (cursor === undefined) await list(run, root);
      await run.saveCursor(source);
      await run.finish('completed');
      return { goesOn, cursor };
    };
    await listed(smallTree(), 'one');
    expect(await listed(smallTree(), 'one')).toEqual({ goesOn: true, cursor: 'one' });
    expect(await listed(without('b'), 'other')).toEqual({ goesOn: false, cursor: undefined });
    expect(await listed(without('b'), 'other')).toEqual({ goesOn: false, cursor: undefined });
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('is told by a preview as well, which changes nothing of what is known', async () => {
    await bench.sync(smallTree(), {}, one);
    expect((await bench.sync(without('b'), { mode: 'preview' }, other)).findings).toEqual([withheld]);
    expect((await bench.sync(without('b'), {}, one)).counts.deleted).toBeGreaterThan(0);
  });
});
