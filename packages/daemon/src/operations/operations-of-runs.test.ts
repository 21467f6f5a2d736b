import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { TestedConnector, type Work } from './testing-connector.js';

const never: AbortSignal = new AbortController().signal;

const database = 'Database::shop:orders';
const schema = 'DeployedDatabaseSchema::shop:orders/sales';

/** Two elements, one below the other, and a classification. */
const makesBoth: Work = async (context) => {
  const made = await context.createDatabase?.({ qualifiedName: database, properties: { displayName: 'orders' } });
  await context.createDatabaseSchema?.({ qualifiedName: schema, parent: made });
  await context.setConfidentiality?.({ element: made, properties: { confidentialityLevel: 2 } });
};

describe('operations that a connector calls in a run', () => {
  const connector = new TestedConnector([schema, database]);
  const level = () => connector.classified(database, 'Confidentiality');
  const sequence = async () => (await connector.store.identity(never)).changeSequence;

  it('write nothing in a preview and stand in its plan, field by field', async () => {
    const before = await sequence();
    const run = await connector.previewed(makesBoth);
    expect(run).toMatchObject({ outcome: 'succeeded', mode: 'preview' });
    expect(await sequence()).toBe(before);
    expect(await connector.items(run)).toMatchObject([
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
    expect(await connector.daemon.plan(run.id)).toMatchObject({
      state: 'open',
      counts: { create: 2, update: 1 },
      callCount: 3,
    });
  });

  it('show the old and the new value of what they would change', async () => {
    await connector.refreshed(makesBoth);
    const run = await connector.previewed(async (context) => {
      const element = { qualifiedName: database };
      await context.updateDatabase?.({
        element,
        properties: { displayName: 'all orders', description: 'of the shop' },
      });
      await context.deleteDatabaseSchema?.({ element: { qualifiedName: schema } });
    });
    expect(await connector.items(run)).toMatchObject([
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
    expect((await connector.inStore(database))?.properties.displayName).toBe('orders');
  });

  it('are carried out when people approve the plan, and refused when something has changed since', async () => {
    const run = await connector.previewed(makesBoth);
    const applied = await connector.approved(run);
    expect(applied).toMatchObject({ outcome: 'succeeded', counts: { created: 2, updated: 1 } });
    expect(await connector.inStore(schema)).toBeDefined();
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect((await connector.items(run)).map(({ decision }) => decision)).toEqual(['applied', 'applied', 'applied']);

    const later = await connector.previewed(async (context) => {
      await context.updateDatabase?.({ element: { qualifiedName: database }, properties: { description: 'x' } });
    });
    const guid = (await connector.inStore(database))?.guid ?? '';
    await connector.store.update(guid, { displayName: 'by a person' }, 'merge', undefined, never);
    const stale = await connector.approved(later);
    expect(stale).toMatchObject({ error: { code: 'PLAN_STALE' } });
    expect((await connector.inStore(database))?.properties.description).toBeUndefined();
  });

  it('are refused where what they build on was left out', async () => {
    const run = await connector.previewed(makesBoth);
    const applied = await connector.acted(() => connector.daemon.approvePlan(run.id, 'me', { only: [2] }));
    expect(await connector.inStore(schema)).toBeUndefined();
    expect((await connector.items(run)).map(({ decision }) => decision)).toEqual(['left-out', 'refused', 'left-out']);
    expect(applied.findings).toMatchObject([{ severity: 'error', code: 'ELEMENT_NOT_FOUND' }]);
  });

  it('count in the report of the run, by name', async () => {
    const run = await connector.refreshed(makesBoth);
    expect(run).toMatchObject({
      counts: { created: 2, updated: 1 },
      operations: [
        { operation: 'createDatabase', calls: 1, created: 1, updated: 0, deleted: 0 },
        { operation: 'createDatabaseSchema', calls: 1, created: 1 },
        { operation: 'setConfidentiality', calls: 1, updated: 1 },
      ],
    });
    expect((await connector.refreshed(makesBoth)).counts).toMatchObject({ created: 0, updated: 0 });
  });

  it('are told by explain, with the run and the fields that are the connector’s', async () => {
    const run = await connector.refreshed(makesBoth);
    const { guid = '' } = (await connector.inStore(database)) ?? {};
    await connector.store.update(guid, { description: 'by a person' }, 'merge', undefined, never);
    const told = await connector.daemon.explain(database, never);
    expect(told.operated).toMatchObject([
      {
        connectorName: connector.name,
        operation: 'setConfidentiality',
        madeBy: { runId: run.id },
        wroteBy: { runId: run.id },
      },
    ]);
    expect(Object.fromEntries(told.fields.map(({ field, from }) => [field, from]))).toMatchObject({
      displayName: 'source',
      '@Confidentiality.confidentialityLevel': 'source',
      description: 'person',
    });
  });

  it('are taken back with the run: what was made goes, what was changed gets its former values', async () => {
    await connector.refreshed(makesBoth);
    const second = await connector.refreshed(async (context) => {
      const element = { qualifiedName: database };
      await context.updateDatabase?.({
        element,
        properties: { displayName: 'all orders', description: 'of the shop' },
      });
      await context.setConfidentiality?.({ element, properties: { confidentialityLevel: 4 } });
      await context.deleteDatabaseSchema?.({ element: { qualifiedName: schema } });
    });
    const undone = await connector.undone(second);
    expect(undone).toMatchObject({ outcome: 'succeeded', counts: { updated: 2, restored: 1 } });
    expect(undone.findings).toMatchObject([{ severity: 'info', code: 'OPERATIONS_NOT_HELD' }]);
    const now = await connector.inStore(database);
    expect(now?.properties.displayName).toBe('orders');
    expect(now?.properties.description).toBeUndefined();
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect(await connector.inStore(schema)).toBeDefined();
    await expect(connector.daemon.undoRun(second.id, 'me')).rejects.toMatchObject({ code: 'UNDO_NOT_POSSIBLE' });
  });

  it('leave alone and name what people changed since', async () => {
    const first = await connector.refreshed(makesBoth);
    const { guid = '' } = (await connector.inStore(database)) ?? {};
    await connector.store.update(guid, { displayName: 'by a person' }, 'merge', undefined, never);
    const undone = await connector.undone(first);
    expect(undone.counts).toMatchObject({ deleted: 1, updated: 1 });
    expect((await connector.inStore(database))?.properties.displayName).toBe('by a person');
    expect(await level()).toBeUndefined();
    expect(await connector.inStore(schema)).toBeUndefined();
    expect(undone.findings).toMatchObject([
      { code: 'UNDO_KEPT', message: `${database} was changed since it was made, so it stays` },
      { code: 'OPERATIONS_NOT_HELD' },
    ]);
  });
});
