import type { ItemKey } from './journal.js';

/** An item that a certified scope lacks, until it is known whether another scope of the run lists it. */
export interface LeavingRow extends ItemKey {
  /** Scope that was listed. */
  readonly listed: string;
  readonly reason: string;
  /** What the store has of it is not known for certain. */
  readonly isDoubtful: boolean;
}

export interface NumberedRow extends LeavingRow {
  readonly number: number;
}

/** What waits for the end of a run's listing. It need not outlive the process: the next run that lists everything finds it again. */
export interface LeavingJournal {
  /** What is there already stays as it is, unless the item's own scope has the word; its place among the others it keeps. */
  add(runId: string, rows: readonly LeavingRow[]): Promise<void>;
  has(runId: string, item: ItemKey): Promise<boolean>;
  /** The scope that was listed without it; undefined = it does not wait. */
  listedOf(runId: string, item: ItemKey): Promise<string | undefined>;
  remove(runId: string, item: ItemKey): Promise<void>;
  /** In the order in which they were added. @param after - number of the last that is known; 0 = from the beginning */
  page(runId: string, after: number, limit: number): Promise<readonly NumberedRow[]>;
  /** The run has ended, or is done with them. */
  clear(runId: string): Promise<void>;
}
