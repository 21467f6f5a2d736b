import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ItemRows } from './item-rows.js';
import type { KnownItem, KnownState } from './journal.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';

const owner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };

/** Keys and versions of odd sources: quotes, control characters, the separator of a page, nothing at all. */
const anyText = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\u001f', '"', '\\', '\n', '\u0001', 'ä', '\u{1f600}'), maxLength: 4 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyItem = fc.record({
  key: anyText,
  hash: fc.constantFrom('', 'h1', 'h2'),
  sourceVersion: perhaps(anyText),
  opens: perhaps(anyText),
  absence: perhaps(fc.constantFrom('unconfirmed' as const, 'outside' as const, 'holding' as const)),
  undone: perhaps(anyText),
});

describe('StateRows', () => {
  it('tells page by page of each item what is known of it, whatever its texts hold', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyItem, { selector: ({ key }) => key, maxLength: 30 }),
        fc.integer({ min: 1, max: 12 }),
        (items, limit) => {
          const told = [...statesOf(items, limit)].sort(byKey);
          expect(told).toEqual([...items].sort(byKey));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function statesOf(items: readonly KnownState[], limit: number): readonly KnownState[] {
  using database = openDatabase(':memory:', journalMigrations);
  const rows = new ItemRows(database);
  const row = new OwnerRows(database).ensure(owner);
  const known = items.map(({ sourceVersion, opens, absence, undone, ...item }): KnownItem => {
    const version = sourceVersion === undefined ? {} : { sourceVersion };
    const below = opens === undefined ? {} : { opens };
    const missing = absence === undefined ? {} : { absence };
    const back = undone === undefined ? {} : { undone };
    return { ...item, ...version, ...below, ...missing, ...back, scope: 's', qualifiedNames: [], shapes: [] };
  });
  database.transaction(() => rows.putAll(row, known, undefined));
  const id = rows.scopes.id(row, 's') ?? 0;
  const states: KnownState[] = [];
  for (let lastKey: string | undefined; ; ) {
    const page = rows.states.page(row, id, lastKey, limit);
    states.push(...page.states);
    ({ lastKey } = page);
    if (page.states.length < limit) return states;
  }
}

function byKey(one: KnownState, other: KnownState): number {
  return one.key < other.key ? -1 : 1;
}
