import type { OmisScopes, TableDescription, ViewDescription } from '@isthmus/connector-sdk';
import { definedTexts, oneDigit, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import { factsOfIndex, factsOfTable, moduleOf } from './create-text.js';
import type { ColumnSchema, ForeignKeySchema, IndexSchema, RelationSchema } from './schema-rows.js';

type DatabaseDescription = Parameters<OmisScopes['database']['database']>[0];
type ColumnDescription = NonNullable<TableDescription['columns']>[number];

export const scopeOfDatabases = 'databases';
/** @param file - path below the root */
export const scopeOfDatabase = (file: string): string => `database:${file}`;
export const keyOfDatabase = (file: string): string => `database ${file}`;
/** From its key. */
export const nameOfDatabase = (key: string): string => key.slice(keyOfDatabase('').length);
export const keyOfRelation = (relation: string): string => `table ${relation}`;

export interface DatabaseFile {
  /** Path below the root, with `/`; of a root that is a file, its last name. */
  readonly name: string;
  readonly path: string;
}

export function toDatabase({ name, path }: DatabaseFile): Versioned<DatabaseDescription> {
  return versioned({
    names: [name],
    key: keyOfDatabase(name),
    parent: 'none' as const,
    typeName: 'RelationalDatabase' as const,
    hasTables: true,
    deployedImplementationType: 'SQLite Database',
    resourceName: name,
    pathName: path,
    opens: scopeOfDatabase(name),
  });
}

/** What a table is told with besides itself. */
export interface Surroundings {
  readonly database: string;
  /** All of the database, by name in small letters: names are the same whatever their letter case. */
  readonly relations: ReadonlyMap<string, RelationSchema>;
  readonly statistics: boolean;
}

export function toTable(relation: RelationSchema, around: Surroundings): Versioned<TableDescription> {
  return versioned(tableOf(relation, around));
}

export function toView(relation: RelationSchema, around: Surroundings): Versioned<ViewDescription> {
  const queries = relation.sources.map((source) => [around.database, trueName(source, around)]);
  return versioned({ ...tableOf(relation, around), formula: relation.text, formulaType: 'SQL', queries });
}

function tableOf(relation: RelationSchema, around: Surroundings): TableDescription {
  const { database } = around;
  const isTable = relation.kind === 'table';
  const { formulas, checks } = isTable
    ? factsOfTable(relation.text)
    : { formulas: new Map<string, string>(), checks: [] };
  const key = relation.columns.filter(({ pk }) => pk > 0).sort((one, other) => one.pk - other.pk);
  return {
    names: [database, relation.name],
    key: keyOfRelation(relation.name),
    parent: { database: [database] },
    additionalProperties: definedTexts({
      ...factsOf(relation, around),
      ...Object.fromEntries(checks.map((text, place) => [`check ${place + 1}`, text])),
      ...Object.fromEntries(relation.triggers.map(({ name, text }) => [`trigger ${name}`, text])),
      ...rulesOf(relation),
    }),
    columns: relation.columns.map((column) => toColumn(column, relation, formulas)),
    ...(key.length === 0 ? {} : { primaryKey: { columns: key.map(({ name }) => name) } }),
    foreignKeys: relation.foreignKeys.flatMap((foreign) => toForeignKey(foreign, relation, around)),
    uniqueKeys: relation.indexes
      .filter(({ origin, columns }) => origin === 'u' && columns.every((name) => name !== null))
      .map(({ name, columns }) => ({ name, columns: columns.flatMap((column) => column ?? []) })),
    indexes: relation.indexes.filter(({ text }) => text !== null).map(toIndex),
  };
}

function toColumn(
  column: ColumnSchema,
  relation: RelationSchema,
  formulas: ReadonlyMap<string, string>,
): ColumnDescription {
  const formula = column.hidden > 1 ? (formulas.get(column.name.toLowerCase()) ?? '') : undefined;
  return {
    name: column.name,
    dataType: column.type,
    isNullable: column.notnull === 0 && !isRowid(column, relation),
    defaultValue: column.default ?? undefined,
    ...(formula === undefined ? {} : { formula, formulaType: 'SQL' }),
    additionalProperties: definedTexts({
      generated: column.hidden === 2 ? 'virtual' : column.hidden === 3 ? 'stored' : undefined,
      hidden: column.hidden === 1 ? 'true' : undefined,
    }),
  };
}

/** The key of one column that is another name for the number of the row; it is never empty. */
function isRowid({ pk, type }: ColumnSchema, { columns, isWithoutRowid }: RelationSchema): boolean {
  const isOnlyKey = pk === 1 && columns.filter((column) => column.pk > 0).length === 1;
  return isOnlyKey && !isWithoutRowid && type.toUpperCase() === 'INTEGER';
}

/** A key to a table or columns that are not there is no key that anything could be linked by: the table tells of it. */
function toForeignKey(
  foreign: ForeignKeySchema,
  { columns }: RelationSchema,
  around: Surroundings,
): NonNullable<TableDescription['foreignKeys']> {
  const target = around.relations.get(foreign.table.toLowerCase());
  const others = referredColumns(foreign, target);
  if (target === undefined || others === undefined) return [];
  const own = foreign.columns.flatMap((name) => columnNamed(name, columns) ?? []);
  if (own.length !== others.length) return [];
  return [
    {
      name: nameOf(foreign),
      columns: own,
      references: { table: [around.database, target.name], columns: others },
    },
  ];
}

/** Without names the primary key of the other table is meant. Undefined = it has no such columns. */
function referredColumns(
  { columns, others }: ForeignKeySchema,
  target: RelationSchema | undefined,
): readonly string[] | undefined {
  if (target === undefined) return undefined;
  const named = others.every((name) => name === null)
    ? target.columns
        .filter(({ pk }) => pk > 0)
        .sort((one, other) => one.pk - other.pk)
        .map(({ name }) => name)
    : others.flatMap((name) => (name === null ? [] : (columnNamed(name, target.columns) ?? [])));
  return named.length === columns.length ? named : undefined;
}

function columnNamed(name: string, columns: readonly ColumnSchema[]): string | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name;
}

