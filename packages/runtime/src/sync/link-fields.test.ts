import type { ItemLink, SourceItem } from '@isthmus/connector-sdk';
import type { Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { defaultSyncSettings, type FieldPolicy } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { Faults } from './testing/faults.js';
import { SyncBench } from './testing/sync-bench.js';

const nameOf = (table: string) => `Table::test:${table}`;
const ends = { typeName: 'ForeignKey', end1: nameOf('customers'), end2: nameOf('orders') };
const field = `ForeignKey.label from ${nameOf('customers')}`;

interface Told {
  readonly properties?: Properties;
  readonly changedAt?: number;
  /** Of the table itself. */
  readonly comment?: string;
}

function itemOf(table: string, links: readonly ItemLink[], { comment = '', changedAt }: Told): SourceItem {
  const properties = { displayName: table, comment };
  const element = { typeName: 'Table', qualifiedName: nameOf(table), properties, links };
  return { key: table, elements: [element], ...(changedAt === undefined ? {} : { changedAt }) };
}

/** A run over two tables, of which one refers to the other. */
async function sync(
  bench: SyncBench,
  told: Told,
  spec: Parameters<SyncBench['open']>[0] & { readonly policy?: Record<string, FieldPolicy> } = {},
): Promise<SyncReport> {
  const { policy = {}, ...rest } = spec;
  const run = await bench.open({ settings: { ...defaultSyncSettings, fieldPolicy: policy }, ...rest });
  try {
    const { properties } = told;
    const link = { relationshipTypeName: 'ForeignKey', qualifiedName: nameOf('customers'), selfAtEnd1: false };
    const links = [{ ...link, ...(properties === undefined ? {} : { properties }) }];
    const items = [itemOf('orders', links, told), itemOf('customers', [], {})];
    for (const body of items) {
      const digest = digestOf(body);
      const wanted = await run.offer('all', [digest]);
      if (wanted.length > 0) await run.deliver('all', [{ digest, body }]);
    }
    await run.complete('all');
  } catch (error) {
    await run.finish('failed');
    throw error;
  }
  return run.finish('completed');
}

const person = (bench: SyncBench, properties: Properties) => bench.store.steward({ op: 'link', ...ends, properties });
const linked = (bench: SyncBench) => [...bench.store.links.values()][0];
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);
const batches = (bench: SyncBench) => bench.store.requests.filter((request) => request === 'writeBatch').length;

describe('a property of a relationship that the source no longer tells', () => {
  const first = { properties: { label: 'a', description: 'x' } };

  it.each([
    ['though others are told', { description: 'x' }],
    ['with all others', undefined],
  ])('goes, %s', async (_, properties) => {
    using bench = new SyncBench();
    await sync(bench, first);
    const now = { ...(properties && { properties }) };
    await sync(bench, now);
    expect(linked(bench)).toEqual(properties ?? {});
    const before = batches(bench);
    await sync(bench, now);
    expect(batches(bench)).toBe(before);
  });

  it('stays once a person has set it, and goes under where the policy gives it to the source', async () => {
    using bench = new SyncBench();
    await sync(bench, first);
    person(bench, { label: 'by hand' });
    const without = { properties: { description: 'x' } };
    await sync(bench, without);
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'x' });
    await sync(bench, first);
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'x' });
    await sync(bench, without, { policy: { 'ForeignKey.label': 'source' } });
    expect(linked(bench)).toEqual({ description: 'x' });
  });

  it('is what a preview tells', async () => {
    using bench = new SyncBench();
    await sync(bench, first);
    await sync(bench, { properties: { description: 'x' } }, { mode: 'preview', runId: 'plan' });
    expect(linked(bench)).toEqual({ label: 'a', description: 'x' });
    const plan = await bench.journal.plans.plan('plan');
    expect(plan?.counts).toMatchObject({ update: 1 });
  });
});

