import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from './database.js';
import { lockDataDirectory } from './directory-lock.js';

const directory = () => mkdtempSync(join(tmpdir(), 'isthmus-sqlite-'));

describe('openDatabase', () => {
  it('runs only the steps that are missing, after a backup', () => {
    const path = join(directory(), 'a', 'x.db');
    openDatabase(path, ['CREATE TABLE t (v TEXT)', "INSERT INTO t VALUES ('one')"])[Symbol.dispose]();
    using database = openDatabase(path, [
      'CREATE TABLE t (v TEXT)',
      "INSERT INTO t VALUES ('one')",
      "INSERT INTO t VALUES ('two')",
    ]);
    expect(database.all('SELECT v FROM t')).toEqual([{ v: 'one' }, { v: 'two' }]);
    expect(existsSync(`${path}.v2.backup`)).toBe(true);
  });

  it('makes files and folders that their owner alone can read', () => {
    const root = directory();
    const path = join(root, 'a', 'x.db');
    openDatabase(path, ['CREATE TABLE t (v)'])[Symbol.dispose]();
    using database = openDatabase(path, ['CREATE TABLE t (v)', "INSERT INTO t VALUES ('one')"]);
    expect(database.all('SELECT v FROM t')).toHaveLength(1);
    const files = ['a', 'a/x.db', 'a/x.db-wal', 'a/x.db-shm', 'a/x.db.v1.backup'].map((name) => join(root, name));
    expect(files.map((file) => (statSync(file).mode & 0o077).toString(8))).toEqual(files.map(() => '0'));
  });

  it('refuses a database of a newer version and leaves it alone', () => {
    const path = join(directory(), 'x.db');
    openDatabase(path, ['CREATE TABLE t (v)', 'CREATE TABLE u (v)'])[Symbol.dispose]();
    expect(() => openDatabase(path, ['CREATE TABLE t (v)'])).toThrow(
      expect.objectContaining({ code: 'DATABASE_NEWER' }),
    );
    expect(() => openDatabase(path, ['CREATE TABLE t (v)', 'CREATE TABLE u (v)'])[Symbol.dispose]()).not.toThrow();
  });

  it('rolls the whole migration back when one step fails', () => {
    const path = join(directory(), 'x.db');
    expect(() => openDatabase(path, ['CREATE TABLE t (v)', 'CREATE NONSENSE'])).toThrow();
    using database = openDatabase(path, ['CREATE TABLE t (v)']);
    expect(database.all('SELECT * FROM t')).toEqual([]);
  });

  it('says that a file is no database', () => {
    const path = join(directory(), 'x.db');
    writeFileSync(path, 'this is no database, however long it may be. '.repeat(50));
    expect(() => openDatabase(path, ['CREATE TABLE t (v)'])).toThrow(
      expect.objectContaining({ code: 'DATABASE_UNREADABLE' }),
    );
  });

  it('says that storage is full, keeps what was committed and goes on when there is space', () => {
    using database = openDatabase(join(directory(), 'x.db'), ['CREATE TABLE t (v)']);
    database.run('INSERT INTO t VALUES (?)', 'kept');
    database.exec('PRAGMA max_page_count = 8');
    const fill = () => database.transaction(() => database.run('INSERT INTO t VALUES (?)', 'x'.repeat(100_000)));
    expect(fill).toThrow(expect.objectContaining({ code: 'STORAGE_FULL', retryable: true }));
    database.exec('PRAGMA max_page_count = 10000');
    expect(fill).not.toThrow();
    expect(database.get('SELECT count(*) AS n FROM t')).toEqual({ n: 2 });
  });

  it('sets aside what failed inside a larger transaction', () => {
    using database = openDatabase(join(directory(), 'x.db'), ['CREATE TABLE t (v UNIQUE)']);
    database.transaction(() => {
      database.run('INSERT INTO t VALUES (1)');
      expect(() => database.transaction(() => database.run('INSERT INTO t VALUES (1)'))).toThrow();
      database.run('INSERT INTO t VALUES (2)');
    });
    expect(database.all('SELECT v FROM t')).toEqual([{ v: 1 }, { v: 2 }]);
  });

  it('gives rows as objects or as the values of their columns', () => {
    using database = openDatabase(join(directory(), 'x.db'), [
      'CREATE TABLE t (v, w)',
      "INSERT INTO t VALUES (1, 'a')",
    ]);
    const sql = 'SELECT w, v, NULL AS x FROM t WHERE v = ?';
    for (let time = 0; time < 2; time += 1) {
      expect(database.rows(sql, 1)).toEqual([['a', 1, null]]);
      expect(database.all(sql, 1)).toEqual([{ w: 'a', v: 1, x: null }]);
    }
    expect(database.rows(sql, 2)).toEqual([]);
    expect(() => database.rows('SELECT nothing FROM t')).toThrow('nothing');
  });

  it('names a directory that cannot be made', () => {
    const path = join(directory(), 'file');
    writeFileSync(path, '');
    expect(() => openDatabase(join(path, 'x.db'), [])).toThrow(
      expect.objectContaining({ code: 'DATA_DIRECTORY_UNWRITABLE' }),
    );
    chmodSync(path, 0o600);
  });
});

