import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';
import { qualifiedName, syncTold, type Told, toldItem } from './testing/told-items.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const sync = (told: readonly Told[], spec: Parameters<SyncBench['open']>[0] = {}) => syncTold(bench, told, spec, 10);
const elementOf = (name: string) => bench.store.elements.get(qualifiedName(name));
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);

const item = (name: string, scope: string, text = name): Told => ({ key: name, name, text, scope });
const here = [item('a', 'here'), item('stays', 'here')];
const there = [item('b', 'there')];
const moved = { here: [item('stays', 'here')], there: [item('b', 'there'), item('a', 'there')] };

describe('an item that another scope lists than before', () => {
  const deletes: string[] = [];
  beforeEach(async () => {
    deletes.length = 0;
    for (let run = 0; run < 3; run += 1) await sync([...here, ...there]);
    bench.store.beforeBatch = ({ operations }) => {
      for (const operation of operations) if (operation.op === 'delete') deletes.push(operation.qualifiedName);
    };
  });

  it.each([
    ['its former scope is listed first', [...moved.here, ...moved.there]],
    ['its new scope is listed first', [...moved.there, ...moved.here]],
  ])('stays the same element, where %s', async (_, told) => {
    const before = elementOf('a');

    const report = await sync(told);
    expect(codes(report)).toEqual([]);
    expect(report.counts).toMatchObject({ created: 0 });
    expect(elementOf('a')?.guid).toBe(before?.guid);
    expect(deletes).toEqual([]);
    expect(bench.store.live().has(qualifiedName('a'))).toBe(true);
    expect((await sync(told)).counts).toMatchObject({ unchanged: 3, created: 0, updated: 0, deleted: 0 });
    expect((await sync([...moved.here, ...there])).counts).toMatchObject({ deleted: 1 });
    expect(bench.store.live().has(qualifiedName('a'))).toBe(false);
  });

  it.each([
    ['its former scope is listed first', [...moved.here, ...moved.there]],
    ['its new scope is listed first', [...moved.there, ...moved.here]],
  ])('is deleted by no plan, where %s', async (_, told) => {
    await sync(told, { runId: 'looks', mode: 'preview' });
    const rows = await bench.journal.plans.items('looks', {}, 0, 100);
    expect(rows.filter(({ action }) => action === 'delete' || action === 'create')).toEqual([]);
  });

  it('is not deleted by a run that ends before the new scope is listed', async () => {
    const run = await bench.open();
    const bodies = moved.here.map(toldItem);
    await run.offer('here', bodies.map(digestOf));
    await run.complete('here');
    await run.finish('failed');
    expect(bench.store.live().has(qualifiedName('a'))).toBe(true);
    bench.restart();
    await sync([...moved.here, ...there]);
    expect(bench.store.live().has(qualifiedName('a'))).toBe(false);
  });

  it('keeps what a person has set, whichever scope is listed first', async () => {
    const properties = { description: 'by hand', text: 'by hand' };
    bench.store.steward({ op: 'upsert', typeName: 'Database', qualifiedName: qualifiedName('a'), properties });
    await sync([...moved.here, ...moved.there]);
    expect(elementOf('a')?.properties).toMatchObject({ description: 'by hand', text: 'by hand' });
    await sync([...there, ...here]);
    expect(elementOf('a')?.properties).toMatchObject({ description: 'by hand', text: 'by hand' });
  });

  it.each([
    ['its former scope is listed first', (at: string) => [item('stays', 'here'), ...there, item('a', 'there', at)]],
    ['its new scope is listed first', (at: string) => [...there, item('a', 'there', at), item('stays', 'here')]],
  ])('keeps what a person has set before the connector wrote it again, where %s', async (_, told) => {
    const properties = { displayName: 'by hand' };
    bench.store.steward({ op: 'upsert', typeName: 'Database', qualifiedName: qualifiedName('a'), properties });
    await sync([item('a', 'here', 'new'), item('stays', 'here'), ...there]);
    expect(elementOf('a')?.properties).toMatchObject({ displayName: 'by hand', text: 'new' });
    await sync(told('newer'));
    expect(elementOf('a')?.properties).toMatchObject({ displayName: 'by hand', text: 'newer' });
    await sync(told('newest'));
    expect(elementOf('a')?.properties).toMatchObject({ displayName: 'by hand', text: 'newest' });
  });

  it.each([
    ['its former scope is listed first', [...moved.here, ...moved.there]],
    ['its new scope is listed first', [...moved.there, ...moved.here]],
  ])('is known where it was until its new place can be written, and goes with that, where %s', async (_, told) => {
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === qualifiedName('a');
    const report = await sync(told);
    expect(codes(report)).toContain('DELETE_WITHHELD');
    expect(bench.store.live().has(qualifiedName('a'))).toBe(true);
    expect((await sync([...moved.here, ...there])).counts).toMatchObject({ deleted: 1 });
    expect(bench.store.live().has(qualifiedName('a'))).toBe(false);
  });

  it('goes with the next run that lists everything, where a run with a cursor was cut', async () => {
    const run = await bench.open();
    await run.offer('here', moved.here.map(toldItem).map(digestOf));
    await run.complete('here');
    await run.saveCursor('half way');
    const report = await run.finish('aborted');
    expect(codes(report)).toEqual(['DELETE_WITHHELD']);
    const next = await bench.open();
    expect(next.cursor).toBeUndefined();
    await next.finish('aborted');
  });

  it('stays where changes tell of its going before they tell where it is now', async () => {
    const before = elementOf('a')?.guid;
    const first = await bench.open();
    for (const scope of ['here', 'there']) {
      const bodies = [...here, ...there].filter((each) => each.scope === scope).map(toldItem);
      await first.offer(scope, bodies.map(digestOf));
      await first.complete(scope);
    }
    await first.saveCursor('one');
    await first.finish('completed');
    const run = await bench.open();
    expect(run.cursor).toBe('one');
    await run.gone('here', 'a');
    await run.complete('here');
    const body = toldItem(item('a', 'there'));
    await run.offer('there', [digestOf(body)]);
    await run.deliver('there', [{ digest: digestOf(body), body }]);
    await run.saveCursor('two');
    const report = await run.finish('completed');
    expect(report.counts).toMatchObject({ created: 0 });
    expect(bench.store.live().get(qualifiedName('a'))?.guid).toBe(before);
    expect(deletes).toEqual([]);
  });
});

