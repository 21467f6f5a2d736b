import { noCounts, type RunCounts, type RunRecord, sumOf } from '../journal/journal.js';
import type { SyncRun } from '../sync/sync-engine.js';

type LiveSync = Pick<SyncRun, 'counts' | 'progressText'>;

/** The run under way. Only while it is `listing` the connector is the one that has to make progress. */
export class ActiveRun {
  phase: 'opening' | 'listing' | 'finishing' = 'opening';
  #sync: LiveSync | undefined;
  /** Of targets that the run is through with. */
  #before: RunCounts = noCounts;

  constructor(
    readonly begun: RunRecord,
    /** It waits for events instead of listing. */
    readonly isEndless: boolean,
  ) {}

  /** Again for each catalog target. */
  opened(sync: LiveSync): void {
    if (this.#sync !== undefined) this.#before = sumOf(this.#before, this.#sync.counts);
    this.#sync = sync;
  }

  get progressText(): string | undefined {
    return this.#sync?.progressText;
  }

  /** With the counts of this moment. */
  record(): RunRecord {
    return this.#sync === undefined ? this.begun : { ...this.begun, counts: sumOf(this.#before, this.#sync.counts) };
  }
}
