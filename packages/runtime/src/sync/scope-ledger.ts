import type { ItemDigest } from '@isthmus/connector-host';
import type { KeptItem } from '@isthmus/connector-sdk';
import { processSlicer } from '@isthmus/kernel';
import type { ItemKey, KnownItem, KnownState } from '../journal/journal.js';

const itemsBetweenTurns = 500;

interface Entry {
  item: KnownState;
  /** Of one that is on its way to be known: the journal does not tell of it yet. */
  readonly whole?: KnownItem;
  isSeen: boolean;
  /** Seen as it is known, and not only named by a finding. */
  isTold?: boolean;
}

/** What is known of a scope, and what of it this run has seen. */
export class ScopeLedger {
  readonly name: string;
  readonly #known = new Map<string, Entry>();
  /** Keys of what this run has seen of the rest. */
  readonly #seenBeyond = new Set<string>();
  #seenCount = 0;
  /** Keys of which the source says that they are gone. */
  readonly #gone = new Set<string>();
  /** Those of them that it does not say again: a cursor was saved since. */
  readonly #goneForGood = new Set<string>();
  /** Items that are marked as gone, by a run before or by this one. */
  #markedCount = 0;
  /** Hashes of items that this run has sent. */
  readonly #delivered = new Map<string, string>();
  readonly #deliveredOpens = new Map<string, string>();
  /** Hashes of items whose bodies are asked for. */
  readonly #wanted = new Map<string, string>();
  #touched: (ItemKey & { readonly sourceVersion?: string })[] = [];
  /** The connector said that something is wrong with the scope itself. */
  hasError = false;
  /** The medium on which the items were listed last, as far as it is known. */
  readonly place: string | undefined;
  /** Items that were missed before and kept. */
  #withheldCount = 0;
  /** Those that were seen, or where there were none, all that was known and is seen. */
  #vouchingCount = 0;
  /** Items that were told together before anything else, if all were kept. */
  #told: readonly KeptItem[] | undefined;
  /** Something was said to be gone, so that it may come once more. */
  #isLostOnce = false;

  /** Of a hundred thousand items it is made in many turns of the loop. */
  static async of(name: string, known: readonly KnownState[], place?: string): Promise<ScopeLedger> {
    const ledger = new ScopeLedger(name, place);
    for (const [position, item] of known.entries()) {
      if (position % itemsBetweenTurns === 0) await processSlicer.turn();
      ledger.#known.set(item.key, { item, isSeen: false });
      if (item.absence === 'unconfirmed') ledger.#withheldCount += 1;
      if (item.absence === 'gone') ledger.#markedCount += 1;
    }
    return ledger;
  }

  /** All that is known is known as it was just told, so that nothing of it is missing: see `learn`. */
  static asTold(name: string, told: readonly KeptItem[], place: string | undefined): ScopeLedger {
    const ledger = new ScopeLedger(name, place);
    ledger.#told = told;
    ledger.#seenCount = ledger.#vouchingCount = told.length;
    return ledger;
  }

  private constructor(name: string, place: string | undefined) {
    this.name = name;
    this.place = place;
  }

  /** What is known of its items is not here: see `learn`. */
  get isUnread(): boolean {
    return this.#told !== undefined && this.#known.size === 0;
  }

  /** Whether it was made by `asTold` of these. */
  isAsTold(items: readonly KeptItem[]): boolean {
    return this.isUnread && this.#told === items;
  }

  /** More is told than what was known: from here on by each item. @param known - few enough for one go */
  learn(known: readonly KnownState[]): void {
    const told = this.#told ?? [];
    this.#told = undefined;
    this.#seenCount = this.#vouchingCount = 0;
    for (const item of known) this.#known.set(item.key, { item, isSeen: false });
    for (const { key, sourceVersion } of told) if (!this.keep(key, sourceVersion)) this.see(key);
  }

  /** These were told together and kept. */
  keptTogether(items: readonly KeptItem[]): void {
    const isAll = this.#seenCount === items.length && this.#known.size === items.length;
    this.#told = isAll && this.#touched.length === 0 ? items : undefined;
  }

  /** What was told together, if it is all that is known and nothing else was said. */
  get toldTogether(): readonly KeptItem[] | undefined {
    const told = this.#told;
    const isAll =
      told !== undefined && this.#known.size === told.length && this.#seenCount === told.length && !this.hasError;
    return isAll ? told : undefined;
  }

  known(key: string): KnownState | undefined {
    return this.#known.get(key)?.item;
  }

