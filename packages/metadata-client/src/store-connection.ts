import type { GroupReader, MetadataStore } from '@isthmus/model';

/** A metadata access server as the rest of the house sees it. */
export interface StoreFaces {
  readonly store: MetadataStore;
  readonly groups: GroupReader;
}

/** One metadata access server through one set of connections. Nothing is asked before the first call. */
export interface StoreConnection extends StoreFaces {
  /** Drops the kept connections. */
  close(): void;
}
