import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncReport, SyncRun } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
const deletes: string[] = [];
beforeEach(() => {
  bench = new SyncBench();
  deletes.length = 0;
  bench.store.beforeBatch = ({ operations }) => {
    for (const operation of operations) if (operation.op === 'delete') deletes.push(operation.qualifiedName);
  };
});
afterEach(() => bench[Symbol.dispose]());

type Spec = Parameters<SyncBench['open']>[0];

type Texts = Readonly<Record<string, string>>;

/** An item with parts, each of which may be anybody's. */
function item(key: string, parts: readonly string[] = [], more: Texts = {}, ofParts: Texts = {}): SourceItem {
  const part = (name: string) => {
    return { typeName: 'Column', qualifiedName: name, properties: { displayName: name, ...ofParts } };
  };
  const element = { typeName: 'Table', qualifiedName: key, properties: { displayName: key, ...more } };
  return { key, sourceVersion: JSON.stringify([parts, more, ofParts]), elements: [element, ...parts.map(part)] };
}

type Scopes = Readonly<Record<string, readonly SourceItem[]>>;

async function tell(run: SyncRun, scope: string, body: SourceItem): Promise<void> {
  const digest = digestOf(body);
  const unknown = await run.keep(scope, [{ key: body.key, sourceVersion: body.sourceVersion ?? '' }]);
  if (unknown.length > 0 && (await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body }]);
}

async function listInto(run: SyncRun, scopes: Scopes): Promise<void> {
  for (const [scope, items] of Object.entries(scopes)) {
    for (const body of items) await tell(run, scope, body);
    await run.complete(scope);
  }
}

async function sync(scopes: Scopes, spec: Spec = {}): Promise<SyncReport> {
  const run = await bench.open(spec);
  await listInto(run, scopes);
  return run.finish('completed');
}

const guid = (name: string) => bench.store.live().get(name)?.guid;
const names = () => [...bench.store.live().keys()].sort();
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);
const byHand = { note: 'by hand' };

const before: Scopes = { here: [item('a', ['p', 'q']), item('b', ['r'])], there: [item('c')] };

const moves: readonly (readonly [string, Scopes])[] = [
  ['to a later item of its scope', { ...before, here: [item('a', ['q']), item('b', ['r', 'p'])] }],
  ['to an earlier item of its scope', { ...before, here: [item('b', ['r', 'p']), item('a', ['q'])] }],
  [
    'to an item of a scope that is listed later',
    { here: [item('a', ['q']), item('b', ['r'])], there: [item('c', ['p'])] },
  ],
  ['to an item of its own', { here: [item('a', ['q']), item('b', ['r'])], there: [item('c'), item('p')] }],
  ['for another in return', { ...before, here: [item('a', ['q', 'r']), item('b', ['p'])] }],
];

/** Once, when the engine first asks to delete something. */
function beforeDelete(act: () => void): void {
  let isDone = false;
  bench.store.beforeBatch = ({ operations }) => {
    if (isDone || !operations.some(({ op }) => op === 'look' || op === 'delete')) return;
    isDone = true;
    act();
  };
}

describe('an item that others touch while it waits to lose a part', () => {
  const after: Scopes = { ...before, here: [item('a', ['q'], { size: '2' }), item('b', ['r'])] };
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await sync(before);
  });

  it.each([
    ['deleted it', () => bench.store.steward({ op: 'delete', qualifiedName: 'a' })],
    ['deleted another part', () => bench.store.steward({ op: 'delete', qualifiedName: 'q' })],
    [
      'cleared a field',
      () =>
        bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: 'a', properties: {}, clear: ['size'] }),
    ],
  ])('is brought back by the next run when somebody %s', async (_, act) => {
    beforeDelete(act);
    await sync(after);
    await sync(after);
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
    expect(bench.store.live().get('a')?.properties).toEqual({ displayName: 'a', size: '2' });
    const { counts } = await sync(after);
    expect(counts).toMatchObject({ unchanged: 3, requests: 2 });
  });
});

