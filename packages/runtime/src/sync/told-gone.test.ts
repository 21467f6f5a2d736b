import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport, SyncRun } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';
import { SyncBench } from './testing/sync-bench.js';
import { followChanges, tableItem as item, listAll as list, type Scopes, tell } from './testing/told-changes.js';

let bench: SyncBench;
const deletes: string[] = [];
beforeEach(async () => {
  bench = new SyncBench();
  deletes.length = 0;
  bench.store.onDelete = (name) => deletes.push(name);
});
afterEach(() => bench[Symbol.dispose]());

const listAll = (scopes: Scopes, spec: Parameters<SyncBench['open']>[0] = {}) => list(bench, scopes, spec);
const changes = (told: (run: SyncRun) => Promise<unknown>, spec: Parameters<SyncBench['open']>[0] = {}) =>
  followChanges(bench, told, spec);
const guid = (name: string) => bench.store.live().get(name)?.guid;
const names = () => [...bench.store.live().keys()].sort();
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);

describe('an item that is told to be gone', () => {
  const before: Scopes = { here: [item('a', ['p', 'q']), item('b')], there: [item('c')] };
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await listAll(before);
  });

  it.each([
    ['as a part of another item', (run: SyncRun) => tell(run, 'there', item('c', ['p']))],
    ['as an item of its own', (run: SyncRun) => tell(run, 'there', item('p'))],
  ])('leaves a part that comes back %s, over a cursor that is saved in between', async (_, later) => {
    const was = guid('p');
    await changes(async (run) => {
      await run.gone('here', 'a');
      await run.saveCursor('half');
      await later(run);
      await run.complete('there');
      await run.saveCursor('whole');
    });
    expect(guid('p')).toBe(was);
    expect(deletes.sort()).toEqual(['a', 'q']);
  });

  it.each([
    true,
    false,
  ])('is the same element in another scope, told after the cursor, completed: %s', async (isDone) => {
    const was = guid('a');
    await changes(async (run) => {
      await run.gone('here', 'a');
      if (isDone) await run.complete('here');
      await run.saveCursor('half');
      await tell(run, 'there', item('a', ['p', 'q']));
      await run.saveCursor('whole');
    });
    expect([guid('a'), deletes]).toEqual([was, []]);
    expect((await listAll({ here: [item('b')], there: [item('c'), item('a', ['p', 'q'])] })).counts).toMatchObject({
      unchanged: 3,
      updated: 0,
      deleted: 0,
    });
  });

  it.each([
    ['as it was', item('a', ['p', 'q'])],
    ['with another content', item('a', ['p', 'q'], 'a', 'new')],
  ])('stays where it comes back %s after the cursor', async (_, back) => {
    const was = guid('a');
    await changes(async (run) => {
      await run.gone('here', 'a');
      await run.saveCursor('half');
      await tell(run, 'here', back);
      await run.complete('here');
      await run.saveCursor('whole');
    });
    expect([guid('a'), deletes]).toEqual([was, []]);
    await changes(async () => undefined);
    expect([guid('a'), deletes]).toEqual([was, []]);
  });

  it('stays where it comes back and the metadata server refuses it', async () => {
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === 'a';
    await changes(async (run) => {
      await run.gone('here', 'a');
      await run.saveCursor('half');
      await tell(run, 'here', item('a', ['p', 'q'], 'a', 'new'));
      await run.saveCursor('whole');
    });
    expect(names()).toContain('a');
    bench.store.refuses = () => false;
    await listAll({ ...before, here: [item('a', ['p', 'q'], 'a', 'new'), item('b')] });
    await changes(async () => undefined);
    expect(deletes).toEqual([]);
  });

  it.each(['dies', 'fails'])('is gone after the next run, where its own %s after its cursor', async (how) => {
    const run = await bench.open();
    await run.gone('here', 'a');
    await run.saveCursor('half');
    expect(deletes).toEqual([]);
    if (how === 'fails') await run.finish('failed');
    bench.restart();
    const report = await changes(async (next) => expect(next.cursor).toBe('half'));
    expect(deletes.sort()).toEqual(['a', 'p', 'q']);
    expect(report).toMatchObject({ counts: { deleted: 1 }, findings: [] });
    expect(names()).toEqual(['b', 'c']);
  });

  it.each([
    ['it comes back meanwhile', item('a', ['p', 'q'])],
    ['it comes back as another one', item('a', [], 'other')],
  ])('stays where its run dies and %s', async (_, back) => {
    const run = await bench.open();
    await run.gone('here', 'a');
    await run.saveCursor('half');
    bench.restart();
    await changes(async (next) => {
      await tell(next, 'here', back);
      await next.saveCursor('whole');
    });
    await changes(async () => undefined);
    expect(names()).toContain(back.elements[0].qualifiedName);
  });

  it('is judged by the listing alone, once everything is listed', async () => {
    const run = await bench.open();
    await run.gone('here', 'a');
    await run.saveCursor('half');
    bench.restart();
    // it is there, and its folder could not be read: the listing that follows says nothing of it
    const { fullRunEvery: _, ...settings } = defaultSyncSettings;
    const next = await bench.open({ settings: { ...settings, fullRunEvery: 1 } });
    expect(next.cursor).toBeUndefined();
    await next.finding('here', { severity: 'warning', code: 'UNREADABLE', message: 'a', key: 'a' });
    await tell(next, 'here', item('b'));
    await next.complete('here');
    await tell(next, 'there', item('c'));
    await next.complete('there');
    await next.saveCursor('listed');
    await next.finish('completed');
    await changes(async () => undefined);
    expect(deletes).toEqual([]);
  });

  it('waits for the end of a listing, too', async () => {
    const was = guid('a');
    const run = await bench.open({ settings: { ...defaultSyncSettings, fullRunEvery: 1 } });
    await tell(run, 'here', item('b'));
    await run.gone('here', 'a');
    await run.saveCursor('half');
    await run.complete('here');
    for (const body of [item('c'), item('a', ['p', 'q'])]) await tell(run, 'there', body);
    await run.complete('there');
    await run.finish('completed');
    expect([guid('a'), deletes]).toEqual([was, []]);
  });

  it('is explained while it waits', async () => {
    const run = await bench.open();
    await run.gone('here', 'a');
    await run.saveCursor('half');
    await run.finish('aborted');
    expect(await bench.journal.knownItem(bench.owner, { scope: 'here', key: 'a' })).toMatchObject({ absence: 'gone' });
  });
});

