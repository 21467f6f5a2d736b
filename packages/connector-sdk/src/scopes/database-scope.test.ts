import { describe, expect, it } from '@jest/globals';
import { qualifiedNames } from '../helpers/qualified-names.js';
import type { Finding, HostAnswer, HostMessage, HostPort, SourceItem } from '../host-port.js';
import { kindContext } from '../kind-context.js';
import type { DatabaseScope, TableDescription } from './kind-scopes.js';
import type { NameShape } from './naming.js';

/** Keeps what it is told, and knows nothing. */
class TellingPort implements HostPort {
  readonly items: SourceItem[] = [];
  readonly findings: Finding[] = [];

  call<M extends HostMessage>(message: M): Promise<HostAnswer<M>>;
  async call(message: HostMessage): Promise<readonly number[] | undefined> {
    if (message.type === 'scope.put') this.items.push(message.item);
    if (message.type === 'scope.finding') this.findings.push(message.finding);
    return message.type === 'scope.keep'
      ? message.items.flatMap(({ key }, at) => (key.endsWith('old') ? [] : [at]))
      : undefined;
  }
}

function database(shape?: NameShape): { readonly scope: DatabaseScope; readonly port: TellingPort } {
  const port = new TellingPort();
  const facts = {
    connectorName: 'c',
    source: 'src',
    permittedSynchronization: 'FROM_THIRD_PARTY',
    excludedPaths: [],
  } as const;
  const run = kindContext('database', port, facts, () => shape).run({
    id: 'r',
    mode: 'apply',
    signal: new AbortController().signal,
    requested: undefined,
    target: undefined,
  });
  return { scope: run.scope('all'), port };
}

const orders: TableDescription = {
  names: ['shop', 'public', 'orders'],
  columns: [
    { name: 'id', dataType: 'bigint', isNullable: false },
    { name: 'customer', dataType: 'bigint', validValues: [['shop', 'public', 'ids']] },
    { name: 'region', dataType: 'text', defaultValue: "'north'" },
  ],
  primaryKey: { name: 'orders_pkey', columns: ['id'] },
  foreignKeys: [
    {
      name: 'orders_customer',
      columns: ['customer', 'region'],
      references: { table: ['shop', 'crm', 'customers'], columns: ['id', 'region'] },
    },
  ],
  uniqueKeys: [{ name: 'once', columns: ['customer', 'region'] }],
  indexes: [{ name: 'by_region', columns: ['region', 'lower(customer)'], method: 'btree', isUnique: true }],
};

async function told(table: TableDescription): Promise<SourceItem> {
  const { scope, port } = database();
  await scope.table(table);
  const [item] = port.items;
  if (item === undefined) throw new Error('nothing was told');
  return item;
}