describe('Database.commit', () => {
  it('resolves after the log was flushed, and all that ask at once share one flush', async () => {
    using database = openDatabase(join(directory(), 'x.db'), ['CREATE TABLE t (v)']);
    const order: string[] = [];
    const first = database.flushed().then(() => order.push('first'));
    const second = database.flushed().then(() => order.push('second'));
    const third = database.commit(() => database.run('INSERT INTO t VALUES (1)')).then(() => order.push('third'));
    expect(order).toEqual([]);
    await Promise.all([first, second, third]);
    expect(order).toEqual(['first', 'second', 'third']);
    expect(database.get('SELECT v FROM t')).toEqual({ v: 1 });
  });

  it('rejects with what the work threw and keeps nothing of it', async () => {
    using database = openDatabase(join(directory(), 'x.db'), ['CREATE TABLE t (v)']);
    await expect(
      database.commit(() => {
        database.run('INSERT INTO t VALUES (1)');
        throw new Error('changed its mind');
      }),
    ).rejects.toThrow('changed its mind');
    expect(database.all('SELECT v FROM t')).toEqual([]);
  });

  it('confirms nothing any more once a flush has failed, until the database is opened anew', async () => {
    const path = join(directory(), 'x.db');
    using database = openDatabase(path, ['CREATE TABLE t (v)']);
    rmSync(`${path}-wal`);
    await expect(database.flushed()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNWRITABLE' });
    writeFileSync(`${path}-wal`, '');
    await expect(database.flushed()).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNWRITABLE' });
  });

  it('copies the log into the database while it is written, so that the log does not grow with what was written', async () => {
    const path = join(directory(), 'x.db');
    using database = openDatabase(path, ['CREATE TABLE t (v)']);
    let longestLog = 0;
    for (let batch = 0; batch < 100; batch += 1) {
      await database.commit(() => {
        for (let row = 0; row < 500; row += 1) database.run('INSERT INTO t VALUES (?)', 'x'.repeat(2000));
      });
      longestLog = Math.max(longestLog, statSync(`${path}-wal`).size);
    }
    expect(statSync(path).size).toBeGreaterThan(64 * 1024 * 1024);
    expect(longestLog).toBeLessThan(36 * 1024 * 1024);
    expect(database.get('SELECT count(*) AS n FROM t')).toEqual({ n: 50_000 });
  });
});

describe('Database, closed', () => {
  const path = () => join(directory(), 'x.db');
  const written = (file: string) => {
    const database = openDatabase(file, ['CREATE TABLE t (v)']);
    database.transaction(() => database.run('INSERT INTO t VALUES (?)', 'kept'));
    database.get('SELECT v FROM t');
    database.rows('SELECT v FROM t');
    return database;
  };
  const readsAlone = (file: string) => {
    const copy = path();
    cpSync(file, copy);
    using database = openDatabase(copy, ['CREATE TABLE t (v)']);
    return database.all('SELECT v FROM t');
  };
  const logBytes = (file: string) => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;

  it('is complete in its one file, so that a copy of it alone is a backup', () => {
    const file = path();
    written(file)[Symbol.dispose]();
    expect(logBytes(file)).toBe(0);
    expect(readsAlone(file)).toEqual([{ v: 'kept' }]);
  });

  it('is complete in its one file though another connection is open', () => {
    const file = path();
    using other = openDatabase(file, ['CREATE TABLE t (v)']);
    const database = written(file);
    expect(other.all('SELECT v FROM t')).toHaveLength(1);
    database[Symbol.dispose]();
    expect(readsAlone(file)).toEqual([{ v: 'kept' }]);
  });

  it('may be closed twice', () => {
    const database = written(path());
    database[Symbol.dispose]();
    expect(() => database[Symbol.dispose]()).not.toThrow();
  });
});

describe('lockDataDirectory', () => {
  it('names a directory that cannot be made, on a file system that says that nothing is there', () => {
    expect(() => lockDataDirectory('/proc/isthmus/data')).toThrow(
      expect.objectContaining({ code: 'DATA_DIRECTORY_UNWRITABLE' }),
    );
  });

  it('lets one in at a time', () => {
    const path = directory();
    const first = lockDataDirectory(path);
    expect(() => lockDataDirectory(path)).toThrow(expect.objectContaining({ code: 'DATA_DIRECTORY_LOCKED' }));
    first[Symbol.dispose]();
    lockDataDirectory(path)[Symbol.dispose]();
  });
});
