import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { readSchema } from './schema-reader.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-twin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Written as by a program that brings a collation along: to others SQLite does not let it be written. */
async function schemaOf(...statements: readonly string[]) {
  const path = join(folder, 'a.db');
  const written = new DatabaseSync(path, { defensive: false });
  for (const statement of statements) written.exec(statement);
  written.close();
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return (await readSchema(database, AbortSignal.timeout(10_000))).relations;
  } finally {
    database.close();
  }
}

const foreign = [
  'PRAGMA writable_schema = ON',
  `UPDATE sqlite_schema SET sql = replace(sql, 'COLLATE rtrim', 'COLLATE localized')`,
];

describe('views over columns with a collation of a program', () => {
  it('are told with their columns and what they read, also by others', async () => {
    const relations = await schemaOf(
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT COLLATE rtrim)',
      'CREATE VIEW names AS SELECT name, count(*) AS "how many" FROM people GROUP BY name',
      'CREATE VIEW sorted AS SELECT * FROM names ORDER BY name COLLATE "of my own"',
      'CREATE VIEW counted AS SELECT own_count(name) AS x FROM people',
      ...foreign,
    );
    expect(
      relations.map(({ name, columns, sources }) => [name, columns.map((column) => column.name), sources]),
    ).toEqual([
      ['counted', [], []],
      ['names', ['name', 'how many'], ['people']],
      ['people', ['id', 'name'], []],
      ['sorted', ['name', 'how many'], ['names']],
    ]);
    expect(relations.flatMap(({ fault }) => fault ?? [])).toEqual(['no such function: own_count']);
  });

  it('have nothing run that stands behind them in the schema', async () => {
    const more = (text: string) => `UPDATE sqlite_schema SET sql = sql || '; ${text.replaceAll("'", "''")}'`;
    const relations = await schemaOf(
      'CREATE TABLE people (name TEXT COLLATE rtrim)',
      'CREATE VIEW names AS SELECT DISTINCT name FROM people',
      ...foreign,
      more(`ATTACH '${join(folder, 'made.db')}' AS x; CREATE TABLE x.y (z)`),
    );
    expect(relations.map(({ name, fault }) => [name, fault])).toEqual([
      ['names', undefined],
      ['people', undefined],
    ]);
    expect(await readdir(folder)).toEqual(['a.db']);
  });
});
