import type { Clock, Scheduled } from '@isthmus/kernel';

/** npm and the terminal both pass a signal on, so what comes within this time of the first counts as one. */
const sameSignalMs = 1000;

export interface StopSignals extends Disposable {
  /** Aborted at the first signal. */
  readonly stop: AbortSignal;
}

/**
 * First SIGINT or SIGTERM: `stop` is aborted, and after `graceMs` the process ends anyway. A second signal, more than
 * a second after the first, ends it at once.
 */
export function listenForStop(
  source: NodeJS.EventEmitter,
  clock: Clock,
  graceMs: number,
  end: (reason: 'grace' | 'again', exitCode: number) => void,
): StopSignals {
  const controller = new AbortController();
  let firstAt: number | undefined;
  let timer: Scheduled | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const exitCode = signal === 'SIGINT' ? 130 : 143;
    if (firstAt === undefined) {
      firstAt = clock.monotonic();
      timer = clock.schedule(graceMs, () => end('grace', exitCode));
      controller.abort();
    } else if (clock.monotonic() - firstAt > sameSignalMs) {
      end('again', exitCode);
    }
  };
  source.on('SIGINT', onSignal);
  source.on('SIGTERM', onSignal);
  return {
    stop: controller.signal,
    [Symbol.dispose]: () => {
      timer?.cancel();
      source.off('SIGINT', onSignal);
      source.off('SIGTERM', onSignal);
    },
  };
}
