import { type ErrorCode, errorCatalogue } from './error-catalogue.js';

const brand: unique symbol = Symbol.for('isthmus.error');

export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Plain form of an error, as it crosses processes, lies in journals and is answered over REST. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly retryable: boolean;
  readonly details?: ErrorDetails;
}

/**
 * The one error class. The code comes from the catalogue, the message names the thing and the fault, the catalogue
 * adds the next step. Test with `IsthmusError.is(error)`, as two copies of this package may be loaded.
 */
export class IsthmusError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** What the reader does next. */
  readonly next: string;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly details?: ErrorDetails;
      readonly cause?: unknown;
      readonly next?: string;
      readonly retryable?: boolean;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IsthmusError';
    this.code = code;
    this.retryable = options.retryable ?? errorCatalogue[code].retryable;
    this.next = options.next ?? errorCatalogue[code].next;
    this.details = options.details ?? {};
  }

  static is(error: unknown): error is IsthmusError {
    return typeof error === 'object' && error !== null && brand in error;
  }
}

/** Plain form of anything that was thrown. Unknown errors become INTERNAL; their stack is left to the log. */
export function toErrorReport(error: unknown): ErrorReport {
  if (IsthmusError.is(error)) {
    const { code, message, next, retryable, details } = error;
    return Object.keys(details).length > 0
      ? { code, message, next, retryable, details }
      : { code, message, next, retryable };
  }
  return { code: 'INTERNAL', message: messageOf(error), next: errorCatalogue.INTERNAL.next, retryable: true };
}

/** The message of anything that was thrown; errors of Node are not `instanceof Error` across realms. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string')
    return error.message;
  return String(error);
}

/** Whether this is the end of something that was aborted, which is no fault. */
export function isAbort(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    (error.name === 'AbortError' || error.name === 'CanceledError')
  );
}
