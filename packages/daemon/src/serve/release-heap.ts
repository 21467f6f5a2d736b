import type { Clock } from '@isthmus/kernel';
import { releaseHeap } from '../start-heap.js';

/** A start with a thousand connectors is over by then, where the cores are not shared. */
const startsWithinMs = 20_000;
/** What such a start costs, and as much again: on a busy machine it takes longer by the clock. */
const startsWithinCpuMs = 12_000;
const everyMs = 5_000;
const longestMs = 120_000;
/** Three times what a thousand connectors write that have a few elements each. */
const mostChangesOfStart = 15_000;
const growingPercentAtWork = 100;

/** A start that is under way. Disposed of when the process ends. */
export interface HeldHeap extends Disposable {
  /** So many changes were made in the metadata server: it may be that a large source is being catalogued. */
  wrote(changes: number): void;
}

/**
 * Lets the heap go when the start is over. Until then its garbage is collected sooner: left to itself V8 lets the heap grow
 * to four times of what is in use, and a daemon that then rests keeps that memory. Cataloguing a large folder this way costs
 * a tenth more CPU time, so that afterwards the heap may grow to twice of what is in use. A process that catalogues at once
 * does not rest after its start, so the heap is let go as soon as that shows.
 */
export function releaseHeapAfterStart(
  clock: Pick<Clock, 'schedule' | 'monotonic'>,
  cpuMs: () => number = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  release = () => releaseHeap(growingPercentAtWork),
): HeldHeap {
  const began = clock.monotonic();
  let changeCount = 0;
  let isReleased = false;
  const end = () => {
    isReleased = true;
    later.cancel();
    release();
  };
  const look = () => {
    const isOver = cpuMs() >= startsWithinCpuMs || clock.monotonic() - began >= longestMs;
    if (isOver) end();
    else later = clock.schedule(everyMs, look);
  };
  let later = clock.schedule(startsWithinMs, look);
  return {
    wrote: (changes) => {
      changeCount += changes;
      if (!isReleased && changeCount >= mostChangesOfStart) end();
    },
    [Symbol.dispose]: () => {
      isReleased = true;
      later.cancel();
    },
  };
}