it('goes where two scopes still have it, as it moved while the memory was new, and both lack it at once', async () => {
  await sync([...here, ...there]);
  bench.store.wipe();
  await sync([...here, ...there]);
  // nothing is let go of before two runs have listed everything
  expect(codes(await sync([...moved.here, ...moved.there]))).toEqual(['DELETE_WITHHELD']);
  const none = [item('stays', 'here'), ...there];
  for (let run = 0; run < 3; run += 1) await sync(none);
  expect(bench.store.live().has(qualifiedName('a'))).toBe(false);
  expect(await bench.journal.knownCount(bench.owner)).toBe(2);
});

describe('more items than may be removed at once', () => {
  const many = (scope: string, from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => item(`m${from + at}`, scope));
  const count = (prefix: string) => [...bench.store.live().keys()].filter((name) => name.includes(prefix)).length;
  const before = [...many('here', 0, 30), ...many('there', 30, 32)];

  beforeEach(async () => {
    bench.options = { removalLimit: { items: 5, share: 0.5 } };
    for (let run = 0; run < 2; run += 1) await sync(before);
  });

  it.each(['here', 'there'])('may move to another scope without a word, where %s is listed first', async (first) => {
    const [stays, moves] = [many('here', 0, 1), many('there', 1, 32)];
    const told = first === 'here' ? [...stays, ...moves] : [...moves, ...stays];
    const guids = [...bench.store.live().values()].map(({ guid }) => guid).sort();
    expect(await sync(told)).toMatchObject({ findings: [], isPartial: false, counts: { created: 0, deleted: 0 } });
    expect([...bench.store.live().values()].map(({ guid }) => guid).sort()).toEqual(guids);
    // Nobody holds them any more but the scope that lists them now.
    expect((await sync([...stays, ...many('there', 1, 28)])).counts).toMatchObject({ deleted: 4 });
    expect(count('m')).toBe(28);
  });

  it('may move in a preview too', async () => {
    const told = [...many('here', 0, 1), ...many('there', 1, 32)];
    expect((await sync(told, { runId: 'looks', mode: 'preview' })).findings).toEqual([]);
    const rows = await bench.journal.plans.items('looks', {}, 0, 100);
    expect(rows.filter(({ action }) => action === 'delete' || action === 'create')).toEqual([]);
  });

  it('may be gone as far as what is left of them once the others have moved is not too much', async () => {
    const told = [...many('here', 0, 1), ...many('there', 5, 32)];
    const report = await sync(told);
    expect(report).toMatchObject({ findings: [], counts: { deleted: 4 } });
    expect(count('m')).toBe(28);
  });

  it('stay as far as they have not moved', async () => {
    const told = [...many('here', 0, 1), ...many('there', 20, 32)];
    const report = await sync(told, { connectorName: 'bases' });
    expect(report.findings).toMatchObject([
      {
        code: 'DELETE_WITHHELD',
        message: expect.stringMatching(/^19 items .*19 of 32 known items .*refresh bases --confirm-removals/),
      },
    ]);
    expect(count('m')).toBe(32);
    expect((await sync(told)).findings).toMatchObject([{ message: expect.stringMatching(/^19 items/) }]);
    await sync(told, { confirmRemovals: true });
    expect(count('m')).toBe(13);
  });

  it('are let go of by the run that finds out that they moved, though one before held them back', async () => {
    const lost = [...many('here', 0, 1), ...many('there', 30, 32)];
    expect(codes(await sync(lost))).toEqual(['DELETE_WITHHELD']);
    expect(codes(await sync([...many('here', 0, 1), ...many('there', 1, 32)]))).toEqual([]);
    expect(codes(await sync([...many('here', 0, 1), ...many('there', 1, 32)]))).toEqual([]);
    expect(count('m')).toBe(32);
  });

  it('stay where the run ends before its listing does', async () => {
    const run = await bench.open();
    await run.offer('here', many('here', 0, 1).map(toldItem).map(digestOf));
    await run.complete('here');
    expect(codes(await run.finish('failed'))).toEqual(['DELETE_WITHHELD']);
    expect(count('m')).toBe(32);
  });
});
