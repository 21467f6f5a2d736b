import { setMaxListeners } from 'node:events';
import { type Clock, errorCatalogue, IsthmusError, isAbort, messageOf, type Scheduled } from '@isthmus/kernel';
import type { Redactor } from '../configuration/redactor.js';
import { messageWithCauses } from './told-causes.js';

const authorsCodes: ReadonlySet<string> = new Set(['CONNECTOR_FAILED', 'SOURCE_UNREADABLE', 'CURSOR_REFUSED']);

export interface Hook {
  /** Name of the hook as authors know it, for messages. */
  readonly name: string;
  readonly connectorName: string;
  /** Absent: it may take as long as it wants. */
  readonly deadlineMs?: number;
  /** How long it may go on after its signal was aborted; then it is abandoned. */
  readonly graceMs: number;
  /** Aborted when the caller no longer wants the result. */
  readonly signal: AbortSignal;
  /** Aborted when the instance is cut off: nothing is waited for. */
  readonly cut: AbortSignal;
}

/**
 * Calls connector code: with a signal, a deadline, and an end in any case. What goes on after that is left behind, its
 * late result ignored.
 *
 * @throws an abort when the caller aborted and the hook followed; CONNECTOR_TIMEOUT with `details.ignoredAbort` when it
 * did not follow its signal; CONNECTOR_TIMEOUT at the deadline; CONNECTOR_STOPPED when cut off; CONNECTOR_FAILED for what
 * it threw, secrets removed
 */
export function runHook<T>(
  hook: Hook,
  clock: Clock,
  redactor: Redactor,
  code: (signal: AbortSignal) => T | Promise<T>,
): Promise<T> {
  const { signal, cut, graceMs, deadlineMs } = hook;
  if (cut.aborted) return Promise.reject(stopped(hook));
  if (signal.aborted) return Promise.reject(abortOf(signal));
  return new Promise((resolve, reject) => {
    const own = new AbortController();
    // One listener per request that the connector has under way is what the signal is for.
    setMaxListeners(0, own.signal);
    let isLate = false;
    const timers: Scheduled[] = [];
    const settle = (finish: () => void) => {
      for (const timer of timers.splice(0)) timer.cancel();
      signal.removeEventListener('abort', onAbort);
      cut.removeEventListener('abort', onCut);
      finish();
    };
    const askToEnd = (reason: unknown) => {
      if (own.signal.aborted) return;
      own.abort(reason);
      timers.push(clock.schedule(graceMs, () => settle(() => reject(ignoredAbort(hook)))));
    };
    const onAbort = () => askToEnd(abortOf(signal));
    const onCut = () => {
      own.abort(stopped(hook));
      settle(() => reject(stopped(hook)));
    };
    if (deadlineMs !== undefined) {
      timers.push(
        clock.schedule(deadlineMs, () => {
          isLate = true;
          askToEnd(timeout(hook));
        }),
      );
    }
    signal.addEventListener('abort', onAbort, { once: true });
    cut.addEventListener('abort', onCut, { once: true });
    const onError = (error: unknown) => {
      if (signal.aborted) return abortOf(signal);
      return isLate ? timeout(hook) : toConnectorError(hook, redactor, error);
    };
    Promise.resolve()
      .then(() => code(own.signal))
      .then(
        (result) => settle(() => resolve(result)),
        (error: unknown) => settle(() => reject(onError(error))),
      );
  });
}

/** Wraps once what connector code threw. Errors with a code of ours keep it: the host's own, and those that authors may throw. */
export function toConnectorError(
  hook: Pick<Hook, 'name' | 'connectorName'>,
  redactor: Redactor,
  error: unknown,
): IsthmusError {
  if (IsthmusError.is(error) && Object.hasOwn(errorCatalogue, error.code)) return told(redactor, error);
  return new IsthmusError(
    'CONNECTOR_FAILED',
    `connector ${hook.connectorName} failed in ${hook.name}: ${redactor.text(messageWithCauses(error))}`,
    { cause: redactor.error(error), details: { connector: hook.connectorName, hook: hook.name } },
  );
}

/** The causes of what authors throw themselves are told with it; the host's own errors say all that there is to say. */
function told(redactor: Redactor, error: IsthmusError): IsthmusError {
  return redactor.known(error, authorsCodes.has(error.code) ? messageWithCauses(error) : error.message);
}

export function abortOf(signal: AbortSignal): unknown {
  const reason: unknown = signal.reason;
  return isAbort(reason) ? reason : new DOMException(messageOf(reason), 'AbortError');
}

function timeout(hook: Hook): IsthmusError {
  return new IsthmusError(
    'CONNECTOR_TIMEOUT',
    `${hook.name} of connector ${hook.connectorName} did not end in ${(hook.deadlineMs ?? 0) / 1_000} s`,
    { details: { connector: hook.connectorName, hook: hook.name } },
  );
}

function ignoredAbort(hook: Hook): IsthmusError {
  return new IsthmusError(
    'CONNECTOR_TIMEOUT',
    `${hook.name} of connector ${hook.connectorName} went on for ${hook.graceMs / 1_000} s after it was told to end; it is cut off`,
    { details: { connector: hook.connectorName, hook: hook.name, ignoredAbort: true } },
  );
}

function stopped(hook: Hook): IsthmusError {
  return new IsthmusError('CONNECTOR_STOPPED', `connector ${hook.connectorName} was cut off`, {
    details: { connector: hook.connectorName, hook: hook.name },
  });
}
