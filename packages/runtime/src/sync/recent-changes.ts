import type { Clock } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import { ChangePart, ChangeSpan } from './change-span.js';
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
  readonly parts: readonly ChangePart[];
  readonly count: number;
  /** When its first page was asked for, or it was last held against the store. */
  readonly since: number;
}

export interface ChangeQuestion {
  readonly after: number;
  readonly until: number;
  /** Changes that the store is asked for at a time. */
  readonly limit: number;
  /** Changes that are wanted. */
  readonly most: number;
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
   * Changes after `after` up to `until`: as many as are known, else a page of the store.
   *
   * @returns the changes, and whether the store was asked for them
   * @throws CHANGES_TOO_OLD and what else the store throws
   */
  async read(
    question: ChangeQuestion,
    signal: AbortSignal,
  ): Promise<{ readonly span: ChangeSpan; readonly isAsked: boolean }> {
    const { after, until, limit } = question;
    this.#want(after);
    await this.#confirm(after, signal);
    const known = this.#known(question);
    if (known !== undefined) return { span: known, isAsked: false };
    const since = this.clock.monotonic();
    const page = await this.store.changes(after, { waitMs: 0, limit }, signal);
    // what a page says of the place behind its last change is not handed on: it may be wrong
    const part = new ChangePart(after, page.changes.at(-1)?.sequence ?? after, page.changes);
    this.#keep(part, since, limit);
    const next = page.changes.length === 0 ? until : Math.max(after + 1, Math.min(page.next, until));
    return { span: new ChangeSpan([part], after, next), isAsked: true };
  }

  #known({ after, until, most }: ChangeQuestion): ChangeSpan | undefined {
    const stretch = this.#stretchWith(after);
    if (stretch === undefined) return undefined;
    const parts: ChangePart[] = [];
    let left = most;
    for (const part of stretch.parts) {
      if (part.to <= after || part.from >= until) continue;
      const wanted = part.within(after, until);
      parts.push(part);
      if (wanted.length >= left) return new ChangeSpan(parts, after, wanted[left - 1]?.sequence ?? part.to);
      left -= wanted.length;
    }
    return new ChangeSpan(parts, after, Math.min(until, stretch.to));
  }

  #stretchWith(after: number): Stretch | undefined {
    return this.#stretches.find(({ from, to }) => after >= from && after < to);
  }

  /** Forgets the stretch that would be asked when it is old and the store no longer holds its last change. */
  async #confirm(after: number, signal: AbortSignal): Promise<void> {
    const stretch = this.#stretchWith(after);
    const last = stretch?.parts.at(-1)?.changes.at(-1);
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
  #keep(part: ChangePart, since: number, limit: number): void {
    const { from, to, changes } = part;
    if (to <= from) return;
    let read: Stretch = { from, to, parts: [part], count: changes.length, since };
    const others: Stretch[] = [];
    for (const other of this.#stretches) {
      const joined = joinedWith(read, other, limit);
      if (joined === undefined) others.push(other);
      else read = joined;
    }
    let total = read.count;
    const kept = others.slice(0, mostStretches - 1).filter((other) => {
      total += other.count;
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
  const parts = partsAfter(stretch.parts, from);
  const count = countOf(parts);
  return count * 2 >= stretch.count ? [stretch] : [{ ...stretch, from, parts, count }];
}

/**
 * Both as one, as old as the older one; undefined when there is a gap between them, or it would be too much.
 *
 * @param limit - changes of one part
 */
function joinedWith(one: Stretch, other: Stretch, limit: number): Stretch | undefined {
  const [first, second] = one.from <= other.from ? [one, other] : [other, one];
  if (first.to < second.from) return undefined;
  const since = Math.min(one.since, other.since);
  if (first.to >= second.to) return { ...first, since };
  const [next, ...rest] = partsAfter(second.parts, first.to);
  const last = first.parts.at(-1);
  const seam = last === undefined || next === undefined ? [] : last.with(next, limit);
  const parts = [...first.parts.slice(0, -1), ...seam, ...rest];
  const count = countOf(parts);
  return count > mostKept ? undefined : { from: first.from, to: second.to, parts, count, since };
}

function partsAfter(parts: readonly ChangePart[], after: number): readonly ChangePart[] {
  return parts.filter(({ to }) => to > after).map((part) => part.after(after));
}

function countOf(parts: readonly ChangePart[]): number {
  return parts.reduce((count, { changes }) => count + changes.length, 0);
}
