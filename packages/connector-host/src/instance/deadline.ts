import { type Clock, IsthmusError } from '@isthmus/kernel';

/** @throws CONNECTOR_TIMEOUT when the work has not ended after `deadlineMs`; the work itself is left alone */
export function within<T>(clock: Clock, deadlineMs: number, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.schedule(deadlineMs, () =>
      reject(new IsthmusError('CONNECTOR_TIMEOUT', `no end after ${deadlineMs / 1_000} s`)),
    );
    work()
      .then(resolve, reject)
      .finally(() => timer.cancel());
  });
}
