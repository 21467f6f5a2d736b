import { hash } from 'node:crypto';
import type { KeptItem } from '@isthmus/connector-sdk';
import type { Database } from '@isthmus/sqlite';
import type { ItemRows } from './item-rows.js';
import type { ListedScope } from './journal.js';
import type { OwnerRow } from './owner-rows.js';

/**
 * Print of a listing that told all items of a scope as they are known, so that the next one that tells the same is known
 * to be unchanged without a look at the rows of the items. Triggers take it away with the first change of one of them.
 * Synchronous: callers open transactions.
 */
export class ListingPrints {
  constructor(
    private readonly database: Database,
    private readonly items: ItemRows,
  ) {}

  find(owner: OwnerRow, scope: string, items: readonly KeptItem[]): ListedScope | undefined {
    const [row] = this.database.rows<readonly [listing: string | null, place: string | null]>(
      'SELECT listing, place FROM scope WHERE owner = ? AND name = ?',
      owner.id,
      scope,
    );
    const [listing, place] = row ?? [];
    // The count stands in front: most that was told otherwise needs no print.
    if (!listing?.startsWith(`${items.length}:`) || listing !== printOf(owner, items)) return undefined;
    return { place: place ?? undefined };
  }

  /** Notes it if that is what is known: whatever changed since it was told is seen here. */
  note(owner: OwnerRow, scope: string, items: readonly KeptItem[]): void {
    const id = this.items.scopes.id(owner, scope);
    if (id === undefined) return;
    const told = new Map(items.map(({ key, sourceVersion }) => [key, sourceVersion]));
    const { states: known } = this.items.states.page(owner, id, undefined, items.length + 1);
    const isKnown =
      told.size === items.length &&
      known.length === items.length &&
      known.every(
        ({ key, sourceVersion, hash: own, absence }) =>
          own !== '' && absence === undefined && sourceVersion !== undefined && told.get(key) === sourceVersion,
      );
    if (isKnown) this.database.run('UPDATE scope SET listing = ? WHERE id = ?', printOf(owner, items), id);
  }
}

/** Of another epoch nothing is as it was. */
function printOf({ epoch }: OwnerRow, items: readonly KeptItem[]): string {
  const told: string[] = [];
  for (const { key, sourceVersion } of items) told.push(key, sourceVersion);
  return `${items.length}:${hash('sha256', `${epoch}${JSON.stringify(told)}`, 'base64url')}`;
}
