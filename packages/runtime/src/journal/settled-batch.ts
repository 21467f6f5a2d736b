import type { JsonValue } from '@isthmus/connector-sdk';
import type { BatchOperation } from '@isthmus/model';
import type { SlotName } from '../slot/slot.js';
import type { FieldConflict, ItemKey, KnownItem, PushedField, SyncOwner } from './known-item.js';
import type { WrittenItem } from './undo-journal.js';

export interface SettledPush {
  readonly known: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  readonly guids: ReadonlyMap<string, string>;
  readonly conflicts: readonly FieldConflict[];
  /** No longer dirty. */
  readonly done: readonly string[];
  /** Fields that people set and the source took over. */
  readonly pushed?: readonly PushedField[];
}

export interface CursorState {
  readonly value: JsonValue;
  /** Runs since the last certified full one. */
  readonly runsSinceFull: number;
}

export interface SettledBatch {
  readonly known: readonly KnownItem[];
  /**
   * Items that only lost parts: of the rest nothing was said, so that what is open of it stays open. Their hash counts
   * where the item awaits it still.
   */
  readonly lessened?: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  /** By qualified name, as far as the store told. */
  readonly guids?: ReadonlyMap<string, string>;
  /** Scopes whose items lost their hash, as what holds them was made anew: their links to it may be gone. */
  readonly doubtfulScopes?: readonly string[];
  /** Items of which some elements are gone. */
  readonly going?: readonly ItemKey[];
  /** Names of elements that were made or brought back: relationships to them are to be made. */
  readonly made?: readonly string[];
  /** What was written, so that it can be taken back. */
  readonly written?: { readonly runId: string; readonly at: number; readonly items: readonly WrittenItem[] };
  /** All changes of the store up to here are accounted for; saved in the mark. */
  readonly changeSequence?: number;
  /** Those that were `kept` are not remembered. Of the elements of `known` no others are open. */
  readonly conflicts?: readonly FieldConflict[];
}

/** What the engine knew of the store after its last run: identity, change sequence, and how far it may trust its memory. */
export interface StoreMark {
  readonly metadataCollectionId: string;
  readonly incarnation?: string;
  readonly changeSequence?: number;
  /** The first change at or after a sequence that this memory has seen: a store with another one there is another store. */
  readonly lastChange?: { readonly sequence: number; readonly print: string };
  /** Of a store without sequence: when all hashes were forgotten last, epoch ms. What is known since then is believed for a while. */
  readonly comparedAt?: number;
  /** Of a store without sequence: GUID of an element that was written or compared last. A store without it is at another state. */
  readonly witness?: string;
  /** Certified full runs since the memory was built; below 2 after a loss nothing is deleted. */
  readonly certifiedRuns: number;
  /** Hash of root and filters: when it changes nothing is deleted. */
  readonly boundaryHash?: string;
  /** Hash of the field policy by which was merged last. */
  readonly policyHash?: string;
  /** Print of the source that was listed, as it names itself. */
  readonly source?: string;
  /** The first full run has not ended yet: elements that it finds instead of making them mean that a memory was lost. */
  readonly firstRun?: boolean;
}

export interface BatchIntent {
  readonly batchId: string;
  /** Absent: of an older version. */
  readonly runId?: string;
  readonly owner: SyncOwner;
  readonly slot: SlotName;
  readonly token: number;
  readonly operations: readonly BatchOperation[];
  /** What becomes known when the batch succeeds; per item its operations' positions. */
  readonly items: readonly IntentItem[];
}

export interface IntentItem {
  readonly known?: KnownItem;
  /** Becomes known instead when only some of the operations were applied. Default: `known` without hash and version. */
  readonly partial?: KnownItem;
  readonly gone?: ItemKey;
  /** A part of what it takes to remove it: what the store has of it is to be compared until all is done. */
  readonly going?: ItemKey;
  /** The item began in an earlier batch: whoever replays this one does not know what happened to the item meanwhile. */
  readonly isContinued?: boolean;
  /** Its operations are spread over several batches. */
  readonly isSplit?: boolean;
  /** It only loses parts: the rest is as `known` tells it. */
  readonly isRest?: true;
  /** With `isRest`: the run has changed more of it. */
  readonly isCounted?: boolean;
  readonly operationIndexes: readonly number[];
}
