import { defineConnector, Type } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { recordingHost } from './recording-host.js';

/** Writes down what it has found by operations instead of scopes. */
const cataloguer = defineConnector({
  kind: 'database',
  provider: 'cataloguer',
  version: 1,
  configuration: Type.Object({ tables: Type.Array(Type.String()) }),
  create: (context, { tables }) => ({
    async start() {
      await context.setUpMetadataSource({ qualifiedName: 'SoftwareCapability::shop' });
    },
    async refresh() {
      const name = (type: string, path: string) => `${type}::${context.source}:${path}`;
      const database = await context.createDatabase({ qualifiedName: name('Database', 'orders') });
      const parent = await context.createDatabaseSchema({
        qualifiedName: name('DeployedDatabaseSchema', 'orders/sales'),
        parent: database,
      });
      for (const table of tables)
        await context.createDatabaseTable({ qualifiedName: name('RelationalTable', `orders/sales/${table}`), parent });
    },
  }),
});

describe('the operations of a context, on a recording host', () => {
  it.each(['direct', 'serialised'] as const)('work on a store in memory, over the %s way', async (transport) => {
    const host = recordingHost(cataloguer, { tables: ['a', 'b'] }, { source: 'shop' }, transport);
    await host.start();
    expect((await host.refresh()).failure).toBeUndefined();
    const tables = await host.store.find(
      undefined,
      { typeName: 'RelationalTable', sequencingOrder: 'PROPERTY_ASCENDING' },
      new AbortController().signal,
    );
    expect(tables.map(({ properties }) => properties.qualifiedName)).toEqual([
      'RelationalTable::shop:orders/sales/a',
      'RelationalTable::shop:orders/sales/b',
    ]);
    const before = await host.store.identity(new AbortController().signal);
    expect((await host.refresh()).failure).toBeUndefined();
    expect(await host.store.identity(new AbortController().signal)).toEqual(before);
    expect(host.operations.map(({ operation }) => operation)).toEqual([
      'setUpMetadataSource',
      ...Array.from({ length: 2 }, () => [
        'createDatabase',
        'createDatabaseSchema',
        'createDatabaseTable',
        'createDatabaseTable',
      ]).flat(),
    ]);
  });

  it('write nothing in a preview', async () => {
    const host = recordingHost(cataloguer, { tables: ['a'] }, { source: 'shop' });
    expect((await host.refresh({ mode: 'preview' })).failure).toBeUndefined();
    expect(await host.store.find(undefined, {}, new AbortController().signal)).toEqual([]);
    expect(host.operations).toHaveLength(3);
  });

  it('are refused when they write against the direction of the registration', async () => {
    const host = recordingHost(cataloguer, { tables: [] }, { permittedSynchronization: 'TO_THIRD_PARTY' });
    expect((await host.refresh()).failure).toMatchObject({ code: 'WRITE_NOT_PERMITTED' });
  });

  it('can be held up, and end with their run', async () => {
    const stop = new AbortController();
    const host = recordingHost(cataloguer, { tables: ['a'] });
    const run = await host.refresh({
      signal: stop.signal,
      onMessage: (message) => {
        if (message.type === 'metadata.call' && message.operation === 'createDatabaseSchema') stop.abort();
      },
    });
    expect(run.failure).toMatchObject({ name: 'AbortError' });
    const found = await host.store.find(undefined, {}, new AbortController().signal);
    expect(found.map(({ typeName }) => typeName)).toEqual(['Database']);
  });
});
