import {
  type ErrorCode,
  type ErrorDetails,
  errorCatalogue,
  IsthmusError,
  isErrorCode,
  messageOf,
} from '@isthmus/kernel';
import { isthmusFace } from '@isthmus/model';

/** Message ids of Egeria 6.1 whose meaning the HTTP code alone does not tell. */
const codesOfMessages: Readonly<Record<string, ErrorCode>> = {
  'OMAG-COMMON-400-004': 'PARAMETER_MISSING',
  'OMAG-COMMON-400-005': 'PARAMETER_MISSING',
  'OMAG-COMMON-400-006': 'PARAMETER_MISSING',
  'OMAG-COMMON-400-008': 'PARAMETER_INVALID',
  'OMAG-COMMON-400-010': 'PARAMETER_INVALID',
  'OMAG-COMMON-400-015': 'PARAMETER_MISSING',
  'OMAG-COMMON-400-017': 'PARAMETER_MISSING',
  'OMAG-COMMON-400-018': 'TYPE_UNKNOWN',
  'OMAG-COMMON-400-019': 'TYPE_UNSUITABLE',
  'OMAG-COMMON-400-030': 'PARAMETER_MISSING',
  'OMAG-COMMON-409-001': 'ELEMENT_EXISTS',
  'OMAG-REPOSITORY-HANDLER-400-001': 'PARAMETER_INVALID',
  'OMAG-REPOSITORY-HANDLER-400-008': 'ELEMENT_OWNED_ELSEWHERE',
  'OMAG-REPOSITORY-HANDLER-400-010': 'ELEMENT_ARCHIVED',
  'OMAG-REPOSITORY-HANDLER-404-005': 'ELEMENT_NOT_FOUND',
  'OMAG-REPOSITORY-HANDLER-404-007': 'ELEMENT_NOT_FOUND',
  // The platform answers, but the metadata server on it does not run (yet): to the caller it is away.
  'OMAG-MULTI-TENANT-404-001': 'STORE_UNREACHABLE',
  'OMAG-MULTI-TENANT-404-002': 'STORE_UNREACHABLE',
};

const codesOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'STORE_REFUSED',
  401: 'STORE_NOT_AUTHORIZED',
  403: 'STORE_NOT_AUTHORIZED',
  409: 'ELEMENT_EXISTS',
  410: 'CHANGES_TOO_OLD',
  413: 'REQUEST_TOO_LARGE',
  429: 'STORE_UNREACHABLE',
  502: 'STORE_UNREACHABLE',
  503: 'STORE_UNREACHABLE',
  504: 'STORE_UNREACHABLE',
};

/** Failure that the server itself told in Egeria's envelope. */
export function errorOfEnvelope(
  request: string,
  relatedHttpCode: number,
  envelope: Readonly<Record<string, unknown>>,
): IsthmusError {
  const messageId = textMember(envelope, 'exceptionErrorMessageId');
  const className = textMember(envelope, 'exceptionClassName') ?? '';
  const message = textMember(envelope, 'exceptionErrorMessage') ?? messageId ?? `code ${relatedHttpCode}`;
  const details = { request, relatedHttpCode, ...(messageId && { messageId }) };
  const told = textMember(envelope, isthmusFace.errorCodeMember);
  if (told !== undefined && isErrorCode(told)) return errorTold(told, request, message, details);
  const code =
    (messageId === undefined ? undefined : codesOfMessages[messageId]) ??
    (className.endsWith('.UserNotAuthorizedException') ? 'STORE_NOT_AUTHORIZED' : undefined) ??
    codesOfStatus[relatedHttpCode] ??
    'STORE_REFUSED';
  // Egeria says 500 for whatever it did not foresee: it may pass, but it is no sign that the server is away.
  const retryable = code === 'STORE_REFUSED' && relatedHttpCode >= 500 ? { retryable: true } : {};
  return new IsthmusError(code, `${request}: ${message}`, { details, ...retryable });
}

/** Failure that only the HTTP status tells. */
export function errorOfStatus(request: string, status: number): IsthmusError {
  const details = { request, status };
  if (status >= 500) return new IsthmusError('STORE_UNREACHABLE', `${request}: HTTP ${status}`, { details });
  if (status >= 400 && status !== 404 && status !== 405 && status !== 409 && status !== 410)
    return new IsthmusError(codesOfStatus[status] ?? 'STORE_REFUSED', `${request}: HTTP ${status}`, { details });
  return new IsthmusError(
    'STORE_ANSWER_INVALID',
    `${request}: HTTP ${status} without the envelope of a metadata server`,
    { details },
  );
}

/** Failure below HTTP. The error of axios is not kept as cause: it carries the request's headers with the token. */
export function errorOfTransport(request: string, error: unknown): IsthmusError {
  const message = messageOf(error);
  const code = codeOf(error);
  const details = { request, ...(code && { code }) };
  if (message.includes('maxContentLength'))
    return new IsthmusError('STORE_ANSWER_INVALID', `${request}: the answer is larger than is accepted`, { details });
  if (code?.startsWith('HPE_'))
    return new IsthmusError('STORE_ANSWER_INVALID', `${request}: the answer is not HTTP (${message})`, { details });
  return new IsthmusError('STORE_UNREACHABLE', `${request}: ${message}`, { details });
}

/** Codes that our server gives for itself mean something else to its client. */
const codesSeenFromOutside: Partial<Record<ErrorCode, ErrorCode>> = {
  SERVER_NOT_RUNNING: 'STORE_UNREACHABLE',
  UNAUTHENTICATED: 'STORE_NOT_AUTHORIZED',
  FORBIDDEN: 'STORE_NOT_AUTHORIZED',
  REQUEST_FORBIDDEN_ORIGIN: 'STORE_NOT_AUTHORIZED',
  INTERNAL: 'STORE_REFUSED',
};

function errorTold(told: ErrorCode, request: string, message: string, details: ErrorDetails): IsthmusError {
  const code = codesSeenFromOutside[told] ?? told;
  const { retryable } = errorCatalogue[told];
  return new IsthmusError(code, `${request}: ${message}`, { details: { ...details, told }, retryable });
}

function textMember(envelope: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = envelope[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Error code of Node; the one of a cause when axios wrapped it. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('cause' in error && error.cause !== undefined) {
    const inner = codeOf(error.cause);
    if (inner !== undefined) return inner;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
