import type { RunCounts, RunRecord } from '../journal/journal.js';
import type { SyncRun } from '../sync/sync-engine.js';

export const noCounts: RunCounts = {
  seen: 0,
  unchanged: 0,
  created: 0,
  updated: 0,
  restored: 0,
  deleted: 0,
  setAside: 0,
  scopesCompleted: 0,
  scopesOpen: 0,
  requests: 0,
};

/** The run under way. Only while it is `listing` the connector is the one that has to make progress. */
export class ActiveRun {
  phase: 'opening' | 'listing' | 'finishing' = 'opening';
  #sync: SyncRun | undefined;

  constructor(
    readonly begun: RunRecord,
    /** It waits for events instead of listing. */
    readonly isEndless: boolean,
  ) {}

  opened(sync: SyncRun): void {
    this.#sync = sync;
  }

  get progressText(): string | undefined {
    return this.#sync?.progressText;
  }

  /** With the counts of this moment. */
  record(): RunRecord {
    return this.#sync === undefined ? this.begun : { ...this.begun, counts: { ...this.#sync.counts } };
  }
}