describe('a table', () => {
  it('hangs on the schema type of its schema, anchored to the schema', async () => {
    expect((await told(orders)).elements[0]).toMatchObject({
      typeName: 'RelationalTable',
      qualifiedName: 'RelationalTable::src:shop/public/orders',
      anchor: 'DeployedDatabaseSchema::src:shop/public',
      parent: {
        relationshipTypeName: 'AttributeForSchema',
        qualifiedName: 'RelationalDBSchemaType::src:shop/public',
      },
      classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' } },
    });
  });

  it('may lie in the database itself, or in what another connector told', async () => {
    const [inDatabase] = (await told({ names: ['shop', 't'], parent: { database: ['shop'] } })).elements;
    expect(inDatabase).toMatchObject({
      parent: { qualifiedName: 'RelationalDBSchemaType::src:shop%database' },
      anchor: 'Database::src:shop',
    });
    const parent = { schema: { qualifiedName: 'RelationalDBSchemaType::other:x' } } as const;
    const [elsewhere] = (await told({ names: ['shop', 't'], parent })).elements;
    expect(elsewhere).toMatchObject({ parent: { qualifiedName: 'RelationalDBSchemaType::other:x' } });
    expect((await told({ names: ['shop', 't'], parent: 'none' })).elements[0].parent).toBeUndefined();
  });

  it('has its columns in order, with their types', async () => {
    const [, id, customer] = (await told(orders)).elements;
    expect(id).toMatchObject({
      typeName: 'RelationalColumn',
      qualifiedName: 'RelationalColumn::src:shop/public/orders/id',
      properties: { displayName: 'id', isNullable: false },
      parent: { relationshipTypeName: 'NestedSchemaAttribute', properties: { position: 0 } },
    });
    expect(customer).toMatchObject({
      parent: { properties: { position: 1 } },
      classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType', dataType: 'bigint' } },
    });
  });

  it('marks the columns of its primary key', async () => {
    const [, id, customer] = (await told(orders)).elements;
    expect(id?.classifications?.PrimaryKey).toEqual({ displayName: 'orders_pkey' });
    expect(customer?.classifications?.PrimaryKey).toBeUndefined();
  });

  it('links each column of a foreign key with its counterpart, wherever that is', async () => {
    const [, , customer, region] = (await told(orders)).elements;
    const link = (column: string) => ({
      relationshipTypeName: 'ForeignKey',
      qualifiedName: `RelationalColumn::src:shop/crm/customers/${column}`,
      selfAtEnd1: false,
      properties: { displayName: 'orders_customer' },
    });
    expect(customer?.links).toEqual([
      { relationshipTypeName: 'ValidValuesAssignment', qualifiedName: 'ValidValueDefinition::src:shop/public/ids' },
      link('id'),
    ]);
    expect(region?.links).toEqual([link('region')]);
  });

  it('says once what two foreign keys over the same columns say', async () => {
    const key = {
      columns: ['id'],
      references: { table: { qualifiedName: 'RelationalTable::x:s/t' }, columns: ['a:b'] },
    };
    const [, id] = (
      await told({
        ...orders,
        foreignKeys: [
          { name: 'one', ...key },
          { name: 'two', ...key },
        ],
      })
    ).elements;
    expect(id?.links).toEqual([
      {
        relationshipTypeName: 'ForeignKey',
        qualifiedName: 'RelationalColumn::x:s/t/a%3Ab',
        selfAtEnd1: false,
        properties: { displayName: 'one, two' },
      },
    ]);
  });

  it('tells its unique keys and indexes, for which open metadata has no type', async () => {
    expect((await told(orders)).elements[0].properties.additionalProperties).toEqual({
      'unique once': 'customer, region',
      'index by_region': 'unique btree (region, lower(customer))',
    });
  });

  it.each([
    [{ primaryKey: { columns: ['nope'] } }, 'primaryKey of the table "shop/public/orders" names the column "nope"'],
    [
      { foreignKeys: [{ name: 'f', columns: ['idd'], references: { table: ['x'], columns: ['y'] } }] },
      'foreignKeys "f" of the table "shop/public/orders" names the column "idd", which the table does not have; did you mean "id"?',
    ],
    [{ foreignKeys: [{ name: 'f', columns: ['id'], references: { table: ['x'], columns: [] } }] }, 'as many columns'],
    [
      { foreignKeys: [{ name: 'f', columns: ['id'], references: { table: { qualifiedName: 'x' }, columns: ['y'] } }] },
      'qualified names of a RelationalTable',
    ],
  ])('is set aside with keys that cannot be: %j', async (keys, message) => {
    const { scope, port } = database();
    await scope.table({ ...orders, ...keys });
    expect(port.items).toEqual([]);
    expect(port.findings).toMatchObject([
      { severity: 'error', code: 'ITEM_INVALID', key: 'RelationalTable:shop/public/orders' },
    ]);
    expect(port.findings[0]?.message).toContain(message);
  });
});

