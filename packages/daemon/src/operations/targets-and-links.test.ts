import 'reflect-metadata';
import { delay, systemClock } from '@isthmus/kernel';
import type { MetadataElement } from '@isthmus/model';
import type { RunRecord } from '@isthmus/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestingStore, type TestingStore } from './testing-store.js';

const never: AbortSignal = new AbortController().signal;

interface Table {
  /** Beside `id`. */
  readonly columns?: readonly string[];
  /** Those of its columns that refer to the table of this name. */
  readonly refersTo?: readonly string[];
  /** Default true. */
  readonly hasPrimaryKey?: boolean;
}

/** Tables by the name of their schema and their own. */
type Database = Readonly<Record<string, Readonly<Record<string, Table>>>>;

/** What the connector finds, by name of the target; none: it cannot be reached. The provider is loaded into this process. */
const found = new Map<string, Database>();
Reflect.set(globalThis, 'testedDatabases', found);

/** Lists each schema in a scope of its own; a foreign key may lead into one that is listed later. */
const code = `export const provider = {
  kind: 'database', provider: 'tested', version: 1, configuration: { type: 'object' }, targets: true,
  create: () => ({
    async refresh(run) {
      const name = run.target === undefined ? 'own' : run.target.name;
      const schemas = globalThis.testedDatabases.get(name);
      if (schemas === undefined) throw new Error(name + ' cannot be reached');
      const all = run.scope('all');
      await all.database({ names: ['shop'], key: 'shop' });
      for (const schema of Object.keys(schemas)) await all.schema({ names: ['shop', schema], key: schema, opens: schema });
      await all.complete();
      for (const [schema, tables] of Object.entries(schemas)) {
        const scope = run.scope(schema);
        for (const [table, { columns = [], refersTo = [], hasPrimaryKey = true }] of Object.entries(tables)) {
          await scope.table({
            names: ['shop', schema, table],
            columns: ['id', ...columns].map((name) => ({ name, dataType: 'int' })),
            ...(hasPrimaryKey && { primaryKey: { name: table + '_pkey', columns: ['id'] } }),
            foreignKeys: refersTo.map((to) => ({
              name: table + '_' + to,
              columns: [to],
              references: { table: ['shop', ...to.split('.')], columns: ['id'] },
            })),
          });
        }
        await scope.complete();
      }
    },
  }),
};`;
const isthmus = { provider: 'tested', kind: 'database', sdk: '^0.1.0', module: './index.js', export: 'provider' };
const manifest = { name: 'tested', version: '1.0.0', type: 'module', isthmus };

const refersTo = (table: string): Table => ({ columns: [table], refersTo: [table] });
const cycle: Database = {
  sales: { orders: refersTo('crm.customers') },
  crm: { customers: refersTo('sales.orders') },
};

