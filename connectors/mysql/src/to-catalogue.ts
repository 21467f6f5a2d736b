import type { OmisScopes, TableDescription, ViewDescription } from '@isthmus/connector-sdk';
import { definedTexts, oneDigit, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import { valuesOf } from './column-values.js';
import type { ColumnRow, DatabaseRow, IndexRow, PartitionRow, Relation } from './rows.js';
import { sourcesOf } from './view-sources.js';

type Told<N extends 'server' | 'database' | 'valueSet'> = Parameters<OmisScopes['database'][N]>[0];
type ColumnDescription = NonNullable<TableDescription['columns']>[number];

export const scopeOfServer = 'databases';
export const scopeOfDatabase = (database: string): string => `database:${encodeURIComponent(database)}`;

/** The two servers write defaults differently, and are called by their names. */
export interface Dialect {
  readonly isMariaDb: boolean;
  readonly statistics: boolean;
}

const product = ({ isMariaDb }: Pick<Dialect, 'isMariaDb'>): string => (isMariaDb ? 'MariaDB' : 'MySQL');

export function toServer(
  serverName: string,
  version: string,
  dialect: Pick<Dialect, 'isMariaDb'>,
): Versioned<Told<'server'>> {
  return versioned({
    names: [serverName],
    deployedImplementationType: `${product(dialect)} Server`,
    versionIdentifier: version,
    opens: scopeOfServer,
  });
}

export function toDatabase(
  serverName: string,
  row: DatabaseRow,
  dialect: Pick<Dialect, 'isMariaDb'>,
): Versioned<Told<'database'>> {
  return versioned({
    names: [row.name],
    parent: { server: [serverName] },
    typeName: 'RelationalDatabase',
    hasTables: true,
    deployedImplementationType: `${product(dialect)} Database`,
    resourceName: row.name,
    description: filled(row.comment),
    additionalProperties: { collation: row.collation },
    opens: scopeOfDatabase(row.name),
  });
}

/** Of a table or view in the scope of its database. */
export const keyOf = (relation: string): string => `table ${relation}`;

export type Noun = 'table' | 'view';

/** What of a database belongs into the catalogue: not sequences, nor what lives as long as a session. */
export function nounOf({ type }: Pick<Relation, 'type'>): Noun | undefined {
  if (type === 'VIEW') return 'view';
  return type === 'BASE TABLE' || type === 'SYSTEM VERSIONED' ? 'table' : undefined;
}

export function toTable(database: string, relation: Relation, dialect: Dialect): Versioned<TableDescription> {
  return versioned(tableOf(database, relation, dialect));
}

export function toView(database: string, relation: Relation, dialect: Dialect): Versioned<ViewDescription> {
  const { view } = relation;
  const text = view?.definition ?? '';
  return versioned({
    ...tableOf(database, relation, dialect),
    description: undefined,
    ...(text === '' ? {} : { formula: text, formulaType: 'SQL', queries: sourcesOf(text, database) }),
  });
}

/** The sets of values of the columns of a table, e.g. of an `enum`. */
export function toValueSets(database: string, { name, columns }: Relation): readonly Versioned<Told<'valueSet'>>[] {
  return columns.flatMap((column) => {
    const values = valuesOf(column.type);
    if (values === undefined) return [];
    return [
      versioned({
        names: [database, name, column.name],
        dataType: column.base,
        values: values.map((value) => ({ name: value, preferredValue: value })),
      }),
    ];
  });
}

function tableOf(database: string, relation: Relation, dialect: Dialect): TableDescription {
  const isTable = nounOf(relation) === 'table';
  const known = new Set(relation.columns.map(({ name }) => name));
  const indexes = grouped(relation.indexes);
  const primary = indexes.find(({ name }) => name === 'PRIMARY');
  const others = indexes.filter(({ name }) => name !== 'PRIMARY');
  const keyColumns = primary?.parts.flatMap(({ column }) => column ?? []) ?? [];
  return {
    names: [database, relation.name],
    key: keyOf(relation.name),
    parent: { database: [database] },
    description: filled(relation.comment),
    additionalProperties: definedTexts({
      ...factsOf(relation, dialect),
      ...partitionsOf(relation.partitions),
      ...Object.fromEntries(
        relation.checks.map(({ name, text, enforced }) => [
          `check ${name}`,
          `${dialect.isMariaDb ? text : expressionOf(text)}${enforced === 'NO' ? ' NOT ENFORCED' : ''}`,
        ]),
      ),
      ...rulesOf(relation),
    }),
    columns: relation.columns.map((column) =>
      toColumn(column, relation, dialect, isTable ? [database, relation.name, column.name] : undefined),
    ),
    // columns that may not be seen are in no key that is told
    ...(keyColumns.length > 0 && keyColumns.every((name) => known.has(name))
      ? { primaryKey: { name: 'PRIMARY', columns: keyColumns } }
      : {}),
    foreignKeys: grouped(relation.foreignKeys)
      .filter(({ parts }) => parts.every(({ column }) => known.has(column)))
      .map(({ name, parts: [first, ...rest] }) => ({
        name,
        columns: [first, ...rest].map(({ column }) => column),
        references: {
          table: [first.otherDatabase, first.otherTable],
          columns: [first, ...rest].map(({ otherColumn }) => otherColumn),
        },
      })),
    uniqueKeys: others
      .filter(({ parts }) => parts.every(({ nonUnique, column }) => Number(nonUnique) === 0 && column !== null))
      .map(({ name, parts }) => ({ name, columns: parts.map(partOf) })),
    indexes: others.map(({ name, parts }) => ({
      name,
      isUnique: Number(parts[0].nonUnique) === 0,
      method: parts[0].method.toLowerCase(),
      columns: parts.map(partOf),
    })),
  };
}

function toColumn(
  column: ColumnRow,
  relation: Relation,
  dialect: Dialect,
  valueSet: readonly string[] | undefined,
): ColumnDescription {
  const extra = column.extra ?? '';
  const written = filled(column.formula);
  const formula = written === undefined || dialect.isMariaDb ? written : expressionOf(written);
  const isText = /^(var)?(char|binary)$/i.test(column.base);
  const isDecimal = /^(decimal|numeric)$/i.test(column.base);
  return {
    name: column.name,
    dataType: column.type,
    isNullable: column.nullable === 'YES',
    description: filled(column.comment),
    defaultValue: formula === undefined ? defaultOf(column, dialect) : undefined,
    ...(isText && column.length !== null ? { length: Number(column.length) } : {}),
    ...(isDecimal && column.precision !== null ? { precision: Number(column.precision) } : {}),
    ...(formula === undefined ? {} : { formula, formulaType: 'SQL' }),
    ...(valueSet !== undefined && valuesOf(column.type) !== undefined ? { validValues: [valueSet] } : {}),
    additionalProperties: definedTexts({
      autoIncrement: /auto_increment/i.test(extra) ? 'true' : undefined,
      generated: /(stored|persistent|virtual)(?: generated)?/i
        .exec(formula === undefined ? '' : extra)?.[1]
        ?.toLowerCase(),
      onUpdate: /on update (\S+)/i.exec(extra)?.[1],
      invisible: /invisible/i.test(extra) ? 'true' : undefined,
      spatialSystem: typeof column.spatialSystem === 'number' ? String(column.spatialSystem) : undefined,
      scale: isDecimal && column.scale !== null ? String(column.scale) : undefined,
      collation: column.collation !== null && column.collation !== relation.collation ? column.collation : undefined,
    }),
  };
}

/** As it would stand in a statement. MariaDB writes it so; MySQL leaves the quotes of texts away. */
function defaultOf({ default: text, extra, base }: ColumnRow, { isMariaDb }: Dialect): string | undefined {
  if (text === null) return undefined;
  // what may be empty and has no default is told as if it had this one
  if (isMariaDb) return text === 'NULL' ? undefined : text;
  if (/default_generated/i.test(extra ?? '')) return expressionOf(text);
  const isTime = /^(date|time)/i.test(base) && /^current_timestamp/i.test(text);
  const isPlain = /int|decimal|numeric|float|double|bit|year/i.test(base);
  const isHexadecimal = /binary$/i.test(base) && /^0x/.test(text);
  return isTime || isPlain || isHexadecimal ? text : `'${text.replaceAll("'", "''")}'`;
}

/** MySQL 8 escapes expressions once more than in statements: no quote of theirs is without a backslash. */
function expressionOf(text: string): string {
  const isEscaped = !/(?:^|[^\\])(?:\\\\)*'/.test(text);
  return isEscaped ? text.replace(/\\(.)/gs, '$1') : text;
}

function partOf({ column, expression, prefix, collation, method }: IndexRow): string {
  const text = expressionOf(expression ?? '?');
  // of these the servers tell how much of a rectangle is kept
  const isSpatial = method === 'SPATIAL';
  const what = column ?? (text.startsWith('(') ? text : `(${text})`);
  return `${what}${prefix === null || isSpatial ? '' : `(${prefix})`}${collation === 'D' ? ' DESC' : ''}`;
}

const kinds: Readonly<Record<string, string>> = {
  'BASE TABLE': 'table',
  'SYSTEM VERSIONED': 'system-versioned table',
  VIEW: 'view',
};

function factsOf(relation: Relation, { statistics }: Dialect): Record<string, string | undefined> {
  const { type, engine, collation, rows, bytes, view, partitions } = relation;
  const isCounted = statistics && view === undefined;
  return {
    kind: partitions.length > 0 && type === 'BASE TABLE' ? 'partitioned table' : (kinds[type] ?? type),
    engine: engine ?? undefined,
    collation: collation ?? undefined,
    checkOption: view === undefined || view.checkOption === 'NONE' ? undefined : view.checkOption,
    security: view?.security.toLowerCase(),
    estimatedRows: isCounted && rows !== null && rows !== undefined ? oneDigit(Number(rows)) : undefined,
    estimatedBytes: isCounted && bytes !== null && bytes !== undefined ? oneDigit(Number(bytes)) : undefined,
  };
}

const mostPartitionsTold = 200;

function partitionsOf(partitions: readonly PartitionRow[]): Record<string, string | undefined> {
  const [first] = [...partitions];
  if (first === undefined) return {};
  const inOrder = partitions.toSorted((one, other) => Number(one.place) - Number(other.place));
  const told = inOrder.slice(0, mostPartitionsTold);
  return {
    partitionKey: `${first.method} (${first.expression ?? ''})`,
    subpartitionKey: first.subMethod === null ? undefined : `${first.subMethod} (${first.subExpression ?? ''})`,
    partitionCount: String(partitions.length),
    ...Object.fromEntries(told.map(({ name, description }) => [`partition ${name}`, description ?? ''])),
  };
}

/** What becomes of the rows of a foreign key, where it is more than that they keep the other one from going. */
function rulesOf({ rules }: Relation): Record<string, string> {
  const isUsual = (rule: string): boolean => rule === 'RESTRICT' || rule === 'NO ACTION';
  return Object.fromEntries(
    rules.flatMap(({ name, onUpdate, onDelete }) => {
      const words = [
        ...(isUsual(onDelete) ? [] : [`ON DELETE ${onDelete}`]),
        ...(isUsual(onUpdate) ? [] : [`ON UPDATE ${onUpdate}`]),
      ];
      return words.length === 0 ? [] : [[`foreign key ${name}`, words.join(' ')] as const];
    }),
  );
}

interface Group<T> {
  readonly name: string;
  readonly parts: readonly [T, ...T[]];
}

/** Parts of one name, which stand together. */
function grouped<T extends { readonly name: string }>(rows: readonly T[]): readonly Group<T>[] {
  const groups: { readonly name: string; readonly parts: [T, ...T[]] }[] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.name === row.name) last.parts.push(row);
    else groups.push({ name: row.name, parts: [row] });
  }
  return groups;
}

function filled(text: string | null): string | undefined {
  return text === null || text === '' ? undefined : text;
}