describe('a word that nothing is made of', () => {
  it.each([
    [{ desciption: 'x' }, '`desciption` is no word that is known there; did you mean `description`?'],
    [
      { columns: [{ name: 'id', dataTpe: 'int' }] },
      '`columns[0].dataTpe` is no word that is known there; did you mean `dataType`?',
    ],
    [
      { columns: [{ name: 'id', mappedFrom: [{ to: ['a', 'b', 'c', 'd'], lable: 'x' }] }] },
      '`columns[0].mappedFrom[0].lable` is no word that is known there; did you mean `label`?',
    ],
    [{ fields: [] }, '`fields` is no word that is known there'],
  ])('sets the item aside with what was meant: %j', async (said, fault) => {
    const { scope, port } = database();
    const table = { names: ['shop', 'public', 'orders'], sourceVersion: '1', ...said };
    for (const unknown of await scope.keepThings('table', [table])) await scope.table(unknown);
    expect(port.items).toEqual([]);
    expect(port.findings).toEqual([
      {
        severity: 'error',
        code: 'ITEM_INVALID',
        key: 'RelationalTable:shop/public/orders',
        message: `the table "shop/public/orders" is set aside: ${fault}`,
      },
    ]);
  });

  it('is none that is told as undefined, nor one of the keys of a table', async () => {
    const { scope, port } = database();
    await scope.table({ ...orders, ...{ comment: undefined } });
    await scope.database({ names: ['d'], hasTables: true });
    expect(port.findings).toEqual([]);
    expect(port.items).toHaveLength(2);
  });
});

describe('a scope of databases', () => {
  it('asks by noun and names which things are known as they are', async () => {
    const { scope } = database();
    const things = [
      { names: ['shop', 'public', 'old'], sourceVersion: '1' },
      { names: ['shop', 'public', 'new'], sourceVersion: '1' },
    ];
    expect(await scope.keepThings('table', things)).toEqual([things[1]]);
    expect(await scope.keepThing('table', { names: ['a', 'b', 'old'], sourceVersion: '1' })).toBe(true);
  });

  it('names things for references from elsewhere', () => {
    expect(database().scope.nameOf('database', ['a:b'])).toBe('Database::src:a%3Ab');
  });

  it('knows a table that became a view as the same item', async () => {
    const { scope, port } = database();
    await scope.table({ names: ['d', 's', 'x'] });
    await scope.view({ names: ['d', 's', 'x'], formula: 'select 1', queries: [['d', 's', 't']] });
    const [table, view] = port.items;
    expect([view?.key, view?.elements[0].qualifiedName]).toEqual([table?.key, table?.elements[0].qualifiedName]);
    expect(view?.elements[0]).toMatchObject({
      classifications: { CalculatedValue: { formula: 'select 1' } },
      links: [{ relationshipTypeName: 'DerivedSchemaTypeQueryTarget', qualifiedName: 'RelationalTable::src:d/s/t' }],
    });
  });

  it('links a view to the columns that it uses, beside the tables', async () => {
    const { scope, port } = database();
    await scope.view({ names: ['d', 's', 'v'], queries: [['d', 's', 't']], queryColumns: [['d', 's', 't', 'c']] });
    expect(port.items[0]?.elements[0]?.links).toMatchObject([
      { relationshipTypeName: 'DerivedSchemaTypeQueryTarget', qualifiedName: 'RelationalTable::src:d/s/t' },
      { relationshipTypeName: 'DerivedSchemaTypeQueryTarget', qualifiedName: 'RelationalColumn::src:d/s/t/c' },
    ]);
  });

  it('takes elements of any type', async () => {
    const { scope, port } = database();
    await scope.element({ typeName: 'CSVFile', root: 'DataFile', names: ['a', 'b'], properties: { fileName: 'b' } });
    expect(port.items).toEqual([
      {
        key: 'DataFile:a/b',
        elements: [
          { typeName: 'CSVFile', qualifiedName: 'DataFile::src:a/b', properties: { displayName: 'b', fileName: 'b' } },
        ],
      },
    ]);
  });

  it.each([undefined, {}, { names: 'x' }, { names: [] }])('sets aside what has no names: %j', async (thing) => {
    const { scope, port } = database();
    for (const word of ['table', 'element'] as const) await Reflect.apply(scope[word], undefined, [thing]);
    expect(port.items).toEqual([]);
    for (const finding of port.findings) {
      expect(finding).toMatchObject({ severity: 'error', code: 'ITEM_INVALID' });
      // It may be any item, so nothing is concluded from what is missing.
      expect(finding.key).toBeUndefined();
      expect(finding.message).toMatch(/^a \w+ is set aside: .*names.*nothing is removed from its scope/);
    }
    expect(port.findings).toHaveLength(2);
  });

  it('sets aside under its key what has one without names', async () => {
    const { scope, port } = database();
    await Reflect.apply(scope.table, undefined, [{ key: 'k' }]);
    expect(port.findings).toMatchObject([{ key: 'k', message: expect.stringContaining('with the key "k"') }]);
  });

  it('sets aside what lies in something that its noun does not know, and goes on', async () => {
    const { scope, port } = database();
    const lost = { names: ['d', 't'], parent: { databse: ['d'] } };
    await Reflect.apply(scope.table, undefined, [lost]);
    await scope.table(orders);
    expect(port.items).toHaveLength(1);
    expect(port.findings).toMatchObject([
      {
        code: 'ITEM_INVALID',
        key: 'RelationalTable:d/t',
        message: expect.stringMatching(/"d\/t".*`parent` is not one of/),
      },
    ]);
  });
});

