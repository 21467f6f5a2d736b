/** What a database says of its schema. */
export interface DatabaseSchema {
  readonly relations: readonly RelationSchema[];
}

export interface RelationSchema {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'virtual';
  /** The statement that made it. */
  readonly text: string;
  readonly isStrict: boolean;
  readonly isWithoutRowid: boolean;
  readonly columns: readonly ColumnSchema[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  readonly indexes: readonly IndexSchema[];
  readonly triggers: readonly { readonly name: string; readonly text: string }[];
  /** Tables and views that a view reads itself. */
  readonly sources: readonly string[];
  /** As ANALYZE has counted them. */
  readonly rows: number | undefined;
  /** Why its columns cannot be told; then there are none. */
  readonly fault: string | undefined;
}

export interface ColumnSchema {
  readonly place: number;
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly default: string | null;
  /** Its place in the primary key, from 1; 0 = it is in none. */
  readonly pk: number;
  /** 0 usual, 1 hidden column of a virtual table, 2 virtual, 3 stored generated column. */
  readonly hidden: number;
}

export interface ForeignKeySchema {
  readonly id: number;
  readonly table: string;
  readonly columns: readonly string[];
  /** Null = the primary key of the other table. */
  readonly others: readonly (string | null)[];
  readonly onUpdate: string;
  readonly onDelete: string;
}

export interface IndexSchema {
  readonly name: string;
  readonly unique: number;
  /** c by CREATE INDEX, u by UNIQUE, pk by PRIMARY KEY. */
  readonly origin: string;
  /** Null where an expression is indexed. */
  readonly columns: readonly (string | null)[];
  /** Of those made by CREATE INDEX. */
  readonly text: string | null;
}
