import type { Database } from '@isthmus/sqlite';
import { claimKey } from './claim-key.js';
import type { ItemRows } from './item-rows.js';
import type { FormerWriter, HoldingItem, RunMark } from './journal.js';
import { nameNumber } from './name-number.js';
import type { OwnerRows } from './owner-rows.js';
import type { PushedRows } from './pushed-rows.js';

type Row = {
  readonly key: string;
  readonly scope: string;
  readonly owner: number;
  readonly born: number | null;
  readonly run: number | null;
};

const mostHolders = 100;

/** Which items of which connectors hold an element, and by which runs. */
export class HolderRows {
  constructor(
    private readonly database: Database,
    private readonly owners: OwnerRows,
    private readonly items: ItemRows,
    private readonly pushed: PushedRows,
  ) {}

  holding(qualifiedName: string): readonly HoldingItem[] {
    const collections = this.database.all<{ collection: string }>('SELECT DISTINCT collection FROM owner');
    return collections.flatMap(({ collection }) => this.#holdingIn(collection, qualifiedName));
  }

  #holdingIn(collection: string, qualifiedName: string): readonly HoldingItem[] {
    const rows = this.database.all<Row>(
      `SELECT item.key, scope.name AS scope, scope.owner, item.born, item.run FROM claim JOIN item ON item.id = claim.item
       JOIN scope ON scope.id = item.scope WHERE claim.name = ? LIMIT ${mostHolders}`,
      claimKey(collection, qualifiedName),
    );
    return rows.flatMap((row) => {
      const owner = this.owners.of(row.owner);
      const ownerRow = owner === undefined ? undefined : this.owners.find(owner);
      if (owner === undefined || ownerRow === undefined || owner.metadataCollectionId !== collection) return [];
      const item = this.items.one(ownerRow, row);
      // names are kept as keys, which two may share
      if (item?.qualifiedNames.includes(qualifiedName) !== true) return [];
      const [madeBy, wroteBy] = [this.#mark(row.born), this.#mark(row.run)];
      const pushed = this.pushed.of(ownerRow, qualifiedName);
      return [{ owner, item, pushed, ...(madeBy && { madeBy }), ...(wroteBy && { wroteBy }) }];
    });
  }

  formerWriters(qualifiedName: string): readonly FormerWriter[] {
    const collections = this.database.all<{ collection: string }>('SELECT DISTINCT collection FROM owner');
    return collections.flatMap(({ collection }) =>
      this.database
        .all<{ owner: number; at: number; shape: string; prints: string }>(
          `SELECT departed.owner, departed.at, shape.text AS shape, departed.prints FROM owner
           JOIN departed ON departed.owner = owner.id AND departed.name = ? JOIN shape ON shape.id = departed.shape
           WHERE owner.collection = ? LIMIT ${mostHolders}`,
          nameNumber(collection, qualifiedName),
          collection,
        )
        .flatMap(({ owner: id, ...written }) => {
          const owner = this.owners.of(id);
          return owner === undefined ? [] : [{ owner, ...written }];
        }),
    );
  }

  #mark(number: number | null): RunMark | undefined {
    if (number === null) return undefined;
    return this.database.get<RunMark & Record<string, number | string>>(
      'SELECT id AS runId, at FROM writing_run WHERE number = ?',
      number,
    );
  }
}