describe('a connector that lists databases', () => {
  let testing: TestingStore;
  let daemon: Awaited<ReturnType<TestingStore['startDaemon']>>;

  beforeAll(async () => {
    testing = await startTestingStore('6.1', { manifest, code });
    daemon = await testing.startDaemon('Tested');
  });
  afterAll(async () => {
    Reflect.deleteProperty(globalThis, 'testedDatabases');
    await testing[Symbol.asyncDispose]();
  });
  beforeEach(() => found.clear());

  /** The latest of so many runs or more, none of them running any more. */
  async function ended(name: string, count: number): Promise<RunRecord> {
    for (let left = 800; left > 0; left -= 1) {
      const runs = await daemon.runs(name, 20);
      const [latest] = runs;
      if (latest !== undefined && runs.length >= count && runs.every(({ outcome }) => outcome !== 'running'))
        return latest;
      await delay(systemClock, 25);
    }
    throw new Error(`no run of ${name} has ended`);
  }

  async function refreshed(name: string): Promise<RunRecord> {
    const count = (await daemon.runs(name, 20)).length;
    await daemon.refreshConnector(name, 'me');
    return ended(name, count + 1);
  }

  async function columnsBelow(source: string): Promise<readonly MetadataElement[]> {
    const all = await testing.store.find(undefined, { typeName: 'RelationalColumn', pageSize: 1_000 }, never);
    return all.filter(({ properties }) => String(properties.qualifiedName).startsWith(`RelationalColumn::${source}:`));
  }

  const name = ({ properties }: MetadataElement) => String(properties.qualifiedName).split(':').at(-1) ?? '';

  async function primaryKeys(source: string): Promise<readonly string[]> {
    const isKey = ({ classifications }: MetadataElement) =>
      classifications.some(({ classificationName }) => classificationName === 'PrimaryKey');
    return (await columnsBelow(source)).filter(isKey).map(name).sort();
  }

  /** `shop/sales/orders/customer -> shop/crm/customers/id` of each foreign key, as the server answers by its REST. */
  async function foreignKeys(source: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for (const column of await columnsBelow(source)) {
      const options = { relationshipTypeName: 'ForeignKey', startingAtEnd: 1 } as const;
      const related = await testing.store.related(column.guid, options, never);
      keys.push(...related.map(({ element }) => `${name(element)} -> ${name(column)}`));
    }
    return keys.sort();
  }

  it('links what lies in scopes that refer to each other, and follows a key that is dropped', async () => {
    found.set('own', cycle);
    const source = 'SoftwareCapability::west';
    const connector = { name: 'west', provider: 'tested', metadataCollectionQualifiedName: source };
    await daemon.addConnector('Tested', connector, 'me');
    expect(await ended('west', 1)).toMatchObject({ outcome: 'succeeded', findings: [] });
    const [ofCustomers, ofOrders] = [
      'shop/crm/customers/sales.orders -> shop/sales/orders/id',
      'shop/sales/orders/crm.customers -> shop/crm/customers/id',
    ];
    expect(await foreignKeys(source)).toEqual([ofCustomers, ofOrders]);
    expect(await primaryKeys(source)).toEqual(['shop/crm/customers/id', 'shop/sales/orders/id']);
    expect(await refreshed('west')).toMatchObject({ outcome: 'succeeded', counts: { updated: 0, created: 0 } });
    const customers: Table = { columns: ['sales.orders'], hasPrimaryKey: false };
    found.set('own', { ...cycle, crm: { customers } });
    expect(await refreshed('west')).toMatchObject({ outcome: 'succeeded', counts: { updated: 1, deleted: 0 } });
    expect(await foreignKeys(source)).toEqual([ofOrders]);
    expect(await primaryKeys(source)).toEqual(['shop/sales/orders/id']);
    expect(await columnsBelow(source)).toHaveLength(4);
  });

  it('goes over catalog targets: one that fails keeps none from running, they may come and go', async () => {
    const source = 'SoftwareCapability::east';
    const connector = { name: 'east', provider: 'tested', metadataCollectionQualifiedName: source };
    const { connectorGuid } = await daemon.addConnector('Tested', connector, 'me');
    expect(await ended('east', 1)).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringMatching(/own/) },
    });
    const link = (name: string) => target(connectorGuid, name);
    await link('good');
    await link('bad');
    found.set('good', cycle);
    const first = await refreshed('east');
    expect(first).toMatchObject({
      targets: [
        { name: 'good', outcome: 'succeeded' },
        { name: 'bad', outcome: 'failed' },
      ],
    });
    expect(await foreignKeys(`${source}/good`)).toHaveLength(2);
    expect(await columnsBelow(`${source}/bad`)).toEqual([]);

    found.set('bad', { one: { alone: {} } });
    found.set('late', { one: { alone: {} } });
    const late = await link('late');
    expect((await refreshed('east')).outcome).toBe('succeeded');
    expect(await columnsBelow(`${source}/bad`)).toHaveLength(1);
    expect(await columnsBelow(`${source}/late`)).toHaveLength(1);

    await testing.store.unrelate(late, never);
    found.delete('late');
    const last = await refreshed('east');
    expect(last).toMatchObject({ outcome: 'succeeded' });
    expect(last.targets?.map((each) => each.name)).toEqual(['good', 'bad']);
    // what was found there stays
    expect(await columnsBelow(`${source}/late`)).toHaveLength(1);
  });

  /** @returns GUID of the link */
  async function target(connectorGuid: string, name: string): Promise<string> {
    const element = await testing.store.create(
      { typeName: 'SoftwareServer', properties: { qualifiedName: `SoftwareServer::${name}` } },
      never,
    );
    return testing.store.relate('CatalogTarget', connectorGuid, element, { catalogTargetName: name }, never);
  }
});
