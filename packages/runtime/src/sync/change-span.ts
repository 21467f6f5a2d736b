import { processSlicer } from '@isthmus/kernel';
import type { MetadataChange } from '@isthmus/model';
import { guidNumbers } from '../journal/guid-number.js';
import type { TouchedElements } from '../journal/journal.js';

/** A page of the store's changes: every one after `from` up to `to`, in order. */
export class ChangePart {
  /** By the number of an element's GUID the last change that touched it; later ones may have been added, none is ever taken away. */
  #lastTouches: Map<number, number> | undefined;

  constructor(
    readonly from: number,
    readonly to: number,
    readonly changes: readonly MetadataChange[],
  ) {}

  /** Without its beginning. */
  after(sequence: number): ChangePart {
    if (sequence <= this.from) return this;
    const part = new ChangePart(sequence, this.to, this.changes.slice(firstAfter(this.changes, sequence)));
    part.#lastTouches = this.#lastTouches;
    return part;
  }

  /** Both as one when that is no more than `most`: runs that follow each other closely read a few changes each. */
  with(next: ChangePart, most: number): readonly ChangePart[] {
    if (this.changes.length + next.changes.length > most) return [this, next];
    const part = new ChangePart(this.from, next.to, [...this.changes, ...next.changes]);
    if (this.#lastTouches !== undefined) part.#lastTouches = noteTouches(this.#lastTouches, next.changes);
    return [part];
  }

  get isIndexed(): boolean {
    return this.#lastTouches !== undefined;
  }

  index(): void {
    this.#lastTouches ??= noteTouches(new Map(), this.changes);
  }

  /** Whether one of the changes of (after, until] touched the element; to be asked after `index`. */
  hasTouched(number: number, after: number, until: number): boolean {
    const last = this.#lastTouches?.get(number);
    if (last === undefined || last <= after) return false;
    if (last <= until) return true;
    return this.within(after, until).some((change) =>
      touchedBy(change).some((guid) => guidNumbers(guid).includes(number)),
    );
  }

  within(after: number, until: number): readonly MetadataChange[] {
    const isWhole = after <= this.from && until >= this.to;
    return isWhole
      ? this.changes
      : this.changes.slice(firstAfter(this.changes, after), firstAfter(this.changes, until));
  }
}

/** The store's changes of (after, next], without a gap. */
export class ChangeSpan implements TouchedElements {
  readonly count: number;

  constructor(
    private readonly parts: readonly ChangePart[],
    private readonly after: number,
    readonly next: number,
  ) {
    this.count = parts.reduce((count, part) => count + part.within(after, next).length, 0);
  }

  /** A page at a time. */
  *pages(): Iterable<readonly MetadataChange[]> {
    for (const part of this.parts) yield part.within(this.after, this.next);
  }

  *guids(): Iterable<readonly string[]> {
    for (const page of this.pages()) yield [...new Set(page.flatMap(touchedBy))];
  }

  async index(): Promise<(number: number) => boolean> {
    await processSlicer.turn();
    for (const part of this.parts) {
      if (part.isIndexed) continue;
      part.index();
      await processSlicer.turn();
    }
    return (number) => this.parts.some((part) => part.hasTouched(number, this.after, this.next));
  }
}

/** Index of the first change after a sequence; they are in order. */
export function firstAfter(changes: readonly MetadataChange[], after: number): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.sequence ?? Number.POSITIVE_INFINITY) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function noteTouches(last: Map<number, number>, changes: readonly MetadataChange[]): Map<number, number> {
  for (const change of changes) {
    for (const guid of touchedBy(change)) {
      for (const number of guidNumbers(guid)) {
        if ((last.get(number) ?? 0) < change.sequence) last.set(number, change.sequence);
      }
    }
  }
  return last;
}

function touchedBy({ guid, end1Guid, end2Guid }: MetadataChange): readonly string[] {
  return [guid, end1Guid, end2Guid].filter((touched) => touched !== undefined);
}
