import type { FoundElement } from '@isthmus/model';
import { parentsOf } from './parents.js';
import { type ElementRow, maintainersOf, parseProperties } from './rows.js';
import { visibility } from './store-schema.js';
import type { WriteTransaction } from './write-transaction.js';

/** What reading in a write takes. */
export type Reading = Pick<WriteTransaction, 'database' | 'codes' | 'types'>;

/** What of an element is wanted beside its own properties. */
export interface FindWish {
  /** Names of classifications; absent = all. */
  readonly classifications?: readonly string[];
  readonly parent?: { readonly relationshipTypeName: string; readonly parentAtEnd1?: boolean };
}

/** The element as the row says, and what hangs on it now: call it before anything is changed. */
export function foundElement(tx: Reading, row: ElementRow, wish: FindWish, userId?: string): FoundElement {
  const classifications = classificationsOf(tx, row, wish.classifications, userId);
  return {
    state: stateOf(row),
    typeName: tx.codes.name(row.type),
    version: row.version,
    properties: parseProperties(row.properties),
    ...(classifications === undefined ? {} : classifications),
    ...(wish.parent === undefined ? {} : { parents: parentsOf(tx, row, wish.parent, userId) }),
    ...(maintainersOf(row).every((user) => user === userId) ? { isOwnWork: true } : {}),
    ...(row.visible === visibility.deleted && row.updated_by === userId ? { isOwnRemoval: true } : {}),
    ...(row.created_by === userId ? {} : { madeByOther: row.created_by }),
  };
}

function stateOf({ visible }: ElementRow): FoundElement['state'] {
  if (visible === visibility.live) return 'live';
  return visible === visibility.archived ? 'archived' : 'deleted';
}

function classificationsOf(
  tx: Reading,
  row: ElementRow,
  wanted: readonly string[] | undefined,
  userId: string | undefined,
): Pick<FoundElement, 'classifications' | 'foreignClassifications'> | undefined {
  if (wanted?.length === 0) return undefined;
  const found = tx.database
    .all<{ type: number; properties: string; created_by: string }>(
      'SELECT type, properties, created_by FROM classification WHERE element = ?',
      row.id,
    )
    .map(({ type, properties, created_by: by }) => ({ name: tx.codes.name(type), properties, by }))
    .filter(({ name }) => wanted === undefined || wanted.includes(name));
  if (found.length === 0) return undefined;
  const foreign = found.filter(({ by }) => by !== userId).map(({ name }) => name);
  return {
    classifications: Object.fromEntries(found.map(({ name, properties }) => [name, parseProperties(properties)])),
    ...(foreign.length === 0 ? {} : { foreignClassifications: foreign }),
  };
}
