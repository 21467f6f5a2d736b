import type { ItemDigest } from '@isthmus/connector-host';
import type { KeptItem } from '@isthmus/connector-sdk';
import { processSlicer } from '@isthmus/kernel';
import type { SyncJournal, SyncOwner } from '../journal/journal.js';
import type { GatheredDelivery } from './gathered-delivery.js';
import { keepEqualOnes, keepSome, touchesKept } from './keep-some.js';
import type { RunScopes } from './run-scopes.js';
import type { RunTally } from './run-tally.js';
import type { ScopeLedger } from './scope-ledger.js';
import type { SyncRunSpec } from './sync-engine.js';

interface ComparisonParts {
  readonly journal: Pick<SyncJournal, 'touch'>;
  readonly owner: SyncOwner;
  readonly mode: SyncRunSpec['mode'];
  readonly tally: RunTally;
  readonly scopes: RunScopes;
  readonly ledger: (scope: string) => Promise<ScopeLedger>;
  readonly isIncremental: () => boolean;
  readonly hasEnded: () => boolean;
  readonly throwIfEnded: () => void;
  readonly gathered: Pick<GatheredDelivery, 'has' | 'flush'>;
}

/** What of a listing is as it was: it is seen, and nobody asks for its content. */
export class ListingComparison {
  constructor(private readonly parts: ComparisonParts) {}

  /** By version of the source. @returns positions of those that are not known so */
  keep(scope: string, items: readonly KeptItem[]): readonly number[] | Promise<readonly number[]> {
    const unknown: number[] = [];
    const ledger = this.parts.scopes.open.get(scope);
    const done = ledger === undefined || this.parts.hasEnded() ? 0 : this.#keepSome(ledger, items, 0, unknown);
    return done === items.length ? unknown : this.#keepRest(scope, items, done, unknown);
  }

  async #keepRest(
    scope: string,
    items: readonly KeptItem[],
    from: number,
    unknown: number[],
  ): Promise<readonly number[]> {
    const ledger = await this.#ledgerFor(scope, items);
    if (ledger.isAsTold(items)) {
      this.parts.scopes.noteUnchanged(ledger, items.length);
      return unknown;
    }
    for (let done = from; done < items.length; done = this.#keepSome(ledger, items, done, unknown)) {
      await processSlicer.turn();
      if (ledger.touchedCount >= touchesKept) await this.flushTouches(ledger);
      this.parts.throwIfEnded();
    }
    if (from === 0 && unknown.length === 0) ledger.keptTogether(items);
    return unknown;
  }

  /** What a run that goes on from a cursor is told is never all. */
  #ledgerFor(scope: string, items: readonly KeptItem[]): Promise<ScopeLedger> {
    this.parts.throwIfEnded();
    return this.parts.isIncremental() ? this.parts.ledger(scope) : this.parts.scopes.ledgerFor(scope, items);
  }

  /** @returns position of the first that is left for the next slice */
  #keepSome(ledger: ScopeLedger, items: readonly KeptItem[], from: number, unknown: number[]): number {
    const seenBefore = ledger.seenCount;
    const { next, keptCount } = keepSome(ledger, items, from, unknown);
    if (keptCount > 0) this.parts.scopes.noteUnchanged(ledger, ledger.seenCount - seenBefore);
    return next;
  }

  /** By hash. @returns keys of those whose content is wanted */
  async offer(scope: string, items: readonly ItemDigest[]): Promise<readonly string[]> {
    const { scopes, isIncremental, gathered } = this.parts;
    const ledger = await this.parts.ledger(scope);
    const wanted: string[] = [];
    for (let next = 0; next < items.length; next += 1) {
      next = this.#keepEqualOnes(ledger, items, next);
      const digest = items[next];
      if (digest === undefined) break;
      await processSlicer.turn();
      if (gathered.has(ledger, digest.key)) await gathered.flush();
      if (!isIncremental() && ledger.isOtherThanTold(digest)) {
        // Who is known so stays, in whatever order they come.
        this.#tellKeyTwice(ledger, digest.key);
        if (ledger.isEqual(digest)) ledger.confirm(digest.key, digest.sourceVersion);
      } else if (ledger.isEqual(digest)) await this.#unchanged(ledger, digest);
      else {
        scopes.see(ledger, digest.key);
        ledger.want(digest);
        wanted.push(digest.key);
      }
    }
    return wanted;
  }

  /** @returns position of the first that is left to be looked at by itself */
  #keepEqualOnes(ledger: ScopeLedger, items: readonly ItemDigest[], from: number): number {
    const seenBefore = ledger.seenCount;
    const next = keepEqualOnes(ledger, items, from);
    if (next > from) this.parts.scopes.noteUnchanged(ledger, ledger.seenCount - seenBefore);
    return next;
  }

  async #unchanged(ledger: ScopeLedger, { key, sourceVersion }: ItemDigest): Promise<void> {
    this.parts.scopes.noteUnchanged(ledger, ledger.see(key) ? 1 : 0);
    ledger.confirm(key, sourceVersion);
    if (ledger.touchedCount >= touchesKept) await this.flushTouches(ledger);
  }

  /** Keeps what was seen under another version of the source. */
  async flushTouches(ledger: ScopeLedger): Promise<void> {
    const touched = ledger.takeTouched();
    if (touched.length > 0 && this.parts.mode === 'apply') await this.parts.journal.touch(this.parts.owner, touched);
  }

  #tellKeyTwice(ledger: ScopeLedger, key: string): void {
    this.parts.tally.add('setAside', 1, ledger.name);
    this.parts.tally.finding(ledger.name, {
      severity: 'error',
      code: 'ITEM_KEY_TWICE',
      message: `two items with different content have the key ${JSON.stringify(key)}: the second is set aside; give each item a key of its own, or tell it once`,
      key,
    });
  }
}
