import type { Clock } from '@isthmus/kernel';
import { releaseHeap } from '../start-heap.js';

/** A start with a thousand connectors is over by then, where the cores are not shared. */
const startsWithinMs = 20_000;
/** What such a start costs, and as much again: on a busy machine it takes longer by the clock. */
const startsWithinCpuMs = 12_000;
const everyMs = 5_000;
const longestMs = 120_000;
const growingPercentAtWork = 100;

/**
 * Lets the heap go when the start is over. Until then its garbage is collected sooner: left to itself V8 lets the heap grow
 * to four times of what is in use, and a daemon that then rests keeps that memory. Cataloguing a large folder this way costs
 * a tenth more CPU time, so that afterwards the heap may grow to twice of what is in use.
 */
export function releaseHeapAfterStart(
  clock: Pick<Clock, 'schedule' | 'monotonic'>,
  cpuMs: () => number = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  release = () => releaseHeap(growingPercentAtWork),
): Disposable {
  const began = clock.monotonic();
  const look = () => {
    const isOver = cpuMs() >= startsWithinCpuMs || clock.monotonic() - began >= longestMs;
    if (isOver) release();
    else later = clock.schedule(everyMs, look);
  };
  let later = clock.schedule(startsWithinMs, look);
  return { [Symbol.dispose]: () => later.cancel() };
}
