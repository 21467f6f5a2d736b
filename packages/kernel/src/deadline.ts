import type { Clock } from './clock.js';

/**
 * Runs with a signal that is aborted with the caller's or at the deadline, and does not wait longer than that even
 * when `run` ignores it. Unlike `AbortSignal.any` it leaves nothing behind on a signal that lives as long as the daemon.
 *
 * @throws the caller's reason, or a TimeoutError at the deadline
 */
export async function withDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = clock.schedule(deadlineMs, () =>
    controller.abort(new DOMException(`no answer within ${deadlineMs} ms`, 'TimeoutError')),
  );
  const ended = new Promise<never>((_resolve, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  try {
    return await Promise.race([run(controller.signal), ended]);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