describe('a property of a relationship that a person has set', () => {
  it('stays when the item, or an end of it, is written again, and is told once', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a', description: 'x' } });
    person(bench, { label: 'by hand' });
    const report = await sync(bench, { properties: { label: 'a', description: 'x' } });
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'x' });
    expect(report.findings).toEqual([
      {
        severity: 'info',
        code: 'FIELD_KEPT',
        message: `${nameOf('orders')}: ${field} stays "by hand" (last changed by steward) as in the metadata server; the source has "a"`,
      },
    ]);
    const again = await sync(bench, { properties: { label: 'a', description: 'x' }, comment: 'new' });
    expect([linked(bench), codes(again)]).toEqual([{ label: 'by hand', description: 'x' }, []]);
    const before = batches(bench);
    await sync(bench, { properties: { label: 'a', description: 'x' }, comment: 'new' });
    expect(batches(bench)).toBe(before);
  });

  it('stays when the source has another value by then, beside what the source changed', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a', description: 'x' } });
    person(bench, { label: 'by hand' });
    const report = await sync(bench, { properties: { label: 'b', description: 'y' } });
    expect([linked(bench), codes(report)]).toEqual([{ label: 'by hand', description: 'y' }, ['FIELD_KEPT']]);
    await sync(bench, { properties: { label: 'c', description: 'z' } });
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'z' });
  });

  it("is the source's again once a person clears it or sets it as the source has it", async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a' } });
    person(bench, { label: 'by hand' });
    await sync(bench, { properties: { label: 'a' } });
    person(bench, { label: 'a' });
    await sync(bench, { properties: { label: 'a' } });
    const report = await sync(bench, { properties: { label: 'b' } });
    expect([linked(bench), codes(report)]).toEqual([{ label: 'b' }, []]);
  });

  it('goes under where the policy gives it to the source, and is told', async () => {
    for (const policy of [{ '*': 'source' }, { ForeignKey: 'source' }, { 'ForeignKey.label': 'source' }] as const) {
      using bench = new SyncBench();
      await sync(bench, { properties: { label: 'a', description: 'x' } }, { policy });
      person(bench, { label: 'by hand' });
      const report = await sync(bench, { properties: { label: 'a', description: 'x' } }, { policy });
      expect([linked(bench), codes(report)]).toEqual([{ label: 'a', description: 'x' }, ['FIELD_OVERWRITTEN']]);
      expect(report.findings[0]?.message).toBe(
        `${nameOf('orders')}: ${field} was "by hand" (last changed by steward) in the metadata server and is set to "a" as in the source`,
      );
      expect(codes(await sync(bench, { properties: { label: 'b', description: 'x' } }, { policy }))).toEqual([]);
      expect(linked(bench)).toEqual({ label: 'b', description: 'x' });
    }
  });

  it('goes under once the policy has changed so', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a' } });
    person(bench, { label: 'by hand' });
    await sync(bench, { properties: { label: 'a' } });
    const report = await sync(bench, { properties: { label: 'a' } }, { policy: { '*': 'source' } });
    expect([linked(bench), codes(report)]).toEqual([{ label: 'a' }, ['FIELD_OVERWRITTEN']]);
  });

  it('goes under a newer value of the source, not under an older one, where the newest counts', async () => {
    const policy = { '*': 'newest' } as const;
    for (const [changedAt, label] of [
      [4_000, 'by hand'],
      [6_000, 'b'],
    ] as const) {
      using bench = new SyncBench();
      bench.store.now = () => 5_000;
      await sync(bench, { properties: { label: 'a' }, changedAt: 1_000 }, { policy });
      person(bench, { label: 'by hand' });
      await sync(bench, { properties: { label: 'a' }, changedAt: 7_000 }, { policy });
      expect(linked(bench)).toEqual({ label: 'by hand' });
      await sync(bench, { properties: { label: 'b' }, changedAt }, { policy });
      expect({ changedAt, ...linked(bench) }).toEqual({ changedAt, label });
    }
  });

  it('is asked about where the policy says so, each run, until one side gives way', async () => {
    using bench = new SyncBench();
    const policy = { '*': 'ask' } as const;
    await sync(bench, { properties: { label: 'a' } }, { policy });
    person(bench, { label: 'by hand' });
    for (const comment of ['', 'other'])
      expect(codes(await sync(bench, { properties: { label: 'a' }, comment }, { policy }))).toEqual(['FIELD_CONFLICT']);
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([
      { qualifiedName: nameOf('orders'), field, state: 'open', hubValue: 'by hand', sourceValue: 'a' },
    ]);
    person(bench, { label: 'a' });
    expect(codes(await sync(bench, { properties: { label: 'a' } }, { policy }))).toEqual([]);
    expect(await bench.journal.conflicts(bench.owner, 10)).toEqual([]);
  });

  it("is written over by people's word", async () => {
    using bench = new SyncBench();
    const policy = { '*': 'ask' } as const;
    await sync(bench, { properties: { label: 'a', description: 'x' } }, { policy });
    person(bench, { label: 'by hand' });
    await sync(bench, { properties: { label: 'a', description: 'x' } }, { policy });
    const open = await bench.journal.disputes.open('connector', undefined, 10);
    await bench.act({ kind: 'resolve', disputeIds: open.map(({ id }) => id) });
    expect(linked(bench)).toEqual({ label: 'a', description: 'x' });
    const report = await sync(bench, { properties: { label: 'b', description: 'x' } }, { policy });
    expect([linked(bench), codes(report)]).toEqual([{ label: 'b', description: 'x' }, []]);
  });

  it("is not written over by people's word when it is another one by then", async () => {
    using bench = new SyncBench();
    const policy = { '*': 'ask' } as const;
    await sync(bench, { properties: { label: 'a' } }, { policy });
    person(bench, { label: 'by hand' });
    await sync(bench, { properties: { label: 'a' } }, { policy });
    person(bench, { label: 'another' });
    const open = await bench.journal.disputes.open('connector', undefined, 10);
    const report = await bench.act({ kind: 'resolve', disputeIds: open.map(({ id }) => id) });
    expect([linked(bench), codes(report)]).toEqual([{ label: 'another' }, ['CONFLICT_STAYS']]);
  });

  it('stays on a relationship that was there before the connector told it', async () => {
    using bench = new SyncBench();
    for (const table of ['orders', 'customers'])
      bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: nameOf(table), properties: {} });
    person(bench, { label: 'by hand' });
    const report = await sync(bench, { properties: { label: 'a', description: 'x' } });
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'x' });
    expect(codes(report)).toContain('FIELD_KEPT');
  });

  it('does not hold back what the connector wrote under a memory that was lost', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a' } });
    await bench.journal.forget(bench.owner);
    const report = await sync(bench, { properties: { label: 'b' } });
    expect(linked(bench)).toEqual({ label: 'b' });
    expect(codes(report)).not.toContain('FIELD_KEPT');
  });

  it("stays, and nothing of the source's does, though the process dies at any step", async () => {
    let died = true;
    for (let step = 0; died; step += 1) {
      using bench = new SyncBench();
      await sync(bench, { properties: { label: 'a', description: 'x' } });
      person(bench, { label: 'by hand' });
      const faults = new Faults(step);
      faults.arm(bench.store);
      const told = { properties: { label: 'b', description: 'y' } };
      await sync(bench, told, { journal: faults.journal(bench.journal) }).catch(() => undefined);
      Faults.disarm(bench.store);
      died = faults.isDead;
      bench.restart();
      await sync(bench, { properties: { label: 'c', description: 'z' } });
      expect({ step, ...linked(bench) }).toEqual({ step, label: 'by hand', description: 'z' });
      expect(step).toBeLessThan(100);
    }
  });
});

