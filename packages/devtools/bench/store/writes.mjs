// `writeBatch` against bare inserts of the rows that it left behind.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { figure, readable } from '../../lib/figures.mjs';
import { turnFigure, watchTurns } from '../../lib/own-turns.mjs';
import { percentile } from '../../lib/report.mjs';
import { digestOfBatches, insertBatch, openBare, rowsOfBatches } from './bare-inserts.mjs';
import { batchSize, fileBatch, rootBatch } from './elements.mjs';

const rounds = 3;
const batchesARound = 20;
/** Written before the clock starts, on both sides: what runs first is compiled and read first. */
const warmUp = 4;
export const writer = { userId: 'bench' };

/** New elements in an empty store, several rounds. */
export async function writesAtTheStart(directory, openStore) {
  const outcomes = [];
  for (let round = 0; round < rounds; round += 1) {
    const path = join(directory, `round-${round}.db`);
    const store = openStore(path);
    await store.writeBatch(writer, rootBatch());
    const { measured, batches } = await writeNew(store, 0);
    await store[Symbol.asyncDispose]();
    const bare = insertAgain(join(directory, `bare-${round}.db`), path, batches);
    outcomes.push({ measured, bare });
  }
  tell('new elements, empty store', 'bare inserts', outcomes);
}

/** New, unchanged and changed elements in a store of `total` elements. */
export async function writesAtSize(directory, store, path, total) {
  const size = total.toLocaleString('en');
  const equal = join(directory, 'equal.db');
  const empty = join(directory, 'empty.db');
  await copy(path, equal);
  const { measured, batches } = await writeNew(store, Math.ceil(total / batchSize));
  tell(`new elements, store of ${size}`, 'bare inserts into an equal database', [
    { measured, bare: insertAgain(equal, path, batches) },
  ]);
  tellRatio(`new elements, store of ${size}`, 'bare inserts into an empty database', [
    { measured, bare: insertAgain(empty, path, batches) },
  ]);
  const again = await times(store, (number) => fileBatch(number, { id: `again ${number}` }));
  figure(`batch of ${batchSize} unchanged, median, store of ${size}`, percentile(again, 0.5), 'ms', { goal: 100 });
  const changed = await times(store, (number) =>
    fileBatch(number, { id: `changed ${number}`, description: 'a changed file' }),
  );
  figure(`batch of ${batchSize} changed, median, store of ${size}`, percentile(changed, 0.5), 'ms', { goal: 100 });
}

/** Fills the store up to `total` elements. */
export async function grow(store, total) {
  const start = performance.now();
  let tellAt = 100_000;
  await store.writeBatch(writer, rootBatch());
  for (let number = 0; number < total / batchSize; number += 1) {
    await store.writeBatch(writer, fileBatch(number));
    if ((number + 1) * batchSize < tellAt) continue;
    console.log(`     ${tellAt} elements after ${readable((performance.now() - start) / 1000)} s`);
    tellAt += 100_000;
  }
  const seconds = (performance.now() - start) / 1000;
  figure(`growing to ${total}`, total / seconds, 'elements/s', { goal: 5000, better: 'more' });
}

async function writeNew(store, firstNumber) {
  let turns;
  const batches = [];
  const ms = [];
  let cpu;
  for (let index = 0; index < warmUp + batchesARound; index += 1) {
    if (index === warmUp) {
      turns = watchTurns();
      cpu = process.cpuUsage();
    }
    const batch = fileBatch(firstNumber + index);
    const start = performance.now();
    const { items, sequenceBefore, changeSequence } = await store.writeBatch(writer, batch);
    if (index >= warmUp) ms.push(performance.now() - start);
    const refused = items.filter(({ outcome }) => outcome !== 'created');
    if (refused.length > 0) throw new Error(`${refused.length} of ${batch.id} were not new`);
    batches.push({ id: batch.id, sequenceBefore, changeSequence });
  }
  const longestTurn = turns.end();
  return { measured: { ms, cpuMs: cpuSince(cpu), longestTurn }, batches };
}

/** The same rows, bare; ends with an error when the two databases do not hold the same. */
function insertAgain(path, storePath, batches) {
  const prepared = rowsOfBatches(storePath, batches);
  const database = openBare(path);
  const statements = new Map();
  const ms = [];
  let cpu;
  for (const [index, parts] of prepared.entries()) {
    if (index === warmUp) cpu = process.cpuUsage();
    const start = performance.now();
    insertBatch(database, statements, parts);
    if (index >= warmUp) ms.push(performance.now() - start);
  }
  const cpuMs = cpuSince(cpu);
  database.close();
  if (digestOfBatches(path, batches) !== digestOfBatches(storePath, batches))
    throw new Error('the bare inserts did not leave the rows that the store holds');
  return { ms, cpuMs };
}

function tell(name, peer, outcomes) {
  const middle = tellRatio(name, peer, outcomes);
  figure(`batch of ${batchSize}, median, ${name}`, percentile(middle.measured.ms, 0.5), 'ms', { goal: 100 });
  const turns = outcomes.map(({ measured }) => measured.longestTurn).sort((one, other) => other.ranMs - one.ranMs);
  turnFigure(name, turns[0]);
}

/** Returns the round in the middle. */
function tellRatio(name, peer, outcomes) {
  const speed = (side) => (batchesARound * batchSize) / (sum(side.ms) / 1000);
  const cpu = (side) => (side.cpuMs * 1000) / (batchesARound * batchSize);
  const byRatio = outcomes
    .map(({ measured, bare }) => ({ own: speed(measured), bare: speed(bare), measured, side: bare }))
    .sort((one, other) => one.own / one.bare - other.own / other.bare);
  const middle = byRatio[Math.floor(byRatio.length / 2)];
  const spread = byRatio.map(({ own, bare }) => readable(own / bare)).join(', ');
  figure(`writeBatch, ${name}`, middle.own, 'elements/s', {
    goal: 0.5,
    better: 'more',
    peer: middle.bare,
    of: `${peer} (${readable(middle.bare)}/s; rounds: ${spread}; CPU ${readable(cpu(middle.measured))} and ${readable(cpu(middle.side))} us an element)`,
    goalOf: 'ratio',
  });
  return middle;
}

async function times(store, batchOf) {
  const ms = [];
  for (let number = 0; number < warmUp + batchesARound; number += 1) {
    const batch = batchOf(number);
    const start = performance.now();
    await store.writeBatch(writer, batch);
    if (number >= warmUp) ms.push(performance.now() - start);
  }
  return ms;
}

/** Whoever reads, or copies the log, goes on meanwhile: half of a log is no database. */
async function copy(path, target) {
  const database = new DatabaseSync(path);
  const busy = () => database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get().busy !== 0;
  const until = performance.now() + 60_000;
  while (busy()) {
    if (performance.now() > until) throw new Error('the log of the store could not be copied into its database');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  database.close();
  copyFileSync(path, target);
}

function cpuSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function sum(values) {
  return values.reduce((one, other) => one + other, 0);
}
