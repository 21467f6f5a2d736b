export type { Connection, PermittedSynchronization } from '@isthmus/model';
export { type Static, type TSchema, Type } from 'typebox';
export { type BaseContext, type ContextFacts, contextOfKind, type KindContextOf } from './base-context.js';
export type { CatalogTarget, TargetChanges } from './catalog-target.js';
export {
  type AnyConnectorDefinition,
  type ConnectorDefinition,
  type DirectedConnector,
  type DirectedDefinition,
  defineConnector,
  type IntegrationConnector,
  type OmisContexts,
  type OmisKinds,
  type OmisScopes,
  type ProbeStep,
  type SupportedKind,
} from './connector.js';
export type { ConnectorLog } from './connector-log.js';
export {
  type ContextIn,
  type Direction,
  directionOf,
  type ReadingContexts,
  type ReadingRun,
  type RunIn,
} from './direction.js';
export type { FilesContext } from './files/files-context.js';
export type {
  ColumnDescription,
  DataFileType,
  FileDescription,
  FilesScope,
  FolderDescription,
} from './files/files-scope.js';
export {
  connectorOver,
  type HookMessage,
  type HookName,
  type HookPort,
  hookPort,
  type RunMessage,
} from './hook-port.js';
export {
  type Finding,
  type HostAnswer,
  type HostMessage,
  type HostPort,
  type ItemElement,
  type ItemLink,
  type JsonValue,
  type KeptItem,
  type ListingProof,
  largestCursor,
  mostKeptAtOnce,
  type SourceItem,
} from './host-port.js';
export { isSupportedKind, type KindContext, kindContext } from './kind-context.js';
export type { ChangedElement, ElementChanges, Listeners, OpenLineageEvent, WatchedFolder } from './listeners.js';
export {
  type BaseOperations,
  contextOperations,
  type KindOperations,
  type OperationsOf,
  type ReadOperations,
} from './operations/context-operations.js';
export {
  type Changed,
  type Created,
  type Effective,
  type ElementChange,
  type ElementPage,
  type ElementRef,
  type FileInput,
  type FindInput,
  type Home,
  type InputOf,
  type MetadataValueOf,
  mostInPage,
  type NewElementInput,
  type OutputOf,
  type PageChoice,
  type ReadChoice,
  type RelatedPage,
  type Removed,
  type TemplateInput,
  type Translation,
} from './operations/operation-input.js';
export type {
  LinkRule,
  OperationRow,
  OperationVerb,
  ParentRule,
  SpecialVerb,
} from './operations/operation-row.js';
export { baseOperations, kindOperations, type OperationKind, operationsOf } from './operations/operation-rows.js';
export { mostPushedAtOnce, type PushAnswer, type PushedElement } from './push.js';
export type { RefreshRun } from './refresh-run.js';
export type { DescribedFacts, Description, Reference, ThingFacts } from './scopes/descriptions.js';
export type { GenericScope } from './scopes/generic-scope.js';
export {
  type DatabaseScope,
  type KindNouns,
  type KindScopes,
  kindNouns,
  type TableDescription,
  type ViewDescription,
} from './scopes/kind-scopes.js';
export type { NameShape } from './scopes/naming.js';
export { nearest } from './scopes/nearest.js';
export { missingParentHint } from './scopes/parent-hint.js';
export type { RunFacts } from './scopes/port-run.js';
export type { ForeignKey, TableIndex, TableKeys } from './scopes/table-keys.js';
export type { CommonScope, ElementDescription, KeptThing, TypedScope } from './scopes/typed-scope.js';
export { cursorRefused, sourceUnreadable } from './source-unreadable.js';
