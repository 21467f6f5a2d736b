import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ItemRows } from './item-rows.js';
import type { KnownItem } from './journal.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';

const owner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };
const guids = new Map([
  ['n0', 'guid-0'],
  ['n3', 'guid-3'],
]);

/** Few keys and names, so that items meet again and take elements over from each other. */
const anyItem: fc.Arbitrary<KnownItem> = fc
  .record({
    scope: fc.constantFrom('s1', 's2'),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    hash: fc.constantFrom('', 'h1', 'h2'),
    names: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 3 }),
    hasLinks: fc.boolean(),
  })
  .map(({ scope, key, hash, names, hasLinks }) => ({
    scope,
    key,
    hash,
    qualifiedNames: names.map((number) => `n${number}`),
    shapes: names.map((number) => `Type,f${number}`),
    prints: names.map((number) => `${key}${number}${hash}____`.slice(0, 6)),
    ...(hasLinks ? { links: [{ typeName: 'Link', end1: `n${names[0]}`, end2: 'other', other: 'other' }] } : {}),
  }));

describe('ItemRows', () => {
  it('knows items that come many at a time as it would know them one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyItem, { minLength: 1, maxLength: 50 }), { maxLength: 4 }), (batches) => {
        const atOnce = putInto((items) => batches.map((batch) => () => items(batch)));
        const oneByOne = putInto((items) => batches.flat().map((item) => () => items([item])));
        expect(atOnce).toEqual(oneByOne);
      }),
      { numRuns: 60 },
    );
  });

  it('says of a batch which items it made, whether it writes them for the first time or once more', () => {
    const made: KnownItem = { scope: 's', key: 'made', hash: 'h', qualifiedNames: ['m'] };
    const found: KnownItem = { scope: 's', key: 'found', hash: 'h', qualifiedNames: ['f'] };
    const making = { run: 7, isMade: ({ key }: { readonly key: string }) => key === 'made' };
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

type Put = (items: readonly KnownItem[]) => void;

/** @returns all that is in the tables after the calls, over an owner that had an item before */
function putInto(calls: (put: Put) => readonly (() => void)[]): unknown {
  const directory = mkdtempSync(join(tmpdir(), 'isthmus-items-'));
  const database = openDatabase(join(directory, 'daemon.db'), journalMigrations);
  try {
    const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
    const put: Put = (some) => database.transaction(() => items.putAll(owners.ensure(owner), some, guids));
    put([
      {
        scope: 's1',
        key: 'first',
        hash: 'h',
        qualifiedNames: ['n0', 'n1'],
        shapes: ['T,a', 'T,b'],
        prints: ['x', 'y'],
      },
    ]);
    for (const call of calls(put)) call();
    return dump(database);
  } finally {
    database[Symbol.dispose]();
    rmSync(directory, { recursive: true });
  }
}

function dump(database: Database): unknown {
  const tables = ['owner', 'scope', 'item', 'claim', 'link', 'departed', 'shape'];
  return Object.fromEntries(tables.map((table) => [table, database.rows(`SELECT * FROM ${table} ORDER BY 1, 2`)]));
}
