import { type MetadataCall, type OperationFacts, StoreOperations } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { Author, MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '../manual-clock.js';
import { MemoryMetadataStore } from './memory-metadata-store.js';

const never: AbortSignal = new AbortController().signal;
let clock: ManualClock;
let store: MemoryMetadataStore;
let facts: OperationFacts;
let operations: StoreOperations;

beforeEach(() => {
  clock = new ManualClock();
  store = new MemoryMetadataStore({ now: () => clock.now() });
  facts = { connectorName: 'orders', source: 'shop', metadataCollection: 'SoftwareCapability::shop', userId: 'ada' };
  operations = over(store);
});

const over = (wanted: MetadataStore) =>
  new StoreOperations({ store: wanted, types: standardTypes(), clock, facts: () => facts });

async function call(operation: string, input: Readonly<Record<string, unknown>>, run?: MetadataCall['run']) {
  return await operations.call({ kind: 'database', operation, input, ...(run && { run }) }, never);
}

async function guidOf(operation: string, input: Readonly<Record<string, unknown>>): Promise<string> {
  const made = await call(operation, input);
  if (typeof made !== 'object' || made === null || !('guid' in made)) throw new Error(`${operation} told no GUID`);
  return String(made.guid);
}

/** @param reads - where GUIDs are noted of elements that are read */
function notingReads(inner: MetadataStore, reads: string[]): MetadataStore {
  const noted = (target: MetadataStore, name: string | symbol): unknown => {
    if (name === 'as') return (author: Author) => notingReads(target.as(author), reads);
    const value: unknown = Reflect.get(target, name);
    if (typeof value !== 'function') return value;
    return (...given: readonly unknown[]) => {
      if (name === 'get') reads.push(String(given[0]));
      return value.apply(target, given);
    };
  };
  return new Proxy(inner, { get: noted });
}

const orders = { qualifiedName: 'Database::shop:orders', properties: { displayName: 'orders' } };

describe('an operation that changes nothing', () => {
  it.each([
    ['setEffectivity', { effectiveFrom: 1_000 }],
    ['setTranslation', { translation: { language: 'de', displayName: 'Aufträge' } }],
    ['publishElement', { zones: ['quarantine'] }],
    ['publishElement', {}],
  ])('is unchanged the second time: %s', async (operation, input) => {
    const guid = await guidOf('createDatabase', orders);
    const twice = [];
    for (let time = 0; time < 2; time += 1) twice.push(await call(operation, { element: { guid }, ...input }));
    expect(twice[0]).not.toMatchObject({ outcome: 'unchanged' });
    expect(twice[1]).toMatchObject({ outcome: 'unchanged' });
  });

  it('is unchanged where there is nothing to withdraw from', async () => {
    const guid = await guidOf('createDatabase', orders);
    expect(await call('withdrawElement', { element: { guid } })).toMatchObject({ outcome: 'unchanged' });
    await call('publishElement', { element: { guid } });
    expect(await call('withdrawElement', { element: { guid } })).toMatchObject({ outcome: 'updated' });
    expect(await call('withdrawElement', { element: { guid } })).toMatchObject({ outcome: 'unchanged' });
  });

  it('is not told as a write when the server publishes to the zones that are there', async () => {
    const told: string[] = [];
    const reads: string[] = [];
    operations = new StoreOperations({
      store: notingReads(store, reads),
      types: standardTypes(),
      clock,
      facts: () => facts,
      watcher: ({ operation }) => ({
        writing: async () => ({
          done: async () => void told.push(`${operation} done`),
          failed: async (isCertain) => void told.push(`${operation} ${isCertain ? 'wrote nothing' : 'failed'}`),
        }),
        end: async () => undefined,
      }),
    });
    const guid = await guidOf('createDatabase', orders);
    reads.length = 0;
    for (let time = 0; time < 2; time += 1) await call('publishElement', { element: { guid } });
    // before, and after it was written
    expect(reads).toEqual([guid, guid, guid, guid]);
    expect(told.slice(1)).toEqual(['publishElement done', 'publishElement wrote nothing']);
  });
});

describe('an input', () => {
  it.each([
    ['createDatabase', {}, 'PARAMETER_MISSING', 'qualifiedName'],
    ['createDatabase', { ...orders, qualifiedName: 7 }, 'PARAMETER_INVALID', 'qualifiedName'],
    ['createDatabase', { ...orders, qualifiedName: ' ' }, 'PARAMETER_INVALID', 'qualifiedName'],
    ['createDatabase', { ...orders, qualifiedName: 'Database::a\0' }, 'PARAMETER_INVALID', 'qualifiedName'],
    ['createDatabase', { ...orders, nonsense: 1 }, 'PARAMETER_INVALID', 'nonsense'],
    ['createDatabase', { ...orders, typeName: 'Topic' }, 'PARAMETER_INVALID', 'typeName'],
    ['createDatabase', { ...orders, effectiveFrom: 'today' }, 'PARAMETER_INVALID', 'effectiveFrom'],
    ['createDatabase', { ...orders, parent: 'guid' }, 'PARAMETER_INVALID', 'parent'],
    ['createDatabase', { ...orders, home: 'elsewhere' }, 'PARAMETER_INVALID', 'home'],
    ['createDatabaseTable', { qualifiedName: 'a' }, 'PARAMETER_MISSING', 'parent'],
    ['createDatabaseTable', { qualifiedName: 'a', parent: { guid: 'none' } }, 'ELEMENT_NOT_FOUND', 'parent'],
    ['openToDo', { qualifiedName: 'a', targets: [{ guid: 'none' }, 7] }, 'PARAMETER_INVALID', 'targets[1]'],
    ['findDatabases', { pageSize: 1_001 }, 'PARAMETER_INVALID', 'pageSize'],
    ['findDatabases', { startFrom: -1 }, 'PARAMETER_INVALID', 'startFrom'],
    ['findDatabases', { search: 'a', classifications: ['Criticality'] }, 'PARAMETER_INVALID', 'search'],
    ['findDatabases', { conditions: { conditions: [] } }, 'PARAMETER_INVALID', 'conditions.conditions'],
    [
      'findDatabases',
      { conditions: { conditions: [{ property: 'dispalyName', value: 'a' }] } },
      'PROPERTY_UNKNOWN',
      'conditions.conditions[0].property',
    ],
    ['findDatabases', { sequencingProperty: 'dispalyName' }, 'PROPERTY_UNKNOWN', 'sequencingProperty'],
    [
      'findDatabases',
      { conditions: { conditions: [{ property: 'displayName' }] } },
      'PARAMETER_MISSING',
      'conditions.conditions[0].value',
    ],
    [
      'findOpenToDos',
      { conditions: { conditions: [{ property: 'displayName', value: 'a' }] } },
      'PARAMETER_INVALID',
      'conditions',
    ],
    ['setTranslation', { element: { guid: 'g' }, translation: {} }, 'PARAMETER_MISSING', 'translation.language'],
    ['createFolders', { pathName: '/a/../b' }, 'PARAMETER_INVALID', 'pathName'],
    [
      'setUpValidMetadataValue',
      { propertyName: 'x', typeName: 'Asset', preferredValue: 'y' },
      'PARAMETER_INVALID',
      'propertyName',
    ],
  ])('of %s that does not fit is refused by name', async (operation, input, code, parameter) => {
    const kind = operation === 'createFolders' ? 'files' : operation === 'findOpenToDos' ? 'stewardship' : 'database';
    const refused = operations.call({ kind, operation, input }, never);
    await expect(refused).rejects.toMatchObject({ code, details: { operation, parameter } });
    expect(await store.find(undefined, {})).toEqual([]);
  });

  it('is held against the type before anything is sent', async () => {
    await expect(call('createDatabase', { ...orders, properties: { colour: 'red' } })).rejects.toMatchObject({
      code: 'PROPERTY_UNKNOWN',
      details: { property: 'colour' },
    });
    const element = { guid: await guidOf('createDatabase', orders) };
    await expect(call('setConfidence', { element, properties: { confidence: 'much' } })).rejects.toMatchObject({
      code: 'PROPERTY_TYPE_WRONG',
    });
    await expect(call('setPrimaryKey', { element })).rejects.toMatchObject({ code: 'TYPE_UNSUITABLE' });
    await expect(call('linkForeignKey', { end1: element, end2: element })).rejects.toMatchObject({
      code: 'TYPE_UNSUITABLE',
    });
  });
});

describe('an entry of a note log', () => {
  it('goes with its log, and the element that both are about stays', async () => {
    const database = { guid: await guidOf('createDatabase', orders) };
    const log = { guid: await guidOf('createNoteLog', { qualifiedName: 'NoteLog::shop:a', parent: database }) };
    const entry = await guidOf('createNoteLogEntry', { qualifiedName: 'Action::shop:a/1', parent: log });
    await call('deleteNoteLog', { element: log });
    expect(await store.get(entry, {})).toBeUndefined();
    expect(await store.get(database.guid, {})).toBeDefined();
  });
});

describe('a create', () => {
  it('of a name that another type has is refused', async () => {
    await call('createElement', { ...orders, typeName: 'Collection' });
    await expect(call('createDatabase', orders)).rejects.toMatchObject({
      code: 'ELEMENT_EXISTS',
      message: expect.stringContaining('is a Collection, not a Database'),
    });
  });

  it('finds what people have changed since, and leaves it as it is', async () => {
    const guid = await guidOf('createDatabase', orders);
    await store.update(guid, { description: 'by a steward' }, 'merge');
    expect(await call('createDatabase', orders)).toEqual({ guid, outcome: 'existing' });
    expect((await store.get(guid, {}))?.properties.description).toBe('by a steward');
  });

  it('brings back what was archived', async () => {
    const guid = await guidOf('createDatabase', orders);
    await call('archiveElement', { element: { guid } });
    expect(await store.get(guid, {})).toBeUndefined();
    expect(await call('createDatabase', orders)).toEqual({ guid, outcome: 'existing' });
    expect(await store.get(guid, {})).toBeDefined();
  });

  it('completes the link to its parent that was cut off', async () => {
    const database = { guid: await guidOf('createDatabase', orders) };
    const qualifiedName = 'DeployedDatabaseSchema::shop:orders/sales';
    const schema = await store.create({ typeName: 'DeployedDatabaseSchema', properties: { qualifiedName } });
    expect(await call('createDatabaseSchema', { qualifiedName, parent: database })).toEqual({
      guid: schema,
      outcome: 'existing',
    });
    expect(await store.linksBetween('DataSetContent', schema, database.guid)).toHaveLength(1);
  });

  it('makes one element when two ask at once', async () => {
    const made = await Promise.all([call('createDatabase', orders), call('createDatabase', orders)]);
    expect(made.map((it) => (it as { outcome: string }).outcome).sort()).toEqual(['created', 'existing']);
    expect(await store.find(undefined, { typeName: 'Database' })).toHaveLength(1);
  });

  it('puts tables of one schema under one root schema, anchored to the schema', async () => {
    const database = { guid: await guidOf('createDatabase', orders) };
    const qualifiedName = 'DeployedDatabaseSchema::shop:orders/sales';
    const parent = { guid: await guidOf('createDatabaseSchema', { qualifiedName, parent: database }) };
    for (const name of ['a', 'b'])
      await call('createDatabaseTable', { qualifiedName: `RelationalTable::shop:orders/sales/${name}`, parent });
    const roots = await store.find(undefined, { typeName: 'RelationalDBSchemaType' });
    expect(roots.map(({ properties }) => properties.qualifiedName)).toEqual([
      'RelationalDBSchemaType::shop:orders/sales',
    ]);
    expect(await call('getDatabaseTablesOfSchema', { element: parent })).toMatchObject({
      related: [{ element: { typeName: 'RelationalTable' } }, { element: { typeName: 'RelationalTable' } }],
    });
    await call('deleteElement', { element: parent });
    expect(await store.find(undefined, { typeName: 'SchemaElement' })).toEqual([]);
  });

  it('passes on what the server refuses', async () => {
    const refusing: MetadataStore = Object.assign(new MemoryMetadataStore(), {
      as: () => refusing,
      create: () => Promise.reject(new IsthmusError('STORE_NOT_AUTHORIZED', 'not you')),
    });
    operations = over(refusing);
    await expect(call('createDatabase', orders)).rejects.toMatchObject({ code: 'STORE_NOT_AUTHORIZED' });
  });
});

describe('the metadata collection of a registration', () => {
  it('owns what is made with home source, and what is done to that later', async () => {
    const guid = await guidOf('createDatabase', { ...orders, home: 'source' });
    expect((await store.get(guid, {}))?.origin).toMatchObject({
      originCategory: 'EXTERNAL_SOURCE',
      homeMetadataCollectionName: 'SoftwareCapability::shop',
    });
    await expect(store.update(guid, { description: 'x' }, 'merge')).rejects.toMatchObject({
      code: 'ELEMENT_OWNED_ELSEWHERE',
    });
    const element = { guid };
    expect(await call('updateDatabase', { element, properties: { description: 'y' } })).toMatchObject({
      outcome: 'updated',
    });
    expect(await call('setCriticality', { element, properties: { notes: 'z' } })).toMatchObject({ outcome: 'updated' });
    expect(await call('deleteDatabase', { element })).toEqual({ outcome: 'deleted' });
    expect(await store.find(undefined, { typeName: 'SoftwareCapability' })).toHaveLength(1);
  });

  it('is needed for that', async () => {
    facts = { connectorName: 'orders', source: 'shop' };
    await expect(call('createDatabase', { ...orders, home: 'source' })).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      details: { parameter: 'home' },
    });
  });
});

