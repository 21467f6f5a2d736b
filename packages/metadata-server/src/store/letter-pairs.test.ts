import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addPairs, pairBytes, possibleBuckets } from './letter-pairs.js';
import { fold } from './property-changes.js';
import { storeMigrations } from './store-schema.js';
import { alice, openTestStore, storePath, upsert, withStore } from './test-store.js';
import { Slice } from './write-queue.js';

describe('letter pairs', () => {
  it('never miss what a text contains, and tell most of what it does not', async () => {
    const database = openDatabase(storePath(), storeMigrations);
    const slice = new Slice('answer');
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.nat(), fc.integer({ min: 1, max: 4 }), async (whole, start, length) => {
        const pairs = new Uint8Array(pairBytes);
        addPairs(pairs, fold(whole));
        database.run('INSERT OR REPLACE INTO letter_pair (bucket, pairs) VALUES (7, ?)', pairs);
        const from = start % whole.length;
        expect(await possibleBuckets({ database, slice }, { text: whole.slice(from, from + length) })).toBeUndefined();
      }),
    );
    const pairs = new Uint8Array(pairBytes);
    addPairs(pairs, 'folder');
    database.run('INSERT OR REPLACE INTO letter_pair (bucket, pairs) VALUES (7, ?)', pairs);
    expect(await possibleBuckets({ database, slice }, { text: 'qz' })).toEqual(new Set());
    expect(await possibleBuckets({ database, slice }, { any: [{ text: 'qz' }, { text: 'OL' }] })).toBeUndefined();
    expect(await possibleBuckets({ database, slice }, { all: [{ text: 'qz' }, { text: 'ol' }] })).toEqual(new Set());
    database[Symbol.dispose]();
  });

  it('are told of as many buckets as there are', async () => {
    const database = openDatabase(storePath(), storeMigrations);
    const slice = new Slice('answer');
    const pairs = new Uint8Array(pairBytes);
    addPairs(pairs, 'folder');
    for (let bucket = 0; bucket < 350; bucket += 1)
      database.run(
        'INSERT INTO letter_pair (bucket, pairs) VALUES (?, ?)',
        bucket,
        bucket % 50 === 0 ? pairs : new Uint8Array(pairBytes),
      );
    expect(await possibleBuckets({ database, slice }, { text: 'ol' })).toEqual(
      new Set([0, 50, 100, 150, 200, 250, 300]),
    );
    database[Symbol.dispose]();
  });
});

describe('searches by one or two letters', () => {
  const names = async (store: ReturnType<typeof openTestStore>, text: string) =>
    (await store.findByString(text)).map((each) => each.properties.qualifiedName).sort();

  it('find what was created, changed and restored, in whatever bucket it lies', () =>
    withStore(async (store) => {
      const many = Array.from({ length: 2200 }, (_, index) => upsert('DataFile', `f${index}`));
      await store.writeBatch(alice, { id: '1', operations: [upsert('DataFile', 'a-QZ-a'), ...many] });
      await store.writeBatch(alice, { id: '2', operations: [upsert('DataFile', 'b')] });
      expect(await names(store, 'qz')).toEqual(['a-QZ-a']);
      expect(await names(store, 'ü')).toEqual([]);
      const changed = upsert('DataFile', 'f1100', { properties: { displayName: 'Über qz' } });
      await store.writeBatch(alice, { id: '3', operations: [changed, { op: 'delete', qualifiedName: 'a-QZ-a' }] });
      expect(await names(store, 'qz')).toEqual(['f1100']);
      expect(await names(store, 'Ü')).toEqual(['f1100']);
      await store.writeBatch(alice, { id: '4', operations: [upsert('DataFile', 'a-QZ-a')] });
      expect(await names(store, 'qz')).toEqual(['a-QZ-a', 'f1100']);
      expect(await store.countByString('qz')).toBe(2);
    }));

  it('find what an earlier version of the schema wrote, and page through it', async () => {
    const path = storePath();
    const operations = Array.from({ length: 1500 }, (_, index) => upsert('DataFile', `old qz ${index}`));
    const before = openTestStore({ path });
    await before.writeBatch(alice, { id: '1', operations });
    await before[Symbol.asyncDispose]();
    const former = openDatabase(path, storeMigrations);
    former.exec(
      'DROP TABLE sorted_list; DROP TABLE letter_pair; DELETE FROM bucket WHERE level = 3; PRAGMA user_version = 2',
    );
    former[Symbol.dispose]();
    await using store = openTestStore({ path });
    await store.writeBatch(alice, { id: '2', operations: [upsert('DataFile', 'new qz')] });
    expect(await store.countByString('qz')).toBe(1501);
    expect(await store.find({ startFrom: 1490, pageSize: 100 })).toHaveLength(11);
  });
});