describe('the plan of a run over relationships', () => {
  const preview = { mode: 'preview', runId: 'plan' } as const;

  async function planned(bench: SyncBench, told: Told, policy: Record<string, FieldPolicy> = {}) {
    await sync(bench, told, { ...preview, policy });
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    const items = await bench.planItems(plan);
    const item = items.find(({ key }) => key === 'orders');
    return { plan, item };
  }

  it('tells which of their properties stay as people have set them, and its application leaves them', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a', description: 'x' } });
    person(bench, { label: 'by hand' });
    const told = { properties: { label: 'b', description: 'y' } };
    const { plan, item } = await planned(bench, told);
    expect(item?.changes).toMatchObject([
      { kept: { [field]: 'by hand' }, fields: [{ kind: 'link', field: 'ForeignKey', from: nameOf('customers') }] },
    ]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: 'plan' });
    expect(linked(bench)).toEqual({ label: 'by hand', description: 'y' });
  });

  it('keeps an item of which nothing but such a property differs, and says so', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a' } });
    person(bench, { label: 'by hand' });
    const { item } = await planned(bench, { properties: { label: 'a' } });
    expect([item?.action, item?.reason]).toEqual(['keep', `as others have set them, these fields stay: ${field}`]);
  });

  it('tells what goes under by policy, and its application writes it', async () => {
    using bench = new SyncBench();
    const policy = { '*': 'source' } as const;
    await sync(bench, { properties: { label: 'a' } }, { policy });
    person(bench, { label: 'by hand' });
    const { plan, item } = await planned(bench, { properties: { label: 'a' } }, policy);
    expect(item).toMatchObject({
      action: 'update',
      changes: [{ fields: [{ kind: 'link', field, from: 'by hand', to: 'a' }] }],
    });
    expect(plan.links).toEqual({ make: 0, remove: 0 });
    await bench.approve(plan);
    const settings = { ...defaultSyncSettings, fieldPolicy: policy };
    await bench.act({ kind: 'apply-plan', planId: 'plan' }, { settings });
    expect(linked(bench)).toEqual({ label: 'a' });
  });

  it('tells that a relationship that a person took away is made again', async () => {
    using bench = new SyncBench();
    await sync(bench, { properties: { label: 'a' } });
    bench.store.steward({ op: 'unlink', ...ends });
    const { plan } = await planned(bench, { properties: { label: 'a' } });
    expect(plan.links).toEqual({ make: 1, remove: 0 });
  });
});
