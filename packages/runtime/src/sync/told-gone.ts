import type { KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { RunScopes } from './run-scopes.js';
import { ScopeLedger } from './scope-ledger.js';

interface ToldGoneParts {
  readonly journal: Pick<SyncJournal, 'knownItem' | 'knownScope' | 'markAbsent' | 'toldGoneIn' | 'forgetToldGone'>;
  readonly owner: SyncOwner;
  readonly scopes: RunScopes;
  readonly isIncremental: () => boolean;
  /** Writes all that is on its way. */
  readonly written: () => Promise<void>;
  /** What is known of an item by now. */
  readonly before: (ledger: ScopeLedger, key: string) => Promise<KnownItem | undefined>;
  /** Whether it goes already, be it with what it lies in. */
  readonly isLeaving: (item: KnownItem) => Promise<boolean>;
  /** Removes them when the run is over, unless something has them by then. */
  readonly lose: (ledger: ScopeLedger, items: readonly KnownItem[]) => Promise<void>;
  /** Keeps what was seen again. */
  readonly flushTouches: (ledger: ScopeLedger) => Promise<void>;
}

/**
 * Items of which the source said that they are gone. They go when the run is over, as what a listing lacks does: until then
 * anything else may come to have them. Whoever saves a cursor before marks them in the journal, since the source does not say
 * it again: should the run not get to its end, the next one removes them.
 */
export class ToldGone {
  /** Scopes of which nothing is left to be done. */
  readonly #settled = new Set<string>();

  /** Scopes with items that became something else, maybe after all was told of them. */
  readonly #changed = new Set<ScopeLedger>();

  constructor(private readonly parts: ToldGoneParts) {}

  /** An item became something else: what it was is expected, and told by nobody. */
  expect(ledger: ScopeLedger, former: KnownItem): void {
    ledger.expect(former);
    const { isIncremental, scopes } = this.parts;
    // What waited for a name was written after its scope was listed.
    if (!isIncremental() && !scopes.isCompleted(ledger.name)) return;
    ledger.lose(former.key);
    this.#changed.add(ledger);
  }

  /** Call it before a cursor is saved, once all that was told is written. */
  async note(): Promise<void> {
    for (const ledger of [...this.parts.scopes.open.values()]) await this.#mark(ledger);
  }

  /** Nothing more is told of the scope. */
  async complete(ledger: ScopeLedger): Promise<void> {
    if (this.parts.isIncremental()) await this.#mark(ledger);
    await this.#lose(ledger, true);
  }

  /** The run is over: what was said before its cursor goes, and what runs before did not get to. */
  async settle(): Promise<void> {
    const { journal, owner, scopes, flushTouches, isIncremental } = this.parts;
    for (const ledger of isIncremental() ? [...scopes.open.values()] : []) {
      await flushTouches(ledger);
      await this.#lose(ledger, this.#changed.delete(ledger));
    }
    for (const ledger of this.#changed) await this.#lose(ledger, true);
    if (!isIncremental()) return;
    for (const scope of await journal.toldGoneIn(owner)) {
      if (this.#settled.has(scope)) continue;
      await this.#lose(await ScopeLedger.of(scope, await journal.knownScope(owner, scope)), false);
    }
  }

  /** A listing tells what is there. */
  forget(): Promise<void> {
    return this.parts.journal.forgetToldGone(this.parts.owner);
  }

  async #mark(ledger: ScopeLedger): Promise<void> {
    const { journal, owner, before, flushTouches, written } = this.parts;
    await flushTouches(ledger);
    const keys = ledger.goneSince();
    if (keys.length > 0) await written();
    for (const key of keys) {
      const item = await before(ledger, key);
      // What waits for people, or was taken back, goes on waiting so if the run does not get to its end.
      const isFree = (item?.absence === undefined || item.absence === 'outside') && item?.undone === undefined;
      if (item !== undefined && isFree) await journal.markAbsent(owner, [item], 'gone');
      ledger.goneWithCursor(key, isFree ? item : undefined);
    }
  }

  async #lose(ledger: ScopeLedger, isOver: boolean): Promise<void> {
    const { before, lose, isIncremental, written } = this.parts;
    this.#settled.add(ledger.name);
    const keys = new Set([...ledger.takeGone(isOver), ...(isIncremental() ? ledger.markedGone() : [])]);
    if (keys.size === 0) return;
    await written();
    const isOpened = this.parts.scopes.isKnown(ledger.name);
    const items: KnownItem[] = [];
    for (const key of keys) {
      const item = (await before(ledger, key)) ?? ledger.expected(key);
      // What a folder holds goes before the folder: should the run die in between, nobody would list it any more.
      const isLeft = item !== undefined && (isOpened || !(await this.parts.isLeaving(item)));
      if (isLeft) items.push(item);
      ledger.forget(key);
    }
    if (items.length > 0) await lose(ledger, items);
  }
}
