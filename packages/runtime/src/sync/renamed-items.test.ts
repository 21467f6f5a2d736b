import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';
import { qualifiedName, syncTold, type Told, toldItem } from './testing/told-items.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const told = (name: string, more: Partial<Told> = {}): Told => ({ key: 'a', name, text: '1', ...more });
const stored = (name: string) => bench.store.live().get(qualifiedName(name))?.properties;
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);
const byHand = { displayName: 'by hand' };

/** As a person who makes an element of that name. */
function make(name: string): void {
  bench.store.steward({ op: 'upsert', typeName: 'Database', qualifiedName: qualifiedName(name), properties: byHand });
}

describe('an item whose new name others have, where such elements are only to be told', () => {
  const settings = { ...defaultSyncSettings, adoption: 'report' } as const;

  it('is set aside as a new one is, and stays under its former name until people decide', async () => {
    await syncTold(bench, [told('old')], { settings });
    make('new');
    for (let run = 0; run < 2; run += 1) {
      const report = await syncTold(bench, [told('new')], { settings });
      expect(report).toMatchObject({ isPartial: true, counts: { setAside: 1, updated: 0, deleted: 0 } });
      expect(codes(report)).toEqual(['ELEMENT_EXISTS']);
    }
    expect(stored('new')).toEqual(byHand);
    expect(stored('old')).toBeDefined();
    bench.store.purge(qualifiedName('new'));
    await syncTold(bench, [told('new')], { settings });
    expect(stored('new')).toMatchObject({ text: '1' });
    expect(stored('old')).toBeUndefined();
  });

  it('is kept in a plan with what it was before', async () => {
    await syncTold(bench, [told('old')], { settings });
    make('new');
    await syncTold(bench, [told('new')], { settings, mode: 'preview', runId: 'preview' });
    const plan = await bench.journal.plans.plan('preview');
    expect(plan?.counts).toMatchObject({ keep: 1, delete: 0, update: 0, create: 0 });
  });

  it('takes it when it is free, as a plan says', async () => {
    await syncTold(bench, [told('old')], { settings });
    await syncTold(bench, [told('new')], { settings, mode: 'preview', runId: 'preview' });
    const plan = await bench.journal.plans.plan('preview');
    expect(plan?.counts).toMatchObject({ create: 1, delete: 1 });
    await syncTold(bench, [told('new')], { settings });
    expect([...bench.store.live().keys()]).toEqual([qualifiedName('new')]);
  });

  it('is this connector’s still when its source took back that it is gone', async () => {
    const spec = { settings: { ...settings, removalLimit: { items: 0, share: 0 } } };
    const first = await bench.open(spec);
    const item = toldItem(told('x'));
    await first.offer('all', [digestOf(item)]);
    await first.deliver('all', [{ digest: digestOf(item), body: item }]);
    await first.complete('all');
    await first.saveCursor(1);
    await first.finish('completed');
    const run = await bench.open(spec);
    expect(run.cursor).toBe(1);
    await run.gone('all', 'a');
    await run.saveCursor(2);
    const changed = toldItem(told('x', { text: '2' }));
    await run.offer('all', [digestOf(changed)]);
    await run.deliver('all', [{ digest: digestOf(changed), body: changed }]);
    expect(codes(await run.finish('completed'))).toEqual([]);
    expect(stored('x')).toMatchObject({ text: '2' });
  });
});

describe('items of a scope that is called otherwise now', () => {
  const at = (scope: string, ...names: readonly string[]) =>
    names.map((name) => told(name, { key: name, scope, parts: ['id'] }));
  const live = () => [...bench.store.live().keys()].sort();
  const itemCount = () => bench.journal.knownCount(bench.owner);

  it('go when the source drops them from the new one, and are known once', async () => {
    await syncTold(bench, at('before', 'x', 'y'));
    const report = await syncTold(bench, at('now', 'x', 'y'));
    expect(report.counts).toMatchObject({ created: 0, deleted: 0, unchanged: 2 });
    expect(await itemCount()).toBe(2);
    expect((await syncTold(bench, at('now', 'x'))).counts).toMatchObject({ deleted: 1 });
    expect(live()).toEqual([qualifiedName('x'), `${qualifiedName('x')}/id`]);
  });

  it('go also where more moved than wait for the end of the listing', async () => {
    const names = Array.from({ length: 250 }, (_, number) => `d${number}`);
    await syncTold(bench, at('before', ...names));
    await syncTold(bench, at('now', ...names), {}, 50);
    expect(await itemCount()).toBe(250);
    await syncTold(bench, at('now', ...names.slice(1)));
    expect(bench.store.live().has(qualifiedName('d0'))).toBe(false);
  });

  it('lose the parts that the new ones lack', async () => {
    await syncTold(bench, at('before', 'x'));
    await syncTold(bench, [told('x', { scope: 'now' })]);
    expect(live()).toEqual([qualifiedName('x')]);
  });

  it('keep the parts that the new ones lack but people anchored something to', async () => {
    await syncTold(bench, at('before', 'x'));
    const anchor = `${qualifiedName('x')}/id`;
    bench.store.steward({ op: 'upsert', typeName: 'Comment', qualifiedName: 'Comment::c', properties: {}, anchor });
    const report = await syncTold(bench, [told('x', { scope: 'now' })]);
    expect(live()).toEqual(['Comment::c', qualifiedName('x'), anchor]);
    expect(codes(report)).toEqual(['DELETE_WITHHELD', 'SCOPES_LEFT']);
  });

  it('stay what people made of them', async () => {
    await syncTold(bench, at('before', 'x'));
    make('x');
    await syncTold(bench, at('now', 'x'));
    await syncTold(bench, [told('x', { key: 'x', scope: 'now', text: '2' })]);
    expect(stored('x')).toMatchObject({ ...byHand, text: '2' });
  });

  it('stand in a plan, which lets go of what they were', async () => {
    await syncTold(bench, at('before', 'x'));
    await syncTold(bench, at('now', 'x'), { mode: 'preview', runId: 'preview' });
    const plan = await bench.journal.plans.plan('preview');
    if (plan === undefined) throw new Error('no plan');
    expect(plan.counts).toMatchObject({ delete: 0, create: 0 });
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect(await itemCount()).toBe(1);
    expect(live()).toEqual([qualifiedName('x'), `${qualifiedName('x')}/id`]);
  });

  it('are left as they are by a run that listed a part', async () => {
    await syncTold(bench, at('before', 'x'));
    await syncTold(bench, at('now', 'x'), { full: false });
    expect(await itemCount()).toBe(2);
  });
});

it('asks nobody any more about a part that went with its field in conflict', async () => {
  const settings = { ...defaultSyncSettings, fieldPolicy: { '*': 'ask' } } as const;
  const [id, sum] = ['id', 'sum'];
  await syncTold(bench, [told('x', { parts: [id, sum] })], { settings });
  const column = `${qualifiedName('x')}/id`;
  bench.store.steward({ op: 'upsert', typeName: 'Column', qualifiedName: column, properties: byHand });
  expect(codes(await syncTold(bench, [told('x', { parts: [id, sum] })], { settings }))).toEqual(['FIELD_CONFLICT']);
  for (let run = 0; run < 2; run += 1)
    expect(codes(await syncTold(bench, [told('x', { parts: [sum] })], { settings }))).toEqual([]);
  expect(await bench.journal.disputes.open(bench.owner.connectorGuid, undefined, 10)).toEqual([]);
});
