import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { claimKey } from './claim-key.js';
import { giveClaimsTheirPlace } from './claim-migration.js';
import { ItemRows } from './item-rows.js';
import { nameNumber } from './name-number.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';

/** The last version in which a claim had the bare hash of its name. */
const versionBefore = journalMigrations.indexOf(giveClaimsTheirPlace);
const collection = 'collection';
const owner = { metadataCollectionId: collection, connectorGuid: 'connector', target: '' };
const names = ['DataFile::src:/a/b.csv', 'TabularColumn::src:/a/b.csv/one', 'Größe', ''];

describe('claimKey', () => {
  it('keeps elements of one folder together, and neighbours in a large folder', () => {
    const regionOf = (name: string, length: number) => claimKey(collection, name).slice(0, length);
    expect(regionOf('DataFile::src:/a/b.csv', 2)).toBe(regionOf('DataFile::src:/a/quite-another.parquet', 2));
    expect(regionOf('DataFile::src:/a/0001234.csv', 4)).toBe(regionOf('DataFile::src:/a/0001987.csv', 4));
    const folders = Array.from({ length: 1000 }, (_, folder) => regionOf(`DataFile::src:/${folder}/b.csv`, 2));
    expect(new Set(folders).size).toBeGreaterThan(800);
  });

  it('gives each element of each collection a key of its own', () => {
    const keys = ['one', 'other'].flatMap((of) =>
      Array.from({ length: 5_000 }, (_, index) => claimKey(of, `DataFile::src:/a/${index}`)),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((key) => /^[\w-]{12}$/.test(key))).toBe(true);
  });
});

describe('a journal of an older version', () => {
  it('knows who holds which element as before', () => {
    withOlder(
      (older) => {
        for (const [index, name] of names.entries())
          older.run('INSERT INTO claim (name, item, guid) VALUES (?, 1, ?)', nameNumber(collection, name), index + 1);
        older.run('INSERT INTO claim (name, item, guid) VALUES (?, 2, NULL)', nameNumber(collection, 'another'));
      },
      (database) => {
        const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
        const row = owners.ensure(owner);
        expect(names.map((name) => items.claims.guidOf(row, 1, name))).toEqual([1, 2, 3, 4]);
        expect(items.claims.holders(row, ['another']).map(({ id }) => id)).toEqual([2]);
        expect([...items.holders(row, [...names, 'another', 'none']).keys()]).toEqual([...names, 'another']);
        for (const key of ['first', 'second']) items.remove(row, { scope: 's', key });
        expect(database.rows('SELECT * FROM claim')).toEqual([]);
      },
    );
  });

  it('opens though the row of an item cannot be read', () => {
    withOlder(
      (older) => older.exec(`UPDATE item SET names = 'no list' WHERE id = 1`),
      (database) => {
        const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
        expect(() => items.one(owners.ensure(owner), { scope: 's', key: 'first' })).toThrow(/item/);
        expect(items.one(owners.ensure(owner), { scope: 's', key: 'second' })?.qualifiedNames).toEqual(['another']);
      },
    );
  });
});

/** @param before - what it does to a journal of that version with two items; @param after - what is so once it was opened */
function withOlder(before: (older: Database) => void, after: (database: Database) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'isthmus-older-'));
  const path = join(directory, 'daemon.db');
  try {
    const older = openDatabase(path, journalMigrations.slice(0, versionBefore));
    older.exec(`INSERT INTO owner (id, collection, connector, target, item_count) VALUES (1, '${collection}', 'connector', '', 2);
      INSERT INTO scope (id, owner, name) VALUES (1, 1, 's')`);
    for (const [id, key, told] of [
      [1, 'first', names],
      [2, 'second', ['another']],
    ] as const)
      older.run(
        `INSERT INTO item (id, scope, key, hash, epoch, since, names, shapes) VALUES (?, 1, ?, 'h', 1, 0, ?, '[]')`,
        id,
        key,
        JSON.stringify(told),
      );
    before(older);
    older[Symbol.dispose]();
    const database = openDatabase(path, journalMigrations);
    after(database);
    database[Symbol.dispose]();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