it('goes before what it lies in, which is told to be gone by the run after it', async () => {
  const top: SourceItem = { ...item('top'), opens: 'below' };
  for (let run = 0; run < 3; run += 1) await listAll({ here: [top, item('a')], below: [item('x'), item('y')] });
  const run = await bench.open();
  await run.gone('below', 'x');
  await run.saveCursor('half');
  bench.restart();
  await changes((next) => next.gone('here', 'top').then(() => next.complete('here')));
  expect([names(), deletes.at(-1)]).toEqual([['a'], 'top']);
});

describe('more items than may be removed at once', () => {
  const many = Array.from({ length: 30 }, (_, at) => item(`m${at}`));
  const loseAll = async (run: SyncRun) => {
    for (const { key } of many.slice(1)) await run.gone('here', key);
    await run.saveCursor('half');
  };
  beforeEach(async () => {
    bench.options = { removalLimit: { items: 5, share: 0.5 } };
    for (let run = 0; run < 3; run += 1) await listAll({ here: many, there: [item('c')] });
  });

  it('may be told gone and then in another scope, over a cursor in between', async () => {
    const report = await changes(async (run) => {
      await loseAll(run);
      for (const body of many.slice(1)) await tell(run, 'there', body);
      await run.saveCursor('whole');
    });
    expect([codes(report), deletes]).toEqual([[], []]);
    expect((await listAll({ here: many.slice(0, 1), there: [item('c'), ...many.slice(1)] })).counts).toMatchObject({
      unchanged: 31,
      deleted: 0,
    });
  });

  it.each([
    true,
    false,
  ])('stay as far as they are nowhere else, and are told by each run, its own dies: %s', async (dies) => {
    const run = await bench.open();
    await loseAll(run);
    if (dies) bench.restart();
    else expect(codes(await run.finish('completed'))).toEqual(['DELETE_WITHHELD']);
    for (let next = 0; next < 2; next += 1)
      expect(codes(await changes(async () => undefined))).toEqual(['DELETE_WITHHELD']);
    expect([names().length, deletes]).toEqual([31, []]);
    await listAll({ here: many.slice(0, 1), there: [item('c')] }, { confirmRemovals: true });
    expect(names()).toEqual(['c', 'm0']);
  });
});

