/** What the server says, as `catalog-queries.ts` asks for it. Absent values are null. */

export interface ServerRow {
  readonly version: string;
  readonly comment: string;
}

export interface DatabaseRow {
  readonly name: string;
  readonly collation: string;
  readonly comment: string | null;
}

export interface TableRow {
  readonly name: string;
  /** BASE TABLE, SYSTEM VERSIONED, VIEW, SEQUENCE, TEMPORARY and the like. */
  readonly type: string;
  readonly engine: string | null;
  readonly collation: string | null;
  /** Of a view: VIEW, or why it cannot be read. */
  readonly comment: string | null;
  readonly options: string | null;
  /** Estimate; absent where statistics are not asked for. */
  readonly rows?: number | string | null;
  readonly bytes?: number | string | null;
}

export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly position: number;
  readonly default: string | null;
  readonly nullable: 'YES' | 'NO';
  readonly base: string;
  readonly length: number | string | null;
  readonly precision: number | string | null;
  readonly scale: number | string | null;
  readonly collation: string | null;
  readonly type: string;
  readonly extra: string | null;
  readonly comment: string | null;
  /** Of generated columns; else empty or null. */
  readonly formula: string | null;
  /** Absent where the server knows of none. */
  readonly spatialSystem?: number | null;
}

/** A part of an index. */
export interface IndexRow {
  readonly table: string;
  readonly name: string;
  readonly nonUnique: number | string;
  readonly place: number | string;
  /** Null where an expression is indexed. */
  readonly column: string | null;
  readonly expression: string | null;
  /** D = descending. */
  readonly collation: string | null;
  readonly prefix: number | string | null;
  readonly method: string;
}

/** A column of a foreign key. */
export interface ForeignKeyRow {
  readonly table: string;
  readonly name: string;
  readonly place: number | string;
  readonly column: string;
  readonly otherDatabase: string;
  readonly otherTable: string;
  readonly otherColumn: string;
}

export interface KeyRuleRow {
  readonly table: string;
  readonly name: string;
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface CheckRow {
  readonly table: string;
  readonly name: string;
  readonly text: string;
  /** Absent where all are. */
  readonly enforced?: 'YES' | 'NO';
}

export interface ViewRow {
  readonly table: string;
  /** Empty: the user may not see it. */
  readonly definition: string | null;
  readonly checkOption: string;
  readonly security: string;
}

export interface PartitionRow {
  readonly table: string;
  readonly name: string;
  readonly place: number | string;
  readonly method: string;
  readonly expression: string | null;
  readonly subMethod: string | null;
  readonly subExpression: string | null;
  /** What the partition takes, e.g. the limit of a range. */
  readonly description: string | null;
}

/** A table or view with all that belongs to it, parts in their order. */
export interface Relation extends TableRow {
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly rules: readonly KeyRuleRow[];
  readonly checks: readonly CheckRow[];
  readonly partitions: readonly PartitionRow[];
  readonly view: ViewRow | undefined;
}
