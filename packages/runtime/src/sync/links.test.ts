import type { ItemElement, ItemLink, SourceItem } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { digestOf } from './testing/fake-source.js';
import { Faults } from './testing/faults.js';
import { SyncBench } from './testing/sync-bench.js';

/** Tables by scope and name, each with the tables that it refers to. */
type Source = Readonly<Record<string, Readonly<Record<string, readonly (string | ItemLink)[]>>>>;

const nameOf = (table: string) => `Table::test:${table}`;

function itemOf(table: string, references: readonly (string | ItemLink)[]): SourceItem {
  const links = references.map((reference) => (typeof reference === 'string' ? refersTo(reference) : reference));
  const element: ItemElement = {
    typeName: 'Table',
    qualifiedName: nameOf(table),
    properties: { displayName: table, referenceCount: references.length },
    ...(links.length > 0 ? { links } : {}),
  };
  return { key: table, elements: [element] };
}

function refersTo(table: string, properties?: ItemLink['properties']): ItemLink {
  return {
    relationshipTypeName: 'ForeignKey',
    qualifiedName: nameOf(table),
    selfAtEnd1: false,
    ...(properties === undefined ? {} : { properties }),
  };
}

const link = (from: string, to: string) => JSON.stringify(['ForeignKey', nameOf(to), nameOf(from)]);

async function sync(
  bench: SyncBench,
  source: Source,
  spec: Parameters<SyncBench['open']>[0] = {},
  answering?: string,
): Promise<SyncReport> {
  const run = await bench.open(spec);
  try {
    if (answering !== undefined) await run.source(answering);
    for (const [scope, tables] of Object.entries(source)) {
      for (const [table, references] of Object.entries(tables)) {
        const body = itemOf(table, references);
        const digest = digestOf(body);
        const wanted = await run.offer(scope, [digest]);
        if (wanted.length > 0) await run.deliver(scope, [{ digest, body }]);
      }
      await run.complete(scope);
    }
  } catch (error) {
    await run.finish('failed');
    throw error;
  }
  return run.finish('completed');
}

const preview = { mode: 'preview', runId: 'plan' } as const;
const batches = (bench: SyncBench) => bench.store.requests.filter((request) => request === 'writeBatch').length;
const links = (bench: SyncBench) => [...bench.store.links.keys()].sort();

/** Two tables that refer to each other, in scopes that are listed one after the other. */
const cycle: Source = { one: { orders: ['customers', 'orders'] }, two: { customers: ['orders'] } };
const cycleLinks = [link('customers', 'orders'), link('orders', 'customers'), link('orders', 'orders')].sort();