describe('a delete', () => {
  it('goes by the delete method of whoever it is for, unless the input says one', async () => {
    facts = { ...facts, deleteMethod: 'ARCHIVE' };
    const guid = await guidOf('createDatabase', orders);
    await call('deleteDatabase', { element: { guid } });
    expect(await store.get(guid, { forLineage: true })).toBeDefined();
    await call('deleteDatabase', { element: { guid }, method: 'PURGE' });
    expect(await store.get(guid, { forLineage: true })).toBeUndefined();
  });

  it('refuses an element of another type', async () => {
    const guid = await guidOf('createElement', { ...orders, typeName: 'Collection' });
    await expect(call('deleteDatabase', { element: { guid } })).rejects.toMatchObject({ code: 'TYPE_UNSUITABLE' });
    expect(await store.get(guid, {})).toBeDefined();
  });
});

describe('links of which there may be several', () => {
  it('are told apart by their label', async () => {
    const end1 = { guid: await guidOf('createDatabase', orders) };
    const end2 = { guid: await guidOf('createDatabase', { qualifiedName: 'Database::shop:copy' }) };
    const flow = (label: string, formula: string) =>
      operations.call(
        { kind: 'lineage', operation: 'linkDataFlow', input: { end1, end2, properties: { label, formula } } },
        never,
      );
    expect(await flow('nightly', 'a')).toMatchObject({ outcome: 'created' });
    expect(await flow('hourly', 'a')).toMatchObject({ outcome: 'created' });
    expect(await flow('nightly', 'b')).toMatchObject({ outcome: 'updated' });
    expect(await flow('nightly', 'b')).toMatchObject({ outcome: 'existing' });
    expect(await store.linksBetween('DataFlow', end1.guid, end2.guid)).toHaveLength(2);
  });
});

