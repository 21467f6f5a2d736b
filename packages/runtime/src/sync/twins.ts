import type { ItemKey, KnownItem, RefusedItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import { itemText } from '../journal/journal.js';
import type { RunTally } from './run-tally.js';
import type { ScopeLedger } from './scope-ledger.js';
import type { DeliveredItem } from './work-parts.js';
import type { WorkSink } from './work-sink.js';

interface TwinParts {
  readonly journal: Pick<SyncJournal, 'holdersOf' | 'knownItems'>;
  readonly owner: SyncOwner;
  readonly tally: RunTally;
  readonly writer: WorkSink;
  /** Scopes that are open in this run. */
  readonly ledgers: ReadonlyMap<string, ScopeLedger>;
  readonly isCompleted: (scope: string) => boolean;
  /** The run lists everything: who is not seen by the end of its scope is gone. */
  readonly isListing: () => boolean;
  /** Its scope lacks it, or its source said that it is gone, and it goes when the run is over. */
  readonly isLeaving: (item: ItemKey) => Promise<boolean>;
  /** Of a run over changes: whether all below which the scope lies is told to be gone. */
  readonly isGone: (scope: string) => Promise<boolean>;
  readonly onSetAside: (scope: string, source: DeliveredItem) => void;
  readonly isPlan: boolean;
}

/** An item that may be written, and whether this connector had an element of its name before, be it with another item. */
export interface CheckedItem {
  readonly source: DeliveredItem;
  readonly isOwn: boolean;
  /** The item that had its name. */
  readonly heirOf?: ItemKey;
}

interface Waiting {
  readonly ledger: ScopeLedger;
  readonly source: DeliveredItem;
  readonly holder: ItemKey;
}

/** Names on their way into the store; when there are more, they are waited for. */
const mostUnderway = 10_000;
/** A plan never reaches the journal, so all of it is kept; names beyond are not compared. */
const mostPlanned = 100_000;
const mostWaiting = 200;
const mostWaitingBytes = 4 * 1024 * 1024;
const mostMissed = 10_000;

/**
 * Two items of one connector that bring one qualified name are a mistake of its author: who holds the name keeps it as
 * long as its source lists it, and the other is set aside. An item whose name is held by one that was not seen yet waits
 * until that one's scope is listed, or a run over changes is at its end; then it has either taken the name over or is a twin.
 */
export class Twins {
  /** Own names of items that were added in this run and may not be in the journal yet. */
  readonly #underway = new Map<string, ItemKey>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  /** Items of completed scopes that were not seen. */
  readonly #missed = new Set<string>();

  constructor(private readonly parts: TwinParts) {}

  /** Those that may be written now. The rest was told and set aside, or waits. */
  async check(ledger: ScopeLedger, items: readonly DeliveredItem[]): Promise<readonly CheckedItem[]> {
    const { journal, owner } = this.parts;
    for (const { digest } of items) this.forget({ scope: ledger.name, key: digest.key });
    const known = await this.#knownNames(ledger, items);
    // Nothing has to be looked up of what is known by its name, as nearly all that changes is.
    const asked = items.filter((item) => known.get(item.digest.key) !== nameOf(item)).map(nameOf);
    const holders = asked.length === 0 ? new Map<string, KnownItem>() : await journal.holdersOf(owner, asked);
    const checked: CheckedItem[] = [];
    for (const source of items) {
      const name = nameOf(source);
      const item = { scope: ledger.name, key: source.digest.key };
      const isOwn = known.get(item.key) === name || holders.has(name) || this.#underway.has(name);
      const holder = this.#holderOf(source, holders);
      if (holder === undefined || isSame(holder, item)) {
        await this.#note(source, item);
        checked.push({ source, isOwn });
        continue;
      }
      const verdict = await this.#judge(holder, name);
      if (verdict === 'holds') this.#setAside(ledger, source, holder);
      else if (verdict === 'free' || !this.#wait({ ledger, source, holder })) {
        this.parts.ledgers.get(holder.scope)?.forgetHash(holder.key);
        await this.#note(source, item);
        checked.push({ source, isOwn: true, heirOf: holder });
      }
    }
    return checked;
  }

  /** Something else is told of it than before: what waits of it does so no longer. */
  forget(item: ItemKey): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => !isSame(item, keyOf(waiting)));
  }

  /** What waits for an item that has its name. */
  get waiting(): readonly RefusedItem[] {
    return this.#waiting.map(({ ledger, source }) => ({ scope: ledger.name, ...source }));
  }

  /** By key: names of items whose state is known. */
  async #knownNames(ledger: ScopeLedger, items: readonly DeliveredItem[]): Promise<ReadonlyMap<string, string>> {
    const { journal, owner } = this.parts;
    const keys = items.flatMap(({ digest: { key } }) => ((ledger.known(key)?.hash ?? '') === '' ? [] : [key]));
    if (keys.length === 0) return new Map();
    const known = await journal.knownItems(owner, ledger.name, keys);
    return new Map(known.map(({ key, qualifiedNames: [own = ''] }) => [key, own]));
  }

  /** @param scope - whose items were all seen; undefined = the listing is over */
  async release(scope?: string): Promise<readonly (CheckedItem & { readonly ledger: ScopeLedger })[]> {
    if (scope !== undefined && this.parts.isListing()) this.#noteMissed(scope);
    const due = await this.#due(scope);
    if (due.length === 0) return [];
    this.#waiting = this.#waiting.filter((waiting) => !due.includes(waiting));
    if (this.#waiting.length === 0) this.#waitingBytes = 0;
    // Items that change names with each other hold nothing any longer.
    const moving = new Set(due.map((waiting) => itemText(keyOf(waiting))));
    const released: (CheckedItem & { readonly ledger: ScopeLedger })[] = [];
    for (const { ledger, source, holder } of due) {
      const heir = this.#underway.get(nameOf(source));
      const isHeld =
        heir !== undefined ||
        (!moving.has(itemText(holder)) &&
          (await this.#isThere(holder)) &&
          (await this.#stillNamed(holder, nameOf(source))));
      if (isHeld) this.#setAside(ledger, source, heir ?? holder);
      else {
        await this.#note(source, { scope: ledger.name, key: source.digest.key });
        released.push({ ledger, source, isOwn: true, heirOf: holder });
      }
    }
    return released;
  }

  /** What lies in a folder that is told to be gone waits until it is known whether that is at another place now. */
  async #due(scope: string | undefined): Promise<readonly Waiting[]> {
    const { isListing, isGone } = this.parts;
    let due: readonly Waiting[] = this.#waiting.filter(({ holder }) => scope === undefined || holder.scope === scope);
    if (!isListing()) {
      const areThere = await Promise.all(due.map(async ({ ledger }) => !(await isGone(ledger.name))));
      due = due.filter((_, index) => areThere[index]);
    }
    if (scope === undefined) this.#waiting = [...due];
    // What waits itself is about to have another name: they are decided together, as they may change their names in a ring.
    else
      for (let count = -1; count !== due.length; ) {
        count = due.length;
        due = due.filter(({ holder }) => !this.#isWaiting(holder) || due.some((other) => isSame(keyOf(other), holder)));
      }
    return due;
  }

  #holderOf(source: DeliveredItem, holders: ReadonlyMap<string, KnownItem>): ItemKey | undefined {
    const name = nameOf(source);
    const underway = this.#underway.get(name);
    if (underway !== undefined) return underway;
    const known = holders.get(name);
    // What an item was before it became something else is no item of the source.
    return known?.qualifiedNames[0] === name && !known.key.includes('\u0001') ? known : undefined;
  }

  async #judge(holder: ItemKey, name: string): Promise<'holds' | 'free' | 'unclear'> {
    const underway = this.#underway.get(name);
    if (underway !== undefined && isSame(underway, holder)) return 'holds';
    const ledger = this.parts.ledgers.get(holder.scope);
    const isMoving = ledger?.isWanted(holder.key) === true || this.#isWaiting(holder);
    if (isMoving) return 'unclear';
    const isOver = this.parts.isCompleted(holder.scope);
    const isThere = this.parts.isListing() || !isOver ? await this.#wasSeen(holder) : await this.#isThere(holder);
    if (isThere) return (await this.#stillNamed(holder, name)) ? 'holds' : 'free';
    return isOver ? 'free' : 'unclear';
  }

  /** By the end of its scope, or of the run. Of what has not changed a run over changes is told nothing. */
  async #isThere(holder: ItemKey): Promise<boolean> {
    const { isListing, ledgers, writer, isLeaving, isGone } = this.parts;
    if (isListing()) return this.#wasSeen(holder);
    const ledger = ledgers.get(holder.scope);
    if (await isGone(holder.scope)) return false;
    if (ledger !== undefined) return !ledger.isGone(holder.key);
    return (await writer.latest(holder))?.absence !== 'gone' && !(await isLeaving(holder));
  }

  async #wasSeen(holder: ItemKey): Promise<boolean> {
    const ledger = this.parts.ledgers.get(holder.scope);
    if (ledger !== undefined) return ledger.wasSeen(holder.key);
    if (!this.parts.isCompleted(holder.scope) || this.#missed.has(itemText(holder))) return false;
    return !(await this.parts.isLeaving(holder));
  }

  async #stillNamed(holder: ItemKey, name: string): Promise<boolean> {
    return (await this.parts.writer.latest({ scope: holder.scope, key: holder.key }))?.qualifiedNames[0] === name;
  }

  #isWaiting(item: ItemKey): boolean {
    return this.#waiting.some((waiting) => isSame(item, keyOf(waiting)));
  }

  #wait(waiting: Waiting): boolean {
    const bytes = JSON.stringify(waiting.source.body).length;
    if (this.#waiting.length >= mostWaiting || this.#waitingBytes + bytes > mostWaitingBytes) return false;
    this.#waiting.push(waiting);
    this.#waitingBytes += bytes;
    return true;
  }

  #noteMissed(scope: string): void {
    for (const item of this.parts.ledgers.get(scope)?.missing(true) ?? []) {
      if (this.#missed.size >= mostMissed) return;
      this.#missed.add(itemText({ scope, key: item.key }));
    }
  }

  async #note(source: DeliveredItem, item: ItemKey): Promise<void> {
    if (this.#underway.size >= mostUnderway && !this.parts.isPlan) {
      await this.parts.writer.drain();
      this.#underway.clear();
    }
    if (this.#underway.size < mostPlanned) this.#underway.set(nameOf(source), item);
  }

  #setAside(ledger: ScopeLedger, source: DeliveredItem, holder: ItemKey): void {
    const { key } = source.digest;
    this.parts.onSetAside(ledger.name, source);
    const [one, other] = [textOf(holder, ledger.name), JSON.stringify(key)];
    this.parts.tally.add('setAside', 1, ledger.name);
    this.parts.tally.finding(ledger.name, {
      severity: 'error',
      code: 'ITEM_NAME_TWICE',
      message: `${nameOf(source)} is brought by two items, with the keys ${one} and ${other}: ${other} is set aside; give each thing names of its own, or tell it once`,
      key,
    });
  }
}

function nameOf({ body }: DeliveredItem): string {
  return body.elements[0].qualifiedName;
}

function keyOf({ ledger, source }: Waiting): ItemKey {
  return { scope: ledger.name, key: source.digest.key };
}

function isSame(one: ItemKey, other: ItemKey): boolean {
  return one.scope === other.scope && one.key === other.key;
}

function textOf({ scope, key }: ItemKey, here: string): string {
  return scope === here ? JSON.stringify(key) : `${JSON.stringify(key)} (in ${scope})`;
}
