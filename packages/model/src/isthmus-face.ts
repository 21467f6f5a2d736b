import type { StoreCapabilities, StoreIdentity } from './metadata-store.js';
import type { Batch, BatchResult } from './write-batch.js';

/**
 * What our metadata server offers beside Egeria's API, below `/servers/{server}/isthmus`. Server and client share
 * these paths and shapes. Values are plain here (as in `Properties`), not wrapped. Every answer carries Egeria's
 * envelope (`relatedHTTPCode`, on failure `exceptionErrorMessage`, `exceptionClassName`, ...), so failures look
 * the same everywhere; failures of this face add `isthmusCode`, a code of the error catalogue.
 */
export const isthmusFace = {
  /** GET -> CapabilitiesAnswer. A server without this path is a plain Egeria. */
  capabilities: (server: string) => `${root(server)}/capabilities`,
  /** GET -> IdentityAnswer. */
  identity: (server: string) => `${root(server)}/identity`,
  /** POST, body BatchRequest -> BatchAnswer. `userId` becomes the elements' maintainer. */
  writeBatch: (server: string, userId: string) => `${root(server)}/users/${encodeURIComponent(userId)}/write-batch`,
  /** GET with the query `after`, `waitMs`, `limit` -> ChangesAnswer; CHANGES_TOO_OLD is 410. */
  changes: (server: string) => `${root(server)}/changes`,
  /**
   * GET with the query `startFrom`, `pageSize` -> GroupMembersAnswer, only with the capability `groupMembers`. Carries
   * the ETag of the group, as do Egeria's answers about it: parts of one ETag are of one state.
   */
  groupMembers: (server: string, groupGuid: string) =>
    `${root(server)}/groups/${encodeURIComponent(groupGuid)}/members`,
  /** POST, body GroupConnectorsRequest -> `elements`, as in Egeria's list of the group; same ETag. */
  groupConnectors: (server: string, groupGuid: string) =>
    `${root(server)}/groups/${encodeURIComponent(groupGuid)}/connectors`,
  /** Request header of every write under a grant: `<token> <slot, percent-encoded>`. */
  grantHeader: 'x-isthmus-grant',
  /** Member of a failure's envelope. */
  errorCodeMember: 'isthmusCode',
} as const;

interface Envelope {
  readonly relatedHTTPCode: number;
}

export interface CapabilitiesAnswer extends Envelope {
  readonly capabilities: StoreCapabilities;
}
export interface IdentityAnswer extends Envelope {
  readonly identity: StoreIdentity;
}
export type BatchRequest = Batch;
export interface BatchAnswer extends Envelope {
  readonly result: BatchResult;
}

/** Every registration of a group, with a version that changes when anything changes that a daemon reads of it. */
export interface GroupMembersAnswer extends Envelope {
  /** Of all pages. */
  readonly total: number;
  /** GUID of the connector and version, in the order of registering. */
  readonly members: readonly (readonly [string, string])[];
}
/** Connectors that are not registered with the group are left out of the answer. At most 500. */
export interface GroupConnectorsRequest {
  readonly connectorGuids: readonly string[];
}

/** Egeria 6.1's OpenMetadataOutTopicEvent (dates epoch milliseconds), with the number of the change. */
export interface ChangeEvent {
  readonly sequence: number;
  readonly eventType: string;
  readonly eventTime: number;
  readonly elementHeader: ChangedHeader;
  readonly endOneElementHeader?: ChangedHeader;
  readonly endTwoElementHeader?: ChangedHeader;
}
export interface ChangedHeader {
  readonly guid: string;
  readonly type: { readonly typeName: string; readonly superTypeNames?: readonly string[] };
}
export interface ChangesAnswer extends Envelope {
  readonly events: readonly ChangeEvent[];
  /** Pass as `after` next time. */
  readonly next: number;
}

function root(server: string): string {
  return `/servers/${encodeURIComponent(server)}/isthmus`;
}
