import type { ItemKey, KnownItem } from '../journal/journal.js';
import type { Removal } from './held-removals.js';
import { LeavingItems, type LeavingParts } from './leaving-items.js';

export interface OverLimitParts extends LeavingParts {
  /** Those that another item of this connector has by now. */
  readonly moved: (items: readonly KnownItem[]) => Promise<ReadonlySet<KnownItem>>;
  readonly remove: (removals: readonly Removal[]) => Promise<unknown>;
  /** What a run before held back. */
  readonly withholdAgain: (scope: string, removals: readonly Removal[]) => Promise<void>;
  /** All that the scope lacks so. */
  readonly judge: (scope: string, removals: readonly Removal[]) => Promise<void>;
  readonly written: () => Promise<void>;
}

/**
 * What is more than may be removed at once, and what a run before held back for that. It waits for the end of the listing as what
 * goes does: what another scope lists by then has moved and is not gone, so it is neither withheld nor counted.
 */
export class OverLimit {
  readonly #parts: OverLimitParts;
  readonly #over: LeavingItems;
  readonly #heldBefore: LeavingItems;

  constructor(parts: OverLimitParts) {
    this.#parts = parts;
    const named = (what: string) => ({ ...parts.spec, runId: `${parts.spec.runId} ${what}` });
    this.#over = new LeavingItems({ ...parts, spec: named('over') });
    this.#heldBefore = new LeavingItems({ ...parts, spec: named('held') });
  }

  get count(): number {
    return this.#over.count + this.#heldBefore.count;
  }

  async has(item: ItemKey): Promise<boolean> {
    return (await this.#over.has(item)) || (await this.#heldBefore.has(item));
  }

  async listedOf(item: ItemKey): Promise<string | undefined> {
    return (await this.#over.listedOf(item)) ?? (await this.#heldBefore.listedOf(item));
  }

  /** It is written after all. */
  async takeBack(item: ItemKey): Promise<void> {
    await this.#over.takeBack(item);
    await this.#heldBefore.takeBack(item);
  }

  async add(kind: 'over' | 'held-before', removals: readonly Removal[], isUnwritten: (item: KnownItem) => boolean) {
    await (kind === 'over' ? this.#over : this.#heldBefore).add(removals, isUnwritten);
  }

  /** Call it when all that was listed is written. */
  async settle(): Promise<void> {
    if (this.count === 0) return;
    const { written, judge, withholdAgain } = this.#parts;
    await this.#withoutMoved(this.#heldBefore);
    await this.#withoutMoved(this.#over);
    await written();
    await this.#heldBefore.settle((removals) => ofScope(removals, withholdAgain));
    await this.#over.settle((removals) => ofScope(removals, judge));
  }

  async clear(): Promise<void> {
    await this.#over.clear();
    await this.#heldBefore.clear();
  }

  async #withoutMoved(items: LeavingItems): Promise<void> {
    const { moved: movedOf, remove } = this.#parts;
    await items.each(async (removals) => {
      const moved = await movedOf(removals.map(({ item }) => item));
      await remove(removals.filter(({ item }) => moved.has(item)));
      for (const item of moved) await items.takeBack(item);
    });
  }
}

async function ofScope(
  removals: readonly Removal[],
  handle: (scope: string, removals: readonly Removal[]) => Promise<void>,
): Promise<void> {
  const [first] = removals;
  if (first !== undefined) await handle(first.scope, removals);
}
