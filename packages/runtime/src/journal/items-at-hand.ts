import type { Database } from '@isthmus/sqlite';
import type { ItemKey, KnownItem, SyncOwner } from './journal.js';
import { isSameOwner } from './owner-rows.js';

/** Items of one scope that were read together and are asked for one by one right after. Once anything was written they are old. */
export class ItemsAtHand {
  #owner: SyncOwner | undefined;
  #scope = '';
  #items: ReadonlyMap<string, KnownItem> = new Map();
  #changeCount = -1;

  constructor(private readonly database: Database) {}

  /** @param items - read since the last write */
  put(owner: SyncOwner, scope: string, items: readonly KnownItem[]): void {
    this.#owner = owner;
    this.#scope = scope;
    this.#items = new Map(items.map((item) => [item.key, item]));
    this.#changeCount = this.database.changeCount;
  }

  get(owner: SyncOwner, { scope, key }: ItemKey): KnownItem | undefined {
    if (this.#changeCount !== this.database.changeCount || this.#scope !== scope) return undefined;
    return this.#owner !== undefined && isSameOwner(this.#owner, owner) ? this.#items.get(key) : undefined;
  }
}