describe('what an item was before its source called it otherwise', () => {
  it.each([true, false])('goes with the run over changes, its scope completed: %s', async (isDone) => {
    for (let run = 0; run < 3; run += 1) await listAll({ here: [item('a', ['p'], 'x'), item('b')] });
    const report = await changes(async (run) => {
      await tell(run, 'here', item('a', ['q'], 'y'));
      if (isDone) await run.complete('here');
      await run.saveCursor('whole');
    });
    expect([names(), codes(report)]).toEqual([['b', 'q', 'y'], []]);
  });

  it('stays where the metadata server refuses the new one', async () => {
    for (let run = 0; run < 3; run += 1) await listAll({ here: [item('a', ['p'], 'x'), item('b')] });
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === 'y';
    await changes(async (run) => {
      await tell(run, 'here', item('a', [], 'y'));
      await run.saveCursor('whole');
    });
    expect(names()).toEqual(['b', 'p', 'x']);
  });

  it('goes where its new name was that of another item, which is gone', async () => {
    for (let run = 0; run < 3; run += 1) await listAll({ here: [item('a', ['p'], 'x')], there: [item('c', [], 'y')] });
    await changes(async (run) => {
      await tell(run, 'here', item('a', [], 'y'));
      await run.complete('here');
      await run.gone('there', 'c');
      await run.complete('there');
    });
    expect(names()).toEqual(['y']);
  });
});