describe('a scope whose names are shaped by a template', () => {
  const names = qualifiedNames(['database', 'schema', 'table'], { server: true });
  const shape = names.shape('{type}::{source}/{server}:{database}.{schema}.{table}', 'pro/d');

  it('calls everything by it, and each under what holds it', async () => {
    const { scope, port } = database(shape);
    await scope.server({ names: ['pro/d'] });
    await scope.database({ names: ['shop'], parent: { server: ['pro/d'] } });
    await scope.schema({ names: ['shop', 'public'] });
    await scope.schema({ names: ['shop', 'crm'] });
    await scope.table({ ...orders, names: ['shop', 'public', 'or.ders'] });
    const elements = port.items.flatMap((item) => item.elements);
    const called = elements.map(({ qualifiedName }) => qualifiedName);
    expect(called).toEqual(
      expect.arrayContaining([
        'SoftwareServer::src/pro%2Fd',
        'DatabaseManager::src/pro%2Fd',
        'Database::src/pro%2Fd:shop',
        'DeployedDatabaseSchema::src/pro%2Fd:shop.public',
        'RelationalTable::src/pro%2Fd:shop.public.or%2Eders',
        'RelationalColumn::src/pro%2Fd:shop.public.or%2Eders/customer',
      ]),
    );
    for (const { parent } of elements) if (parent !== undefined) expect(called).toContain(parent.qualifiedName);
    const links = elements.flatMap((element) => element.links ?? []).map(({ qualifiedName }) => qualifiedName);
    expect(links).toContain('RelationalColumn::src/pro%2Fd:shop.crm.customers/id');
    expect(scope.nameOf('table', ['a', 'b', 'c'])).toBe('RelationalTable::src/pro%2Fd:a.b.c');
  });

  it('keeps keys as they are, and versions apart from those of other templates', async () => {
    const [usual, shaped] = [database(), database(shape)];
    const thing = { names: ['shop', 'public'], sourceVersion: 'v' };
    for (const { scope } of [usual, shaped]) await scope.schema(thing);
    const [one, other] = [usual.port.items[0], shaped.port.items[0]];
    expect(other?.key).toBe(one?.key);
    expect(one?.sourceVersion).toBe('v');
    expect(other?.sourceVersion).toMatch(/^v ./);
    expect(await shaped.scope.keepThings('schema', [thing])).toEqual([thing]);
  });
});
