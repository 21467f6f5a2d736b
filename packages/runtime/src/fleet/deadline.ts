import type { Clock } from '@isthmus/kernel';

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
    const finish = (end: Awaited<ReturnType<typeof endWithin>>) => {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(
      () => finish({ kind: 'done' }),
      (error: unknown) => finish({ kind: 'failed', error }),
    );
  });
}
