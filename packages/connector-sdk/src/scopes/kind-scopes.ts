import type { Description } from './descriptions.js';
import type { GenericScope } from './generic-scope.js';
import type { Naming } from './naming.js';
import { apiNouns } from './nouns/api.js';
import { catalogNouns } from './nouns/catalog.js';
import { databaseNouns } from './nouns/database.js';
import { displayNouns } from './nouns/display.js';
import { infrastructureNouns } from './nouns/infrastructure.js';
import { lineageNouns } from './nouns/lineage.js';
import { organizationNouns } from './nouns/organization.js';
import { securityNouns } from './nouns/security.js';
import { topicNouns } from './nouns/topic.js';
import { searchNouns, stewardshipNouns } from './nouns/write-back.js';
import { type TableKeys, tableKeys } from './table-keys.js';
import { type TypedScope, typedScope } from './typed-scope.js';

/** The words of each kind, as rows of types. Kind `files` has words of its own (`FilesScope`). */
export const kindNouns = {
  api: apiNouns,
  catalog: catalogNouns,
  database: databaseNouns,
  display: displayNouns,
  infrastructure: infrastructureNouns,
  lineage: lineageNouns,
  organization: organizationNouns,
  search: searchNouns,
  security: securityNouns,
  stewardship: stewardshipNouns,
  topic: topicNouns,
} as const;
export type KindNouns = typeof kindNouns;

export type TableDescription = Description<KindNouns['database']['table']> & TableKeys;
export type ViewDescription = Description<KindNouns['database']['view']> & TableKeys;

/** The scope of kind `database`: tables and views have keys besides. */
export type DatabaseScope = Omit<TypedScope<KindNouns['database']>, 'table' | 'view'> & {
  table(table: TableDescription): Promise<void>;
  view(view: ViewDescription): Promise<void>;
};

export type KindScopes = {
  readonly [K in keyof KindNouns]: K extends 'database' ? DatabaseScope : TypedScope<KindNouns[K]>;
};

export function databaseScope(naming: Naming, own: GenericScope): DatabaseScope {
  return typedScope(naming, own, databaseNouns, { table: tableKeys, view: tableKeys });
}
