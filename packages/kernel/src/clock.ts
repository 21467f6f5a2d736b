/** The only source of time. Tests use `ManualClock` of connector-testing. */
export interface Clock {
  /** Epoch milliseconds, UTC. May jump when the system clock is set. */
  now(): number;
  /** Milliseconds that only grow; for durations and deadlines. */
  monotonic(): number;
  /** Runs `action` once after `delayMs` (0 or more; longer than 24 days is fine). Does not keep the process alive. */
  schedule(delayMs: number, action: () => void): Scheduled;
}

export interface Scheduled {
  /** Harmless when it ran already. */
  cancel(): void;
}

/** Waits on the given clock; rejects with the signal's reason when it is aborted. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** setTimeout overflows beyond this. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, action) {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number): void => {
      const step = Math.min(leftMs, longestTimerMs);
      handle = setTimeout(() => (leftMs > step ? arm(leftMs - step) : action()), step).unref();
    };
    arm(Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};
