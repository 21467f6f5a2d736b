import { type Database, openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ItemRows } from './item-rows.js';
import type { Making } from './item-writing.js';
import type { ItemKey, KnownItem } from './journal.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';

const owner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };
const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const nameCount = 16;

/** Few keys and names, so that items meet again and take elements over from each other. */
const anyItem: fc.Arbitrary<KnownItem> = fc
  .record({
    scope: fc.constantFrom('s1', 's2'),
    key: fc.constantFrom(...keys),
    hash: fc.constantFrom('', 'h1', 'h2'),
    names: fc.uniqueArray(fc.integer({ min: 0, max: nameCount - 1 }), { minLength: 1, maxLength: 3 }),
    hasLinks: fc.constantFrom(true, false, undefined),
  })
  .map(({ scope, key, hash, names, hasLinks }) => ({
    scope,
    key,
    hash,
    qualifiedNames: names.map((number) => `n${number}`),
    shapes: names.map((number) => `Type,f${number}`),
    prints: names.map((number) => `${key}${number}${hash}____`.slice(0, 6)),
    ...(hasLinks === true
      ? { links: [{ typeName: 'Link', end1: `n${names[0]}`, end2: 'other', other: 'other' }] }
      : {}),
    ...(hasLinks === false ? { links: [] } : {}),
  }));

/** What a batch tells: of some elements nothing, of others that they were made anew. */
const anyBatch = fc
  .record({
    items: fc.array(anyItem, { minLength: 1, maxLength: 50 }),
    guids: fc.array(fc.constantFrom('', 'a', 'b'), { minLength: nameCount, maxLength: nameCount }),
    run: fc.integer({ min: 1, max: 3 }),
    made: fc.subarray(keys),
    written: fc.subarray(keys),
  })
  .map(({ items, guids, run, made, written }) => ({
    items,
    guids: new Map(guids.flatMap((guid, number) => (guid === '' ? [] : [[`n${number}`, `${guid}${number}`] as const]))),
    making: {
      run,
      isMade: ({ key }: ItemKey) => made.includes(key),
      isWritten: ({ key }: ItemKey) => written.includes(key),
    },
  }));

describe('ItemRows', () => {
  it('knows items that come many at a time as it would know them one by one', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(anyBatch, { maxLength: 4 }), (knowsOne, batches) => {
        const atOnce = putInto(knowsOne, batches);
        const oneByOne = putInto(
          knowsOne,
          batches.flatMap(({ items, ...rest }) => items.map((item) => ({ items: [item], ...rest }))),
        );
        expect(atOnce).toEqual(oneByOne);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the rows of elements alone that an item has as before, and those of runs that made items', () => {
    const database = openDatabase(':memory:', journalMigrations);
    const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
    const item = (hash: string, key: string): KnownItem => ({ scope: 's', key, hash, qualifiedNames: [`n${key}`] });
    const guids = new Map([['na', 'guid-a']]);
    const making = { run: 7, isMade: () => true, isWritten: () => true };
    items.putAll(owners.ensure(owner), [item('h1', 'a'), item('h1', 'b')], guids, making);
    database.exec(`
      CREATE TRIGGER claims BEFORE UPDATE ON claim BEGIN SELECT raise(ABORT, 'claim written'); END;
      CREATE TRIGGER added BEFORE INSERT ON claim BEGIN SELECT raise(ABORT, 'claim written'); END;
      CREATE TRIGGER births BEFORE UPDATE OF born ON item BEGIN SELECT raise(ABORT, 'birth written'); END`);
    const again = { run: 8, isMade: () => false, isWritten: ({ key }: ItemKey) => key === 'a' };
    items.putAll(owners.ensure(owner), [item('h2', 'a'), item('h2', 'b')], guids, again);
    expect(database.rows('SELECT key, hash, born, run FROM item ORDER BY key')).toEqual([
      ['a', 'h2', 7, 8],
      ['b', 'h2', 7, 7],
    ]);
    expect(() => items.putAll(owners.ensure(owner), [item('h3', 'b')], new Map([['nb', 'guid-b']]), again)).toThrow(
      'claim written',
    );
    database[Symbol.dispose]();
  });

  it('says of a batch which items it made, whether it writes them for the first time or once more', () => {
    const made: KnownItem = { scope: 's', key: 'made', hash: 'h', qualifiedNames: ['m'] };
    const found: KnownItem = { scope: 's', key: 'found', hash: 'h', qualifiedNames: ['f'] };
    const making = { run: 7, isMade: ({ key }: ItemKey) => key === 'made', isWritten: () => false };
    for (const times of [1, 2]) {
      const database = openDatabase(':memory:', journalMigrations);
      const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
      for (let time = 0; time < times; time += 1) items.putAll(owners.ensure(owner), [made, found], undefined, making);
      expect(database.rows('SELECT key, born, run FROM item ORDER BY key')).toEqual([
        ['found', null, null],
        ['made', 7, 7],
      ]);
      database[Symbol.dispose]();
    }
  });
});

interface Batch {
  readonly items: readonly KnownItem[];
  readonly guids: ReadonlyMap<string, string>;
  readonly making: Making;
}

/** @returns all that is in the tables after the batches, over an owner that had an item before, or none */
function putInto(knowsOne: boolean, batches: readonly Batch[]): unknown {
  const database = openDatabase(':memory:', journalMigrations);
  try {
    const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
    const first: KnownItem = {
      scope: 's1',
      key: 'first',
      hash: 'h',
      qualifiedNames: ['n0', 'n1'],
      shapes: ['T,a', 'T,b'],
      prints: ['x', 'y'],
    };
    const guids = new Map([['n0', 'a0']]);
    const before = knowsOne ? [{ items: [first], guids, making: undefined }] : [];
    for (const batch of [...before, ...batches])
      database.transaction(() => items.putAll(owners.ensure(owner), batch.items, batch.guids, batch.making));
    return dump(database);
  } finally {
    database[Symbol.dispose]();
  }
}

function dump(database: Database): unknown {
  const tables = ['owner', 'scope', 'item', 'claim', 'link', 'departed', 'shape'];
  return Object.fromEntries(tables.map((table) => [table, database.rows(`SELECT * FROM ${table} ORDER BY 1, 2`)]));
}
