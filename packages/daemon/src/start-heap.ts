import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';

/** Both halves: left to itself V8 lets them grow to 32 MB while our modules are loaded, and a process at rest keeps that. */
const heldBytes = 16 * 2 ** 20;
/** The part where objects live on is collected when it has grown by so much, not when it is four times as large. */
const growingPercent = 25;
const arraysAtOnce = 1000;
/** Ten times what it takes. */
const mostRounds = 1200;

/**
 * Keeps the heap small while a process starts: the part where all objects begin grows to sixteen megabytes and no further,
 * and garbage in the other is collected sooner. Imports nothing, as it is to be called before anything else is loaded: once
 * the modules are there the one part could not shrink any more but by a full collection, and the last collection while they
 * were loaded would have allowed the other to grow to a hundred megabytes.
 */
export function holdHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growingPercent}`);
  setFlagsFromString('--semi-space-growth-factor=2');
  const held: unknown[] = [];
  // it grows by what stays in use: of half as much a start would be collecting garbage twice as often, for a second more
  for (let round = 0; youngBytes() < heldBytes && round < mostRounds; round += 1)
    for (let count = 0; count < arraysAtOnce; count += 1) held.push([count]);
  stop();
  process.on('worker', stopAgain);
}

/**
 * From now on V8 decides by itself.
 *
 * @param growthPercent by how much the part where objects live on may still grow before it is collected; 0: as V8 decides
 */
export function releaseHeap(growthPercent = 0): void {
  process.off('worker', stopAgain);
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString('--semi-space-growth-factor=2');
}

export function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

function stop(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The flag is one for all threads, and V8 puts it right whenever one begins. */
function stopAgain(worker: Worker): void {
  worker.once('online', () => {
    if (process.listeners('worker').includes(stopAgain)) stop();
  });
}
