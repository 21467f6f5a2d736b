import type { OperationEffect } from '@isthmus/connector-host';
import type { RunMark, SyncOwner } from './journal.js';

/** What an operation of a context wrote in a run, as it is kept. */
export interface KeptEffect {
  /** Grows with time. */
  readonly number: number;
  readonly operation: string;
  readonly effect: OperationEffect;
  /** False: it is not known whether it was written, as the process or the server went away meanwhile. */
  readonly isDone: boolean;
}

/** An element that operations of a connector wrote. */
export interface OperatedElement {
  readonly owner: SyncOwner;
  /** Of the element that it was: another may bear its name by now. Empty: not known. */
  readonly guid: string;
  /** That wrote it last. */
  readonly operation: string;
  /** Absent: it was there before. */
  readonly madeBy?: RunMark;
  readonly wroteBy?: RunMark;
  /** By field (see `fieldsOf` of the model): print of the value that was written. */
  readonly prints: Readonly<Record<string, string>>;
}

/** Effects of one run that are kept; of more only the count is known, and undo cannot take them back. */
export const mostEffects = 100_000;

/**
 * What operations wrote, as long as it can be taken back, and who wrote which element. Each effect is kept before it is
 * written, so that none is lost with the process.
 */
export interface OperationJournal {
  /** @returns its number; undefined: the run has written more than is kept */
  begin(
    owner: SyncOwner,
    runId: string,
    at: number,
    written: { readonly operation: string; readonly effect: OperationEffect },
  ): Promise<number | undefined>;
  /** It was written; with the GUID of what it made. Notes who wrote the element. */
  done(number: number, effect: OperationEffect): Promise<void>;
  /** It was not written. */
  drop(number: number): Promise<void>;
  /** Of a run, latest first. */
  effects(runId: string, before: number | undefined, limit: number): Promise<readonly KeptEffect[]>;
  /** Who wrote the element of this name by operations, of whatever owner. */
  operated(qualifiedName: string): Promise<readonly OperatedElement[]>;
  /** Forgets effects of runs of this owner that can no longer be taken back. */
  prune(owner: SyncOwner): Promise<void>;
}
