/** What the catalogs say, as `catalog-queries.ts` asks for it. Absent values are null. */

export interface DatabaseRow {
  readonly name: string;
  readonly comment: string | null;
  readonly encoding: string;
  readonly collation: string;
  readonly takesConnections: boolean;
  readonly isTemplate: boolean;
  /** The user may. */
  readonly mayConnect: boolean;
}

/** Whether anybody may log in to it, to find more than a template there. */
export function isOffered({ takesConnections, isTemplate }: DatabaseRow): boolean {
  return takesConnections && !isTemplate;
}

export interface SchemaRow {
  readonly name: string;
  readonly comment: string | null;
}

export interface RelationRow {
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind: r table, p partitioned, v view, m materialised view, f foreign table. */
  readonly kind: string;
  /** pg_class.relpersistence: p permanent, u unlogged, t temporary. */
  readonly persistence: string;
  /** Estimate; -1 = never counted. */
  readonly rows: number;
  readonly pages: number;
  readonly comment: string | null;
  readonly definition: string | null;
  readonly partitionKey: string | null;
  readonly partitionBound: string | null;
  readonly parents: readonly (readonly [schema: string, name: string])[] | null;
  readonly foreignServer: string | null;
  readonly columns: readonly ColumnRow[] | null;
  readonly constraints: readonly ConstraintRow[] | null;
  readonly indexes: readonly IndexRow[] | null;
  readonly sources: readonly (readonly [schema: string, name: string])[] | null;
  /** Of others, that a view uses; of the catalogs' own none are told. */
  readonly sourceColumns: readonly (readonly [schema: string, name: string, column: string])[] | null;
}

export interface ColumnRow {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** Of generated columns. */
  readonly formula: string | null;
  /** a always, d by default, empty = none. */
  readonly identity: string;
  readonly comment: string | null;
  /** Schema and name, quoted where they have to be; of columns whose collation is not that of their type. */
  readonly collation: string | null;
  /** Length of characters, or precision and scale of a number in one. */
  readonly modifier: number | null;
  readonly base: string;
  /** Schema and name of the enumeration or domain. */
  readonly values: readonly [schema: string, name: string] | null;
}

export interface ConstraintRow {
  readonly name: string;
  /** p primary key, u unique, f foreign key, c check, x exclusion. */
  readonly kind: string;
  readonly comment: string | null;
  readonly columns: readonly string[] | null;
  readonly table: readonly [schema: string, name: string] | null;
  readonly tableColumns: readonly string[] | null;
  readonly text: string | null;
}

export interface IndexRow {
  readonly name: string;
  readonly isUnique: boolean;
  readonly method: string;
  readonly columns: readonly string[] | null;
  readonly predicate: string | null;
}

export interface ValueSetRow {
  readonly schema: string;
  readonly name: string;
  /** e enumeration, d domain. */
  readonly kind: string;
  readonly comment: string | null;
  readonly base: string | null;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly labels: readonly string[] | null;
  readonly checks: readonly string[] | null;
}