describe('a part of an item that is set aside', () => {
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await sync(before);
  });

  it.each([
    ['loses it', [item('a', ['q']), item('b', ['r'])], ['a', 'b', 'c', 'd', 'p', 'q', 'r']],
    ['is gone', [item('b', ['r'])], ['b', 'c', 'd', 'p', 'r']],
  ])('stays where the item that had it %s and the new one was there before', async (_, here, expected) => {
    bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: 'd', properties: byHand });
    const part = guid('p');
    const now: Scopes = { here, there: [item('c'), item('d', ['p'])] };
    for (let run = 0; run < 2; run += 1) {
      const report = await sync(now, { settings: { ...defaultSyncSettings, adoption: 'report' } });
      expect(codes(report)).toContain('ELEMENT_EXISTS');
      expect(deletes).not.toContain('p');
    }
    await sync(now);
    await sync(now);
    expect(guid('p')).toBe(part);
    expect(names()).toEqual(expected);
  });

  it.each([
    ['loses it', [item('a', ['q']), item('b', ['r'])]],
    ['is gone', [item('b', ['r'])]],
  ])('stays where the item that had it %s and the new one has the name of another', async (_, here) => {
    const twin: SourceItem = { ...item('c', ['p']), key: 'twin' };
    const report = await sync({ here, there: [item('c'), twin] });
    expect(codes(report)).toContain('ITEM_NAME_TWICE');
    expect(deletes).not.toContain('p');
    await sync({ here, there: [item('c')] });
    await sync({ here, there: [item('c')] });
    expect(names()).not.toContain('p');
  });
});

