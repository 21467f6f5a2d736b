import type { JsonValue } from '@isthmus/connector-sdk';
import type { Grant } from '@isthmus/model';
import type { CursorState, RunKind, StoreMark, SyncJournal, SyncOwner } from '../journal/journal.js';
import { isBoundaryChanged } from './removal-rules.js';
import { certifiedRunsForDeletes, type Trust } from './store-trust.js';
import type { SyncRunSpec } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';

/**
 * Where the run may go on; undefined = it lists everything: there is no cursor, it is time for a full run, what is
 * remembered is not trusted, or what belongs to the source has changed.
 */
export function cursorFor(
  spec: SyncRunSpec,
  trust: Trust,
  mark: StoreMark,
  state: CursorState | undefined,
): JsonValue | undefined {
  const { fullRunEvery } = spec.settings ?? defaultSyncSettings;
  const isAsked = spec.full && spec.mode === 'apply' && spec.confirmRemovals !== true;
  if (!isAsked || state === undefined || (trust !== 'continued' && trust !== 'recent')) return undefined;
  if (mark.certifiedRuns < certifiedRunsForDeletes || mark.firstRun === true) return undefined;
  if (isBoundaryChanged(mark, spec.boundaryHash) || state.runsSinceFull + 1 >= fullRunEvery) return undefined;
  return state.value;
}

/** How far a run has come in the changes of its source. */
export class RunCursor {
  #value: JsonValue | undefined;
  /** The next run is to list everything. */
  #isFullDue = false;
  /** The journal knows it already. */
  #isNoted = false;

  constructor(
    private readonly journal: Pick<SyncJournal, 'saveCursor' | 'noteRun'>,
    private readonly owner: SyncOwner,
    private readonly grant: Grant,
    value: JsonValue | undefined,
  ) {
    this.#value = value;
  }

  get value(): JsonValue | undefined {
    return this.#value;
  }

  get isIncremental(): boolean {
    return this.#value !== undefined;
  }

  /**
   * Call it once all that was told before is written. Until a listing is certified, and where a change was left out, the
   * cursor is nothing to go on from: that is noted first, as nobody knows how the run will end.
   */
  async save(value: JsonValue): Promise<void> {
    if (!this.#isNoted && (this.#isFullDue || !this.isIncremental)) {
      this.#isNoted = true;
      await this.journal.noteRun(this.owner, 'full-due');
    }
    await this.journal.saveCursor(this.owner, this.grant, value);
  }

  async refuse(): Promise<void> {
    await this.journal.saveCursor(this.owner, this.grant, undefined);
    this.#value = undefined;
  }

  /** What was told of the changes does not add up. */
  doubt(): void {
    this.#isFullDue = true;
  }

  /** What kind of run it was, once it has ended with everything written. */
  kind(isCertified: boolean): RunKind {
    if (this.#isFullDue) return 'full-due';
    return isCertified ? 'full' : 'other';
  }
}
