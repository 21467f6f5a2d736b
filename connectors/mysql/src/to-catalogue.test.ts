import { describe, expect, it } from '@jest/globals';
import { abilitiesOf, checksQuery, databasesQuery, fingerprintQuery, indexesQuery } from './catalog-queries.js';
import type { ColumnRow, IndexRow, Relation } from './rows.js';
import { nounOf, toTable, toValueSets, toView } from './to-catalogue.js';

const column = (name: string, facts: Partial<ColumnRow> = {}): ColumnRow => ({
  table: 't',
  name,
  position: 1,
  default: null,
  nullable: 'YES',
  base: 'varchar',
  length: 20,
  precision: null,
  scale: null,
  collation: 'utf8mb4_0900_ai_ci',
  type: 'varchar(20)',
  extra: '',
  comment: '',
  formula: '',
  ...facts,
});

const index = (name: string, facts: Partial<IndexRow> = {}): IndexRow => ({
  table: 't',
  name,
  nonUnique: 1,
  place: 1,
  column: 'a',
  expression: null,
  collation: 'A',
  prefix: null,
  method: 'BTREE',
  ...facts,
});

const relation = (facts: Partial<Relation> = {}): Relation => ({
  name: 't',
  type: 'BASE TABLE',
  engine: 'InnoDB',
  collation: 'utf8mb4_0900_ai_ci',
  comment: '',
  options: '',
  columns: [column('a')],
  indexes: [],
  foreignKeys: [],
  rules: [],
  checks: [],
  partitions: [],
  view: undefined,
  ...facts,
});

const mysql = { isMariaDb: false, statistics: true };
const mariaDb = { isMariaDb: true, statistics: true };

describe('a column as MySQL tells it', () => {
  it.each([
    ['a text, whose quotes it leaves away', { default: "it's" }, "'it''s'"],
    ['an empty text', { default: '' }, "''"],
    ['the word NULL', { default: 'NULL' }, "'NULL'"],
    ['a number', { base: 'decimal', type: 'decimal(9,2)', default: '0.50' }, '0.50'],
    ['bits', { base: 'bit', type: 'bit(3)', default: "b'101'" }, "b'101'"],
    [
      'a time',
      { base: 'datetime', type: 'datetime', default: 'CURRENT_TIMESTAMP', extra: 'DEFAULT_GENERATED' },
      'CURRENT_TIMESTAMP',
    ],
    ['an expression', { default: 'uuid()', extra: 'DEFAULT_GENERATED' }, 'uuid()'],
    [
      'an expression with texts',
      { default: "concat(_utf8mb4\\'it\\\\\\'s\\',_utf8mb4\\'a\\\\\\\\b\\')", extra: 'DEFAULT_GENERATED' },
      "concat(_utf8mb4'it\\'s',_utf8mb4'a\\\\b')",
    ],
    ['bytes', { base: 'varbinary', type: 'varbinary(8)', default: '0x6162' }, '0x6162'],
    ['a text that looks like a time', { default: 'current_timestamp' }, "'current_timestamp'"],
    ['nothing', { default: null }, undefined],
  ])('has the default that stands in its statement: %s', (_what, facts, expected) => {
    const [told] = toTable('d', relation({ columns: [column('a', facts)] }), mysql).columns ?? [];
    expect(told?.defaultValue).toBe(expected);
  });

  it('has in MariaDB the default as it is told', () => {
    const told = ["'it''s'", 'NULL', "'NULL'", 'current_timestamp()'].map(
      (text) =>
        toTable('d', relation({ columns: [column('a', { default: text })] }), mariaDb).columns?.[0]?.defaultValue,
    );
    expect(told).toEqual(["'it''s'", undefined, "'NULL'", 'current_timestamp()']);
  });

  it('is generated, and no default then', () => {
    const facts = { extra: 'STORED GENERATED', formula: '(`a` * 2)', type: 'int', base: 'int' };
    const [told] = toTable('d', relation({ columns: [column('b', facts)] }), mysql).columns ?? [];
    expect(told).toMatchObject({ formula: '(`a` * 2)', additionalProperties: { generated: 'stored' } });
  });
});