describe('a part that moves', () => {
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await sync(before);
    bench.store.steward({ op: 'upsert', typeName: 'Column', qualifiedName: 'p', properties: byHand });
  });

  it.each(moves)('%s stays the same element', async (_, told) => {
    const was = [guid('p'), guid('q'), guid('r')];
    const report = await sync(told);
    expect(deletes).toEqual([]);
    expect([guid('p'), guid('q'), guid('r')]).toEqual(was);
    expect(bench.store.live().get('p')?.properties).toMatchObject(byHand);
    expect(codes(report)).toEqual([]);
    expect(report.counts).toMatchObject({ restored: 0, deleted: 0 });
    bench.store.requests.length = 0;
    expect((await sync(told)).counts).toMatchObject({ updated: 0, created: 0, deleted: 0 });
    expect(bench.store.requests).not.toContain('writeBatch');
    // Who had it holds it no longer.
    const without = Object.fromEntries(
      Object.entries(told).map(([scope, items]) => [
        scope,
        items
          .filter(({ key }) => key !== 'p')
          .map(({ key, elements }) =>
            item(
              key,
              elements.slice(1).flatMap(({ qualifiedName: name }) => (name === 'p' ? [] : [name])),
            ),
          ),
      ]),
    );
    await sync(without);
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
  });

  it.each(moves)('%s goes by no plan, which does what it says', async (_, told) => {
    const was = guid('p');
    await sync(told, { runId: 'looks', mode: 'preview' });
    const plan = await bench.journal.plans.plan('looks');
    if (plan === undefined) throw new Error('no plan');
    const rows = await bench.planItems(plan);
    expect(rows.flatMap(({ changes }) => changes.filter(({ action }) => action === 'delete'))).toEqual([]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: plan.id });
    expect([guid('p'), deletes]).toEqual([was, []]);
    expect((await sync(told)).counts).toMatchObject({ updated: 0, created: 0, deleted: 0 });
    expect(names()).toEqual(['a', 'b', 'c', 'p', 'q', 'r']);
  });

  it.each(moves)('%s stays though the run is cut in between, and is found by the next one', async (_, told) => {
    const was = guid('p');
    const [[scope, items]] = Object.entries(told) as [[string, readonly SourceItem[]]];
    const run = await bench.open();
    const [first] = items;
    if (first !== undefined) await tell(run, scope, first);
    await run.saveCursor('half');
    const report = await run.finish('aborted');
    if (first?.key === 'a')
      expect(report.findings).toMatchObject([
        { code: 'DELETE_WITHHELD', message: expect.stringMatching(/^parts of 1/) },
      ]);
    expect(deletes).toEqual([]);
    bench.restart();
    await sync(told);
    expect([guid('p'), deletes]).toEqual([was, []]);
  });

  it.each([
    ['to a later item', (one: SourceItem, other: SourceItem) => [one, other]],
    ['to an earlier item', (one: SourceItem, other: SourceItem) => [other, one]],
  ])('%s loses the fields that it has no longer, and none that a person has set', async (_, inOrder) => {
    const at = (properties: Texts) =>
      bench.store.steward({ op: 'upsert', typeName: 'Column', qualifiedName: 'p', properties });
    const here = (more: Texts) => inOrder(item('a', ['p', 'q'], {}, more), item('b', ['r']));
    await sync({ ...before, here: here({ unit: 'm' }) });
    at({ displayName: 'by hand' });
    await sync({ ...before, here: here({ unit: 'm', scale: '2' }) });
    expect(bench.store.live().get('p')?.properties).toMatchObject({ displayName: 'by hand', unit: 'm', scale: '2' });
    await sync({ ...before, here: inOrder(item('a', ['q']), item('b', ['r', 'p'], {}, { unit: 'cm' })) });
    expect(bench.store.live().get('p')?.properties).toEqual({ ...byHand, displayName: 'by hand', unit: 'cm' });
  });

  it('stays when its run is taken back, which brings back what was gone', async () => {
    const told: Scopes = { ...before, here: [item('a'), item('b', ['r', 'p'], { text: '2' })] };
    await sync(told, { runId: 'moves' });
    expect(deletes.splice(0)).toEqual(['q']);
    const was = guid('p');
    await bench.act({ kind: 'undo', undoneRunId: 'moves' });
    expect([guid('p'), deletes]).toEqual([was, []]);
    await sync(before);
    expect(names()).toEqual(['a', 'b', 'c', 'p', 'q', 'r']);
  });

  it('stays while the store refuses the item that has it now', async () => {
    const was = guid('p');
    bench.store.refuses = (operation) => operation.op === 'upsert' && ['p', 'b'].includes(operation.qualifiedName);
    const [, told] = moves[0] ?? ['', before];
    const changed = { ...told, here: [item('a', ['q']), item('b', ['r', 'p'], { text: '2' })] };
    await sync(changed);
    expect([guid('p'), deletes]).toEqual([was, []]);
    bench.store.refuses = () => false;
    expect(codes(await sync(changed))).toEqual([]);
    expect([guid('p'), deletes]).toEqual([was, []]);
    await sync({ ...changed, here: [item('a', ['q']), item('b', ['r'])] });
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
  });
});

describe('a part that moves, told by changes', () => {
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) {
      const run = await bench.open();
      await listInto(run, before);
      await run.saveCursor('one');
      await run.finish('completed');
    }
  });

  it.each([
    ['', false],
    [', though a cursor is saved in between', true],
  ])('stays the same element%s', async (_, isSaved) => {
    const was = guid('p');
    const run = await bench.open();
    expect(run.cursor).toBe('one');
    await tell(run, 'here', item('a', ['q']));
    if (isSaved) await run.saveCursor('half');
    await run.complete('here');
    await tell(run, 'there', item('c', ['p']));
    await run.complete('there');
    await run.saveCursor('two');
    await run.finish('completed');
    expect([guid('p'), deletes]).toEqual([was, []]);
  });

  it('is gone by the end of the run where nothing has it', async () => {
    const run = await bench.open();
    await tell(run, 'here', item('a', ['q']));
    await run.complete('here');
    await run.saveCursor('two');
    const report = await run.finish('completed');
    expect(report.counts).toMatchObject({ updated: 1, unchanged: 0, deleted: 0 });
    expect(deletes).toEqual(['p']);
  });

  it('stays where it comes back in the same run', async () => {
    const run = await bench.open();
    await tell(run, 'here', item('a', ['q']));
    await tell(run, 'here', item('a', ['p', 'q']));
    await run.saveCursor('two');
    await run.finish('completed');
    expect(deletes).toEqual([]);
  });

  it('is found by the next run that lists everything, where this one died after its cursor was saved', async () => {
    const run = await bench.open();
    await tell(run, 'here', item('a', ['q']));
    await run.saveCursor('two');
    bench.restart();
    const told = { ...before, here: [item('a', ['q']), item('b', ['r'])] };
    const next = await bench.open({ confirmRemovals: true });
    expect(next.cursor).toBeUndefined();
    await listInto(next, told);
    await next.finish('completed');
    expect(deletes).toEqual(['p']);
  });
});

