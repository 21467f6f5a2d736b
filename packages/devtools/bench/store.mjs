// Measures the embedded metadata store: writes against bare inserts of the same rows, pages, counts, searches, point
// reads. Usage: node packages/devtools/bench/store.mjs [elements, default 1000000] [--slice] [--seed=N] [--only=writes|reads]
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { SqliteElementStore } from '../../metadata-server/dist/store/index.js';
import { machine } from '../lib/figures.mjs';
import { isSlice, seeded, seedFromArguments } from '../lib/report.mjs';
import { readsAtSize } from './store/reads.mjs';
import { grow, writesAtSize, writesAtTheStart } from './store/writes.mjs';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const total = isSlice ? 20_000 : Number(number ?? 1_000_000);
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);
const directory = mkdtempSync(join(tmpdir(), 'isthmus-bench-store-'));

machine();
const random = seeded(seedFromArguments());
try {
  if (only !== 'reads') await writesAtTheStart(directory, openStore);
  const path = join(directory, 'store.db');
  let store = openStore(path);
  const reopened = async () => {
    await store[Symbol.asyncDispose]();
    store = openStore(path);
    return store;
  };
  await grow(store, total);
  if (only !== 'writes') await readsAtSize(store, reopened, total, random);
  if (only !== 'reads') await writesAtSize(directory, store, path, total);
  await store[Symbol.asyncDispose]();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

function openStore(path) {
  return new SqliteElementStore({
    path,
    collectionName: 'bench',
    types: standardTypes(),
    clock: systemClock,
    newUuid: randomUUID,
    logger: silentLogger,
  });
}
