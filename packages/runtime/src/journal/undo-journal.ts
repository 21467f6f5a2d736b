import type { Properties } from '@isthmus/model';
import type { FieldChange } from '../plan/field-changes.js';
import type { ItemKey, KnownItem, KnownLink, SyncOwner } from './journal.js';

/** What one batch did to one item, so that it can be taken back. */
export interface WrittenItem {
  readonly item: ItemKey;
  /** Place of the item in its intent. */
  readonly position: number;
  /** Of the source's content that was written; empty: not known. */
  readonly hash: string;
  /** Everything of it was made: nothing else has to be kept. */
  readonly isMade: boolean;
  readonly elements: readonly WrittenElement[];
  /** The run changed more of the item, which is counted with that. */
  readonly isCounted?: boolean;
}

export interface WrittenElement {
  readonly qualifiedName: string;
  readonly typeName: string;
  /** `absent`: it was to be deleted and was gone already, with what it was anchored to or by somebody's hand. */
  readonly action: 'created' | 'updated' | 'restored' | 'deleted' | 'absent';
  /** After the write, as far as the store told. */
  readonly version?: number;
  /** Of what was updated: the fields that changed. */
  readonly fields?: readonly FieldChange[];
  /** Qualified name of its anchor; absent = its own. */
  readonly anchor?: string;
  /** Where the parent lies, when the operation named one. Default true. */
  readonly parentAtEnd1?: boolean;
  /** Of what was deleted. */
  readonly properties?: Properties;
  readonly classifications?: Readonly<Record<string, Properties>>;
}

/** A row of a run that is to be taken back, in the order of taking back. */
export interface UndoStep {
  readonly number: number;
  readonly item: ItemKey;
  readonly hash: string;
  readonly elements: readonly WrittenElement[];
  readonly isCounted?: boolean;
  /** The item as it was known before it was removed. */
  readonly before?: KnownItem;
}

/** An item that a run made as a whole. */
export interface MadeItem {
  readonly number: number;
  readonly item: KnownItem;
  /** No other run has written it since. */
  readonly isLastWrite: boolean;
}

/** A relationship that a run made or took away. */
export interface UndoLink {
  readonly number: number;
  readonly link: KnownLink;
}

/** A run that wrote something. */
export interface WritingRun {
  readonly id: string;
  readonly owner: SyncOwner;
  /** Epoch ms. */
  readonly at: number;
  /** What it takes to take it back is still kept. */
  readonly isKept: boolean;
  readonly undone?: { readonly by: string; readonly at: number; readonly runId: string };
}

export interface HeldBack {
  readonly runId: string;
  readonly itemCount: number;
}

export interface UndoLimits {
  /** Runs of one connector that can be taken back. Default 20. */
  readonly runs: number;
  /** Default 30 days. */
  readonly ageMs: number;
}

export const defaultUndoLimits: UndoLimits = { runs: 20, ageMs: 30 * 24 * 60 * 60 * 1000 };

/** What runs wrote, as long as it can be taken back. Written by `settle`, in the transactions of what became known. */
export interface UndoJournal {
  run(id: string): Promise<WritingRun | undefined>;
  /** What a run over catalog targets wrote at each, in their order. */
  partsOf(id: string): Promise<readonly WritingRun[]>;
  /** Changes and removals, latest first; `before`: the number of the step before, absent = from the latest. */
  steps(id: string, before: number | undefined, limit: number): Promise<readonly UndoStep[]>;
  /** Items that the run made as a whole and that are known still, latest first. */
  made(id: string, before: number | undefined, limit: number): Promise<readonly MadeItem[]>;
  /** Relationships that the run made, or took away; latest first. */
  links(id: string, kind: 'made' | 'removed', before: number | undefined, limit: number): Promise<readonly UndoLink[]>;
  /**
   * Refreshes leave them and the items that tell them alone: the run `undoingRunId` takes back what was done to them.
   *
   * @returns those that are still as the run left them, as far as the journal knows
   */
  holdLinks(
    links: readonly UndoLink[],
    kind: 'made' | 'removed',
    undoingRunId: string,
    at: number,
  ): Promise<readonly UndoLink[]>;
  noteUndone(id: string, undone: NonNullable<WritingRun['undone']>): Promise<void>;
  /** Lets refreshes write again, and remove again, what this run took back. Returns how many items. */
  release(id: string): Promise<number>;
  /** Items of the connector that refreshes leave alone, by the run that took them back; the first hundred of such runs. */
  heldBack(connectorGuid: string): Promise<readonly HeldBack[]>;
  /** Forgets what it takes to take back runs beyond the limits. */
  prune(owner: SyncOwner, now: number, limits: UndoLimits): Promise<void>;
}