describe('in a preview', () => {
  const run = { id: 'run-1', mode: 'preview' } as const;

  it('nothing is written, and what would be made can be built on', async () => {
    const sequence = (await store.identity()).changeSequence;
    const database = await call('createDatabase', orders, run);
    expect(database).toEqual({ guid: 'preview:1', outcome: 'previewed' });
    const schema = { qualifiedName: 'DeployedDatabaseSchema::shop:orders/sales', parent: database };
    const made = await call('createDatabaseSchema', schema, run);
    const table = { qualifiedName: 'RelationalTable::shop:orders/sales/a', parent: made };
    expect(await call('createDatabaseTable', table, run)).toMatchObject({ outcome: 'previewed' });
    expect(await call('createDatabase', orders, run)).toEqual({ guid: 'preview:1', outcome: 'existing' });
    expect(await call('getDatabase', { element: { qualifiedName: orders.qualifiedName } }, run)).toMatchObject({
      properties: { displayName: 'orders' },
    });
    expect(await call('getDatabaseSchemasOfDatabase', { element: database }, run)).toMatchObject({
      related: [{ element: { properties: { qualifiedName: schema.qualifiedName } } }],
    });
    expect(await call('updateDatabase', { element: database, properties: { description: 'x' } }, run)).toMatchObject({
      outcome: 'previewed',
    });
    expect(await call('linkElements', { typeName: 'DataFlow', end1: database, end2: made }, run)).toMatchObject({
      outcome: 'previewed',
    });
    expect((await store.identity()).changeSequence).toBe(sequence);
  });

  it('what is wrong is wrong all the same', async () => {
    await expect(call('createDatabaseTable', { qualifiedName: 'a' }, run)).rejects.toMatchObject({
      code: 'PARAMETER_MISSING',
    });
  });

  it('another run knows nothing of it', async () => {
    const element = await call('createDatabase', orders, run);
    expect(await call('getDatabase', { element }, { id: 'run-2', mode: 'preview' })).toBeUndefined();
  });
});

