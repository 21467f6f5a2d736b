import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from './database.js';
import { readInThread } from './long-reading.js';

let directory: string;
let database: Database;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'isthmus-long-reading-'));
  database = openDatabase(join(directory, 'some.db'), [
    'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE state (number INTEGER)',
  ]);
  database.run('INSERT INTO state VALUES (7)');
});
afterEach(() => {
  database[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const byName = {
  sql: 'SELECT id FROM thing WHERE id > ? ORDER BY name DESC',
  markSql: 'SELECT number FROM state',
};

describe('readInThread', () => {
  it('gives the rows in their order, and the mark of the state that they are of', async () => {
    database.run(
      `WITH RECURSIVE series (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM series WHERE value < 5000)
       INSERT INTO thing SELECT value, printf('%06d', value) FROM series`,
    );
    const { numbers, mark } = await readInThread(database.path, { ...byName, parameters: [10] });
    expect(mark).toBe(7);
    expect([...numbers]).toEqual(Array.from({ length: 4990 }, (_, index) => 5000 - index));
  });

  it('gives nothing of an empty table', async () => {
    expect((await readInThread(database.path, { ...byName, parameters: [0] })).numbers).toHaveLength(0);
  });

  it('says what SQLite says', async () => {
    const reading = { sql: 'SELECT id FROM nothing', parameters: [], markSql: byName.markSql };
    await expect(readInThread(database.path, reading)).rejects.toThrow('nothing');
    const elsewhere = join(directory, 'missing.db');
    await expect(readInThread(elsewhere, { ...byName, parameters: [0] })).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNWRITABLE',
    });
  });

  it('does not take a process down that ends meanwhile', async () => {
    const script = `
      import { readInThread } from ${JSON.stringify(new URL('./long-reading.js', import.meta.url).href)};
      const sql = 'WITH RECURSIVE n (v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < ?) SELECT v FROM n ORDER BY -v';
      void readInThread(process.argv[1], { sql, parameters: [400000], markSql: 'SELECT number FROM state' });
      setTimeout(() => process.exit(7), 150);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, database.path]);
    const [code, signal] = await once(child, 'exit');
    expect({ code, signal }).toEqual({ code: 7, signal: null });
  });
});
