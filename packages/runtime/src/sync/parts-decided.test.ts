import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport, SyncRun } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { Faults } from './testing/faults.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

type Spec = Parameters<SyncBench['open']>[0];

function item(key: string, parts: readonly string[] = [], text = ''): SourceItem {
  const part = (own: string) => ({ typeName: 'Column', qualifiedName: own, properties: { displayName: own } });
  const element = { typeName: 'Table', qualifiedName: key, properties: { displayName: key, text } };
  return { key, sourceVersion: JSON.stringify([parts, text]), elements: [element, ...parts.map(part)] };
}

async function listInto(run: SyncRun, items: readonly SourceItem[]): Promise<void> {
  for (const body of items) {
    const digest = digestOf(body);
    if ((await run.offer('all', [digest])).length > 0) await run.deliver('all', [{ digest, body }]);
  }
  await run.complete('all');
}

async function sync(items: readonly SourceItem[], spec: Spec = {}): Promise<SyncReport> {
  const run = await bench.open(spec);
  await listInto(run, items);
  return run.finish('completed');
}

const names = () => [...bench.store.live().keys()].sort();
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);

describe('a run that fails once it has deleted parts', () => {
  const before = [item('a', ['p', 'q']), item('b', ['r'])];
  const after = [item('a'), item('b')];
  beforeEach(async () => {
    bench.options = { maxOperations: 1 };
    for (let run = 0; run < 3; run += 1) await sync(before);
  });

  it('is taken back with what it deleted', async () => {
    let deletes = 0;
    bench.store.beforeBatch = ({ operations }) => {
      if (operations.some(({ op }) => op === 'delete')) deletes += 1;
      if (deletes > 1) throw new Error('the line is cut');
    };
    const run = await bench.open({ runId: 'fails' });
    await listInto(run, after);
    await expect(run.finish('completed')).rejects.toThrow('the line is cut');
    bench.store.beforeBatch = () => undefined;
    expect(names()).toHaveLength(4);
    await bench.act({ kind: 'undo', undoneRunId: 'fails' });
    expect(names()).toEqual(['a', 'b', 'p', 'q', 'r']);
  });

  it.each(
    Array.from({ length: 12 }, (_, at) => at),
  )('is taken back with what it deleted, where it died at step %s', async (at) => {
    const faults = new Faults(20 + at);
    bench.store.beforeBatch = () => faults.step();
    bench.store.afterBatch = () => faults.step();
    const run = await bench.open({ runId: 'dies', journal: faults.journal(bench.journal) }).catch(() => undefined);
    if (run !== undefined)
      await listInto(run, after)
        .then(() => run.finish('completed'))
        .catch(() => undefined);
    bench.store.beforeBatch = () => undefined;
    bench.store.afterBatch = () => undefined;
    expect(faults.isDead).toBe(true);
    bench.restart();
    await bench.act({ kind: 'undo', undoneRunId: 'dies' });
    expect(names()).toEqual(['a', 'b', 'p', 'q', 'r']);
  });
});

describe.each([
  'adopt',
  'report',
] as const)('a plan in which a part moves, of which one row is approved (%s)', (adoption) => {
  const settings = { settings: { ...defaultSyncSettings, adoption } };
  const before = [item('a', ['p', 'q']), item('b', ['r'])];
  const moved = [
    ['to another item', [item('a', ['q']), item('b', ['r', 'p'])]],
    ['to an item of its own', [item('a', ['q']), item('b', ['r']), item('p')]],
  ] as const;
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await sync(before, settings);
    bench.store.steward({ op: 'upsert', typeName: 'Column', qualifiedName: 'p', properties: { note: 'by hand' } });
    await sync(before, settings);
  });

  it.each(
    moved.flatMap(([how, told]) => ([true, false] as const).map((isFormer) => [how, isFormer, told] as const)),
  )('%s, the former one: %s, keeps it and what people set, and is as the source has it after the next run', async (_, isFormer, told) => {
    const guid = bench.store.live().get('p')?.guid;
    await sync(told, { ...settings, runId: 'looks', mode: 'preview' });
    const plan = await bench.journal.plans.plan('looks');
    if (plan === undefined) throw new Error('no plan');
    const rows = await bench.planItems(plan);
    const numbers = rows.filter(({ key }) => (key === 'a') === isFormer).map(({ number }) => number);
    await bench.approve(plan, { kind: 'only', numbers });
    const report = await bench.act({ kind: 'apply-plan', planId: 'looks' }, settings);
    // Else nobody would have it.
    expect(codes(report)).toEqual(isFormer ? ['DELETE_WITHHELD'] : []);
    expect(bench.store.live().get('p')?.guid).toBe(guid);
    const next = await sync(told, settings);
    expect(codes(next)).toEqual([]);
    expect(next.counts).toMatchObject({ created: 0, deleted: 0 });
    expect(bench.store.live().get('p')).toMatchObject({ guid, properties: { note: 'by hand' } });
    expect((await sync(told, settings)).counts).toMatchObject({ created: 0, updated: 0, deleted: 0, setAside: 0 });
    await sync([item('a', ['q']), item('b', ['r'])], settings);
    expect(names()).toEqual(['a', 'b', 'q', 'r']);
  });

  it('of an item that has another key now keeps it, too', async () => {
    const told = [item('a', ['p', 'q']), { ...item('b', ['r']), key: 'z' }];
    await sync(told, { ...settings, runId: 'looks', mode: 'preview' });
    const plan = await bench.journal.plans.plan('looks');
    if (plan === undefined) throw new Error('no plan');
    const rows = await bench.planItems(plan);
    await bench.approve(plan, {
      kind: 'only',
      numbers: rows.flatMap(({ key, number }) => (key === 'b' ? [number] : [])),
    });
    expect(codes(await bench.act({ kind: 'apply-plan', planId: 'looks' }, settings))).toEqual(['DELETE_WITHHELD']);
    expect(codes(await sync(told, settings))).toEqual([]);
    expect((await sync(told, settings)).counts).toMatchObject({ unchanged: 2, updated: 0, setAside: 0 });
  });
});