describe('an operation', () => {
  it('of another kind is unknown, whoever asks', async () => {
    await expect(call('createTopic', { qualifiedName: 'a' })).rejects.toMatchObject({ code: 'OPERATION_UNKNOWN' });
  });

  it('closes a to-do once', async () => {
    const ask = (operation: string, input: Readonly<Record<string, unknown>>) =>
      operations.call({ kind: 'stewardship', operation, input }, never);
    const element = await ask('createToDo', { qualifiedName: 'ToDo::shop:1' });
    await clock.advance(1_000);
    expect(await ask('closeToDo', { element })).toMatchObject({ outcome: 'updated' });
    const closedAt = clock.now();
    await clock.advance(1_000);
    expect(await ask('closeToDo', { element })).toMatchObject({ outcome: 'unchanged' });
    expect(await ask('getToDo', { element })).toMatchObject({
      properties: { activityStatus: 'COMPLETED', completionTime: closedAt },
    });
  });

  it('pages through what it finds', async () => {
    for (let count = 0; count < 5; count += 1)
      await call('createDatabase', { qualifiedName: `Database::shop:${count}` });
    const first = await call('findDatabases', { pageSize: 2, sequencingOrder: 'GUID' });
    expect(first).toMatchObject({ elements: [{}, {}], next: 2 });
    const last = await call('findDatabases', { pageSize: 2, startFrom: 4, sequencingOrder: 'GUID' });
    expect(last).toEqual({ elements: [expect.anything()] });
  });
});

