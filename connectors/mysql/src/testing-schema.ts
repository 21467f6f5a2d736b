import { madeTables } from '@isthmus/connector-testing';
import type { ServerKind } from './testing-programs.js';

/** What one kind of server has alone. */
const ownStatements: Readonly<Record<ServerKind, readonly string[]>> = {
  MariaDB: [
    "ALTER DATABASE nasty COMMENT 'hard to read'",
    'ALTER TABLE nasty.every_type ADD COLUMN ag uuid, ADD COLUMN ah inet6',
    'CREATE TABLE nasty.kept_history (id int, word text) WITH SYSTEM VERSIONING',
    'CREATE SEQUENCE nasty.numbers',
    'CREATE TABLE nasty.of_aria (id int) ENGINE=Aria',
  ],
  MySQL: [
    `CREATE TABLE nasty.of_mysql (id int, doc json, place point NOT NULL SRID 4326, word varchar(20) COLLATE utf8mb4_0900_as_cs,
       raw varbinary(8) DEFAULT 'ab', flags bit(4) DEFAULT b'101', said varchar(60) DEFAULT 'current_timestamp',
       quoted varchar(60) DEFAULT (concat('it''s', 'a\\\\b', 'say "so"', _utf8mb4'ü', '\\n')), of_doc json DEFAULT (json_array(1, 'x')),
       drawn varchar(60) GENERATED ALWAYS AS (concat(word, 'it''s', '\\\\')) VIRTUAL,
       CONSTRAINT worded CHECK (word <> 'it''s'), CONSTRAINT lax CHECK (id > 0) NOT ENFORCED,
       SPATIAL KEY places (place), KEY lowered ((lower(word)), id DESC), UNIQUE KEY trimmed ((trim(word))),
       KEY many ((CAST(doc->'$.n' AS UNSIGNED ARRAY))), KEY unseen (id) INVISIBLE)`,
    'SET SESSION sql_generate_invisible_primary_key = ON',
    'CREATE TABLE nasty.keyless (id int)',
    'SET SESSION sql_generate_invisible_primary_key = OFF',
    "CREATE VIEW nasty.of_documents AS SELECT t.n FROM nasty.of_mysql d, JSON_TABLE(d.doc, '$[*]' COLUMNS (n int PATH '$.n', NESTED PATH '$.m[*]' COLUMNS (m int PATH '$'))) t",
    'CREATE VIEW nasty.beside AS SELECT m.id, x.region FROM nasty.member m, LATERAL (SELECT t.region FROM nasty.team t WHERE t.id = m.team_id) x',
  ],
};

