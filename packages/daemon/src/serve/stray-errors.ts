import { LogThrottle, processStrays } from '@isthmus/connector-host';
import { type Clock, type Logger, systemClock } from '@isthmus/kernel';

/**
 * Errors that nobody caught: a promise that an author's code left behind, a throw in one of its timers. Connectors run
 * in this process, and one connector's fault must not stop the others, so they are logged without anybody's secrets,
 * their connector is told, and the process goes on.
 */
export function surviveStrayErrors(
  source: NodeJS.EventEmitter,
  logger: Logger,
  clock: Clock = systemClock,
): Disposable {
  // A timer that throws every time it fires must not fill the disk.
  const throttle = new LogThrottle(clock);
  const onError = (what: string) => (error: unknown) => {
    const passes = throttle.take();
    if (passes === undefined) return;
    if (passes.dropped > 0) logger.warn('errors that nobody caught were not logged', { dropped: passes.dropped });
    const { message, stack, connector, group } = processStrays.trace(error);
    logger.error(`${what}; the process goes on`, { connector, group, problem: message, stack });
  };
  const onRejection = onError('a promise was rejected and nobody looked');
  const onException = onError('an error was thrown where nobody could catch it');
  source.on('unhandledRejection', onRejection);
  source.on('uncaughtException', onException);
  return {
    [Symbol.dispose]: () => {
      source.off('unhandledRejection', onRejection);
      source.off('uncaughtException', onException);
    },
  };
}
