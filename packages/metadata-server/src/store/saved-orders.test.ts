import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { type Database, openDatabase } from '@isthmus/sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChangeLog } from './change-log.js';
import { partSize, tallyOf } from './kind-tally.js';
import { SavedOrders } from './saved-orders.js';
import { SnapshotPool } from './snapshot-pool.js';
import type { SortedList } from './sorted-list.js';
import { storeMigrations } from './store-schema.js';
import { storePath } from './test-store.js';
import { TypeCodes } from './type-codes.js';
import { WriteQueue } from './write-queue.js';
import { WriteTransaction } from './write-transaction.js';

let path: string;
let database: Database;
let snapshots: SnapshotPool;
let queue: WriteQueue;
let saved: SavedOrders;

beforeEach(() => {
  path = storePath();
  database = openDatabase(path, storeMigrations);
  snapshots = new SnapshotPool(() => openDatabase(path, storeMigrations), 1);
  const types = standardTypes();
  const codes = new TypeCodes(database, types);
  const changes = new ChangeLog(types, codes, systemClock, 0);
  queue = new WriteQueue(
    database,
    systemClock,
    () =>
      new WriteTransaction(database, types, codes, () => '', systemClock, { retainedVersions: 1 }, changes.committed),
    (transaction) => transaction.flush(10),
    () => undefined,
    () => undefined,
  );
  saved = new SavedOrders(snapshots, queue);
});

afterEach(async () => {
  await queue.close();
  await snapshots.close();
  database[Symbol.dispose]();
  rmSync(dirname(path), { recursive: true, force: true });
});

/** Larger than one row holds, taken out of larger memory. */
function listOf(length: number, sequence: number): SortedList {
  const ids = Uint32Array.from({ length: length + 7 }, (_, index) => index * 3 + sequence).subarray(7);
  const kinds = Uint16Array.from({ length: length + 7 }, (_, index) => (index * 5) % 60_000).subarray(7);
  return { sequence, ids, kinds };
}

function talliesOf(length: number, sequence: number): readonly Uint32Array[] {
  const { kinds } = listOf(length, sequence);
  return Array.from({ length: Math.ceil(length / partSize) }, (_, part) =>
    tallyOf(kinds.subarray(part * partSize, (part + 1) * partSize)),
  );
}

describe('SavedOrders', () => {
  it('tells what is in each part, and gives each part alone as long as nothing newer was saved', async () => {
    const list = listOf(20_000, 5);
    expect(saved.tallies(database, 'a')).toBeUndefined();
    await saved.save('a', list);
    const known = saved.tallies(database, 'a');
    expect(known).toEqual({ name: 'a', sequence: 5, tallies: talliesOf(20_000, 5) });
    if (known === undefined) throw new Error('nothing is saved');
    const { partCount, read } = saved.parted(database, known);
    expect(partCount).toBe(3);
    expect(read(2)).toEqual({ ids: list.ids.subarray(2 * partSize), kinds: list.kinds.subarray(2 * partSize) });
    expect(read(3)).toBeUndefined();
    await saved.save('a', listOf(20_000, 6));
    expect(read(2)).toBeUndefined();
  });

  it('gives back what was saved last, also where that is shorter', async () => {
    expect(await saved.load('a')).toBeUndefined();
    for (const [length, sequence] of [
      [20_000, 5],
      [9_000, 8],
    ] as const) {
      await saved.save('a', listOf(length, sequence));
      expect(await saved.load('a')).toEqual({ ...listOf(length, sequence), tallies: talliesOf(length, sequence) });
    }
    expect(await saved.load('b')).toBeUndefined();
  });

  it('keeps eight lists, those that were saved last', async () => {
    for (let sequence = 1; sequence <= 10; sequence += 1) await saved.save(`list ${sequence}`, listOf(10, sequence));
    expect(await saved.names()).toEqual([10, 9, 8, 7, 6, 5, 4, 3].map((sequence) => `list ${sequence}`));
    expect(database.get('SELECT count(*) AS count FROM sorted_list')?.count).toBe(8);
  });

  it.each([
    ['parts of two lists', 'UPDATE sorted_list SET sequence = 4 WHERE part = 1'],
    ['fewer kinds than ids', "UPDATE sorted_list SET kinds = x'0000' WHERE part = 1"],
  ])('takes %s for no list', async (_what, damage) => {
    await saved.save('a', listOf(9_000, 5));
    database.run(damage);
    expect(await saved.load('a')).toBeUndefined();
    const known = saved.tallies(database, 'a');
    expect(known && saved.parted(database, known).read(1)).toBeUndefined();
  });
});