/** SQLite tells no names of keys: what they are made of names them. */
function nameOf({ columns, table }: ForeignKeySchema): string {
  return `${columns.join(', ')} -> ${table}`;
}

function toIndex({ name, unique, text, columns }: IndexSchema): NonNullable<TableDescription['indexes']>[number] {
  const { parts, condition } = factsOfIndex(text ?? '');
  const told = parts.length === columns.length ? parts : columns.map((column) => column ?? '(expression)');
  return {
    name,
    isUnique: unique === 1,
    columns: [...told, ...(condition === undefined ? [] : [`WHERE ${condition}`])],
  };
}

function factsOf(
  relation: RelationSchema,
  { statistics, relations }: Surroundings,
): Record<string, string | undefined> {
  const { kind, isStrict, isWithoutRowid, text, rows, foreignKeys } = relation;
  const dangling = foreignKeys.filter(
    (foreign) => referredColumns(foreign, relations.get(foreign.table.toLowerCase())) === undefined,
  );
  return {
    kind: kind === 'virtual' ? 'virtual table' : kind,
    module: kind === 'virtual' ? moduleOf(text) : undefined,
    strict: isStrict ? 'true' : undefined,
    withoutRowid: isWithoutRowid ? 'true' : undefined,
    autoIncrement: kind === 'table' && /\bAUTOINCREMENT\b/i.test(text) ? 'true' : undefined,
    estimatedRows: statistics && rows !== undefined ? oneDigit(rows) : undefined,
    danglingForeignKeys: dangling.length === 0 ? undefined : dangling.map(nameOf).join('; '),
  };
}

/** What becomes of the rows of a foreign key, where it is said. */
function rulesOf({ foreignKeys }: RelationSchema): Record<string, string> {
  return Object.fromEntries(
    foreignKeys.flatMap((foreign) => {
      const { onDelete, onUpdate } = foreign;
      const words = [
        ...(onDelete === 'NO ACTION' ? [] : [`ON DELETE ${onDelete}`]),
        ...(onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${onUpdate}`]),
      ];
      return words.length === 0 ? [] : [[`foreign key ${nameOf(foreign)}`, words.join(' ')] as const];
    }),
  );
}

function trueName(name: string, { relations }: Surroundings): string {
  return relations.get(name.toLowerCase())?.name ?? name;
}
