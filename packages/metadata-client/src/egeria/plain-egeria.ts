import type { StoreCapabilities } from '@isthmus/model';

/** What a server offers that has nothing beyond Egeria. */
export const plainEgeria: StoreCapabilities = {
  writeBatch: false,
  changeFeed: false,
  fencing: false,
  groupETag: false,
};
