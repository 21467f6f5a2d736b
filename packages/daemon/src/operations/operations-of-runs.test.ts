import 'reflect-metadata';
import { delay, systemClock } from '@isthmus/kernel';
import type { RunRecord } from '@isthmus/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestingStore, type TestingStore } from './testing-store.js';

const never: AbortSignal = new AbortController().signal;

type Work = (
  context: Record<string, (input: object) => Promise<{ readonly guid: string }>>,
  run: unknown,
) => Promise<void>;

/** What the connector does when it is refreshed. The provider is loaded into this process. */
const works: { now: Work } = { now: async () => undefined };
Reflect.set(globalThis, 'testedWork', works);

const code = `export const provider = {
  kind: 'database', provider: 'tested', version: 1, configuration: { type: 'object' },
  create: (context) => ({ refresh: (run) => globalThis.testedWork.now(context, run) }),
};`;
const isthmus = { provider: 'tested', kind: 'database', sdk: '^0.1.0', module: './index.js', export: 'provider' };
const manifest = { name: 'tested', version: '1.0.0', type: 'module', isthmus };

const database = 'Database::shop:orders';
const schema = 'DeployedDatabaseSchema::shop:orders/sales';

/** Two elements, one below the other, and a classification. */
const makesBoth: Work = async (context) => {
  const made = await context.createDatabase?.({ qualifiedName: database, properties: { displayName: 'orders' } });
  await context.createDatabaseSchema?.({ qualifiedName: schema, parent: made });
  await context.setConfidentiality?.({ element: made, properties: { confidentialityLevel: 2 } });
};

