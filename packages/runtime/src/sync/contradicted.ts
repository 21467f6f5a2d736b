import type { KnownItem } from '../journal/journal.js';

/** An item that is missing though the run saw what lies below it. */
interface Contradiction {
  readonly root: KnownItem;
  /** For people: why it goes. */
  readonly listed: string;
}

const mostWaiting = 1_000;

/** Items that wait for what is told later; of too many, and of what comes up at the end, the next run decides. */
export class Contradicted {
  #waiting: Contradiction[] | undefined = [];

  mayWait(roots: readonly KnownItem[], listed: string): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined || waiting.length + roots.length > mostWaiting) return false;
    for (const root of roots) waiting.push({ root, listed });
    return true;
  }

  /** Everything was told. */
  take(): readonly Contradiction[] {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    return waiting;
  }
}