/** Statements that make a schema as awkward as the server allows: names, keys in circles, everything that a table can be. */
export const nastyStatements = (kind: ServerKind): readonly string[] => [
  'CREATE DATABASE nasty CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
  'CREATE DATABASE `Sch.ema / ``quoted`` 100% ü`',
  'CREATE DATABASE `empty`',
  'CREATE DATABASE other',
  'CREATE DATABASE `Other`',
  'CREATE TABLE nasty.`UPPER` (id int PRIMARY KEY)',
  'CREATE TABLE nasty.`upper` (id int PRIMARY KEY)',
  'CREATE TABLE `Other`.only_here (id int)',
  'CREATE TABLE nasty.`a.b` (`c.d` int, `c/d` int, ` c` int, `c:d` int, `C` int, `%` int)',
  `CREATE TABLE nasty.\`${'long'.repeat(15)}wxyz\` (\`${'name'.repeat(15)}wxyz\` int)`,
  "CREATE TABLE `Sch.ema / ``quoted`` 100% ü`.`Tab``le` (`Col``umn` varchar(20) COLLATE latin1_bin DEFAULT 'it''s', `'` text)",
  `CREATE TABLE nasty.every_type (
     a tinyint, b smallint unsigned, c mediumint, d int(7) zerofill, e bigint unsigned, f decimal(10,2), g decimal(5), h float, i double(8,3), j bit(9),
     k char(3), l varchar(10), m binary(4), n varbinary(9), o tinyblob, p blob, q mediumblob, r longblob, s tinytext, t text,
     u mediumtext, v longtext, w date, x time(3), y datetime(6), z timestamp NULL, aa year, ab json, ac enum('sad','so: so','a/b','ü','','it''s','back\\\\slash'),
     ad set('x','y z','(w)'), ae point, af geometry, ai varchar(5) CHARACTER SET latin1, aj boolean)`,
  `CREATE TABLE nasty.made (id bigint AUTO_INCREMENT PRIMARY KEY, net decimal(9,2) NOT NULL DEFAULT 0.50,
     gross decimal(12,4) GENERATED ALWAYS AS (net * 1.19) STORED, half decimal(12,4) AS (net / 2) VIRTUAL, at datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
     word varchar(20) DEFAULT 'NULL', nothing varchar(20) DEFAULT NULL, made varchar(50) DEFAULT (concat('a', 'b')), hidden int DEFAULT 7 INVISIBLE,
     stamp timestamp NOT NULL DEFAULT '2020-01-01 00:00:00', CONSTRAINT positive CHECK (net >= 0)) COMMENT 'what is made'`,
  'CREATE TABLE nasty.team (id int NOT NULL, region varchar(30) NOT NULL, lead_id int, PRIMARY KEY (region, id), UNIQUE (lead_id), UNIQUE KEY both_of (id, lead_id))',
  `CREATE TABLE nasty.member (id int PRIMARY KEY COMMENT 'the number', team_region varchar(30), team_id int, boss int, note text,
     CONSTRAINT \`in: team\` FOREIGN KEY (team_region, team_id) REFERENCES nasty.team (region, id) ON DELETE CASCADE ON UPDATE SET NULL,
     CONSTRAINT up FOREIGN KEY (boss) REFERENCES nasty.member (ID), FULLTEXT KEY words (note), KEY part (note(10), id DESC)) COMMENT 'people: "all" of them'`,
  'ALTER TABLE nasty.team ADD CONSTRAINT led FOREIGN KEY (lead_id) REFERENCES nasty.member (id)',
  'CREATE TABLE other.refers (id int, up int, CONSTRAINT far FOREIGN KEY (id) REFERENCES nasty.member (id), FOREIGN KEY (up) REFERENCES nasty.`UPPER` (id))',
  `CREATE TABLE nasty.sales (day date NOT NULL, region int, amount decimal(10,2)) PARTITION BY RANGE COLUMNS (day)
     (PARTITION p2025 VALUES LESS THAN ('2026-01-01'), PARTITION rest VALUES LESS THAN (MAXVALUE))`,
  'CREATE TABLE nasty.spread (id int) PARTITION BY LIST (id) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION one VALUES IN (1, 2), PARTITION two VALUES IN (3))',
  'CREATE TABLE nasty.of_memory (id int, KEY USING HASH (id)) ENGINE=MEMORY',
  'CREATE VIEW nasty.readers AS SELECT m.id, t.region, count(*) OVER () AS n FROM nasty.member m JOIN nasty.team t ON t.id = m.team_id',
  'CREATE VIEW other.of_view AS SELECT id FROM nasty.readers UNION SELECT id FROM other.refers',
  'CREATE SQL SECURITY INVOKER VIEW nasty.`odd view` AS WITH deep AS (SELECT max(day) AS d FROM nasty.sales) SELECT deep.d, (SELECT count(*) FROM `Other`.only_here) AS n FROM deep',
  'CREATE VIEW nasty.checked AS SELECT id FROM nasty.made WHERE net > 0 WITH CASCADED CHECK OPTION',
  'CREATE TABLE nasty.gone_soon (id int)',
  'CREATE VIEW nasty.broken AS SELECT id FROM nasty.gone_soon',
  'DROP TABLE nasty.gone_soon',
  'ALTER TABLE nasty.member ADD COLUMN gone text, ADD COLUMN first int FIRST',
  'ALTER TABLE nasty.member DROP COLUMN gone',
  ...ownStatements[kind],
];

const types = [
  'int',
  'bigint unsigned',
  'decimal(12,3)',
  'varchar(40)',
  'text',
  'datetime(3)',
  "enum('red','green','blue')",
  'json',
  'double',
  'binary(8)',
  'date',
  "set('a','b')",
];

/** A database of many tables, the same for each seed. */
export function generatedStatements(database: string, tableCount: number, seed: number): readonly string[] {
  const statements = madeTables(tableCount, seed, types).map(({ name, key, columns, references }, number) => {
    const parts = [
      ...key.map((column) => `${column} int NOT NULL`),
      ...(references?.columns ?? []).map((column) => `${column} int`),
      ...columns.map((column) => `\`${column.name}\` ${column.type}${column.isNeeded ? ' NOT NULL' : ' DEFAULT NULL'}`),
      `PRIMARY KEY (${key.join(', ')})`,
      ...(references === undefined
        ? []
        : [
            `CONSTRAINT \`${database} fk ${number}\` FOREIGN KEY (${references.columns.join(', ')}) REFERENCES \`${database}\`.\`${references.table}\` (${references.key.join(', ')})`,
          ]),
    ];
    return `CREATE TABLE \`${database}\`.\`${name}\` (${parts.join(', ')})`;
  });
  return [`CREATE DATABASE \`${database}\``, ...statements];
}
