import type { Clock } from '@isthmus/kernel';

/** By signal: what to do when it is aborted. A listener of its own for each would cost ten thousand connectors that stop seconds. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Waits for connector code no longer than this. The work goes on; its late result and its late failure are ignored.
 *
 * @returns how it ended; `late` also when the signal is aborted first
 */
export function endWithin(
  clock: Clock,
  deadlineMs: number,
  signal: AbortSignal,
  work: Promise<unknown>,
): Promise<{ readonly kind: 'done' | 'late' } | { readonly kind: 'failed'; readonly error: unknown }> {
  return new Promise((resolve) => {
    const onAbort = () => finish({ kind: 'late' });
    const timer = clock.schedule(deadlineMs, onAbort);
    const acts = actsOf(signal);
    const finish = (end: Awaited<ReturnType<typeof endWithin>>) => {
      timer.cancel();
      acts.delete(onAbort);
      resolve(end);
    };
    acts.add(onAbort);
    if (signal.aborted) onAbort();
    work.then(
      () => finish({ kind: 'done' }),
      (error: unknown) => finish({ kind: 'failed', error }),
    );
  });
}

function actsOf(signal: AbortSignal): Set<() => void> {
  const known = waiting.get(signal);
  if (known !== undefined) return known;
  const acts = new Set<() => void>();
  waiting.set(signal, acts);
  const onAbort = () => {
    for (const act of acts) act();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return acts;
}
