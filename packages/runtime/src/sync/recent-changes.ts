import type { Clock } from '@isthmus/kernel';
import type { ChangePage, MetadataChange, MetadataStore } from '@isthmus/model';

/** So long a page is good for others too: after a restart a thousand connectors read nearly the same changes. */
const lifetimeMs = 2_000;
const mostKept = 50_000;

/** A stretch of the store's changes without a gap: every one after `from` up to `to`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly MetadataChange[];
  /** When its first page was asked for. */
  readonly since: number;
}

/**
 * The store's changes, read once for all runs that ask within a moment. What is not known is asked for; what a page
 * told is true for whoever asks, since a sequence that was told never changes. It is kept for a moment only: a store
 * that was restored tells other changes under the same numbers.
 */
export class RecentChanges {
  #stretch: Stretch | undefined;

  constructor(
    private readonly store: Pick<MetadataStore, 'changes'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes after `after`, `limit` at most.
   *
   * @returns the page, and whether the store was asked for it
   * @throws CHANGES_TOO_OLD and what else the store throws
   */
  async read(
    after: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ readonly page: ChangePage; readonly isAsked: boolean }> {
    const known = this.#known(after, limit);
    if (known !== undefined) return { page: known, isAsked: false };
    const since = this.clock.monotonic();
    const page = await this.store.changes(after, { waitMs: 0, limit }, signal);
    this.#keep(after, page, since);
    return { page, isAsked: true };
  }

  #known(after: number, limit: number): ChangePage | undefined {
    const stretch = this.#stretch;
    if (stretch === undefined) return undefined;
    if (this.clock.monotonic() - stretch.since > lifetimeMs) {
      this.#stretch = undefined;
      return undefined;
    }
    if (after < stretch.from || after >= stretch.to) return undefined;
    const first = firstAfter(stretch.changes, after);
    const changes = stretch.changes.slice(first, first + limit);
    const isLast = first + limit >= stretch.changes.length;
    return { changes, next: isLast ? stretch.to : (changes.at(-1)?.sequence ?? stretch.to) };
  }

  /** Runs ask at the same time: a page that neither goes on where the stretch ends nor reaches further back is left out. */
  #keep(after: number, { changes }: ChangePage, since: number): void {
    // what a page says of the place behind its last change is not handed on: it may be wrong
    const to = changes.at(-1)?.sequence ?? after;
    if (to <= after) return;
    const stretch = this.#stretch;
    const isFresh = stretch === undefined || after < stretch.from;
    if (isFresh) this.#stretch = { from: after, to, changes, since };
    else if (after === stretch.to && stretch.changes.length + changes.length <= mostKept)
      this.#stretch = { ...stretch, to, changes: stretch.changes.concat(changes) };
  }
}

/** Index of the first change after a sequence; they are in order. */
function firstAfter(changes: readonly MetadataChange[], after: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.sequence ?? Number.POSITIVE_INFINITY) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