describe('a part that is gone', () => {
  const gone: Scopes = { ...before, here: [item('a', ['q']), item('b', ['r'])] };
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await sync(before);
  });

  it('goes at the end of the listing, and its item is counted once', async () => {
    const run = await bench.open();
    await listInto(run, gone);
    expect(deletes).toEqual([]);
    const report = await run.finish('completed');
    expect(report.counts).toMatchObject({ updated: 1, unchanged: 2, deleted: 0 });
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
    expect((await sync(gone)).counts).toMatchObject({ unchanged: 3 });
  });

  it('is one act of a plan with what else changes of its item', async () => {
    const told: Scopes = { ...gone, here: [item('a', ['q'], { text: '2' }), item('b', ['r'])] };
    await sync(told, { runId: 'looks', mode: 'preview' });
    const plan = await bench.journal.plans.plan('looks');
    expect(plan?.counts).toMatchObject({ update: 1, delete: 0 });
    const rows = plan === undefined ? [] : await bench.planItems(plan, { actions: ['update'] });
    expect(rows.map(({ changes }) => changes.map(({ action, qualifiedName }) => [action, qualifiedName]))).toEqual([
      [
        ['update', 'a'],
        ['delete', 'p'],
      ],
    ]);
    if (plan !== undefined) await bench.approve(plan, { kind: 'only', numbers: rows.map(({ number }) => number) });
    await bench.act({ kind: 'apply-plan', planId: 'looks' });
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
    // The identity of the store and its last change are all that is asked for.
    expect((await sync(told)).counts).toMatchObject({ unchanged: 3, requests: 2 });
  });

  it('leaves what others hold of the rest of its item, and asks no second time', async () => {
    const settings = { ...defaultSyncSettings, fieldPolicy: { '*': 'ask' } } as const;
    bench.store.steward({
      op: 'upsert',
      typeName: 'Table',
      qualifiedName: 'a',
      properties: { displayName: 'by hand' },
    });
    await sync(before, { settings });
    const open = () => bench.journal.disputes.open(bench.owner.connectorGuid, undefined, 10);
    const disputes = (await open()).length;
    await sync(gone, { settings });
    expect(await open()).toHaveLength(disputes);
    expect(bench.store.live().get('a')?.properties).toMatchObject({ displayName: 'by hand' });
    await sync({ ...gone, here: [item('a', ['q'], { text: '2' }), item('b', ['r'])] });
    expect(bench.store.live().get('a')?.properties).toMatchObject({ displayName: 'by hand', text: '2' });
  });

  it('goes once where two items had it', async () => {
    await sync({ ...before, there: [item('c', ['p'])] });
    await sync(gone);
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
  });

  it('goes from an item of which the store refuses the rest', async () => {
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === 'q';
    await sync({ ...gone, here: [item('a', ['q'], { text: '2' }), item('b', ['r'])] });
    expect(names()).toEqual(['a', 'b', 'c', 'q', 'r']);
  });
});
