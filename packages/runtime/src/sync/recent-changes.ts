import type { Clock } from '@isthmus/kernel';
import type { ChangePage, MetadataChange, MetadataStore } from '@isthmus/model';
import { LastChanges, printOfChange } from './last-changes.js';

/** So long a page is good for others without asking: after a restart a thousand connectors read nearly the same changes. */
const lifetimeMs = 2_000;
const mostKept = 50_000;
/** Changes that nobody has asked for in so long, or twice that, are let go of; who wants them reads them again. */
const wantedMs = 60_000;
/** Runs that begin at different places read towards each other. */
const mostStretches = 4;

/** A stretch of the store's changes without a gap: every one after `from` up to `to`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly changes: readonly MetadataChange[];
  /** When its first page was asked for, or it was last held against the store. */
  readonly since: number;
}

/**
 * The store's changes, read once for all runs that ask within a moment. What is not known is asked for; what a page
 * told is true for whoever asks, since a sequence that was told never changes. A store that was restored tells other
 * changes under the same numbers: after a moment it is asked whether it still holds the last of them.
 */
export class RecentChanges {
  #stretches: readonly Stretch[] = [];
  /** From where on was asked, now and in the time before. */
  #wanted = { since: 0, from: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY };

  constructor(
    private readonly store: Pick<MetadataStore, 'changes'>,
    private readonly clock: Clock,
    private readonly lastChanges: LastChanges = new LastChanges(store),
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
    this.#want(after);
    await this.#confirm(after, signal);
    const known = this.#known(after, limit);
    if (known !== undefined) return { page: known, isAsked: false };
    const since = this.clock.monotonic();
    const page = await this.store.changes(after, { waitMs: 0, limit }, signal);
    this.#keep(after, page, since);
    return { page, isAsked: true };
  }

  #known(after: number, limit: number): ChangePage | undefined {
    const stretch = this.#stretchWith(after);
    if (stretch === undefined) return undefined;
    const first = firstAfter(stretch.changes, after);
    const changes = stretch.changes.slice(first, first + limit);
    const isLast = first + limit >= stretch.changes.length;
    return { changes, next: isLast ? stretch.to : (changes.at(-1)?.sequence ?? stretch.to) };
  }

  #stretchWith(after: number): Stretch | undefined {
    return this.#stretches.find(({ from, to }) => after >= from && after < to);
  }

  /** Forgets the stretch that would be asked when it is old and the store no longer holds its last change. */
  async #confirm(after: number, signal: AbortSignal): Promise<void> {
    const stretch = this.#stretchWith(after);
    const last = stretch?.changes.at(-1);
    const now = this.clock.monotonic();
    if (stretch === undefined || last === undefined || now - stretch.since <= lifetimeMs) return;
    const held = await this.lastChanges.at(last.sequence, signal).catch(() => undefined);
    // the others still want it
    if (signal.aborted) return;
    const isHeld = held !== undefined && printOfChange(held) === printOfChange(last);
    this.#stretches = this.#stretches.flatMap((each) => {
      if (each !== stretch) return [each];
      return isHeld ? [{ ...each, since: now }] : [];
    });
  }

  /** Joins the page to what it touches. Runs ask at the same time: some read what others have read meanwhile. */
  #keep(after: number, { changes }: ChangePage, since: number): void {
    // what a page says of the place behind its last change is not handed on: it may be wrong
    const to = changes.at(-1)?.sequence ?? after;
    if (to <= after) return;
    let read: Stretch = { from: after, to, changes, since };
    const others: Stretch[] = [];
    for (const other of this.#stretches) {
      const joined = joinedWith(read, other);
      if (joined === undefined) others.push(other);
      else read = joined;
    }
    let total = read.changes.length;
    const kept = others.slice(0, mostStretches - 1).filter((other) => {
      total += other.changes.length;
      return total <= mostKept;
    });
    const wantedFrom = Math.min(this.#wanted.from, this.#wanted.before);
    this.#stretches = [read, ...kept].flatMap((stretch) => wantedOf(stretch, wantedFrom));
  }

  #want(after: number): void {
    const now = this.clock.monotonic();
    const { since, from, before } = this.#wanted;
    if (now - since > wantedMs) this.#wanted = { since: now, from: after, before: from };
    else this.#wanted = { since, from: Math.min(from, after), before };
  }
}

/** Without its beginning, where most of it is wanted by nobody. */
function wantedOf(stretch: Stretch, from: number): readonly Stretch[] {
  if (stretch.to <= from) return [];
  const first = firstAfter(stretch.changes, from);
  if (first * 2 <= stretch.changes.length) return [stretch];
  return [{ ...stretch, from, changes: stretch.changes.slice(first) }];
}

/** Both as one, as old as the older one; undefined when there is a gap between them, or it would be too much. */
function joinedWith(one: Stretch, other: Stretch): Stretch | undefined {
  const [first, second] = one.from <= other.from ? [one, other] : [other, one];
  if (first.to < second.from) return undefined;
  const since = Math.min(one.since, other.since);
  if (first.to >= second.to) return { ...first, since };
  const before = firstAfter(first.changes, second.from);
  if (before + second.changes.length > mostKept) return undefined;
  return {
    from: first.from,
    to: second.to,
    changes: [...first.changes.slice(0, before), ...second.changes],
    since,
  };
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
