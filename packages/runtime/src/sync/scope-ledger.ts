import type { ItemDigest } from '@isthmus/connector-host';
import type { ItemKey, KnownItem } from '../journal/journal.js';

/** What is known of a scope, and what of it this run has seen. */
export class ScopeLedger {
  readonly name: string;
  readonly #known: Map<string, KnownItem>;
  readonly #seen = new Set<string>();
  /** Hashes of items that this run has sent. */
  readonly #delivered = new Map<string, string>();
  readonly #deliveredOpens = new Map<string, string>();
  #touched: (ItemKey & { readonly sourceVersion?: string })[] = [];
  /** The connector said that something is wrong with the scope itself. */
  hasError = false;
  /** The medium on which the items were listed last, as far as it is known. */
  readonly place: string | undefined;
  readonly #isWithheld: boolean;
  #isVouchedFor = false;

  constructor(name: string, known: readonly KnownItem[], place?: string) {
    this.name = name;
    this.place = place;
    this.#known = new Map(known.map((item) => [item.key, item]));
    this.#isWithheld = known.some((item) => item.absence === 'unconfirmed');
  }

  known(key: string): KnownItem | undefined {
    return this.#known.get(key);
  }

  /** @returns whether this is the first time in this run */
  see(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const known = this.#known.get(key);
    if (known !== undefined && (!this.#isWithheld || known.absence === 'unconfirmed')) this.#isVouchedFor = true;
    return true;
  }

  /**
   * Whether something of what was known was seen, so that the place is the one that was listed before. When items were
   * missed and kept, only one of these counts: what came up since says nothing about them.
   */
  get isVouchedFor(): boolean {
    return this.#isVouchedFor;
  }

  /** Neither known before nor come up since. */
  get isEmpty(): boolean {
    return this.#known.size === 0 && this.#seen.size === 0;
  }

  get seenCount(): number {
    return this.#seen.size;
  }

  /** Nobody lists it, and it is on its way to be known so. */
  expect(item: KnownItem): void {
    this.#known.set(item.key, item);
  }

  /** It is on its way to be known so. Of what was seen little more is needed: a scope may hold a hundred thousand. */
  delivered({ key, hash, opens }: KnownItem): void {
    this.#known.delete(key);
    this.#delivered.set(key, hash);
    if (opens === undefined) this.#deliveredOpens.delete(key);
    else this.#deliveredOpens.set(key, opens);
  }

  /** Then `known` does not tell of it: the journal does, once all that is on its way has arrived. */
  wasDelivered(key: string): boolean {
    return this.#delivered.has(key);
  }

  /** The scope below the item. */
  opensOf(key: string): string | undefined {
    return this.#known.get(key)?.opens ?? this.#deliveredOpens.get(key);
  }

  /** What the store holds of the items that are yet to come is not known for certain. */
  forgetHashes(): void {
    for (const [key, item] of this.#known) if (!this.#seen.has(key)) this.#known.set(key, { ...item, hash: '' });
  }

  isEqual({ key, hash, opens }: ItemDigest): boolean {
    const known = this.#known.get(key)?.hash ?? this.#delivered.get(key);
    return known !== undefined && known !== '' && known === hash && this.opensOf(key) === opens;
  }

  /** Equal to what is known: only its version or the end of an absence is to be remembered. */
  confirm(key: string, sourceVersion: string | undefined): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    if (known.absence === undefined && (sourceVersion === undefined || sourceVersion === known.sourceVersion)) return;
    const { absence: _, ...rest } = known;
    const version = sourceVersion === undefined ? {} : { sourceVersion };
    this.#known.set(key, { ...rest, ...version });
    this.#touched.push({ scope: this.name, key, ...version });
  }

  get touchedCount(): number {
    return this.#touched.length;
  }

  takeTouched(): readonly (ItemKey & { readonly sourceVersion?: string })[] {
    const touched = this.#touched;
    this.#touched = [];
    return touched;
  }

  /** Known and not seen. What fell out of the listing with a changed boundary is not missing, unless asked for. */
  missing(withOutside = false): readonly KnownItem[] {
    const missing: KnownItem[] = [];
    for (const item of this.#known.values()) {
      if (!this.#seen.has(item.key) && (withOutside || item.absence !== 'outside')) missing.push(item);
    }
    return missing;
  }

  /** Scopes that lie below items which are still there. */
  openedBySeen(): ReadonlySet<string> {
    const opened = new Set<string>();
    for (const key of this.#seen) {
      const opens = this.opensOf(key);
      if (opens !== undefined) opened.add(opens);
    }
    return opened;
  }
}