describe('a table', () => {
  it('has indexes over expressions, and keys only of columns that are seen', () => {
    const told = toTable(
      'd',
      relation({
        indexes: [
          index('PRIMARY', { nonUnique: 0, column: 'hidden' }),
          index('by_sum', { nonUnique: 0, column: null, expression: '(`a` + `b`)' }),
          index('part', { prefix: 10, collation: 'D' }),
        ],
        foreignKeys: [
          {
            ...{ table: 't', name: 'fk', place: 1, column: 'hidden' },
            ...{ otherDatabase: 'd', otherTable: 'o', otherColumn: 'id' },
          },
        ],
      }),
      mysql,
    );
    expect(told).toMatchObject({ foreignKeys: [], uniqueKeys: [] });
    expect(told.primaryKey).toBeUndefined();
    expect(told.indexes).toEqual([
      { name: 'by_sum', isUnique: true, method: 'btree', columns: ['(`a` + `b`)'] },
      { name: 'part', isUnique: false, method: 'btree', columns: ['a(10) DESC'] },
    ]);
  });

  it('has checks and formulas as they stand in statements, and what of them is switched off', () => {
    const checks = [
      { table: 't', name: 'worded', text: "(`a` <> _utf8mb4\\'it\\\\\\'s\\')" },
      { table: 't', name: 'old', text: "(`a` <> 'x\\\\y')" },
      { table: 't', name: 'lax', text: '(`a` > 0)', enforced: 'NO' as const },
    ];
    const formula = "concat(`a`,_utf8mb4\\'x\\')";
    const columns = [column('b', { extra: 'VIRTUAL GENERATED', formula }), column('p', { spatialSystem: 4326 })];
    const told = toTable('d', relation({ checks, columns }), mysql);
    expect(told.additionalProperties).toMatchObject({
      'check worded': "(`a` <> _utf8mb4'it\\'s')",
      'check old': "(`a` <> 'x\\\\y')",
      'check lax': '(`a` > 0) NOT ENFORCED',
    });
    expect(told.columns).toMatchObject([
      { formula: "concat(`a`,_utf8mb4'x')" },
      { additionalProperties: { spatialSystem: '4326' } },
    ]);
  });

  it('has estimates to one digit, so that it is another one only when it matters', () => {
    const [one, other, third] = [1_234, 1_299, 2_600].map((rows) =>
      toTable('d', relation({ rows, bytes: '16384' }), mysql),
    );
    expect(one?.additionalProperties).toMatchObject({ estimatedRows: '1000', estimatedBytes: '20000' });
    expect(other?.sourceVersion).toBe(one?.sourceVersion);
    expect(third?.sourceVersion).not.toBe(one?.sourceVersion);
  });

  it('has the first 200 of its partitions, and their number', () => {
    const partitions = Array.from({ length: 300 }, (_, place) => ({
      ...{ table: 't', name: `p${place}`, place: place + 1, method: 'RANGE', expression: '`a`' },
      ...{ subMethod: null, subExpression: null, description: String(place * 10) },
    }));
    const { additionalProperties = {} } = toTable('d', relation({ partitions }), mysql);
    expect(additionalProperties).toMatchObject({
      kind: 'partitioned table',
      partitionCount: '300',
      'partition p7': '70',
    });
    expect(Object.keys(additionalProperties).filter((key) => key.startsWith('partition p'))).toHaveLength(200);
  });
});

describe('what belongs into the catalogue', () => {
  it('are tables and views, not sequences or what a session has for itself', () => {
    const types = ['BASE TABLE', 'SYSTEM VERSIONED', 'VIEW', 'SYSTEM VIEW', 'SEQUENCE', 'TEMPORARY'];
    expect(types.map((type) => nounOf({ type }))).toEqual(['table', 'table', 'view', undefined, undefined, undefined]);
  });

  it('are sets of values of tables, to which the columns of views have no link of their own', () => {
    const colour = column('colour', { base: 'enum', type: "enum('red','blue')" });
    expect(toValueSets('d', relation({ columns: [colour] }))).toMatchObject([
      { names: ['d', 't', 'colour'], values: [{ name: 'red' }, { name: 'blue' }] },
    ]);
    const view = { table: 't', definition: 'select 1', checkOption: 'NONE', security: 'DEFINER' };
    const told = toView('d', relation({ type: 'VIEW', columns: [colour], view }), mysql);
    expect(told.columns?.[0]?.validValues).toBeUndefined();
  });
});

describe('the questions', () => {
  const rows = (...names: readonly (readonly [string, string])[]) => names.map(([table, name]) => ({ table, name }));

  it.each([
    ['MySQL 5.7', rows(['STATISTICS', 'COLUMN_NAME']), ['none', false, false]],
    ['MySQL 8', rows(['STATISTICS', 'EXPRESSION'], ['CHECK_CONSTRAINTS', 'CHECK_CLAUSE']), ['bySchema', true, false]],
    [
      'MySQL 9',
      rows(
        ...([
          ['STATISTICS', 'EXPRESSION'],
          ['CHECK_CONSTRAINTS', 'CHECK_CLAUSE'],
          ['COLUMNS', 'SRS_ID'],
        ] as const),
        ['TABLE_CONSTRAINTS', 'ENFORCED'],
      ),
      ['bySchema', true, false, true],
    ],
    [
      'MariaDB 10.11',
      rows(['CHECK_CONSTRAINTS', 'TABLE_NAME'], ['CHECK_CONSTRAINTS', 'CHECK_CLAUSE'], ['SCHEMATA', 'SCHEMA_COMMENT']),
      ['byTable', false, true],
    ],
  ])('ask of %s for what it has', (_what, found, [checks, indexExpressions, databaseComments, isNew = false]) => {
    const abilities = abilitiesOf(found, isNew ? ['partial_revokes', 'information_schema_stats_expiry'] : []);
    expect(abilities).toEqual({
      ...{ checks, indexExpressions, databaseComments, laxChecks: isNew, spatialSystems: isNew },
      ...{ keepsEstimates: isNew, partialRevokes: isNew },
    });
    expect(fingerprintQuery(abilities).includes('enforced')).toBe(isNew);
    expect(indexesQuery(abilities).includes('EXPRESSION AS')).toBe(indexExpressions);
    expect(databasesQuery(abilities).includes('SCHEMA_COMMENT')).toBe(databaseComments);
    expect(fingerprintQuery(abilities).includes('CHECK_CONSTRAINTS')).toBe(checksQuery(abilities) !== undefined);
  });
});
