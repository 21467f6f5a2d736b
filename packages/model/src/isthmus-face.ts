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
