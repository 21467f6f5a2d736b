import type { ItemDigest } from '@isthmus/connector-host';
import type { SourceItem } from '@isthmus/connector-sdk';
import type { BatchOperation } from '@isthmus/model';
import type { BatchIntent, ItemKey, KnownItem } from '../journal/journal.js';
import type { ItemProgress } from './judge-batch.js';
import type { Vanished } from './plan-item.js';

/** One item's operations with what becomes known by them. */
export interface ItemWork {
  readonly item: ItemKey;
  readonly operations: readonly BatchOperation[];
  readonly known?: KnownItem;
  readonly partial?: KnownItem;
  readonly gone?: ItemKey;
  /** With `gone`: the item as it was known. */
  readonly removed?: KnownItem;
  /** For people: why it is removed. */
  readonly reason?: string;
  /** With `gone`: why the item's own element stays though the item goes. */
  readonly stays?: string;
  /** Known beside the item, whatever becomes of it. */
  readonly former?: KnownItem;
  /** What the operations come from: when others have set what is the source's, they are made once more. */
  readonly source?: DeliveredItem;
  /** How often they were made. Default 1. */
  readonly round?: number;
  /** What it counts as where something changed. Default: what became of its first operation. */
  readonly countsAs?: 'updated' | 'deleted';
  /** Nothing was known of the item before. */
  readonly isNew: boolean;
  /** What waits for the end of the listing; where nothing else changed the item is counted by then. */
  readonly vanished?: Vanished;
  /** The item was written in this run, and now loses parts; the rest of it is as it is known. */
  readonly isRest?: true;
  /** With `isRest`: it was counted before. */
  readonly isCounted?: boolean;
}

export interface DeliveredItem {
  readonly digest: ItemDigest;
  readonly body: SourceItem;
}

export interface AppliedItem {
  readonly work: ItemWork;
  readonly progress: ItemProgress;
}

/** What of an item is in one batch. */
export interface Part {
  readonly work: ItemWork;
  readonly operations: readonly BatchOperation[];
  readonly progress: ItemProgress;
  readonly first: boolean;
  /** The last part of its item: its outcome is the item's. */
  readonly last: boolean;
}

export interface PendingBatch {
  readonly intent: BatchIntent;
  readonly parts: readonly Part[];
}
