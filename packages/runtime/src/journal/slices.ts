import { processSlicer } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';

/** Reads for each item, in turns of the event loop. */
export async function readInSlices<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (let next = 0; next < items.length; ) {
    await processSlicer.turn();
    next = workSlice(items, next, work);
  }
}

/** Each slice is a transaction of its own, which begins with `begin`. */
export async function writeInSlices<T>(
  database: Database,
  items: readonly T[],
  work: (item: T) => void,
  begin = () => {},
): Promise<void> {
  for (let next = 0; next < items.length; ) {
    await processSlicer.turn();
    next = database.transaction(() => {
      begin();
      return workSlice(items, next, work);
    });
  }
}

/** One item at least. @returns where to go on */
function workSlice<T>(items: readonly T[], from: number, work: (item: T) => void): number {
  let next = from;
  do {
    const item = items[next];
    next += 1;
    if (item !== undefined) work(item);
  } while (next < items.length && !processSlicer.isUsedUp);
  return next;
}
