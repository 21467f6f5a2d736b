import type { OmisScopes, TableDescription, ViewDescription } from '@isthmus/connector-sdk';
import { definedTexts, oneDigit, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import type { ColumnRow, ConstraintRow, DatabaseRow, RelationRow, SchemaRow, ValueSetRow } from './rows.js';

type Told<N extends 'server' | 'database' | 'schema' | 'valueSet'> = Parameters<OmisScopes['database'][N]>[0];

export const scopeOfServer = 'databases';
export const scopeOfDatabase = (database: string): string => `database:${encodeURIComponent(database)}`;
export const scopeOfSchema = (database: string, schema: string): string =>
  `schema:${encodeURIComponent(database)}/${encodeURIComponent(schema)}`;

export function toServer(serverName: string, version: string): Versioned<Told<'server'>> {
  return versioned({
    names: [serverName],
    deployedImplementationType: 'PostgreSQL Server',
    versionIdentifier: version,
    opens: scopeOfServer,
  });
}

/** Own keys, so that what is missing can be asked for by its name. */
export const keyOfDatabase = (name: string): string => `database ${name}`;

export function toDatabase(serverName: string, row: DatabaseRow): Versioned<Told<'database'>> {
  return versioned({
    key: keyOfDatabase(row.name),
    names: [row.name],
    parent: { server: [serverName] },
    typeName: 'RelationalDatabase',
    deployedImplementationType: 'PostgreSQL Relational Database',
    resourceName: row.name,
    description: row.comment ?? undefined,
    additionalProperties: { encoding: row.encoding, collation: row.collation },
    opens: scopeOfDatabase(row.name),
  });
}

export function toSchema(database: string, row: SchemaRow): Versioned<Told<'schema'>> {
  return versioned({
    names: [database, row.name],
    deployedImplementationType: 'PostgreSQL Relational Database Schema',
    resourceName: `${database}.${row.name}`,
    description: row.comment ?? undefined,
    opens: scopeOfSchema(database, row.name),
  });
}

export type TableOrView =
  | { readonly noun: 'table'; readonly told: Versioned<TableDescription> }
  | { readonly noun: 'view'; readonly told: Versioned<ViewDescription> };

export function toRelation(database: string, row: RelationRow, statistics: boolean): TableOrView {
  const constraints = row.constraints ?? [];
  const [primary] = constraints.filter(({ kind }) => kind === 'p');
  const told: TableDescription = {
    names: [database, row.schema, row.name],
    description: row.comment ?? undefined,
    additionalProperties: definedTexts({ ...factsOf(row, statistics), ...checksOf(constraints) }),
    columns: (row.columns ?? []).map((column) => toColumn(database, column)),
    ...(primary === undefined ? {} : { primaryKey: { name: primary.name, columns: primary.columns ?? [] } }),
    foreignKeys: constraints.flatMap((constraint) => toForeignKey(database, constraint)),
    uniqueKeys: constraints
      .filter(({ kind }) => kind === 'u')
      .map(({ name, columns }) => ({ name, columns: columns ?? [] })),
    indexes: (row.indexes ?? []).map(({ name, isUnique, method, columns, predicate }) => ({
      name,
      isUnique,
      method,
      columns: [...(columns ?? []), ...(predicate === null ? [] : [`WHERE ${predicate}`])],
    })),
  };
  if (row.definition === null) return { noun: 'table', told: versioned(told) };
  const queries = (row.sources ?? []).map(([schema, name]) => [database, schema, name]);
  const queryColumns = (row.sourceColumns ?? []).map((names) => [database, ...names]);
  const formula = row.definition.trim();
  return { noun: 'view', told: versioned({ ...told, formula, formulaType: 'SQL', queries, queryColumns }) };
}

export function toValueSet(database: string, row: ValueSetRow): Versioned<Told<'valueSet'>> {
  return versioned({
    names: [database, row.schema, row.name],
    description: row.comment ?? undefined,
    dataType: row.base ?? 'enum',
    additionalProperties: definedTexts({
      kind: row.kind === 'e' ? 'enumeration' : 'domain',
      notNull: row.notNull ? 'true' : undefined,
      default: row.default ?? undefined,
      checks: row.checks === null ? undefined : row.checks.join('; '),
    }),
    values: (row.labels ?? []).map((label) => ({ name: label, preferredValue: label })),
  });
}

function toColumn(database: string, column: ColumnRow): NonNullable<TableDescription['columns']>[number] {
  const { modifier, base, identity, values, formula } = column;
  const isNumeric = base === 'numeric';
  return {
    name: column.name,
    dataType: column.type,
    isNullable: !column.notNull,
    description: column.comment ?? undefined,
    defaultValue: column.default ?? undefined,
    ...(modifier === null ? {} : isNumeric ? { precision: (modifier >> 16) & 0xffff } : { length: modifier }),
    ...(formula === null ? {} : { formula, formulaType: 'SQL' }),
    ...(values === null ? {} : { validValues: [[database, ...values]] }),
    additionalProperties: definedTexts({
      identity: identity === 'a' ? 'always' : identity === 'd' ? 'by default' : undefined,
      collation: column.collation ?? undefined,
      scale: isNumeric && modifier !== null ? String(modifier & 0x7ff) : undefined,
    }),
  };
}

function toForeignKey(database: string, constraint: ConstraintRow): NonNullable<TableDescription['foreignKeys']> {
  const { name, comment, columns, table, tableColumns } = constraint;
  if (constraint.kind !== 'f' || table === null) return [];
  return [
    {
      name,
      description: comment ?? undefined,
      columns: columns ?? [],
      references: { table: [database, ...table], columns: tableColumns ?? [] },
    },
  ];
}

const kinds: Readonly<Record<string, string>> = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialised view',
  f: 'foreign table',
};

function factsOf(row: RelationRow, statistics: boolean): Record<string, string | undefined> {
  const isCounted = statistics && ['r', 'm', 'p'].includes(row.kind) && row.rows >= 0;
  return {
    kind: kinds[row.kind] ?? row.kind,
    persistence: row.persistence === 'u' ? 'unlogged' : undefined,
    partitionKey: row.partitionKey ?? undefined,
    partitionBound: row.partitionBound ?? undefined,
    inheritsFrom: row.parents === null ? undefined : row.parents.map((names) => names.join('.')).join(', '),
    foreignServer: row.foreignServer ?? undefined,
    estimatedRows: isCounted ? oneDigit(row.rows) : undefined,
    estimatedBytes: isCounted ? oneDigit(row.pages * pageBytes) : undefined,
  };
}

const pageBytes = 8_192;

function checksOf(constraints: readonly ConstraintRow[]): Record<string, string> {
  return Object.fromEntries(
    constraints.flatMap(({ name, text }) => (text === null ? [] : [[`constraint ${name}`, text]])),
  );
}
