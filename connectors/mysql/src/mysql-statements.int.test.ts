import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fingerprintOf, moment } from './database-reader.js';
import { Session } from './session.js';
import { describeEachServer } from './testing-kinds.js';
import type { ServerKind } from './testing-programs.js';
import type { TestServer } from './testing-server.js';

const base = [
  'CREATE DATABASE shop',
  'USE shop',
  'CREATE TABLE up (id int PRIMARY KEY, other int NOT NULL, UNIQUE KEY other (other))',
  'CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c text, d int GENERATED ALWAYS AS (a + 1) VIRTUAL, up int, KEY by_a (a), CONSTRAINT fk FOREIGN KEY (up) REFERENCES up (id), CONSTRAINT worth CHECK (a > 0))',
  'CREATE TABLE parts (id int) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (20))',
  'CREATE TABLE low_like (id int)',
  'CREATE VIEW v AS SELECT id FROM t',
  'CREATE PROCEDURE makes() CREATE TABLE by_procedure (id int)',
];

const statements: readonly string[] = [
  'CREATE TABLE fresh (id int)',
  'CREATE TABLE copied LIKE t',
  'CREATE TABLE selected AS SELECT id FROM t',
  'DROP TABLE low_like',
  'RENAME TABLE t TO renamed',
  'ALTER TABLE t RENAME COLUMN a TO z, DROP CONSTRAINT worth, DROP COLUMN d',
  'ALTER TABLE t ADD COLUMN e int',
  'ALTER TABLE t ADD COLUMN e int FIRST',
  'ALTER TABLE t DROP COLUMN b',
  'ALTER TABLE t MODIFY COLUMN b varchar(21)',
  'ALTER TABLE t MODIFY COLUMN b varchar(20) NOT NULL',
  "ALTER TABLE t MODIFY COLUMN b varchar(20) COMMENT 'said'",
  'ALTER TABLE t MODIFY COLUMN b varchar(20) CHARACTER SET ascii',
  'ALTER TABLE t MODIFY COLUMN b varchar(20) AFTER c',
  "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'x'",
  "ALTER TABLE t MODIFY COLUMN b varchar(20) DEFAULT (concat('a', 'b'))",
  'ALTER TABLE t MODIFY COLUMN a int INVISIBLE',
  'ALTER TABLE t MODIFY COLUMN d int GENERATED ALWAYS AS (a + 2) VIRTUAL',
  'ALTER TABLE t DROP PRIMARY KEY',
  'ALTER TABLE up DROP KEY other, ADD UNIQUE KEY other (other, id)',
  'CREATE INDEX by_b ON t (b)',
  'CREATE FULLTEXT INDEX words ON t (c)',
  'DROP INDEX by_a ON t',
  'ALTER TABLE t RENAME INDEX by_a TO by_z',
  'ALTER TABLE t DROP INDEX by_a, ADD INDEX by_a (a DESC)',
  'ALTER TABLE t ADD INDEX by_c (c(10))',
  'ALTER TABLE t DROP FOREIGN KEY fk',
  'ALTER TABLE t DROP FOREIGN KEY fk, ADD CONSTRAINT fk2 FOREIGN KEY (up) REFERENCES up (id) ON DELETE CASCADE',
  'ALTER TABLE t DROP FOREIGN KEY fk, ADD CONSTRAINT fk2 FOREIGN KEY (up) REFERENCES up (other)',
  'ALTER TABLE t ADD CONSTRAINT more CHECK (a < 100)',
  'ALTER TABLE t DROP CONSTRAINT worth',
  "ALTER TABLE t COMMENT 'said'",
  'ALTER TABLE low_like ENGINE=MyISAM',
  'ALTER TABLE t DEFAULT CHARACTER SET ascii',
  'ALTER TABLE t CONVERT TO CHARACTER SET ascii',
  'ALTER TABLE parts ADD PARTITION (PARTITION top VALUES LESS THAN MAXVALUE)',
  'ALTER TABLE parts DROP PARTITION high',
  'ALTER TABLE parts REORGANIZE PARTITION high INTO (PARTITION high VALUES LESS THAN (30))',
  'ALTER TABLE parts REMOVE PARTITIONING',
  'ALTER TABLE low_like PARTITION BY HASH (id) PARTITIONS 2',
  'ALTER TABLE parts PARTITION BY RANGE (id) SUBPARTITION BY HASH (id + 1) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN (20))',
  'CREATE VIEW w AS SELECT 1 AS one',
  'CREATE OR REPLACE VIEW v AS SELECT id, a FROM t',
  'ALTER SQL SECURITY INVOKER VIEW v AS SELECT id FROM t',
  'CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE a > 1 WITH CHECK OPTION',
  'DROP VIEW v',
  'CALL makes()',
  "PREPARE made FROM 'CREATE TABLE by_prepared (id int)'; EXECUTE made",
];

const ownStatements: Readonly<Record<ServerKind, readonly string[]>> = {
  MariaDB: [
    'CREATE OR REPLACE TABLE low_like (id bigint)',
    'ALTER TABLE low_like ADD SYSTEM VERSIONING',
    'ALTER TABLE low_like RENAME TO renamed',
  ],
  MySQL: [
    'ALTER TABLE t ALTER CHECK worth NOT ENFORCED',
    'ALTER TABLE t ALTER COLUMN a SET INVISIBLE',
    'ALTER TABLE t ADD COLUMN p point SRID 4326',
    'ALTER TABLE t ADD INDEX lowered ((lower(b)))',
    'ALTER TABLE t MODIFY COLUMN b varchar(20) COLLATE utf8mb4_0900_as_cs',
    'ALTER TABLE low_like ADD COLUMN e int, ALGORITHM=INSTANT',
    'RENAME TABLE low_like TO high_like, up TO upper_one',
  ],
};

describeEachServer((start, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.sql(...base);
  });
  afterAll(() => server.close());

  /** What the server says of the database, without and with a look at its schema. */
  async function said() {
    const session = await Session.open(server.configuration(), 'isthmus test', new AbortController().signal);
    try {
      return { counted: (await moment(session)).text, looks: await fingerprintOf(session, 'shop') };
    } finally {
      await session[Symbol.asyncDispose]();
    }
  }

  describe('a statement that changes a schema', () => {
    it.each([...statements, ...ownStatements[kind]])('is counted, and changes the checksums: %s', async (statement) => {
      const before = await said();
      await server.sql('USE shop', ...statement.split('; '));
      const after = await said();
      expect([after.counted === before.counted, after.looks === before.looks]).toEqual([false, false]);
      await server.sql('DROP DATABASE shop', ...base);
    });
  });

  describe('rows that are written, and statistics that are made anew', () => {
    it('change nothing of what is compared', async () => {
      const before = await said();
      await server.sql(
        'USE shop',
        'INSERT INTO up VALUES (1, 1), (2, 2)',
        'ANALYZE TABLE up',
        'OPTIMIZE TABLE up',
        'TRUNCATE TABLE low_like',
      );
      expect((await said()).looks).toBe(before.looks);
    });
  });
});
