/** Every question that is put to a server. All read `information_schema` and counters: no table of the users is touched. */

export const versionQuery = 'SELECT VERSION() AS version, @@version_comment AS comment';

/**
 * Which server it is. MySQL keeps an identity with its data. MariaDB keeps none, so that it is known no longer than it runs:
 * both times are those of this statement, and their difference is the same as long.
 */
export const identityQuery = (isMariaDb: boolean): string =>
  isMariaDb
    ? `SELECT CONCAT_WS(' ', 'since', CAST(UNIX_TIMESTAMP() - VARIABLE_VALUE AS SIGNED), @@hostname, @@port) AS identity
  FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME'`
    : 'SELECT @@server_uuid AS identity';

/** What of `information_schema` this server has; MySQL and MariaDB differ, and each from its older versions. */
export const abilitiesQuery = `
  SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = 'information_schema'
    AND TABLE_NAME IN ('COLUMNS', 'STATISTICS', 'CHECK_CONSTRAINTS', 'TABLE_CONSTRAINTS', 'SCHEMATA')`;

/** Which of these it knows: what is set that is not known is an error. */
export const variablesQuery = `
  SHOW GLOBAL VARIABLES WHERE Variable_name IN ('information_schema_stats_expiry', 'partial_revokes')`;

export interface Abilities {
  /** Indexes over expressions (MySQL 8). */
  readonly indexExpressions: boolean;
  readonly databaseComments: boolean;
  /** `byTable`: check constraints name their table themselves (MariaDB). */
  readonly checks: 'none' | 'byTable' | 'bySchema';
  /** Checks may be switched off (MySQL 8). */
  readonly laxChecks: boolean;
  /** Columns say their spatial reference system (MySQL 8). */
  readonly spatialSystems: boolean;
  /** Estimates are kept for a day unless a session wants them new (MySQL 8). */
  readonly keepsEstimates: boolean;
  /** Whether names of databases in grants are patterns depends on a variable (MySQL 8). */
  readonly partialRevokes: boolean;
}

export const noAbilities: Abilities = {
  indexExpressions: false,
  databaseComments: false,
  checks: 'none',
  laxChecks: false,
  spatialSystems: false,
  keepsEstimates: false,
  partialRevokes: false,
};

export function abilitiesOf(
  rows: readonly { readonly table: string; readonly name: string }[],
  variables: readonly string[],
): Abilities {
  const has = (table: string, name: string): boolean =>
    rows.some((row) => row.table.toUpperCase() === table && row.name.toUpperCase() === name);
  return {
    indexExpressions: has('STATISTICS', 'EXPRESSION'),
    databaseComments: has('SCHEMATA', 'SCHEMA_COMMENT'),
    checks: has('CHECK_CONSTRAINTS', 'TABLE_NAME')
      ? 'byTable'
      : has('CHECK_CONSTRAINTS', 'CHECK_CLAUSE')
        ? 'bySchema'
        : 'none',
    laxChecks: has('TABLE_CONSTRAINTS', 'ENFORCED'),
    spatialSystems: has('COLUMNS', 'SRS_ID'),
    keepsEstimates: variables.includes('information_schema_stats_expiry'),
    partialRevokes: variables.includes('partial_revokes'),
  };
}

/** The servers' own databases. */
const ownDatabases = `('information_schema', 'performance_schema', 'mysql', 'sys')`;

export function databasesQuery({ databaseComments }: Abilities): string {
  return `SELECT SCHEMA_NAME AS name, DEFAULT_COLLATION_NAME AS collation,
    ${databaseComments ? 'SCHEMA_COMMENT' : 'NULL'} AS comment
  FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ${ownDatabases}`;
}

/** The first comparison finds the folder, the second one tells apart what differs in letter case or accents alone. */
const inDatabase = (column: string): string => `${column} = ? AND CAST(${column} AS BINARY) = CAST(? AS BINARY)`;

/** Put behind any question about a database below: of these tables and views alone. Both lists are the same. */
export const ofTables = ' AND TABLE_NAME IN (?) AND CAST(TABLE_NAME AS BINARY) IN (?)';

/** The names alone, which the server answers without opening a table. */
export const namesQuery = `
  SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE ${inDatabase('TABLE_SCHEMA')}`;

/** @param statistics - estimates make the server open every table */
export function tablesQuery(statistics: boolean): string {
  return `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, ENGINE AS engine, TABLE_COLLATION AS collation,
    TABLE_COMMENT AS comment, CREATE_OPTIONS AS options${
      statistics ? ', TABLE_ROWS AS `rows`, DATA_LENGTH + INDEX_LENGTH AS bytes' : ''
    }
  FROM information_schema.TABLES WHERE ${inDatabase('TABLE_SCHEMA')}`;
}

export function columnsQuery({ spatialSystems }: Abilities): string {
  return `SELECT TABLE_NAME AS \`table\`, COLUMN_NAME AS name, ORDINAL_POSITION AS position, COLUMN_DEFAULT AS \`default\`,
    IS_NULLABLE AS nullable, DATA_TYPE AS base, CHARACTER_MAXIMUM_LENGTH AS length, NUMERIC_PRECISION AS \`precision\`,
    NUMERIC_SCALE AS scale, COLLATION_NAME AS collation, COLUMN_TYPE AS type, EXTRA AS extra,
    COLUMN_COMMENT AS comment, GENERATION_EXPRESSION AS formula${spatialSystems ? ', SRS_ID AS spatialSystem' : ''}
  FROM information_schema.COLUMNS WHERE ${inDatabase('TABLE_SCHEMA')}`;
}

