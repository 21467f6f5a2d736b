import { randomUUID } from 'node:crypto';
import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { guidNumber, guidNumbers } from './guid-number.js';
import { ItemRows } from './item-rows.js';
import { number48 } from './name-number.js';
import { OwnerRows } from './owner-rows.js';
import { journalMigrations } from './schema.js';

const madeAt = Date.UTC(2026, 10, 30);
const region = 2 ** 43;

describe('guidNumber', () => {
  it('keeps elements together that were made in the same second, and numbers each of its own', () => {
    const numbers = Array.from({ length: 10_000 }, () => guidNumber(timedGuid(madeAt)));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThan(region);
    expect(numbers.every(Number.isSafeInteger)).toBe(true);
  });

  it('goes on to another part of the index with the time, and comes back', () => {
    const regionOf = (ms: number) => Math.floor(guidNumber(timedGuid(ms)) / region);
    const some = Array.from({ length: 1024 }, (_, second) => regionOf(madeAt + second * 1024));
    expect(new Set(some).size).toBe(1024);
    expect(regionOf(madeAt + 1024 * 1024)).toBe(some[0]);
  });

  it('numbers GUIDs that tell no time by their hash', () => {
    for (const guid of ['DataFile-1', '', randomUUID(), `DataFile-${'z'.repeat(14)}7${'z'.repeat(21)}`])
      expect(guidNumbers(guid)).toEqual([number48(guid), number48(guid)]);
  });

  it('finds elements that an older version noted by the hash of their GUID', () => {
    const database = openDatabase(':memory:', journalMigrations);
    const [owners, items] = [new OwnerRows(database), new ItemRows(database)];
    const owner = owners.ensure({ metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' });
    const guids = new Map(['older', 'newer'].map((name) => [name, timedGuid(madeAt)]));
    const known = [...guids.keys()].map((name) => ({ scope: 's', key: name, hash: 'h', qualifiedNames: [name] }));
    items.putAll(owner, known, guids);
    const [older = '', newer = ''] = guids.values();
    database.run('UPDATE claim SET guid = ? WHERE guid = ?', number48(older), guidNumber(older));
    const ids = [items.id(owner, { scope: 's', key: 'older' }), items.id(owner, { scope: 's', key: 'newer' })];
    expect(items.claims.holding(owner, [older, newer])).toEqual(ids);
    const touched = new Set([newer, older].flatMap(guidNumbers));
    expect(items.holdingOfFew(owner, (number) => touched.has(number)).toSorted()).toEqual(ids);
    expect(items.namesOfGuid(owner, older)).toEqual(['older']);
    expect(items.namesOfGuid(owner, newer)).toEqual(['newer']);
    database[Symbol.dispose]();
  });
});

/** As our own metadata server makes them. */
function timedGuid(ms: number): string {
  const time = ms.toString(16).padStart(12, '0');
  return `DataFile-${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
