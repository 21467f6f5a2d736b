import { type Logger, messageOf } from '@isthmus/kernel';

/**
 * Errors that nobody caught: a promise that an author's code left behind, a throw in one of its timers. Connectors run
 * in this process, and one connector's fault must not stop the others, so they are logged and the process goes on.
 * What such code was to bring is missed by the connector's own status: a run ends only when its refresh ends.
 */
export function surviveStrayErrors(source: NodeJS.EventEmitter, logger: Logger): Disposable {
  const onError = (what: string) => (error: unknown) =>
    logger.error(`${what}; the process goes on`, { problem: messageOf(error), stack: stackOf(error) });
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

function stackOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'stack' in error && typeof error.stack === 'string'
    ? error.stack
    : undefined;
}