export function indexesQuery({ indexExpressions }: Abilities): string {
  return `SELECT TABLE_NAME AS \`table\`, INDEX_NAME AS name, NON_UNIQUE AS nonUnique, SEQ_IN_INDEX AS place,
    COLUMN_NAME AS \`column\`, ${indexExpressions ? 'EXPRESSION' : 'NULL'} AS expression, COLLATION AS collation,
    SUB_PART AS prefix, INDEX_TYPE AS method
  FROM information_schema.STATISTICS WHERE ${inDatabase('TABLE_SCHEMA')}`;
}

export const foreignKeysQuery = `
  SELECT TABLE_NAME AS \`table\`, CONSTRAINT_NAME AS name, ORDINAL_POSITION AS place, COLUMN_NAME AS \`column\`,
    REFERENCED_TABLE_SCHEMA AS otherDatabase, REFERENCED_TABLE_NAME AS otherTable, REFERENCED_COLUMN_NAME AS otherColumn
  FROM information_schema.KEY_COLUMN_USAGE
  WHERE ${inDatabase('TABLE_SCHEMA')} AND REFERENCED_COLUMN_NAME IS NOT NULL`;

export const keyRulesQuery = `
  SELECT TABLE_NAME AS \`table\`, CONSTRAINT_NAME AS name, UPDATE_RULE AS onUpdate, DELETE_RULE AS onDelete
  FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE ${inDatabase('CONSTRAINT_SCHEMA')}`;

export function checksQuery({ checks, laxChecks }: Abilities): string | undefined {
  if (checks === 'none') return undefined;
  if (checks === 'byTable')
    return `SELECT TABLE_NAME AS \`table\`, CONSTRAINT_NAME AS name, CHECK_CLAUSE AS text
    FROM information_schema.CHECK_CONSTRAINTS WHERE ${inDatabase('CONSTRAINT_SCHEMA')}`;
  return `SELECT t.TABLE_NAME AS \`table\`, c.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS text${laxChecks ? ', t.ENFORCED AS enforced' : ''}
    FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t
      ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK'
    WHERE ${inDatabase('c.CONSTRAINT_SCHEMA')}`;
}

export const viewsQuery = `
  SELECT TABLE_NAME AS \`table\`, VIEW_DEFINITION AS definition, CHECK_OPTION AS checkOption, SECURITY_TYPE AS security
  FROM information_schema.VIEWS WHERE ${inDatabase('TABLE_SCHEMA')}`;

export const partitionsQuery = `
  SELECT TABLE_NAME AS \`table\`, PARTITION_NAME AS name, PARTITION_ORDINAL_POSITION AS place, PARTITION_METHOD AS method,
    PARTITION_EXPRESSION AS expression, SUBPARTITION_METHOD AS subMethod, SUBPARTITION_EXPRESSION AS subExpression,
    PARTITION_DESCRIPTION AS description
  FROM information_schema.PARTITIONS
  WHERE ${inDatabase('TABLE_SCHEMA')} AND PARTITION_NAME IS NOT NULL AND COALESCE(SUBPARTITION_ORDINAL_POSITION, 1) = 1`;

export const grantsQuery = 'SHOW GRANTS';

export const partialRevokesQuery = 'SELECT @@GLOBAL.partial_revokes AS isOn';

/** How many statements that change a schema were begun since the server started. Costs it next to nothing. */
export const countersQuery = `
  SHOW GLOBAL STATUS WHERE Variable_name IN (${[
    'alter_db',
    'alter_table',
    'create_db',
    'create_index',
    'create_table',
    'create_view',
    'drop_db',
    'drop_index',
    'drop_table',
    'drop_view',
    'rename_table',
    'import',
    'grant',
    'grant_role',
    'grant_roles',
    'revoke',
    'revoke_all',
    'revoke_role',
    'revoke_roles',
    'alter_user_default_role',
    'drop_role',
  ]
    .map((name) => `'Com_${name}'`)
    .join(', ')})`;

/** Another text whenever anything that is catalogued of a database was changed. Estimates do not count. */
export function fingerprintQuery(abilities: Abilities): string {
  const checks = checksQuery(abilities);
  const questions: readonly (readonly [question: string, columns: readonly string[]])[] = [
    [tablesQuery(false), ['name', 'type', 'engine', 'collation', 'comment', 'options']],
    [
      columnsQuery(abilities),
      [
        ...['table', 'name', 'position', 'default', 'nullable', 'type', 'collation', 'extra', 'comment', 'formula'],
        ...(abilities.spatialSystems ? ['spatialSystem'] : []),
      ],
    ],
    [
      indexesQuery(abilities),
      ['table', 'name', 'nonUnique', 'place', 'column', 'expression', 'collation', 'prefix', 'method'],
    ],
    [foreignKeysQuery, ['table', 'name', 'place', 'column', 'otherDatabase', 'otherTable', 'otherColumn']],
    [keyRulesQuery, ['table', 'name', 'onUpdate', 'onDelete']],
    [viewsQuery, ['table', 'definition', 'checkOption', 'security']],
    [partitionsQuery, ['table', 'name', 'place', 'method', 'expression', 'subMethod', 'subExpression', 'description']],
    ...(checks === undefined
      ? []
      : [[checks, ['table', 'name', 'text', ...(abilities.laxChecks ? ['enforced'] : [])]] as const]),
  ];
  return questions
    .map(([question, columns], place) => {
      // an absent value is told apart from an empty one; as bytes, for columns differ in collation
      const told = columns.map((column) => `COALESCE(CAST(q.\`${column}\` AS BINARY), CHAR(1))`).join(', ');
      return `SELECT ${place} AS place, COUNT(*) AS count, COALESCE(SUM(CRC32(CONCAT_WS(CHAR(0), ${told}))), 0) AS sum FROM (${question}) q`;
    })
    .join(' UNION ALL ');
}

/** How often a question names its database. */
export const databasesIn = (question: string): number => question.split('?').length - 1;
