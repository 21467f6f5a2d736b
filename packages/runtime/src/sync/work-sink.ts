import type { ItemKey, KnownItem } from '../journal/journal.js';
import type { AnchorMoves } from './anchor-moves.js';
import type { ItemWork } from './work-parts.js';

/** Where what was decided goes: written into the store (`BatchWriter`), or into a plan (`PlanWriter`). */
export interface WorkSink {
  /** Resolves when there is room for more. Throws what ended the sink. */
  add(work: ItemWork): Promise<void>;
  /** Sends off what is buffered and waits for all of it. Throws what ended the sink. */
  drain(): Promise<void>;
  /** Forgets what was not sent off, and waits for the rest, however it ends. */
  drop(): Promise<void>;
  /** What becomes known of an item by all that was added; waits for it. */
  latest(key: ItemKey): Promise<KnownItem | undefined>;
  /** What was added does to these names, as far as the journal does not tell of it yet. */
  decided(names: readonly string[]): Promise<DecidedNames>;
  /** The source has elements of these names, of which nothing is written: nothing may take them for what went. */
  keepNames(names: readonly string[]): void;
  readonly hasFailed: boolean;
  throwIfFailed(): void;
}

export interface DecidedNames {
  /** Those of the names that are written. */
  readonly written: ReadonlySet<string>;
  /** Items of which something else was decided, by `itemText`: what the journal knows of their names no longer counts. */
  readonly redecided: ReadonlySet<string>;
  /** What a plan does to where elements are anchored: the store does not show it. */
  readonly moves: AnchorMoves;
  /** Those of elements that the source has and that were not written: whatever else bore such a name has to wait. */
  readonly refused: ReadonlySet<string>;
}
