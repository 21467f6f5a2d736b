import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { silentLogger } from '@isthmus/kernel';
import type { BatchOperation, SequencingOrder } from '@isthmus/model';
import { type Database, openDatabase } from '@isthmus/sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comparePlaces } from './element-order.js';
import type { ElementPlan } from './element-plan.js';
import { tallyOf } from './kind-tally.js';
import { typeOfKind } from './pending-counts.js';
import { SnapshotPool } from './snapshot-pool.js';
import { changeSequence, partedList, type SortedList } from './sorted-list.js';
import { SortedOrders } from './sorted-orders.js';
import type { SqliteElementStore } from './sqlite-element-store.js';
import { storeMigrations, visibility } from './store-schema.js';
import { alice, openTestStore, storePath } from './test-store.js';

const total = 6_000;
const path = storePath();
let store: SqliteElementStore;
let batches = 0;

/** Sizes with ties, names from beyond the basic plane, some with nothing to sort by. */
function fileOf(number: number): BatchOperation {
  const displayName = ['alpha', '\u{1f600}', '\uffee', 'Ωmega', 'beta'][number % 5];
  return {
    op: 'upsert',
    typeName: number % 3 === 0 ? 'CSVFile' : 'DataFile',
    qualifiedName: nameOf(number),
    properties: {
      ...(number % 7 === 0 ? {} : { displayName: `${displayName} ${(number * 7919) % 1000}` }),
      ...(number % 11 === 0 ? { additionalProperties: { some: 'thing' } } : {}),
    },
  };
}

function nameOf(number: number): string {
  return `DataFile::test:/${(number * 7919) % 100_003}`;
}

async function write(operations: readonly BatchOperation[]): Promise<void> {
  batches += 1;
  await store.writeBatch(alice, { id: `batch ${batches}`, operations });
}

/** The whole list by pages of which some are large and some are small. */
async function listed(sequencingOrder: SequencingOrder, sequencingProperty: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let size = 1000; ; size = size === 1000 ? 137 : 1000) {
    const page = await store.find({
      typeName: 'DataFile',
      sequencingOrder,
      sequencingProperty,
      startFrom: names.length,
      pageSize: size,
    });
    names.push(...page.map(({ properties }) => String(properties.qualifiedName)));
    if (page.length < size) return names;
  }
}

/** What the order means, of all elements that there are, in the order of their creation. */
async function expected(order: SequencingOrder, property: string): Promise<readonly string[]> {
  const all: { readonly place: unknown; readonly name: string }[] = [];
  for (;;) {
    const page = await store.find({
      typeName: 'DataFile',
      sequencingOrder: 'CREATION_DATE_OLDEST',
      startFrom: all.length,
      pageSize: 1000,
    });
    for (const { guid, properties } of page)
      all.push({ place: order === 'GUID' ? guid : properties[property], name: String(properties.qualifiedName) });
    if (page.length < 1000) break;
  }
  const names = all.sort((one, other) => comparePlaces(one.place, other.place)).map(({ name }) => name);
  return order === 'PROPERTY_DESCENDING' ? names.reverse() : names;
}

const orders: readonly (readonly [SequencingOrder, string])[] = [
  ['GUID', ''],
  ['PROPERTY_ASCENDING', 'displayName'],
  ['PROPERTY_DESCENDING', 'displayName'],
  ['PROPERTY_ASCENDING', 'qualifiedName'],
  ['PROPERTY_DESCENDING', 'additionalProperties'],
];

beforeAll(async () => {
  store = openTestStore({ path });
  for (let from = 0; from < total; from += 500)
    await write(Array.from({ length: 500 }, (_, index) => fileOf(from + index)));
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  rmSync(dirname(path), { recursive: true, force: true });
});

describe('pages of thousands in an order that no index leads through', () => {
  it.each(orders)('are those of the whole list by %s %s', async (order, property) => {
    expect(await listed(order, property)).toEqual(await expected(order, property));
  });

  it.each(orders)('follow what is created, changed and deleted by %s %s', async (order, property) => {
    await listed(order, property);
    const fresh = total + batches * 100;
    await write(Array.from({ length: 30 }, (_, index) => fileOf(fresh + index)));
    await write([
      { op: 'upsert', typeName: 'DataFile', qualifiedName: nameOf(1), properties: { displayName: `moved ${batches}` } },
      { op: 'upsert', typeName: 'CSVFile', qualifiedName: nameOf(fresh + 2), properties: { displayName: '' } },
      { op: 'delete', qualifiedName: nameOf(fresh + 3) },
      { op: 'upsert', typeName: 'FileFolder', qualifiedName: `FileFolder::test:/${batches}`, properties: {} },
    ]);
    expect(await listed(order, property)).toEqual(await expected(order, property));
  });

  it('notice what was purged, of which the feed of rows knows nothing', async () => {
    await listed('GUID', '');
    await write([{ op: 'delete', qualifiedName: nameOf(4), method: 'PURGE' }]);
    await write([fileOf(90_000)]);
    expect(await listed('GUID', '')).toEqual(await expected('GUID', ''));
  });

  it('come while others write', async () => {
    const writing = (async () => {
      for (let round = 0; round < 5; round += 1)
        await write(Array.from({ length: 200 }, (_, index) => fileOf(50_000 + round * 200 + index)));
    })();
    const lengths = await Promise.all(orders.map(async ([order, property]) => (await listed(order, property)).length));
    await writing;
    for (const length of lengths) expect(length).toBeGreaterThanOrEqual(total);
    expect(await listed('GUID', '')).toEqual(await expected('GUID', ''));
  });
});

