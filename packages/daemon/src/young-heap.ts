import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Worker } from 'node:worker_threads';

/** Both halves: left to itself V8 lets them grow to 32 MB while our modules are loaded, and a process at rest keeps that. */
const heldBytes = 8 * 2 ** 20;
const arraysAtOnce = 1000;
/** Ten times what it takes. */
const mostRounds = 200;

/**
 * Lets the part of the heap where all objects begin grow to eight megabytes and no further. Imports nothing, as it is to be
 * called before anything else is loaded. Once the modules are there it could not shrink any more but by a full collection.
 */
export function holdYoungHeap(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  const held: unknown[] = [];
  // it grows by what stays in use: of less than this the start would be collecting garbage all the time
  for (let round = 0; youngBytes() < heldBytes && round < mostRounds; round += 1)
    for (let count = 0; count < arraysAtOnce; count += 1) held.push([count]);
  stop();
  process.on('worker', stopAgain);
}

/** From now on V8 decides by itself. */
export function releaseYoungHeap(): void {
  process.off('worker', stopAgain);
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
