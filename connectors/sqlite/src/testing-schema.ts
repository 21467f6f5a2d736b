import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { madeTables } from '@isthmus/connector-testing';
import { DatabaseSync } from '@photostructure/sqlite';
import type { SqliteConfiguration } from './sqlite-config.js';

/** Statements that make a schema as awkward as SQLite allows. */
export const nastyStatements: readonly string[] = [
  `CREATE TABLE "a.b" ("c.d" INTEGER, "c/d" INT, " c" TEXT, "c:d" BLOB, [in brackets] REAL, \`ticks\` NUMERIC, "quo""te" "odd type", '%' x)`,
  `CREATE TABLE "Tab""le / 100% ü 📚" ("Col""umn" VARCHAR(20) COLLATE NOCASE DEFAULT 'it''s', '''' TEXT)`,
  `CREATE TABLE no_types (a, b UNIQUE, c DEFAULT (1 + 2), d DEFAULT -5, e DEFAULT "word" NOT NULL)`,
  `CREATE TABLE types (a INTEGER, b DOUBLE PRECISION, c DECIMAL(10, 2), d unsigned big int NOT NULL, e VARYING CHARACTER (70), f NULL, g BOOLEAN NOT NULL DEFAULT FALSE)`,
  `CREATE TABLE strict_one (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL CHECK (word <> 'no, (not this)'), any_thing ANY) STRICT`,
  `CREATE TABLE pair (region TEXT, id INTEGER, lead INTEGER UNIQUE REFERENCES member, PRIMARY KEY (region, id)) WITHOUT ROWID`,
  `CREATE TABLE member (id INTEGER PRIMARY KEY, team_region TEXT, team_id INTEGER, boss INTEGER REFERENCES MEMBER(ID) ON DELETE SET NULL,
     UNIQUE (team_region, boss), CONSTRAINT "in: team" FOREIGN KEY (team_region, team_id) REFERENCES "pair" ON UPDATE CASCADE, CHECK (id > 0))`,
  `CREATE TABLE soft_key (id TEXT PRIMARY KEY, other INT PRIMARY_KEYS)`,
  `CREATE TABLE made (net REAL, gross REAL GENERATED ALWAYS AS (round(net * 1.19, 2)) STORED, half AS (net / 2), "as" TEXT)`,
  `CREATE TABLE dangling (x INTEGER REFERENCES nowhere(id), y INTEGER REFERENCES member(no_such))`,
  `CREATE TABLE commented ( -- a comment, with (brackets
     one INTEGER, /* and, another ( */ two TEXT)`,
  `CREATE INDEX by_lower ON member (lower(team_region), id DESC) WHERE id > 7`,
  `CREATE UNIQUE INDEX once ON made (net)`,
  `CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize = 'porter')`,
  `CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)`,
  `CREATE VIEW readers AS SELECT m.id, p.region, count(*) AS n FROM member m JOIN pair p ON p.id = m.team_id GROUP BY 1, 2`,
  `CREATE VIEW of_view (first, second) AS WITH deep AS (SELECT id FROM readers) SELECT id, (SELECT max(net) FROM made) FROM deep, (SELECT x0 FROM boxes) inner_one`,
  `CREATE VIEW counts AS SELECT count(*) AS n FROM "a.b"`,
  `CREATE TRIGGER noted AFTER INSERT ON member BEGIN UPDATE member SET boss = NULL WHERE id = new.id; END`,
  'ALTER TABLE member ADD COLUMN added TEXT DEFAULT NULL',
  'ALTER TABLE member RENAME COLUMN added TO "added, later"',
  `INSERT INTO member (id) VALUES ${Array.from({ length: 37 }, (_, id) => `(${id + 1})`).join(', ')}`,
  'ANALYZE',
  'CREATE VIEW broken AS SELECT x FROM gone',
];

/** A database of many tables, the same for each seed. */
export function generatedStatements(count: number, seed: number): readonly string[] {
  const types = ['INTEGER', 'TEXT', 'REAL', 'BLOB', '', 'VARCHAR(40)', 'DECIMAL(12, 3)', 'DATETIME'];
  return madeTables(count, seed, types).map(({ name, key, columns, references }) => {
    const parts = [
      ...key.map((column) => `${column} INT NOT NULL`),
      ...(references?.columns ?? []).map((column) => `${column} INT`),
      ...columns.map((column) => `"${column.name}" ${column.type}${column.isNeeded ? ' NOT NULL' : ''}`),
      `PRIMARY KEY (${key.join(', ')})`,
      ...(references === undefined
        ? []
        : [
            `FOREIGN KEY (${references.columns.join(', ')}) REFERENCES "${references.table}" (${references.key.join(', ')})`,
          ]),
    ];
    return `CREATE TABLE "${name}" (${parts.join(', ')})`;
  });
}

/** Runs statements as the program would that a database belongs to. */
export function write(path: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(path, {
    enableDoubleQuotedStringLiterals: true,
    enableForeignKeyConstraints: false,
  });
  try {
    for (const statement of statements) database.exec(statement);
  } finally {
    database.close();
  }
}

export interface TestFolder {
  readonly path: string;
  readonly configuration: SqliteConfiguration;
  /** Where a file of this name lies. */
  at(name: string): string;
  close(): Promise<void>;
}

export async function testFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), 'isthmus-sqlite-test-'));
  return {
    path,
    at: (name) => join(path, name),
    configuration: {
      root: path,
      include: ['*.db', '*.sqlite'],
      exclude: [],
      statistics: true,
      maxCopyBytes: 1_000_000,
      pollSeconds: 0,
    },
    close: () => rm(path, { recursive: true, force: true }),
  };
}
