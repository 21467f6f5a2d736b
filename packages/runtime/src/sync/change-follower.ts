import { IsthmusError } from '@isthmus/kernel';
import type { BatchResult, MetadataChange } from '@isthmus/model';
import type { SyncJournal, SyncOwner } from '../journal/journal.js';
import type { ChangeSpan } from './change-span.js';
import type { RecentChanges } from './recent-changes.js';
import type { RunTally } from './run-tally.js';
import type { SyncOptions } from './sync-options.js';

/**
 * Tells the store's changes that this run made from those that others made, and forgets the hashes of elements that
 * others touched. `sequence`: everything up to there is accounted for.
 */
export class ChangeFollower {
  #sequence: number | undefined;
  /** The last change of our own, where the store has told it. */
  #ownChange: BatchResult['lastChange'];
  #budget: number;
  /** Whether the outcome of a batch is known or about to be. */
  #hasWritten = false;

  constructor(
    private readonly parts: {
      readonly changes: RecentChanges;
      readonly journal: SyncJournal;
      readonly owner: SyncOwner;
      readonly options: SyncOptions;
      readonly tally: RunTally;
      readonly signal: AbortSignal;
      /** Told of the changes (after, upTo] that this run made. */
      readonly onOwn?: (after: number, upTo: number) => void;
      /** Types of elements of whose changes the source is to be told. */
      readonly pushes?: readonly string[];
    },
    sequence: number | undefined,
  ) {
    this.#sequence = sequence;
    this.#budget = parts.options.maxForeignChanges;
  }

  get sequence(): number | undefined {
    return this.#sequence;
  }

  /** The store's change of the number `sequence`, where that is one of our own and known; else it is to be asked for. */
  get lastChange(): BatchResult['lastChange'] {
    return this.#ownChange?.sequence === this.#sequence ? this.#ownChange : undefined;
  }

  /**
   * Reads what others changed up to `until`.
   *
   * @returns false when that is too much, or the store no longer knows: compare everything
   */
  async catchUp(until: number): Promise<boolean> {
    const { journal, owner, pushes } = this.parts;
    if (this.#sequence === undefined || this.#sequence >= until) return true;
    // whoever knows nothing has nothing to forget, whatever others changed
    if (!this.#hasWritten && pushes === undefined && (await journal.knownCount(owner)) === 0) this.#sequence = until;
    while (this.#sequence !== undefined && this.#sequence < until) {
      if (this.#budget <= 0) return false;
      const span = await this.#read(this.#sequence, until, this.#budget);
      if (span === undefined) {
        this.#budget = 0;
        return false;
      }
      const { count, next } = span;
      this.#budget -= Math.max(1, count);
      if (count > 0) await journal.suspectTouched(owner, span);
      if (pushes !== undefined)
        for (const page of span.pages()) await journal.markDirty(owner, pushedGuids(page, pushes));
      this.#sequence = next;
    }
    return true;
  }

  /** Undefined: the store no longer knows. @param wanted - how many changes */
  async #read(after: number, until: number, wanted: number): Promise<ChangeSpan | undefined> {
    const { changes, options, tally, signal } = this.parts;
    const { changePageSize: limit } = options;
    // whole pages: whether the last one goes beyond what is wanted is seen when it was read
    const most = Math.ceil(wanted / limit) * limit;
    try {
      const { span, isAsked } = await changes.read({ after, until, limit, most }, signal);
      if (isAsked) tally.add('requests');
      return span;
    } catch (error) {
      if (!IsthmusError.is(error) || error.code !== 'CHANGES_TOO_OLD') throw error;
      return undefined;
    }
  }

  /**
   * What was anchored to a deleted element went with it without being named: items of other scopes, say, that the run has
   * not listed. They are not what they are known as.
   *
   * @returns false when the store no longer knows
   */
  async #suspectFallen({ items, changeSequence }: BatchResult, sequenceBefore: number): Promise<boolean> {
    if (!items.some(({ outcome }) => outcome === 'deleted')) return true;
    const { journal, owner, options } = this.parts;
    const named = new Set(items.map(({ guid }) => guid));
    for (let after = sequenceBefore; after < changeSequence; ) {
      const span = await this.#read(after, changeSequence, options.changePageSize);
      if (span === undefined) return false;
      for (const page of span.pages()) {
        const fallen = page.flatMap(({ guid, end1Guid }) => (end1Guid === undefined && !named.has(guid) ? guid : []));
        if (fallen.length > 0) await journal.suspect(owner, [...new Set(fallen)]);
      }
      after = span.next;
    }
    return true;
  }

  /**
   * Takes the batch's own changes off; what others changed before it is read. To be called in the order in which the
   * store applied the batches.
   */
  async passOwn(result: BatchResult): Promise<PassedBatch> {
    const passed = await this.#pass(result);
    this.#hasWritten = true;
    return passed;
  }

  async #pass(result: BatchResult): Promise<PassedBatch> {
    const { sequenceBefore, changeSequence, fallen = [] } = result;
    if (fallen.length > 0) await this.parts.journal.suspect(this.parts.owner, fallen);
    if (sequenceBefore !== undefined) this.parts.onOwn?.(sequenceBefore, changeSequence);
    if (this.#sequence === undefined || sequenceBefore === undefined) return { othersWrote: false };
    if (changeSequence <= this.#sequence) return { sequence: this.#sequence, othersWrote: false };
    const othersWrote = sequenceBefore > this.#sequence;
    if (!(await this.catchUp(sequenceBefore))) return { othersWrote };
    if (!(await this.#suspectFallen(result, sequenceBefore))) return { othersWrote };
    this.#sequence = changeSequence;
    this.#ownChange = result.lastChange;
    return { sequence: changeSequence, othersWrote };
  }
}

interface PassedBatch {
  /** May be remembered; undefined = leave it, the next run reads from there. */
  readonly sequence?: number;
  /** Whether others wrote since the batch before. */
  readonly othersWrote: boolean;
}

function pushedGuids(changes: readonly MetadataChange[], types: readonly string[]): readonly string[] {
  const isPushed = ({ typeName, superTypeNames, end1Guid }: MetadataChange) =>
    end1Guid === undefined && (types.includes(typeName) || superTypeNames.some((name) => types.includes(name)));
  return [...new Set(changes.filter(isPushed).map(({ guid }) => guid))];
}
