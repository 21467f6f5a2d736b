import type { KeptItem } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import type { SyncJournal, SyncOwner } from '../journal/journal.js';
import type { RunTally } from './run-tally.js';
import { ScopeLedger } from './scope-ledger.js';

interface RunScopesParts {
  readonly journal: Pick<SyncJournal, 'knownScope' | 'listedSo' | 'placesOf'>;
  readonly owner: SyncOwner;
  readonly tally: RunTally;
  /** Writes all that is on its way. */
  readonly written: () => Promise<void>;
}

/** Stays after the ledger of the scope is closed. */
interface Listed {
  /** Whether anything was in it. */
  seen: boolean;
  /** Something was compared and not sent. */
  unchanged: boolean;
  readonly completed: boolean;
}

/** The scopes of one run: what is known and seen of those that are open, and how those that were listed ended. */
export class RunScopes {
  readonly #parts: RunScopesParts;
  readonly #opening = new Map<string, Promise<ScopeLedger>>();
  readonly #open = new Map<string, ScopeLedger>();
  /** Of which nothing was told but what the journal is asked by `listedSo`: their items are not read. */
  readonly #asTold = new Set<string>();
  readonly #listed = new Map<string, Listed>();
  /** Scopes below folders that are written because the store may have lost them, until they are opened. */
  readonly #belowDoubtful = new Set<string>();
  #openedCount = 0;
  #completedCount = 0;

  constructor(parts: RunScopesParts) {
    this.#parts = parts;
  }

  get counts(): { readonly opened: number; readonly completed: number } {
    return { opened: this.#openedCount, completed: this.#completedCount };
  }

  get isCertified(): boolean {
    return this.#openedCount > 0 && this.#openedCount === this.#completedCount;
  }

  /** Ledgers whose items have been read. */
  get open(): ReadonlyMap<string, ScopeLedger> {
    return this.#open;
  }

  /** Ledgers that are open or about to be, by their scopes. */
  get opening(): ReadonlyMap<string, Promise<ScopeLedger>> {
    return this.#opening;
  }

  /**
   * The scope's ledger, made at its first use, with all that is known of its items.
   *
   * @throws SCOPE_CLOSED
   */
  ledger(scope: string): Promise<ScopeLedger> {
    const open = this.#opening.get(scope);
    if (open === undefined) return this.#begin(scope, () => this.#read(scope));
    if (!this.#asTold.delete(scope)) return open;
    return this.#note(scope, this.#readToo(open));
  }

  /** The ledger as it is, for completing the scope: nothing more is told of its items. */
  toComplete(scope: string): Promise<ScopeLedger> {
    return this.#opening.get(scope) ?? this.ledger(scope);
  }

  /** As `ledger`, for the first that is told of the scope: if all of it is known so, its items are not read. */
  ledgerFor(scope: string, told: readonly KeptItem[]): Promise<ScopeLedger> {
    return this.#opening.has(scope) ? this.ledger(scope) : this.#begin(scope, () => this.#compare(scope, told));
  }

  #begin(scope: string, open: () => Promise<ScopeLedger>): Promise<ScopeLedger> {
    if (this.#listed.has(scope)) throw closed(scope);
    this.#listed.set(scope, { seen: false, unchanged: false, completed: false });
    this.#openedCount += 1;
    return this.#note(scope, open());
  }

  #note(scope: string, opening: Promise<ScopeLedger>): Promise<ScopeLedger> {
    this.#opening.set(scope, opening);
    return opening;
  }

  async #compare(scope: string, told: readonly KeptItem[]): Promise<ScopeLedger> {
    const { journal, owner } = this.#parts;
    // At once: what is told meanwhile has to wait for the items.
    this.#asTold.add(scope);
    await this.#settleAbove(scope);
    const listed = await journal.listedSo(owner, scope, told);
    if (listed === undefined) {
      this.#asTold.delete(scope);
      return this.#read(scope);
    }
    return ScopeLedger.asTold(scope, told, listed.place);
  }

  async #readToo(opening: Promise<ScopeLedger>): Promise<ScopeLedger> {
    const ledger = await opening;
    if (!ledger.isUnread) return ledger;
    const { journal, owner } = this.#parts;
    ledger.learn(await journal.knownScope(owner, ledger.name));
    this.#open.set(ledger.name, ledger);
    return ledger;
  }

  /** A folder that is made anew has lost its links, and with them the hashes below it are forgotten. */
  async #settleAbove(scope: string): Promise<void> {
    if (this.#belowDoubtful.delete(scope)) await this.#parts.written();
  }

  async #read(scope: string): Promise<ScopeLedger> {
    const { journal, owner } = this.#parts;
    await this.#settleAbove(scope);
    const known = await journal.knownScope(owner, scope);
    const places = known.length === 0 ? undefined : await journal.placesOf(owner, [scope]);
    const ledger = await ScopeLedger.of(scope, known, places?.get(scope));
    this.#open.set(scope, ledger);
    return ledger;
  }

  /** @throws SCOPE_CLOSED */
  refuseCompleted(scope: string): void {
    if (this.isCompleted(scope)) throw closed(scope);
  }

  isKnown(scope: string): boolean {
    return this.#listed.has(scope);
  }

  isCompleted(scope: string): boolean {
    return this.#listed.get(scope)?.completed === true;
  }

  wasSeenIn(scope: string): boolean {
    return this.#listed.get(scope)?.seen === true;
  }

  wasComparedIn(scope: string): boolean {
    return this.#listed.get(scope)?.unchanged === true;
  }

  /** What the folder above had may be lost: the scope is read when that is written. */
  doubt(scope: string): void {
    this.#belowDoubtful.add(scope);
  }

  /** Everything of it was said. @param unchanged - default: as it was told */
  seal({ name, seenCount }: ScopeLedger, unchanged = this.wasComparedIn(name)): void {
    this.#listed.set(name, { seen: seenCount > 0, unchanged, completed: true });
  }

  /** @param isCertified - it was listed completely, and all that follows from it is done */
  close({ name }: ScopeLedger, isCertified: boolean): void {
    this.#opening.delete(name);
    this.#open.delete(name);
    this.#asTold.delete(name);
    if (isCertified) this.#completedCount += 1;
  }

  clear(): void {
    this.#opening.clear();
    this.#open.clear();
    this.#asTold.clear();
  }

  /** @returns whether this is the first time in this run */
  see(ledger: ScopeLedger, key: string): boolean {
    const first = ledger.see(key);
    if (first) this.#noteSeen(ledger, 1);
    return first;
  }

  /** Items that are as they were known. @param count - how many of them were seen for the first time */
  noteUnchanged(ledger: ScopeLedger, count: number): void {
    if (count > 0) this.#noteSeen(ledger, count);
    this.#parts.tally.add('unchanged', count, ledger.name);
    const listed = this.#listed.get(ledger.name);
    if (listed !== undefined) listed.unchanged = true;
  }

  #noteSeen(ledger: ScopeLedger, count: number): void {
    this.#parts.tally.add('seen', count, ledger.name);
    const listed = this.#listed.get(ledger.name);
    if (listed !== undefined) listed.seen = true;
  }
}

function closed(scope: string): IsthmusError {
  return new IsthmusError('SCOPE_CLOSED', `scope ${scope} was completed in this run already`, { details: { scope } });
}
