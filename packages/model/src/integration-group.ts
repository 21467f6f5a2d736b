import type { Properties } from './elements.js';

/** OMIS kinds: which of Egeria's integration services types a connector. */
export const omisKinds = [
  'api',
  'catalog',
  'database',
  'display',
  'files',
  'infrastructure',
  'lineage',
  'organization',
  'search',
  'security',
  'stewardship',
  'topic',
  'analytics',
] as const;
export type OmisKind = (typeof omisKinds)[number];

export type PermittedSynchronization = 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER';

/** How a connector reaches its third party, as far as the daemon reads it. */
export interface Connection {
  readonly guid?: string;
  readonly qualifiedName?: string;
  /** `connectorType.connectorProviderClassName`: our provider id or a Java class. */
  readonly providerName: string;
  /** `endpoint.networkAddress`: root folder or URL. */
  readonly networkAddress?: string;
  readonly userId?: string;
  /** Configuration, with the reserved keys `isthmus.schedule` and `isthmus.timeZone`. May hold secret references, never secrets. */
  readonly configurationProperties: Properties;
  /** Shown to people, never acted on. */
  readonly elements?: ConnectionElements;
}

/** What the metadata access server tells of the elements that a connection consists of. */
export interface ConnectionElements {
  readonly displayName?: string;
  readonly connectorType?: {
    readonly guid?: string;
    readonly qualifiedName?: string;
    readonly displayName?: string;
    readonly connectorFrameworkName?: string;
    readonly connectorInterfaceLanguage?: string;
  };
  /** Absent = there is none. */
  readonly endpoint?: { readonly guid?: string; readonly qualifiedName?: string; readonly displayName?: string };
}

/** One registration of a connector with a group: what should run. Times are epoch milliseconds. */
export interface Registration {
  /** GUID of the RegisteredIntegrationConnector relationship; changes when registered again. On the wire: connectorId. */
  readonly connectorId: string;
  /** GUID of the IntegrationConnector element; survives moves between groups. */
  readonly connectorGuid: string;
  readonly qualifiedName: string;
  readonly displayName?: string;
  readonly description?: string;
  /** Name on the registration, else the display or qualified name. */
  readonly connectorName: string;
  readonly connectorUserId?: string;
  readonly metadataCollectionQualifiedName?: string;
  /** Minutes between refreshes, counted from the end of the last; 0 = once. */
  readonly refreshTimeInterval: number;
  readonly startDate?: number;
  readonly connectorShutdownDate?: number;
  readonly permittedSynchronization: PermittedSynchronization;
  readonly generateConnectorActivityReports: boolean;
  readonly usesBlockingCalls: boolean;
  /** Absent when the connector has no connection, or one without a connector type: it cannot run. */
  readonly connection?: Connection;
  /** Version of the IntegrationConnector element: an older one than known is refused. */
  readonly version: number;
}

export interface IntegrationGroup {
  readonly guid: string;
  readonly qualifiedName: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly version: number;
}

/** A complete, once-read list. */
export interface GroupSnapshot {
  /** Undefined: the server answered that there is no such group. */
  readonly group?: IntegrationGroup;
  readonly registrations: readonly Registration[];
  /** ETag of our server, or a hash of the list. Equal = nothing changed. */
  readonly etag: string;
  readonly metadataCollectionId: string;
}

/**
 * Reads groups. An error is never an empty list: a page that is cut, repeated or shifted makes `read` throw
 * STORE_PAGES_CHANGED or STORE_ANSWER_INVALID.
 */
export interface GroupReader {
  /** `unchanged` when the list still has the given etag. */
  read(qualifiedName: string, knownEtag: string | undefined, signal: AbortSignal): Promise<GroupSnapshot | 'unchanged'>;
  /** Point read of one registration; undefined when the server says for certain that it is not in the group. */
  readRegistration(groupGuid: string, connectorGuid: string, signal: AbortSignal): Promise<Registration | undefined>;
}

/** A group is known by the server that holds it and its name: two stores may hold one name. */
export interface GroupKey {
  /** Name of the metadata access server, as configured. */
  readonly server: string;
  readonly qualifiedName: string;
}

/** Types of what a list of a group consists of, in the names of 6.1. */
export const groupPartTypes: ReadonlySet<string> = new Set([
  'IntegrationGroup',
  'IntegrationConnector',
  'Connection',
  'ConnectorType',
  'Endpoint',
  'RegisteredIntegrationConnector',
  'AssetConnection',
  'ConnectionConnectorType',
  'ConnectToEndpoint',
  'EmbeddedConnection',
]);
