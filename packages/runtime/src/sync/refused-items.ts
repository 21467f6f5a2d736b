import { type ItemKey, itemText, type RefusedItem, type SyncJournal } from '../journal/journal.js';
import type { ItemDelivery } from './item-delivery.js';
import type { RunScopes } from './run-scopes.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { Twins } from './twins.js';
import type { DeliveredItem, ItemWork } from './work-parts.js';

interface RefusedParts {
  readonly journal: Pick<SyncJournal, 'refusedItems' | 'saveRefused'>;
  readonly spec: Pick<SyncRunSpec, 'owner' | 'mode'>;
  readonly scopes: RunScopes;
  readonly twins: Pick<Twins, 'waiting' | 'forget'>;
  readonly isIncremental: () => boolean;
  /** Whether all below which the scope lies is told to be gone. */
  readonly isGone: (scope: string) => Promise<boolean>;
  readonly delivery: () => Pick<ItemDelivery, 'deliver'>;
}

/** What is beyond waits for the next run that lists everything. */
const mostKept = 200;
const mostBytes = 1024 * 1024;

/**
 * Items that were set aside: the metadata server refused them, or something else has their name. A source that tells changes
 * from a cursor on tells them no second time, and nothing of the source when the cause goes away, so that the next run tries
 * again what it told last, unless it tells something newer of them.
 */
export class RefusedItems {
  /** Set aside in this run. */
  readonly #refused = new Map<string, RefusedItem>();
  #bytes = 0;
  /** Set aside in runs before. Undefined: not read. */
  #waiting: Map<string, RefusedItem> | undefined;
  readonly #tried = new Set<string>();
  #againCount = 0;
  /** How many the journal has, where this run has kept some or read them. */
  #storedCount = 0;

  constructor(private readonly parts: RefusedParts) {}

  /** How many of those of before were set aside again. */
  get againCount(): number {
    return this.#againCount;
  }

  note({ item, source, gone }: ItemWork): void {
    if (source !== undefined && gone === undefined) this.add(item.scope, source);
  }

  add(scope: string, source: DeliveredItem): void {
    const text = itemText({ scope, key: source.digest.key });
    if (this.#tried.has(text)) this.#againCount += 1;
    this.#bytes += JSON.stringify(source.body).length;
    if (this.#refused.size < mostKept && this.#bytes <= mostBytes) this.#refused.set(text, { scope, ...source });
  }

  /** The source says that it is gone. What lies below it may have been told at another place by the end of the run. */
  async lose(item: ItemKey): Promise<void> {
    const waiting = await this.#read();
    this.parts.twins.forget(item);
    for (const items of [waiting, this.#refused]) items.delete(itemText(item));
  }

  /** Of a run that lists changes. @param scope - which is about to be completed; undefined = the listing is over */
  async retry(scope?: string): Promise<void> {
    if (this.parts.spec.mode !== 'apply') return;
    const waiting = await this.#read();
    const byScope = new Map<string, RefusedItem[]>();
    for (const [text, item] of [...waiting]) {
      if (scope !== undefined && item.scope !== scope) continue;
      const isGone = await this.parts.isGone(item.scope);
      if (isGone && scope !== undefined) continue;
      waiting.delete(text);
      if (isGone) continue;
      byScope.set(item.scope, [...(byScope.get(item.scope) ?? []), item]);
    }
    for (const [name, items] of byScope) await this.#again(name, items);
  }

  /**
   * Before a cursor is saved, which the source does not go back behind: what waits for something else is not yet written, and
   * what it told anew is not to be tried as it was.
   */
  async keep(): Promise<void> {
    const { scopes, twins } = this.parts;
    const waiting = await this.#read();
    for (const [text, { scope, digest }] of [...waiting]) {
      const ledger = scopes.open.get(scope);
      if (ledger?.wasSeen(digest.key) === true || ledger?.wasDelivered(digest.key) === true) waiting.delete(text);
    }
    if (twins.waiting.length > 0 || this.#storedCount !== waiting.size)
      await this.#save([...waiting.values(), ...twins.waiting]);
  }

  /** Call it when all is written. */
  async save(): Promise<void> {
    const { isIncremental, isGone } = this.parts;
    if (isIncremental())
      for (const [text, { scope }] of [...this.#refused]) if (await isGone(scope)) this.#refused.delete(text);
    await this.#save([]);
  }

  async #save(more: readonly RefusedItem[]): Promise<void> {
    const { journal, spec } = this.parts;
    const items = new Map(this.#refused);
    for (const item of more) items.set(itemText({ scope: item.scope, key: item.digest.key }), item);
    if (spec.mode !== 'apply') return;
    if (items.size === 0) await this.#read();
    if (items.size === 0 && this.#storedCount === 0) return;
    this.#storedCount = items.size;
    await journal.saveRefused(spec.owner, [...items.values()]);
  }

  async #again(scope: string, items: readonly RefusedItem[]): Promise<void> {
    const { scopes, delivery } = this.parts;
    if (scopes.isCompleted(scope)) return;
    const isOpen = scopes.isKnown(scope);
    const ledger = await scopes.ledger(scope);
    const untold = items.filter(({ digest: { key } }) => !ledger.wasSeen(key) && !ledger.wasDelivered(key));
    for (const { digest } of untold) this.#tried.add(itemText({ scope, key: digest.key }));
    if (untold.length > 0) await delivery().deliver(ledger, untold);
    if (isOpen) return;
    // The connector has nothing to say of it.
    scopes.seal(ledger);
    scopes.close(ledger, true);
  }

  async #read(): Promise<Map<string, RefusedItem>> {
    if (this.#waiting !== undefined) return this.#waiting;
    const { journal, spec } = this.parts;
    const items = await journal.refusedItems(spec.owner);
    if (this.#waiting === undefined) {
      this.#waiting = new Map(items.map((item) => [itemText({ scope: item.scope, key: item.digest.key }), item]));
      this.#storedCount = items.length;
    }
    return this.#waiting;
  }
}
