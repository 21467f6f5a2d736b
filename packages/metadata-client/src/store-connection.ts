import type { GroupReader, MetadataStore } from '@isthmus/model';
import type { TopicAddress } from './out-topic/topic-address.js';

/** A metadata access server as the rest of the house sees it. */
export interface StoreFaces {
  readonly store: MetadataStore;
  readonly groups: GroupReader;
  /**
   * Where the server tells changes over Kafka; undefined: nowhere.
   *
   * @param callerId - whoever will listen, in the server's log
   */
  outTopic(callerId: string, signal: AbortSignal): Promise<TopicAddress | undefined>;
}

/** One metadata access server through one set of connections. Nothing is asked before the first call. */
export interface StoreConnection extends StoreFaces {
  /** Drops the kept connections. */
  close(): void;
}
