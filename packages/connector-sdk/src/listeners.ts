import type { JsonValue } from './host-port.js';

/** What a connector may be told of beside its runs. It is told one thing after the other, never two at a time. */
export interface Listeners {
  /** Elements of the declared types changed: read those that matter again. Told after a short while, each once. */
  elementsChanged?(changes: ElementChanges, signal: AbortSignal): Promise<void>;
  /** An OpenLineage event was published inside of the daemon, by a client or a connector. */
  openLineageEvent?(told: OpenLineageEvent, signal: AbortSignal): Promise<void>;
  /** In these watched folders something changed (absolute paths, as they were given to `watchFolders`). */
  foldersChanged?(folders: readonly string[], signal: AbortSignal): Promise<void>;
}

/** Never act on what changed, only on what is there when it is read again: changes may be told twice or come late. */
export interface ElementChanges {
  readonly elements: readonly ChangedElement[];
  /** Changes were lost: whatever matters has to be read again. */
  readonly missed: boolean;
}

export interface ChangedElement {
  /** Of the element, or of the relationship. */
  readonly guid: string;
  readonly typeName: string;
  /** Egeria 6.1's name of the last change, e.g. `UPDATED_ELEMENT_EVENT`. */
  readonly eventType: string;
  /** Relationships only. */
  readonly end1Guid?: string;
  readonly end2Guid?: string;
  /** A run of this connector made the change. */
  readonly isOwn: boolean;
}

export interface OpenLineageEvent {
  /** As it was published: `eventType`, `eventTime`, `run`, `job`, `inputs`, `outputs`, `producer`, facets. */
  readonly event: { readonly [name: string]: JsonValue };
}

export interface WatchedFolder {
  /** Absolute. */
  readonly path: string;
  /** With everything below it. Default: its direct children. */
  readonly tree?: boolean;
}
