import { type CallWatcher, type MetadataCalls, type OperationFacts, StoreOperations } from '@isthmus/connector-host';
import type { Clock } from '@isthmus/kernel';
import type { Grant, MetadataStore, Registration, TypeSystem } from '@isthmus/model';
import { sourceOf } from '../fleet/slot-of.js';

/**
 * Makes what carries out the operations of one connector's context. Asked anew at each operation: the registration as
 * it is now, and the right of the run that is open.
 */
export type OperationsMaker = (registration: () => Registration, grant: () => Grant | undefined) => MetadataCalls;

/** Operations over the metadata server from which the groups are read. */
export function operationsOver(parts: {
  readonly store: MetadataStore;
  readonly types: TypeSystem;
  readonly clock: Clock;
  /** Whom to tell of what is written. */
  readonly watcher?: CallWatcher;
}): OperationsMaker {
  return (registration, grant) =>
    new StoreOperations({ ...parts, grant, facts: () => operationFactsOf(registration()) });
}

export function operationFactsOf(registration: Registration): OperationFacts {
  const { connectorName, connectorGuid, connectorUserId, metadataCollectionQualifiedName } = registration;
  return {
    connectorName,
    connectorGuid,
    source: sourceOf(registration),
    ...(metadataCollectionQualifiedName ? { metadataCollection: metadataCollectionQualifiedName } : {}),
    ...(connectorUserId ? { userId: connectorUserId } : {}),
  };
}