describe('what is set aside', () => {
  const held: Scopes = { here: [item('a', [], 'd', 'one')], there: [item('b', [], 'd', 'two')] };
  const textOf = (name: string) => bench.store.live().get(name)?.properties.text;

  describe('as its name is that of another item', () => {
    beforeEach(async () => {
      for (let run = 0; run < 3; run += 1) expect(codes(await listAll(held))).toEqual(['ITEM_NAME_TWICE']);
    });

    it('is told by each run and changes nothing', async () => {
      for (let run = 0; run < 2; run += 1) {
        const report = await changes(async () => undefined);
        expect(codes(report)).toEqual(['ITEM_NAME_TWICE']);
        expect(report.counts).toMatchObject({ updated: 0, setAside: 1 });
      }
      expect(textOf('d')).toBe('one');
    });

    it.each([true, false])('is written once the other one is told to be gone, completed: %s', async (isDone) => {
      const was = guid('d');
      const report = await changes(async (run) => {
        await run.gone('here', 'a');
        if (isDone) await run.complete('here');
        await run.saveCursor('whole');
      });
      expect(codes(report)).toEqual([]);
      expect([guid('d'), textOf('d'), deletes]).toEqual([was, 'two', []]);
      expect(codes(await changes(async () => undefined))).toEqual([]);
      await changes((run) => run.gone('there', 'b').then(() => run.complete('there')));
      expect(deletes).toEqual(['d']);
    });

    it('leaves what a person has set, though the connector has written it since', async () => {
      const properties = { displayName: 'by hand' };
      bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: 'd', properties });
      await changes((run) => tell(run, 'here', item('a', [], 'd', 'one more')));
      await changes((run) => run.gone('here', 'a').then(() => run.complete('here')));
      expect(bench.store.live().get('d')?.properties).toEqual({ displayName: 'by hand', text: 'two' });
    });

    it('is written once the other one has another name', async () => {
      const report = await changes((run) => tell(run, 'here', item('a', [], 'e', 'one')));
      expect(codes(report)).toEqual([]);
      expect([textOf('d'), textOf('e')]).toEqual(['two', 'one']);
    });

    it('does not take the name as it changes', async () => {
      const report = await changes(async (run) => {
        await tell(run, 'there', item('b', [], 'd', 'three'));
        await run.saveCursor('whole');
      });
      expect(codes(report)).toEqual(['ITEM_NAME_TWICE']);
      expect(textOf('d')).toBe('one');
    });

    it('takes it with the content that was told last, over a cursor in between', async () => {
      await changes(async (run) => {
        await tell(run, 'there', item('b', [], 'd', 'three'));
        await run.saveCursor('half');
        await tell(run, 'there', item('b', [], 'd', 'four'));
        await run.saveCursor('half and more');
        await run.gone('here', 'a');
        await run.saveCursor('whole');
      });
      expect([textOf('d'), deletes]).toEqual(['four', []]);
    });

    it('is not lost by a run that dies after its cursor', async () => {
      const run = await bench.open();
      await tell(run, 'there', item('b', [], 'd', 'three'));
      await run.saveCursor('half');
      bench.restart();
      await changes((next) => next.gone('here', 'a').then(() => next.complete('here')));
      expect([textOf('d'), deletes]).toEqual(['three', []]);
    });

    it('is not made once it is told to be gone itself', async () => {
      await changes(async (run) => {
        await tell(run, 'there', item('b', [], 'd', 'three'));
        await run.gone('there', 'b');
        await run.gone('here', 'a');
        await run.complete('here');
        await run.complete('there');
      });
      expect(names()).toEqual([]);
    });
  });

  it('is written over changes where two change their names with each other', async () => {
    for (let run = 0; run < 3; run += 1) await listAll({ all: [item('a', [], 'x', '1'), item('b', [], 'y', '2')] });
    const report = await changes(async (run) => {
      await tell(run, 'all', item('a', [], 'y', '1'));
      await run.saveCursor('half');
      await tell(run, 'all', item('b', [], 'x', '2'));
      await run.saveCursor('whole');
    });
    expect(codes(report)).toEqual([]);
    expect([textOf('x'), textOf('y'), deletes]).toEqual(['2', '1', []]);
  });

  it('is written over changes where two of several scopes change their names with each other', async () => {
    const before: Scopes = { here: [item('a', [], 'x', '1')], there: [item('b', [], 'y', '2')] };
    for (let run = 0; run < 3; run += 1) await listAll(before);
    const report = await changes(async (run) => {
      await tell(run, 'here', item('a', [], 'y', '1'));
      await run.saveCursor('half');
      await tell(run, 'there', item('b', [], 'x', '2'));
      await run.complete('here');
      await run.complete('there');
      await run.saveCursor('whole');
    });
    expect(codes(report)).toEqual([]);
    expect([textOf('x'), textOf('y'), deletes]).toEqual(['2', '1', []]);
  });

  describe('as it was there before', () => {
    const settings = { settings: { ...defaultSyncSettings, adoption: 'report' } } as const;
    const told: Scopes = { here: [item('a'), item('theirs')] };
    beforeEach(async () => {
      bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: 'theirs', properties: { text: 'theirs' } });
      for (let run = 0; run < 3; run += 1) expect(codes(await listAll(told, settings))).toEqual(['ELEMENT_EXISTS']);
    });

    it('is told by each run, and made once the other element is gone', async () => {
      expect(codes(await changes(async () => undefined, settings))).toEqual(['ELEMENT_EXISTS']);
      bench.store.steward({ op: 'delete', qualifiedName: 'theirs' });
      const report = await changes(async () => undefined, settings);
      expect(report).toMatchObject({ isPartial: false, counts: { setAside: 0, restored: 1 } });
    });
  });

  it('as others change it each time is written by the next run over changes', async () => {
    const source = { settings: { ...defaultSyncSettings, fieldPolicy: { '*': 'source' } } } as const;
    for (let run = 0; run < 3; run += 1) await listAll({ here: [item('a', [], 'a', '1'), item('b')] }, source);
    let edits = 0;
    bench.store.beforeBatch = () => {
      edits += 1;
      const properties = { text: `by hand ${edits}` };
      bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: 'a', properties });
    };
    expect(codes(await listAll({ here: [item('a', [], 'a', 'new'), item('b')] }, source))).toContain('ITEM_CONTESTED');
    bench.store.beforeBatch = () => undefined;
    const report = await changes(async () => undefined, source);
    expect(report).toMatchObject({ isPartial: false, counts: { setAside: 0 } });
    expect(textOf('a')).toBe('new');
  });
});
