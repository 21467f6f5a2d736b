import type { ItemElement } from '@isthmus/connector-sdk';
import type { Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { defaultSyncSettings, type FieldPolicy } from './sync-settings.js';
import { digestOf } from './testing/fake-source.js';
import { Faults } from './testing/faults.js';
import { SyncBench } from './testing/sync-bench.js';

type Classifications = Readonly<Record<string, Properties>>;

const qualifiedName = 'Column::test:id';
const key = { PrimaryKey: { displayName: 'orders_pkey' } };

/** One column, with what the source says of it. */
async function sync(
  bench: SyncBench,
  classifications: Classifications | undefined,
  { policy, ...spec }: Parameters<SyncBench['open']>[0] & { readonly policy?: FieldPolicy } = {},
) {
  const element: ItemElement = {
    typeName: 'Column',
    qualifiedName,
    properties: { displayName: 'id' },
    ...(classifications === undefined ? {} : { classifications }),
  };
  const settings = { ...defaultSyncSettings, fieldPolicy: policy === undefined ? {} : { '*': policy } };
  const run = await bench.open({ settings, ...spec });
  try {
    const body = { key: 'id', elements: [element] as const };
    const digest = digestOf(body);
    const wanted = await run.offer('columns', [digest]);
    if (wanted.length > 0) await run.deliver('columns', [{ digest, body }]);
    await run.complete('columns');
  } catch (error) {
    await run.finish('failed');
    throw error;
  }
  return run.finish('completed');
}

const given = (bench: SyncBench) => bench.store.elements.get(qualifiedName)?.classifications;

function steward(bench: SyncBench, classifications: Classifications): void {
  bench.store.steward({ op: 'upsert', typeName: 'Column', qualifiedName, properties: {}, classifications });
}

describe('classifications', () => {
  it('that the connector gave and no longer tells are taken away, and their properties follow the source', async () => {
    using bench = new SyncBench();
    await sync(bench, { ...key, Confidentiality: {} });
    expect(given(bench)).toEqual({ ...key, Confidentiality: {} });
    await sync(bench, { PrimaryKey: { keyPattern: 'LOCAL_KEY' } });
    expect(given(bench)).toEqual({ PrimaryKey: { keyPattern: 'LOCAL_KEY' } });
    expect((await sync(bench, undefined)).counts).toMatchObject({ updated: 1 });
    expect(given(bench)).toEqual({});
  });

  it('that a steward gave stay, also when the connector once told the same', async () => {
    using bench = new SyncBench();
    await sync(bench, undefined);
    steward(bench, { ...key, Confidentiality: {} });
    await sync(bench, key);
    await sync(bench, undefined);
    expect(given(bench)).toEqual({ ...key, Confidentiality: {} });
  });

  it('stay with all they have while a steward has set something in them, unless the policy says that the source is right', async () => {
    for (const policy of ['hub', 'source'] as const) {
      using bench = new SyncBench();
      await sync(bench, key);
      steward(bench, { PrimaryKey: { keyPattern: 'by hand' } });
      await sync(bench, undefined, { policy });
      const left = { PrimaryKey: { displayName: 'orders_pkey', keyPattern: 'by hand' } };
      expect(given(bench)).toEqual(policy === 'source' ? {} : left);
      const before = bench.store.requests.length;
      await sync(bench, undefined, { policy });
      expect(bench.store.requests.slice(before)).not.toContain('writeBatch');
    }
  });

  it('are not taken away by a journal that does not remember them', async () => {
    using bench = new SyncBench();
    await sync(bench, key);
    const item = { scope: 'columns', key: 'id' };
    const known = await bench.journal.knownItem(bench.owner, item);
    const old = {
      shapes: ['Column,@PrimaryKey.displayName,displayName'],
      prints: [known?.prints?.[0]?.slice(6) ?? ''],
    };
    const intent = { batchId: 'old', owner: bench.owner, slot: 's', token: 1, operations: [], items: [] };
    await bench.journal.intend(intent);
    if (known === undefined) throw new Error('nothing is known');
    await bench.journal.settle(intent, {
      known: [{ ...known, ...old }],
      gone: [],
      going: [],
      guids: new Map(),
      doubtfulScopes: [],
      made: [],
      conflicts: [],
    });
    const before = bench.store.requests.length;
    await sync(bench, key);
    expect(bench.store.requests.slice(before)).not.toContain('writeBatch');
    await sync(bench, undefined);
    expect(given(bench)).toEqual(key);
  });

  it('come back when the run that took them away is undone, and go again when that is released', async () => {
    using bench = new SyncBench();
    await sync(bench, { ...key, Confidentiality: {} }, { runId: 'first' });
    await sync(bench, { Criticality: {} }, { runId: 'second' });
    expect(given(bench)).toEqual({ Criticality: {} });
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { runId: 'undoing' });
    expect(given(bench)).toEqual({ ...key, Confidentiality: {} });
    await bench.journal.undos.release('undoing');
    await sync(bench, { Criticality: {} });
    expect(given(bench)).toEqual({ Criticality: {} });
  });

  it('that a plan takes away are shown, and stay until it is applied', async () => {
    using bench = new SyncBench();
    await sync(bench, key);
    await sync(bench, undefined, { mode: 'preview', runId: 'plan' });
    expect(given(bench)).toEqual(key);
    const plan = await bench.journal.plans.plan('plan');
    if (plan === undefined) throw new Error('no plan');
    const [item] = await bench.planItems(plan);
    expect(item?.changes[0]?.fields).toEqual([{ kind: 'classification', field: 'PrimaryKey', from: key.PrimaryKey }]);
    await bench.approve(plan);
    await bench.act({ kind: 'apply-plan', planId: 'plan' });
    expect(given(bench)).toEqual({});
  });

  it('are as the source has them after a crash at any step', async () => {
    let died = true;
    for (let step = 0; died; step += 1) {
      using bench = new SyncBench();
      await sync(bench, { ...key, Confidentiality: {} });
      const faults = new Faults(step);
      faults.arm(bench.store);
      await sync(bench, { Criticality: {} }, { journal: faults.journal(bench.journal) }).catch(() => undefined);
      Faults.disarm(bench.store);
      died = faults.isDead;
      bench.restart();
      await sync(bench, { Criticality: {} });
      expect({ step, given: given(bench) }).toEqual({ step, given: { Criticality: {} } });
      await sync(bench, undefined);
      expect({ step, given: given(bench) }).toEqual({ step, given: {} });
      expect(step).toBeLessThan(100);
    }
  });
});