describe('operations that a connector calls in a run', () => {
  let testing: TestingStore;
  let daemon: Awaited<ReturnType<TestingStore['startDaemon']>>;
  let count = 0;
  let name = '';

  beforeAll(async () => {
    testing = await startTestingStore('6.1', { manifest, code });
    daemon = await testing.startDaemon('Tested');
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    works.now = async () => undefined;
    count += 1;
    name = `connector${count}`;
    await daemon.addConnector('Tested', { name, provider: 'tested', refreshTimeInterval: 0 }, 'me');
    await ended(1);
  });
  afterEach(async () => {
    await daemon.removeConnector(name, 'me');
    for (const left of [schema, database]) {
      const element = await testing.store.getByQualifiedName(left, { forLineage: true }, never);
      if (element !== undefined) await testing.store.delete(element.guid, { method: 'PURGE' }, never);
    }
  });

  async function ended(runs: number): Promise<RunRecord> {
    for (let left = 400; left > 0; left -= 1) {
      const all = (await daemon.runs(name, 20)).filter(({ outcome }) => outcome !== 'running');
      if (all.length >= runs && all[0] !== undefined) return all[0];
      await delay(systemClock, 25);
    }
    throw new Error(`no run ${runs} of ${name} has ended`);
  }

  async function refreshed(work: Work): Promise<RunRecord> {
    works.now = work;
    const before = (await daemon.runs(name, 20)).length;
    await daemon.refreshConnector(name, 'me');
    return await ended(before + 1);
  }

  async function previewed(work: Work): Promise<RunRecord> {
    works.now = work;
    const before = (await daemon.runs(name, 20)).length;
    await daemon.previewConnector(name, 'me');
    return await ended(before + 1);
  }

  async function acted(act: () => Promise<unknown>): Promise<RunRecord> {
    const before = (await daemon.runs(name, 20)).length;
    await act();
    return await ended(before + 1);
  }

  const inStore = (qualifiedName: string) => testing.store.getByQualifiedName(qualifiedName, {}, never);
  const level = async () =>
    (await inStore(database))?.classifications.find(
      ({ classificationName }) => classificationName === 'Confidentiality',
    )?.properties;
  const items = (run: RunRecord) => daemon.planItems(run.id, { filter: {}, after: 0, limit: 100 });
  const sequence = async () => (await testing.store.identity(never)).changeSequence;

  it('write nothing in a preview and stand in its plan, field by field', async () => {
    const before = await sequence();
    const run = await previewed(makesBoth);
    expect(run).toMatchObject({ outcome: 'succeeded', mode: 'preview' });
    expect(await sequence()).toBe(before);
    expect(await items(run)).toMatchObject([
      {
        action: 'create',
        operation: 'createDatabase',
        qualifiedName: database,
        typeName: 'Database',
        changes: [{ action: 'create', fields: [{ kind: 'property', field: 'displayName', to: 'orders' }] }],
      },
      {
        action: 'create',
        operation: 'createDatabaseSchema',
        qualifiedName: schema,
        changes: [{ fields: expect.arrayContaining([expect.objectContaining({ kind: 'parent', to: database })]) }],
      },
      {
        action: 'update',
        operation: 'setConfidentiality',
        qualifiedName: database,
        changes: [{ fields: [{ kind: 'classification', field: 'Confidentiality', to: { confidentialityLevel: 2 } }] }],
      },
    ]);
    expect(await daemon.plan(run.id)).toMatchObject({ state: 'open', counts: { create: 2, update: 1 }, callCount: 3 });
  });

  it('show the old and the new value of what they would change', async () => {
    await refreshed(makesBoth);
    const run = await previewed(async (context) => {
      const element = { qualifiedName: database };
      await context.updateDatabase?.({
        element,
        properties: { displayName: 'all orders', description: 'of the shop' },
      });
      await context.deleteDatabaseSchema?.({ element: { qualifiedName: schema } });
    });
    expect(await items(run)).toMatchObject([
      {
        action: 'update',
        changes: [
          {
            fields: [
              { field: 'displayName', from: 'orders', to: 'all orders' },
              { field: 'description', to: 'of the shop' },
            ],
          },
        ],
      },
      { action: 'delete', operation: 'deleteDatabaseSchema', qualifiedName: schema },
    ]);
    expect((await inStore(database))?.properties.displayName).toBe('orders');
  });

  it('are carried out when people approve the plan, and refused when something has changed since', async () => {
    const run = await previewed(makesBoth);
    const applied = await acted(() => daemon.approvePlan(run.id, 'me', {}));
    expect(applied).toMatchObject({ outcome: 'succeeded', counts: { created: 2, updated: 1 } });
    expect(await inStore(schema)).toBeDefined();
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect((await items(run)).map(({ decision }) => decision)).toEqual(['applied', 'applied', 'applied']);

    const later = await previewed(async (context) => {
      await context.updateDatabase?.({ element: { qualifiedName: database }, properties: { description: 'x' } });
    });
    const guid = (await inStore(database))?.guid ?? '';
    await testing.store.update(guid, { displayName: 'by a person' }, 'merge', undefined, never);
    const stale = await acted(() => daemon.approvePlan(later.id, 'me', {}));
    expect(stale).toMatchObject({ error: { code: 'PLAN_STALE' } });
    expect((await inStore(database))?.properties.description).toBeUndefined();
  });

  it('are refused where what they build on was left out', async () => {
    const run = await previewed(makesBoth);
    const applied = await acted(() => daemon.approvePlan(run.id, 'me', { only: [2] }));
    expect(await inStore(schema)).toBeUndefined();
    expect((await items(run)).map(({ decision }) => decision)).toEqual(['left-out', 'refused', 'left-out']);
    expect(applied.findings).toMatchObject([{ severity: 'error', code: 'ELEMENT_NOT_FOUND' }]);
  });

  it('count in the report of the run, by name', async () => {
    const run = await refreshed(makesBoth);
    expect(run).toMatchObject({
      counts: { created: 2, updated: 1 },
      operations: [
        { operation: 'createDatabase', calls: 1, created: 1, updated: 0, deleted: 0 },
        { operation: 'createDatabaseSchema', calls: 1, created: 1 },
        { operation: 'setConfidentiality', calls: 1, updated: 1 },
      ],
    });
    expect((await refreshed(makesBoth)).counts).toMatchObject({ created: 0, updated: 0 });
  });

  it('are told by explain, with the run and the fields that are the connector’s', async () => {
    const run = await refreshed(makesBoth);
    const { guid = '' } = (await inStore(database)) ?? {};
    await testing.store.update(guid, { description: 'by a person' }, 'merge', undefined, never);
    const told = await daemon.explain(database, never);
    expect(told.operated).toMatchObject([
      { connectorName: name, operation: 'setConfidentiality', madeBy: { runId: run.id }, wroteBy: { runId: run.id } },
    ]);
    expect(Object.fromEntries(told.fields.map(({ field, from }) => [field, from]))).toMatchObject({
      displayName: 'source',
      '@Confidentiality.confidentialityLevel': 'source',
      description: 'person',
    });
  });

  it('are taken back with the run: what was made goes, what was changed gets its former values', async () => {
    await refreshed(makesBoth);
    const second = await refreshed(async (context) => {
      const element = { qualifiedName: database };
      await context.updateDatabase?.({
        element,
        properties: { displayName: 'all orders', description: 'of the shop' },
      });
      await context.setConfidentiality?.({ element, properties: { confidentialityLevel: 4 } });
      await context.deleteDatabaseSchema?.({ element: { qualifiedName: schema } });
    });
    works.now = async () => undefined;
    const undone = await acted(() => daemon.undoRun(second.id, 'me'));
    expect(undone).toMatchObject({ outcome: 'succeeded', counts: { updated: 2, restored: 1 } });
    expect(undone.findings).toMatchObject([{ severity: 'info', code: 'OPERATIONS_NOT_HELD' }]);
    const now = await inStore(database);
    expect(now?.properties.displayName).toBe('orders');
    expect(now?.properties.description).toBeUndefined();
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect(await inStore(schema)).toBeDefined();
    await expect(daemon.undoRun(second.id, 'me')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  });

  it('leave alone and name what people changed since', async () => {
    const first = await refreshed(makesBoth);
    const { guid = '' } = (await inStore(database)) ?? {};
    await testing.store.update(guid, { displayName: 'by a person' }, 'merge', undefined, never);
    works.now = async () => undefined;
    const undone = await acted(() => daemon.undoRun(first.id, 'me'));
    expect(undone.counts).toMatchObject({ deleted: 1, updated: 1 });
    expect((await inStore(database))?.properties.displayName).toBe('by a person');
    expect(await level()).toBeUndefined();
    expect(await inStore(schema)).toBeUndefined();
    expect(undone.findings).toMatchObject([
      { code: 'UNDO_KEPT', message: `${database} was changed since it was made, so it stays` },
      { code: 'OPERATIONS_NOT_HELD' },
    ]);
  });
});