describe('dates between which something counts', () => {
  const early = { effectiveFrom: 1_000 };
  const both = { ...early, effectiveTo: 2_000 };

  it('stay where an operation does not name them, and are told of links and classifications too', async () => {
    const element = { guid: await guidOf('createDatabase', { ...orders, ...early }) };
    const other = { guid: await guidOf('createDatabase', { qualifiedName: 'Database::shop:copy' }) };
    const steps: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
      ['updateDatabase', { element, properties: {} }],
      ['setCriticality', { element, properties: { notes: 'a' } }],
      ['linkElements', { typeName: 'DataFlow', end1: element, end2: other }],
      ['updateElementsLink', { typeName: 'DataFlow', end1: element, end2: other, properties: {} }],
    ];
    for (const [operation, input] of steps) {
      await call(operation, { ...input, ...early });
      expect(await call(operation, { ...input, effectiveTo: 2_000 })).toMatchObject({ outcome: 'updated' });
      const again = await call(operation, { ...input, ...both });
      expect(again).toMatchObject({ outcome: operation === 'linkElements' ? 'existing' : 'unchanged' });
      if (operation !== 'linkElements') continue;
      const link = await call('getLink', { relationship: again });
      expect(link).toMatchObject({ relationship: both });
      await call('unlinkElements', { typeName: 'DataFlow', end1: element, end2: other });
      await call('linkElements', { typeName: 'DataFlow', end1: element, end2: other });
    }
    const made = await call('getDatabase', { element });
    expect(made).toMatchObject(both);
    expect(Object(made).classifications).toContainEqual({
      classificationName: 'Criticality',
      properties: { notes: 'a' },
      ...both,
    });
  });
});

