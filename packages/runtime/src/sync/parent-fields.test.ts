import type { SourceItem } from '@isthmus/connector-sdk';
import type { Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import type { SyncReport } from './sync-engine.js';
import { defaultSyncSettings, type FieldPolicy } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

const column = { typeName: 'RelationalColumn', qualifiedName: 'Column::test:id', anchor: 'Table::test:orders' };
const above = { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'Table::test:orders' };
const field = 'AttributeForSchema.description from Table::test:orders';

/** A run over one table with one column, with the properties of the relationship between them. */
async function sync(
  bench: SyncBench,
  properties: Properties,
  spec: Parameters<SyncBench['open']>[0] & {
    readonly policy?: Record<string, FieldPolicy>;
    readonly comment?: string;
  } = {},
): Promise<SyncReport> {
  const { policy = {}, comment = '', ...rest } = spec;
  const run = await bench.open({ settings: { ...defaultSyncSettings, fieldPolicy: policy }, ...rest });
  const body: SourceItem = {
    key: 'orders',
    elements: [
      { typeName: 'Table', qualifiedName: above.qualifiedName, properties: { displayName: 'orders', comment } },
      { ...column, properties: { displayName: 'id' }, parent: { ...above, properties } },
    ],
  };
  const digest = digestOf(body);
  const wanted = await run.offer('all', [digest]);
  if (wanted.length > 0) await run.deliver('all', [{ digest, body }]);
  await run.complete('all');
  return run.finish('completed');
}

const person = (bench: SyncBench, properties: Properties) =>
  bench.store.steward({ op: 'upsert', ...column, properties: {}, parent: { ...above, properties } });
const placed = (bench: SyncBench) =>
  bench.store.elements.get(column.qualifiedName)?.parentProperties.get('AttributeForSchema');
const codes = ({ findings }: SyncReport) => findings.map(({ code }) => code);
const batches = (bench: SyncBench) => bench.store.requests.filter((request) => request === 'writeBatch').length;

describe('a property of the relationship to a parent that a person has set', () => {
  it('stays when the item is written again, beside what the source changed, and is told once', async () => {
    using bench = new SyncBench();
    await sync(bench, { position: 0, description: 'a' });
    person(bench, { description: 'by hand' });
    const report = await sync(bench, { position: 1, description: 'b' });
    expect(placed(bench)).toEqual({ position: 1, description: 'by hand' });
    expect(report.findings).toEqual([
      {
        severity: 'info',
        code: 'FIELD_KEPT',
        message: `${column.qualifiedName}: ${field} stays "by hand" (last changed by steward) as in the metadata server; the source has "b"`,
      },
    ]);
    expect(codes(await sync(bench, { position: 1, description: 'b' }, { comment: 'new' }))).toEqual([]);
    expect(placed(bench)).toEqual({ position: 1, description: 'by hand' });
    const before = batches(bench);
    await sync(bench, { position: 1, description: 'b' }, { comment: 'new' });
    expect(batches(bench)).toBe(before);
  });

  it('goes under where the policy gives it to the source, and is told', async () => {
    for (const policy of [{ '*': 'source' }, { AttributeForSchema: 'source' }] as const) {
      using bench = new SyncBench();
      await sync(bench, { description: 'a' }, { policy });
      person(bench, { description: 'by hand' });
      const report = await sync(bench, { description: 'a' }, { policy });
      expect([placed(bench), codes(report)]).toEqual([{ description: 'a' }, ['FIELD_OVERWRITTEN']]);
      expect(report.findings[0]?.message).toContain(field);
      expect(codes(await sync(bench, { description: 'b' }, { policy }))).toEqual([]);
      expect(placed(bench)).toEqual({ description: 'b' });
    }
  });

  it('is told as kept where the source takes changes over too: of relationships it is told nothing', async () => {
    using bench = new SyncBench();
    await sync(bench, { description: 'a' }, { pushes: [] });
    person(bench, { description: 'by hand' });
    expect(codes(await sync(bench, { description: 'b' }, { pushes: [] }))).toEqual(['FIELD_KEPT']);
    expect(placed(bench)).toEqual({ description: 'by hand' });
  });

  it('is asked about where the policy says so, each run, until one side gives way', async () => {
    using bench = new SyncBench();
    const policy = { '*': 'ask' } as const;
    await sync(bench, { description: 'a' }, { policy });
    person(bench, { description: 'by hand' });
    for (const comment of ['', 'new'])
      expect(codes(await sync(bench, { description: 'a' }, { policy, comment }))).toEqual(['FIELD_CONFLICT']);
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([
      { qualifiedName: column.qualifiedName, field, state: 'open', hubValue: 'by hand', sourceValue: 'a' },
    ]);
    person(bench, { description: 'a' });
    expect(codes(await sync(bench, { description: 'a' }, { policy }))).toEqual([]);
    expect(await bench.journal.conflicts(bench.owner, 10)).toEqual([]);
  });

  it('is told by a plan, and stays when that is applied', async () => {
    using bench = new SyncBench();
    await sync(bench, { position: 0, description: 'a' });
    person(bench, { description: 'by hand' });
    await sync(bench, { position: 1, description: 'b' }, { mode: 'preview', runId: 'plan' });
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    const [item] = await bench.planItems(plan);
    expect(item?.changes).toMatchObject([
      {
        fields: [{ kind: 'parent', field: 'AttributeForSchema.position', from: 0, to: 1 }],
        kept: { [field]: 'by hand' },
      },
    ]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: 'plan' });
    expect(placed(bench)).toEqual({ position: 1, description: 'by hand' });
  });
});