describe('relationships between items', () => {
  it('are made once both ends exist, wherever they are listed', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('cost nothing while nothing changes', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    const before = batches(bench);
    const report = await sync(bench, cycle);
    expect([batches(bench), report.counts.unchanged, report.isPartial]).toEqual([before, 2, false]);
  });

  it('are taken away when the item no longer tells them, and follow their properties', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    await sync(bench, { ...cycle, one: { orders: [refersTo('customers', { displayName: 'bought by' })] } });
    expect(links(bench)).toEqual([link('customers', 'orders'), link('orders', 'customers')].sort());
    expect(bench.store.links.get(link('orders', 'customers'))).toEqual({ displayName: 'bought by' });
    await sync(bench, { ...cycle, one: { orders: [] } });
    expect(links(bench)).toEqual([link('customers', 'orders')]);
  });

  it('stay when another source answers that does not tell them, and go once people say that it has taken the place', async () => {
    using bench = new SyncBench();
    const fewer = { ...cycle, one: { orders: ['orders'] } };
    await sync(bench, cycle, {}, 'one');
    for (let runs = 0; runs < 2; runs += 1) {
      const report = await sync(bench, fewer, {}, 'other');
      expect(report).toMatchObject({ isPartial: true, findings: [{ code: 'DELETE_WITHHELD' }] });
      expect(links(bench)).toEqual(cycleLinks);
    }
    await sync(bench, fewer, { confirmRemovals: true }, 'other');
    expect(links(bench)).toEqual([link('customers', 'orders'), link('orders', 'orders')].sort());
  });

  it('wait for ends that nobody has told yet, are tried once an hour, and made when another connector tells them', async () => {
    using bench = new SyncBench();
    const source: Source = { one: { orders: ['elsewhere'] } };
    const report = await sync(bench, source);
    expect(report).toMatchObject({ isPartial: false, findings: [{ code: 'LINKS_WAIT', severity: 'info' }] });
    const before = batches(bench);
    expect((await sync(bench, source)).findings).toEqual([]);
    expect(batches(bench)).toBe(before);
    await bench.clock.advance(60 * 60 * 1_000);
    expect((await sync(bench, source)).findings).toMatchObject([{ code: 'LINKS_WAIT' }]);

    const { owner } = bench;
    bench.owner = { ...owner, connectorGuid: 'other connector' };
    await sync(bench, { all: { elsewhere: [] } });
    bench.owner = owner;
    await sync(bench, source);
    expect(links(bench)).toEqual([link('orders', 'elsewhere')]);
  });

  it('come back when their other end was deleted by a person and is written again', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    bench.store.steward({ op: 'delete', qualifiedName: nameOf('customers') });
    await sync(bench, cycle);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('come back when a person took them away', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    bench.store.steward({ op: 'unlink', typeName: 'ForeignKey', end1: nameOf('customers'), end2: nameOf('orders') });
    expect(links(bench)).toHaveLength(2);
    await sync(bench, cycle);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('that the server refuses are told, and the others are made', async () => {
    using bench = new SyncBench();
    bench.store.refuses = (operation) => operation.op === 'link' && operation.end2 === nameOf('customers');
    const report = await sync(bench, cycle);
    expect(report).toMatchObject({ isPartial: true, findings: [{ code: 'PROPERTY_TYPE_WRONG', severity: 'error' }] });
    expect(links(bench)).toEqual([link('orders', 'customers'), link('orders', 'orders')].sort());
  });

  it('are not made by a preview, nor by a run that did not end', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle, { mode: 'preview' });
    const run = await bench.open();
    const body = itemOf('orders', ['orders']);
    const digest = digestOf(body);
    await run.offer('one', [digest]);
    await run.deliver('one', [{ digest, body }]);
    await run.complete('one');
    await run.finish('aborted');
    expect(links(bench)).toEqual([]);
    await sync(bench, cycle);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('go with their item', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    await sync(bench, cycle);
    await sync(bench, { one: {}, two: { customers: [] } });
    expect([links(bench), [...bench.store.live().keys()]]).toEqual([[], [nameOf('customers')]]);
    const before = batches(bench);
    await sync(bench, { one: {}, two: { customers: [] } });
    expect(batches(bench)).toBe(before);
  });

  it('are told at most a batch at a time', async () => {
    using bench = new SyncBench();
    const many = Object.fromEntries(Array.from({ length: 450 }, (_, at) => [`t${at}`, [`t${449 - at}`]]));
    const sizes: number[] = [];
    bench.store.beforeBatch = ({ operations }) => {
      if (operations[0]?.op === 'link') sizes.push(operations.length);
    };
    await sync(bench, { all: many });
    expect([sizes, bench.store.links.size]).toEqual([[200, 200, 50], 450]);
  });

  it('stay when the item becomes known by other ways than its listing', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    const key = { scope: 'one', key: 'orders' };
    const known = await bench.journal.knownItem(bench.owner, key);
    const { slot, token } = { slot: 'slot-of-connector', token: await bench.journal.nextToken('slot-of-connector') };
    const nothing = { gone: [], guids: new Map(), conflicts: [], done: [] };
    await bench.journal.settlePush(bench.owner, { slot, token }, { known: known ? [known] : [], ...nothing });
    expect(await bench.journal.knownLinks(bench.owner, key)).toHaveLength(2);
    await sync(bench, cycle);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('are shown by a plan and written when it is applied', async () => {
    using bench = new SyncBench();
    await sync(bench, { one: { orders: ['orders'] }, two: { customers: [] } });
    await sync(bench, { one: { orders: ['customers'] }, two: { customers: ['orders'] } }, preview);
    expect(links(bench)).toEqual([link('orders', 'orders')]);
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    expect([plan.counts.update, plan.links]).toEqual([2, { make: 2, remove: 1 }]);
    const [orders, customers] = await bench.planItems(plan);
    expect(orders?.changes).toMatchObject([
      {
        action: 'update',
        fields: [
          { kind: 'link', field: 'ForeignKey', to: nameOf('customers') },
          { kind: 'link', field: 'ForeignKey', from: nameOf('orders') },
        ],
      },
    ]);
    expect(customers?.changes[0]?.fields).toContainEqual({ kind: 'link', field: 'ForeignKey', to: nameOf('orders') });
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: 'plan' });
    expect(links(bench)).toEqual([link('customers', 'orders'), link('orders', 'customers')].sort());
  });

  it('are shown by the plan of new items too', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle, preview);
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    expect(plan).toMatchObject({ counts: { create: 2 }, links: { make: 3, remove: 0 } });
    const [orders] = await bench.planItems(plan);
    expect(orders?.changes[0]?.fields).toContainEqual({ kind: 'link', field: 'ForeignKey', to: nameOf('customers') });
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: 'plan' });
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('are taken back with the run that made or removed them, and left so until released', async () => {
    using bench = new SyncBench();
    const first: Source = { one: { orders: [refersTo('orders', { displayName: 'self' })] }, two: { customers: [] } };
    const second: Source = { one: { orders: ['customers'] }, two: { customers: ['orders'] } };
    await sync(bench, first, { runId: 'first' });
    await sync(bench, second, { runId: 'second' });
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    expect([...bench.store.links]).toEqual([[link('orders', 'orders'), { displayName: 'self' }]]);
    bench.store.steward({
      op: 'upsert',
      typeName: 'Table',
      qualifiedName: nameOf('orders'),
      properties: { description: 'touched' },
    });
    await sync(bench, second);
    expect(links(bench)).toEqual([link('orders', 'orders')]);
    await bench.journal.undos.release('undoing');
    await sync(bench, second);
    expect(links(bench)).toEqual([link('customers', 'orders'), link('orders', 'customers')].sort());
  });

  it('stay away and can be released though somebody touched their item before they were taken back', async () => {
    using bench = new SyncBench();
    const made: Source = { one: { orders: ['customers'] }, two: { customers: [] } };
    await sync(bench, { one: { orders: [] }, two: { customers: [] } });
    await sync(bench, made, { runId: 'second' });
    const touched = { typeName: 'Table', qualifiedName: nameOf('orders'), properties: { description: 'touched' } };
    bench.store.steward({ op: 'upsert', ...touched });
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    await sync(bench, made);
    expect(links(bench)).toEqual([]);
    expect(await bench.journal.undos.heldBack('connector')).toEqual([{ runId: 'undoing', itemCount: 1 }]);
    expect(await bench.journal.undos.release('undoing')).toBe(1);
    await sync(bench, made);
    expect(links(bench)).toEqual([link('orders', 'customers')]);
  });

  it('are held by the run that took them back last, though their item was held before', async () => {
    using bench = new SyncBench();
    const third: Source = { one: { orders: ['customers', 'orders'] }, two: { customers: [] } };
    await sync(bench, { one: { orders: [] }, two: { customers: [] } });
    await sync(bench, { one: { orders: ['customers'] }, two: { customers: [] } }, { runId: 'second' });
    await sync(bench, third, { runId: 'third' });
    await bench.act({ kind: 'undo', undoneRunId: 'third' }, { runId: 'undoing third' });
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing second' });
    await sync(bench, third);
    expect(links(bench)).toEqual([]);
    expect(await bench.journal.undos.heldBack('connector')).toEqual([{ runId: 'undoing second', itemCount: 1 }]);
    await bench.journal.undos.release('undoing second');
    await sync(bench, third);
    expect(links(bench)).toEqual([link('orders', 'customers'), link('orders', 'orders')].sort());
  });

  it('tell what leads to an element, whoever tells it', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    const told = await bench.journal.linksTo(bench.owner, [nameOf('orders'), nameOf('nothing')]);
    expect(told.map(({ end1, end2 }) => `${end1} ${end2}`).sort()).toEqual(
      ['customers', 'orders'].map((table) => `${nameOf('orders')} ${nameOf(table)}`),
    );
  });

  it('that others changed, or took away and made again, are not taken back', async () => {
    using bench = new SyncBench();
    await sync(bench, { one: { orders: [] }, two: { customers: [] } });
    await sync(bench, { one: { orders: ['customers'] }, two: { customers: [] } }, { runId: 'second' });
    const ends = { typeName: 'ForeignKey', end1: nameOf('customers'), end2: nameOf('orders') };
    bench.store.steward({ op: 'link', ...ends, properties: { description: 'by hand' } });
    const report = await bench.act({ kind: 'undo', undoneRunId: 'second' });
    expect(report.findings).toMatchObject([{ code: 'UNDO_KEPT', message: expect.stringContaining('was changed') }]);
    expect(links(bench)).toEqual([link('orders', 'customers')]);
  });

  it('are left alone by the taking back of what else a run did to their items', async () => {
    using bench = new SyncBench();
    await sync(bench, cycle);
    const after: Source = { ...cycle, one: { orders: ['customers'] } };
    await sync(bench, after, { runId: 'second' });
    await bench.act({ kind: 'undo', undoneRunId: 'second' });
    expect(bench.store.elements.get(nameOf('orders'))?.properties).toMatchObject({ referenceCount: 2 });
    expect(links(bench)).toEqual(cycleLinks);
    await sync(bench, after);
    expect(links(bench)).toEqual(cycleLinks);
  });

  it('are taken back though the process dies at any step', async () => {
    let died = true;
    for (let step = 0; died; step += 1) {
      using bench = new SyncBench();
      await sync(bench, { one: { orders: ['orders'] }, two: { customers: [] } });
      const second: Source = { one: { orders: ['customers'] }, two: { customers: ['orders'] } };
      await sync(bench, second, { runId: 'second' });
      const faults = new Faults(step);
      faults.arm(bench.store);
      const undo = { kind: 'undo', undoneRunId: 'second' } as const;
      await bench.act(undo, { journal: faults.journal(bench.journal) }).catch(() => undefined);
      Faults.disarm(bench.store);
      died = faults.isDead;
      bench.restart();
      if (died) await bench.act(undo).catch(() => undefined);
      await sync(bench, second);
      expect({ step, links: links(bench) }).toEqual({ step, links: [link('orders', 'orders')] });
      expect(step).toBeLessThan(100);
    }
  });

  it('survive a crash at any step', async () => {
    let died = true;
    for (let step = 0; died; step += 1) {
      using bench = new SyncBench();
      await sync(bench, { one: { orders: ['gone'] }, two: { customers: [], gone: [] } });
      const faults = new Faults(step);
      faults.arm(bench.store);
      await sync(
        bench,
        { ...cycle, two: { ...cycle.two, gone: [] } },
        { journal: faults.journal(bench.journal) },
      ).catch(() => undefined);
      Faults.disarm(bench.store);
      died = faults.isDead;
      bench.restart();
      await sync(bench, { ...cycle, two: { ...cycle.two, gone: [] } });
      expect({ step, links: links(bench) }).toEqual({ step, links: cycleLinks });
      const before = batches(bench);
      await sync(bench, { ...cycle, two: { ...cycle.two, gone: [] } });
      expect({ step, batches: batches(bench) }).toEqual({ step, batches: before });
      expect(step).toBeLessThan(100);
    }
  });
});