describe('what an element has more of than a page holds', () => {
  it('is known all the same: identifiers, translations and ratings', async () => {
    const element = { guid: await guidOf('createDatabase', orders) };
    const hanging = { guid: element.guid, parentAtEnd1: true };
    for (let number = 0; number <= 1_000; number += 1) {
      const anchorGuid = element.guid;
      const name = `${number}`;
      const identifier = { qualifiedName: `ExternalId::${name}`, key: name };
      const parent = { ...hanging, relationshipTypeName: 'ExternalIdLink' };
      await store.create({ typeName: 'ExternalId', properties: identifier, anchorGuid, parent });
      const translation = { ...hanging, relationshipTypeName: 'TranslationLink' };
      const properties = { language: `x-${name}` };
      await store.create({ typeName: 'TranslationDetail', properties, anchorGuid, parent: translation });
    }
    expect(await call('addExternalIdentifier', { element, key: '1000' })).toMatchObject({ outcome: 'existing' });
    expect(await call('removeExternalIdentifier', { element, key: '1000' })).toEqual({ outcome: 'deleted' });
    expect(await call('getTranslation', { element, language: 'x-1000' })).toMatchObject({ language: 'x-1000' });
    const again = { element, translation: { language: 'x-1000', displayName: 'a' } };
    expect(await call('setTranslation', again)).toMatchObject({ outcome: 'updated' });
  });
});

describe('the past', () => {
  it('is told of an element alone and of those related to it', async () => {
    const database = { guid: await guidOf('createDatabase', orders) };
    const asOfTime = clock.now();
    await clock.advance(1_000);
    await call('updateDatabase', { element: database, properties: { displayName: 'sales' } });
    await call('createDatabaseSchema', { qualifiedName: 'DeployedDatabaseSchema::shop:a', parent: database });
    const then = { properties: { displayName: 'orders' } };
    expect(await call('getDatabase', { element: database, asOfTime })).toMatchObject(then);
    expect(await call('findDatabases', { asOfTime })).toMatchObject({ elements: [then] });
    expect(await call('getDatabaseSchemasOfDatabase', { element: database, asOfTime })).toEqual({ related: [] });
    expect(await call('getDatabase', { element: database, asOfTime: asOfTime - 1 })).toBeUndefined();
  });
});

describe('validateMetadataValue', () => {
  it('knows each of more values than a page holds', async () => {
    for (let number = 0; number <= 1_000; number += 1)
      await call('setUpValidMetadataValue', { propertyName: 'usage', preferredValue: `value ${number}` });
    const validate = async (actualValue: string) =>
      await call('validateMetadataValue', { propertyName: 'usage', actualValue });
    expect(await validate('value 1000')).toEqual({ isKnown: true, isValid: true });
    expect(await validate('value 1001')).toEqual({ isKnown: false, isValid: false });
  });
});
