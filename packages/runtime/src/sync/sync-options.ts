import { defaultUndoLimits, type UndoLimits } from '../journal/undo-journal.js';

/** Bounds of the sync engine. */
export interface SyncOptions {
  /** Operations of one batch; halved while the store takes longer than `batchTargetMs`, down to a tenth. Default 200. */
  readonly maxOperations: number;
  /** Estimated size of one batch as JSON. Default 1,000,000. */
  readonly maxBytes: number;
  /** How long the store may take for one batch before batches get smaller. Default 1000. */
  readonly batchTargetMs: number;
  /** How long an operation waits for others before it is sent. Default 500. */
  readonly lingerMs: number;
  /**
   * When one run would remove more than `items` items and more than `share` of all that the connector has, nothing
   * more is removed in that run, nor later without people's word: a disk that is not mounted looks like an empty
   * folder. Default 100 items and 0.5.
   */
  readonly removalLimit: { readonly items: number; readonly share: number };
  /** More changes by others than this between two runs: everything is compared instead of reading them. Default 50,000. */
  readonly maxForeignChanges: number;
  /** Default 1000. */
  readonly changePageSize: number;
  /**
   * Of a store that cannot tell what changed (a real Egeria): how long what was written is believed before all of it is
   * compared again. Default one day.
   */
  readonly compareEveryMs: number;
  /** An element that another connector claims is not deleted while that connector ran within this time. Default 30 days. */
  readonly claimLifetimeMs: number;
  /** What can be taken back. Default the last 20 runs that wrote, and 30 days. */
  readonly undoLimit: UndoLimits;
}

export const defaultSyncOptions: SyncOptions = {
  maxOperations: 200,
  maxBytes: 1_000_000,
  batchTargetMs: 1000,
  lingerMs: 500,
  removalLimit: { items: 100, share: 0.5 },
  maxForeignChanges: 50_000,
  changePageSize: 1000,
  compareEveryMs: 24 * 60 * 60 * 1000,
  claimLifetimeMs: 30 * 24 * 60 * 60 * 1000,
  undoLimit: defaultUndoLimits,
};