describe('SortedOrders', () => {
  const kept = { fewestElements: 1_000, mostIds: 10_000, mostChanges: 50, mostChangedElements: 50 };
  const nothingSaved = {
    load: async () => undefined,
    save: async () => undefined,
    names: async () => [],
    tallies: () => undefined,
    parted: () => partedList({ sequence: 0, ids: new Uint32Array(), kinds: new Uint16Array() }),
  };
  const byGuid = { order: 'GUID', orderProperty: '' } as const;
  const byName = { order: 'PROPERTY_ASCENDING', orderProperty: 'displayName' } as const;

  it('keeps the lists that were used last, and none where none is needed', async () => {
    using database = openDatabase(path, storeMigrations);
    const orders = new SortedOrders(silentLogger, nothingSaved, kept);
    const plan = planOf(database);
    const list = inMemory(await orders.listFor(database, plan));
    expect(list.ids.length).toBeGreaterThanOrEqual(total);
    expect(await orders.listFor(database, { ...plan, ...byGuid })).toBe(list);
    expect(await orders.listFor(database, { ...plan, ...byName })).toBeDefined();
    const again = await orders.listFor(database, plan);
    expect(again).toEqual(list);
    expect(again).not.toBe(list);
    expect(await orders.listFor(database, { ...plan, test: () => true })).toBeUndefined();
    expect(await orders.listFor(database, { ...plan, order: 'LAST_UPDATE_RECENT' })).toBeUndefined();
    expect(await orders.listFor(database, { ...plan, visible: new Set([visibility.archived]) })).toBeUndefined();
    expect(await orders.listFor(database, { ...plan, types: new Set([codeOf(database, 'CSVFile')]) })).toBe(again);
    await orders.close();
  });

  it('sorts anew what is too far behind, and tells when that happened meanwhile', async () => {
    using database = openDatabase(path, storeMigrations);
    const snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
    const orders = new SortedOrders(silentLogger, nothingSaved, kept);
    const plan = planOf(database);
    const page = (list: SortedList) => snapshots.run((snapshot) => orders.page(snapshot, plan, list));
    const list = inMemory(await orders.listFor(database, plan));
    const own = [...list.ids].filter((_, index) => isOfPlan(plan, list.kinds[index] ?? 0));
    expect(await page(list)).toEqual(own.slice(10, 15));
    await write(Array.from({ length: 60 }, (_, index) => fileOf(70_000 + index)));
    expect(await page(list)).toBeUndefined();
    const next = inMemory(await orders.listFor(database, plan));
    expect(next.ids.length).toBe(list.ids.length + 60);
    await snapshots.close();
    await orders.close();
  });

  it('does without a list when SQLite cannot sort, and says so', async () => {
    const told: string[] = [];
    using database = openDatabase(path, storeMigrations);
    const orders = new SortedOrders({ ...silentLogger, warn: (message) => told.push(message) }, nothingSaved, kept);
    const elsewhere = {
      path: join(dirname(path), 'missing.db'),
      get: database.get.bind(database),
      all: database.all.bind(database),
    };
    expect(await orders.listFor(elsewhere, planOf(database))).toBeUndefined();
    expect(told).toHaveLength(1);
  });

  it('has saved lists and the usual ones ready after a start, without sorting what was saved', async () => {
    using database = openDatabase(path, storeMigrations);
    const snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
    const memory = new Map<string, SortedList>();
    const saved = savedIn(memory);
    const limits = { ...kept, mostIds: 100_000 };
    const first = new SortedOrders(silentLogger, saved, limits);
    await first.prepare(database, snapshots);
    await first.close();
    expect([...memory.keys()].map((name) => name.split(' ').slice(0, 2).join(' '))).toEqual([
      'GUID ',
      'PROPERTY_ASCENDING qualifiedName',
      'PROPERTY_ASCENDING displayName',
    ]);
    const plan = { ...planOf(database), ...byName, startFrom: 0, pageSize: 50 };
    const before = memory.get([...memory.keys()][2] ?? '');
    await write([fileOf(80_000)]);
    const second = new SortedOrders(silentLogger, saved, limits);
    const list = inMemory(await second.listFor(database, plan));
    expect(list).toBe(before);
    expect(await snapshots.run((snapshot) => second.page(snapshot, plan, list))).toHaveLength(50);
    await second.close();
    expect(memory.get([...memory.keys()][2] ?? '')?.ids.length).toBe(list.ids.length + 1);
    await snapshots.close();
  });

  it('takes pages from what is saved without reading all of it, until something changes', async () => {
    using database = openDatabase(path, storeMigrations);
    const snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
    const memory = new Map<string, SortedList>();
    const limits = { ...kept, mostIds: 100_000 };
    const first = new SortedOrders(silentLogger, savedIn(memory), limits);
    await first.prepare(database, snapshots);
    await first.close();
    const loaded: string[] = [];
    const load = async (name: string) => {
      loaded.push(name);
      return memory.get(name);
    };
    const counted = { ...savedIn(memory), load };
    const second = new SortedOrders(silentLogger, counted, limits);
    const plan = { ...planOf(database), ...byName, startFrom: 3_000, pageSize: 50 };
    const page = async () => {
      const list = await second.listFor(database, plan);
      if (list === undefined) throw new Error('there is no list');
      return snapshots.run((snapshot) => second.page(snapshot, plan, list));
    };
    const list = inMemory(memory.get([...memory.keys()][2] ?? ''));
    const own = [...list.ids].filter((_, index) => isOfPlan(plan, list.kinds[index] ?? 0));
    expect(await page()).toEqual(own.slice(3_000, 3_050));
    expect(await page()).toEqual(own.slice(3_000, 3_050));
    expect(loaded).toEqual([]);
    await write([{ op: 'delete', qualifiedName: nameOf(12) }]);
    const gone = database.get<{ id: number }>('SELECT id FROM element WHERE qualified_name = ?', nameOf(12))?.id;
    expect(await page()).toEqual(own.filter((id) => id !== gone).slice(3_000, 3_050));
    expect(loaded).toHaveLength(1);
    await second.close();
    await snapshots.close();
  });

  it('takes no page from saved parts that do not hold what is there', async () => {
    using database = openDatabase(path, storeMigrations);
    const snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
    const sequence = changeSequence(database);
    const tallies = () => ({ name: 'GUID  shown', sequence, tallies: [Uint32Array.of(4, 3)] });
    const orders = new SortedOrders(silentLogger, { ...nothingSaved, tallies }, kept);
    const plan = planOf(database);
    const saved = await orders.listFor(database, plan);
    if (saved === undefined) throw new Error('there is no list');
    expect(saved).not.toHaveProperty('ids');
    expect(await snapshots.run((snapshot) => orders.page(snapshot, plan, saved))).toBeUndefined();
    await orders.close();
    await snapshots.close();
  });

  it('sorts anew what was saved before something was purged', async () => {
    using database = openDatabase(path, storeMigrations);
    const snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
    const orders = new SortedOrders(silentLogger, nothingSaved, kept);
    const plan = planOf(database);
    const saved = inMemory(await orders.listFor(database, plan));
    await orders.close();
    await write([{ op: 'delete', qualifiedName: nameOf(8), method: 'PURGE' }]);
    const after = new SortedOrders(silentLogger, { ...nothingSaved, load: async () => saved }, kept);
    const list = inMemory(await after.listFor(database, plan));
    expect(list).toBe(saved);
    const page = (of: SortedList) => snapshots.run((snapshot) => after.page(snapshot, plan, of));
    expect(await page(list)).toBeUndefined();
    const fresh = inMemory(await after.listFor(database, plan));
    expect(fresh.ids.length).toBe(saved.ids.length - 1);
    await after.close();
    await snapshots.close();
  });

  function inMemory(list: object | undefined): SortedList {
    if (list === undefined || !('ids' in list)) throw new Error('there is no list in memory');
    return list as SortedList;
  }

  function savedIn(memory: Map<string, SortedList>) {
    return {
      load: async (name: string) => memory.get(name),
      save: async (name: string, list: SortedList) => void memory.set(name, list),
      names: async () => [...memory.keys()],
      tallies: (_database: unknown, name: string) => {
        const list = memory.get(name);
        return list && { name, sequence: list.sequence, tallies: [tallyOf(list.kinds)] };
      },
      parted: (_database: unknown, { name }: { readonly name: string }) => partedList(inMemory(memory.get(name))),
    };
  }

  function isOfPlan({ types, visible }: ElementPlan, kind: number): boolean {
    return types.has(typeOfKind(kind)) && visible.has(kind % 4);
  }

  function codeOf(database: Database, type: string): number {
    return database.get<{ code: number }>('SELECT code FROM type_code WHERE name = ?', type)?.code ?? 0;
  }

  function planOf(database: Database): ElementPlan {
    return {
      types: new Set(['DataFile', 'CSVFile'].map((type) => codeOf(database, type))),
      visible: new Set([visibility.live]),
      ...byGuid,
      startFrom: 10,
      pageSize: 5,
      names: undefined,
      text: undefined,
      anchorGuid: undefined,
      test: undefined,
      testsClassifications: false,
      asOfTime: undefined,
    };
  }
});
