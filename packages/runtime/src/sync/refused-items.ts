import { type ItemKey, itemText, type RefusedItem, type SyncJournal } from '../journal/journal.js';
import type { ItemDelivery } from './item-delivery.js';
import type { RunScopes } from './run-scopes.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { ItemWork } from './work-parts.js';

interface RefusedParts {
  readonly journal: Pick<SyncJournal, 'refusedItems' | 'saveRefused'>;
  readonly spec: Pick<SyncRunSpec, 'owner' | 'mode'>;
  readonly scopes: RunScopes;
  readonly delivery: () => Pick<ItemDelivery, 'deliver'>;
}

/** What is beyond waits for the next run that lists everything. */
const mostKept = 200;
const mostBytes = 1024 * 1024;

/**
 * Items that the metadata server refused. A source that tells changes from a cursor on tells them no second time, so that
 * the next run tries again what it told last, unless it tells something newer of them.
 */
export class RefusedItems {
  /** Refused in this run. */
  readonly #refused = new Map<string, RefusedItem>();
  #bytes = 0;
  /** Refused in runs before. Undefined: not read. */
  #waiting: Map<string, RefusedItem> | undefined;
  readonly #tried = new Set<string>();
  #againCount = 0;

  constructor(private readonly parts: RefusedParts) {}

  /** How many of those of before were refused again. */
  get againCount(): number {
    return this.#againCount;
  }

  note({ item, source, gone }: ItemWork): void {
    if (source === undefined || gone !== undefined) return;
    const { scope, key } = item;
    const text = itemText({ scope, key });
    if (this.#tried.has(text)) this.#againCount += 1;
    const refused = { scope, ...source };
    this.#bytes += JSON.stringify(source.body).length;
    if (this.#refused.size < mostKept && this.#bytes <= mostBytes) this.#refused.set(text, refused);
  }

  /** The source says that it is gone. @param isHolder - and what lies below it, of which it says nothing */
  async lose(item: ItemKey, isHolder: boolean): Promise<void> {
    const waiting = await this.#read();
    if (isHolder) waiting.clear();
    else waiting.delete(itemText(item));
    this.#refused.delete(itemText(item));
  }

  /** Of a run that lists changes. @param scope - which is about to be completed; undefined = the listing is over */
  async retry(scope?: string): Promise<void> {
    if (this.parts.spec.mode !== 'apply') return;
    const waiting = await this.#read();
    for (const [text, item] of [...waiting]) {
      if (scope !== undefined && item.scope !== scope) continue;
      waiting.delete(text);
      await this.#again(item);
    }
  }

  /** Call it when all is written. */
  async save(): Promise<void> {
    const { journal, spec } = this.parts;
    if (spec.mode === 'apply') await journal.saveRefused(spec.owner, [...this.#refused.values()]);
  }

  async #again({ scope, ...source }: RefusedItem): Promise<void> {
    const { scopes, delivery } = this.parts;
    if (scopes.isCompleted(scope)) return;
    const isOpen = scopes.isKnown(scope);
    const ledger = await scopes.ledger(scope);
    const { key } = source.digest;
    if (!ledger.wasSeen(key) && !ledger.wasDelivered(key)) {
      this.#tried.add(itemText({ scope, key }));
      await delivery().deliver(ledger, [source]);
    }
    if (isOpen) return;
    // The connector has nothing to say of it.
    scopes.seal(ledger);
    scopes.close(ledger, true);
  }

  async #read(): Promise<Map<string, RefusedItem>> {
    if (this.#waiting !== undefined) return this.#waiting;
    const { journal, spec } = this.parts;
    const items = await journal.refusedItems(spec.owner);
    this.#waiting ??= new Map(items.map((item) => [itemText({ scope: item.scope, key: item.digest.key }), item]));
    return this.#waiting;
  }
}