  /** @returns whether this is the first time in this run */
  see(key: string): boolean {
    if (this.#gone.size > 0) this.#gone.delete(key);
    const entry = this.#known.get(key);
    if (entry !== undefined) return this.#seeKnown(entry);
    if (this.#seenBeyond.has(key)) return false;
    this.#seenBeyond.add(key);
    this.#seenCount += 1;
    return true;
  }

  /** Of a run in which nothing changed this is called for every item. @returns whether it is known so: then it was seen */
  keep(key: string, sourceVersion: string): boolean {
    const entry = this.#known.get(key);
    if (entry === undefined || entry.item.hash === '' || entry.item.sourceVersion !== sourceVersion) return false;
    if (this.#wanted.size > 0 && this.#wanted.has(key)) return false;
    if (this.#gone.size > 0) this.#gone.delete(key);
    this.#seeKnown(entry);
    entry.isTold = true;
    if (entry.item.absence !== undefined) this.#confirmEntry(entry, sourceVersion);
    return true;
  }

  /** As `keep`, by the hash. What is not known so may still be equal to something that was sent in this run: see `isEqual`. */
  keepEqual({ key, hash, opens, sourceVersion }: ItemDigest): boolean {
    const entry = this.#known.get(key);
    if (entry === undefined || hash === '' || entry.item.hash !== hash || entry.item.opens !== opens) return false;
    if (this.#wanted.size > 0 && this.#wanted.has(key)) return false;
    entry.isTold = true;
    if (this.#gone.size > 0) this.#gone.delete(key);
    this.#seeKnown(entry);
    this.#confirmEntry(entry, sourceVersion);
    return true;
  }

  #seeKnown(entry: Entry): boolean {
    if (entry.isSeen) return false;
    entry.isSeen = true;
    this.#seenCount += 1;
    if (entry.item.absence === 'gone') this.#unmark(entry);
    if (this.#withheldCount === 0 || entry.item.absence === 'unconfirmed') this.#vouchingCount += 1;
    return true;
  }

  /** It is back, whatever becomes of what is told of it now. */
  #unmark(entry: Entry): void {
    const { absence: _, ...item } = entry.item;
    entry.item = item;
    this.#markedCount -= 1;
    this.#touched.push({ scope: this.name, key: item.key });
  }

  /**
   * Whether half of what was known was seen, so that the place is the one that was listed before: one thing of a common name
   * may be anywhere. When items were missed and kept, only these count: what came up since says nothing about them.
   */
  get isVouchedFor(): boolean {
    const asked = this.#withheldCount > 0 ? this.#withheldCount : this.#known.size;
    return this.#vouchingCount > 0 && this.#vouchingCount * 2 >= asked;
  }

  /** Neither known before nor come up since. */
  get isEmpty(): boolean {
    return this.#known.size === 0 && this.#seenCount === 0;
  }

  /** The source says that it is gone, unless it shows up again. */
  lose(key: string): void {
    this.#gone.add(key);
    const entry = this.#known.get(key);
    const wasSeen = entry === undefined ? this.#seenBeyond.delete(key) : entry.isSeen;
    if (entry !== undefined) entry.isSeen = entry.isTold = false;
    this.#wanted.delete(key);
    this.#isLostOnce = true;
    if (wasSeen) this.#seenCount -= 1;
  }

  /** Of which that was said since a cursor was saved last. */
  goneSince(): readonly string[] {
    return [...this.#gone].filter((key) => !this.#goneForGood.has(key));
  }

  /** The cursor goes past it. @param marked - as the journal knows it, if it is marked there */
  goneWithCursor(key: string, marked?: KnownState): void {
    this.#goneForGood.add(key);
    if (marked === undefined) return;
    const { hash, sourceVersion, opens, undone } = marked;
    this.forget(key);
    this.#known.set(key, { item: { key, hash, sourceVersion, opens, absence: 'gone', undone }, isSeen: false });
    this.#markedCount += 1;
  }

  /** @param isOver - also those of which that was said since a cursor was saved last */
  takeGone(isOver: boolean): readonly string[] {
    const gone = [...this.#gone].filter((key) => isOver || this.#goneForGood.has(key));
    this.#gone.clear();
    this.#goneForGood.clear();
    return gone;
  }

  /** Those that are marked so, by this run or one before, and were not told again. */
  markedGone(): readonly string[] {
    if (this.#markedCount === 0) return [];
    return [...this.#known].flatMap(([key, { item }]) => (item.absence === 'gone' ? [key] : []));
  }

  /** Whether the source said so, and has not told it again. */
  isGone(key: string): boolean {
    const entry = this.#known.get(key);
    return this.#gone.has(key) || entry?.item.absence === 'gone';
  }

  /** It is known no longer. */
  forget(key: string): void {
    if (this.#known.get(key)?.item.absence === 'gone') this.#markedCount -= 1;
    this.#known.delete(key);
    this.#delivered.delete(key);
    this.#deliveredOpens.delete(key);
  }

  /** Items that are there if all is unchanged of which nothing was said. */
  get expectedCount(): number {
    let gone = 0;
    if (this.#gone.size + this.#markedCount > 0) for (const key of this.#known.keys()) if (this.isGone(key)) gone += 1;
    return this.#known.size - gone + this.#seenBeyond.size;
  }

  get seenCount(): number {
    return this.#seenCount;
  }

  wasSeen(key: string): boolean {
    return this.#known.get(key)?.isSeen === true || this.#seenBeyond.has(key);
  }

  want({ key, hash }: ItemDigest): void {
    this.#wanted.set(key, hash);
  }

  isWanted(key: string): boolean {
    return this.#wanted.has(key);
  }

  /** Whether it was told before with other content. Of what is told to be gone meanwhile that is no contradiction. */
  isOtherThanTold({ key, hash }: ItemDigest): boolean {
    if (this.#isLostOnce) return false;
    const entry = this.#known.get(key);
    const told = entry?.isTold === true ? entry.item.hash : (this.#delivered.get(key) ?? this.#wanted.get(key));
    return told !== undefined && told !== '' && told !== hash && entry?.item.undone !== hash;
  }

  /** Nobody lists it, and it is on its way to be known so. */
  expect(item: KnownItem): void {
    this.#known.set(item.key, { item, whole: item, isSeen: this.#seenBeyond.delete(item.key) });
  }

  /** It is on its way to be known so. Of what was seen little more is needed: a scope may hold a hundred thousand. */
  delivered({ key, hash, opens }: KnownItem): void {
    if (this.#known.get(key)?.isSeen === true) this.#seenBeyond.add(key);
    this.#known.delete(key);
    this.#wanted.delete(key);
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
    return this.#known.get(key)?.item.opens ?? this.#deliveredOpens.get(key);
  }

  /** What the store holds of the items that are yet to come is not known for certain. */
  forgetHashes(): void {
    for (const entry of this.#known.values()) if (!entry.isSeen) entry.item = { ...entry.item, hash: '' };
  }

  forgetHash(key: string): void {
    const entry = this.#known.get(key);
    if (entry !== undefined) entry.item = { ...entry.item, hash: '' };
  }

  isEqual({ key, hash, opens }: ItemDigest): boolean {
    const known = this.#known.get(key)?.item.hash ?? this.#delivered.get(key);
    const undone = this.#known.get(key)?.item.undone;
    const isSame = (known !== undefined && known !== '' && known === hash) || undone === hash;
    return isSame && this.opensOf(key) === opens;
  }

  /** Equal to what is known: only its version or the end of an absence is to be remembered. */
  confirm(key: string, sourceVersion: string | undefined): void {
    const entry = this.#known.get(key);
    if (entry === undefined) return;
    entry.isTold = true;
    this.#wanted.delete(key);
    this.#confirmEntry(entry, sourceVersion);
  }

  #confirmEntry(entry: Entry, sourceVersion: string | undefined): void {
    const known = entry.item;
    if (known.absence === undefined && (sourceVersion === undefined || sourceVersion === known.sourceVersion)) return;
    const { absence: _, ...rest } = known;
    const version = sourceVersion === undefined ? {} : { sourceVersion };
    entry.item = { ...rest, ...version };
    this.#touched.push({ scope: this.name, key: known.key, ...version });
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
  missing(withOutside = false): readonly KnownState[] {
    const missing: KnownState[] = [];
    for (const { item, isSeen } of this.#known.values()) {
      if (!isSeen && (withOutside || item.absence !== 'outside')) missing.push(item);
    }
    return missing;
  }

  /** Not seen, and kept by an earlier run since it fell out of the listing with a changed boundary, or by an undo. */
  fallenOut(): readonly KnownState[] {
    const fallen: KnownState[] = [];
    for (const { item, isSeen } of this.#known.values()) if (!isSeen && item.absence === 'outside') fallen.push(item);
    return fallen;
  }

  /** The item that was told to be expected. */
  expected(key: string): KnownItem | undefined {
    return this.#known.get(key)?.whole;
  }

  /** Scopes that lie below items which stay: what is not missing is there, though a run over changes is not told of it. */
  openedBeside(missing: ReadonlySet<string>): ReadonlySet<string> {
    const opened = new Set<string>();
    const add = (key: string): void => {
      const opens = this.opensOf(key);
      if (opens !== undefined) opened.add(opens);
    };
    for (const [key, { isSeen }] of this.#known) if (isSeen || !missing.has(key)) add(key);
    for (const key of this.#seenBeyond) add(key);
    return opened;
  }
}
