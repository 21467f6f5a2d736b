import type { OperationRow } from './operation-row.js';
import { apiRows } from './rows/api-rows.js';
import { baseRows } from './rows/base-rows.js';
import { catalogRows } from './rows/catalog-rows.js';
import { databaseRows } from './rows/database-rows.js';
import { displayRows } from './rows/display-rows.js';
import { filesRows } from './rows/files-rows.js';
import { infrastructureRows } from './rows/infrastructure-rows.js';
import { lineageRows } from './rows/lineage-rows.js';
import { organizationRows } from './rows/organization-rows.js';
import { searchRows } from './rows/search-rows.js';
import { securityRows } from './rows/security-rows.js';
import { stewardshipRows } from './rows/stewardship-rows.js';
import { topicRows } from './rows/topic-rows.js';

/** What each kind has besides `baseOperations`. */
export const kindOperations = {
  api: apiRows,
  catalog: catalogRows,
  database: databaseRows,
  display: displayRows,
  files: filesRows,
  infrastructure: infrastructureRows,
  lineage: lineageRows,
  organization: organizationRows,
  search: searchRows,
  security: securityRows,
  stewardship: stewardshipRows,
  topic: topicRows,
} as const satisfies Readonly<Record<string, readonly OperationRow[]>>;

/** What every kind has. */
export const baseOperations = baseRows satisfies readonly OperationRow[];

export type OperationKind = keyof typeof kindOperations;
export type BaseRow = (typeof baseOperations)[number];
export type KindRow<K extends OperationKind> = (typeof kindOperations)[K][number];

const tables = new Map<string, ReadonlyMap<string, OperationRow>>();

/** The operations of a kind by name: its own and those of every kind. Undefined: there is no such kind. */
export function operationsOf(kind: string): ReadonlyMap<string, OperationRow> | undefined {
  const known = tables.get(kind);
  if (known !== undefined || !isOperationKind(kind)) return known;
  const rows: readonly OperationRow[] = [...baseOperations, ...kindOperations[kind]];
  const table = new Map(rows.map((row) => [row.name, row]));
  tables.set(kind, table);
  return table;
}

function isOperationKind(kind: string): kind is OperationKind {
  return Object.hasOwn(kindOperations, kind);
}
