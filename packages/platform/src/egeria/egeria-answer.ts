import { randomUUID } from 'node:crypto';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { httpStatusOf } from '../http/error-status.js';
import { fromHttpFault, logFields } from '../http/problem.js';
import { type EgeriaException, type EgeriaManners, egeriaManners } from './egeria-manners.js';
import { sendSpringError, sendUnauthenticated } from './spring-error.js';

/** A failure in Egeria's words. HTTP status stays 200; the envelope carries `code`. */
export interface EgeriaFailure {
  /** `relatedHTTPCode`. */
  readonly code: number;
  readonly messageId: string;
  readonly message: string;
  readonly exception: EgeriaException;
  /** Java class of the fault below, where Egeria tells one. */
  readonly causedBy?: string;
  /** Becomes `exceptionProperties`. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Members that the answer has on failure too. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Code of our catalogue; becomes `isthmusCode`. */
  readonly isthmusCode?: string;
}

/** A fault that a face of Egeria's tells in Egeria's words. */
export class EgeriaError extends IsthmusError {
  readonly failure: EgeriaFailure;

  constructor(failure: EgeriaFailure, cause?: unknown) {
    const code = IsthmusError.is(cause) ? cause.code : 'PARAMETER_INVALID';
    super(code, failure.message, { cause });
    this.failure = failure;
  }
}

export type EgeriaEnvelope = Readonly<Record<string, unknown>> & {
  readonly class: string;
  readonly relatedHTTPCode: number;
};

/** A good answer. `class` comes first; undefined members are left out by JSON. */
export function egeriaAnswer(
  className: string,
  members: Readonly<Record<string, unknown>> = {},
  manners: EgeriaManners = egeriaManners('6.1'),
): EgeriaEnvelope {
  return {
    class: className,
    ...(manners.tellsRequestId ? { requestId: randomUUID() } : {}),
    relatedHTTPCode: 200,
    ...members,
  };
}

export function egeriaFailure(
  className: string,
  failure: EgeriaFailure,
  manners: EgeriaManners = egeriaManners('6.1'),
): EgeriaEnvelope {
  const exception = manners.exceptions[failure.exception];
  return {
    class: className,
    ...(manners.tellsRequestId ? { requestId: randomUUID() } : {}),
    relatedHTTPCode: failure.code,
    exceptionClassName: exception,
    ...(manners.tellsRequestId ? { exceptionSubclassName: exception } : {}),
    ...(failure.causedBy === undefined ? {} : { exceptionCausedBy: failure.causedBy }),
    exceptionErrorMessage: `${failure.messageId} ${failure.message}`,
    exceptionErrorMessageId: failure.messageId,
    ...(failure.properties === undefined ? {} : { exceptionProperties: failure.properties }),
    ...(failure.isthmusCode === undefined ? {} : { isthmusCode: failure.isthmusCode }),
    // Its default in the Java bean: failures carry it too, so that the shape is the one that clients know.
    ...(className === 'BooleanResponse' ? { flag: true } : {}),
    ...failure.members,
  };
}

/**
 * Faults that a kind of server maps to Egeria's words; undefined = leave it to the common mapping. The request tells
 * which parameter the route speaks of.
 */
export type FailureMapping = (error: unknown, request: FastifyRequest) => EgeriaFailure | undefined;

/**
 * Error handler of Egeria's faces. Faults found before Egeria's own code runs keep their HTTP status and framework
 * document; everything else is HTTP 200 with the envelope, whose class is the route's `config.answer`.
 */
export function egeriaErrorHandler(mapping: FailureMapping = () => undefined) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = fromHttpFault(error);
    const early = sendFrameworkFault(known, request, reply);
    if (early !== undefined) return early;
    const failure = known instanceof EgeriaError ? known.failure : (mapping(known, request) ?? commonFailure(known));
    if (failure.code >= 500) request.server.isthmusLogger.error('request failed', logFields(request, known));
    const className = request.place?.config.answer ?? 'FFDCResponseBase';
    return reply
      .code(200)
      .type('application/json')
      .send(JSON.stringify(egeriaFailure(className, failure, request.manners)));
  };
}

/** What Spring answers by itself: 400 for what is not the JSON of the call, 401 without a body, 413, 415. */
function sendFrameworkFault(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (!IsthmusError.is(error)) return undefined;
  if (error.code === 'UNAUTHENTICATED') return sendUnauthenticated(reply);
  if (error.code === 'REQUEST_INVALID') {
    if (error.details.fault === 'absent') return sendSpringError(request, reply, 400, error.code);
    // 4.3 leaves it all to its framework; 6.1 tells what the parser said
    if (request.manners.release === '4.3') return sendSpringError(request, reply, 400, error.code);
    return sendUnreadable(reply, error);
  }
  const spring = ['REQUEST_NOT_JSON', 'REQUEST_TOO_LARGE', 'REQUEST_FORBIDDEN_ORIGIN'].includes(error.code);
  if (spring) return sendSpringError(request, reply, httpStatusOf(error.code), error.code);
  return undefined;
}

/** Java classes of the parser's faults, by `details.fault`. */
const parsers: ReadonlyMap<unknown, string> = new Map([
  ['json', 'core.JsonParseException'],
  ['json-end', 'core.io.JsonEOFException'],
  ['list', 'databind.JsonMappingException'],
  ['type-id', 'databind.exc.InvalidTypeIdException'],
  ['shape', 'databind.exc.MismatchedInputException'],
  ['list', 'databind.JsonMappingException'],
  ['type-id', 'databind.exc.InvalidTypeIdException'],
  ['shape', 'databind.exc.MismatchedInputException'],
]);

function sendUnreadable(reply: FastifyReply, error: IsthmusError): FastifyReply {
  const parser = parsers.get(error.details.fault) ?? 'databind.exc.InvalidFormatException';
  return reply
    .code(400)
    .type('application/json')
    .send(
      JSON.stringify({
        class: 'FFDCResponseBase',
        relatedHTTPCode: 400,
        exceptionClassName: `com.fasterxml.jackson.${parser}`,
        exceptionErrorMessage: error.message,
        isthmusCode: error.code,
      }),
    );
}

function commonFailure(error: unknown): EgeriaFailure {
  if (!IsthmusError.is(error)) {
    const messageId = 'OMAG-COMMON-400-016';
    return {
      code: 500,
      messageId,
      message: 'an unexpected fault',
      exception: 'propertyServer',
      isthmusCode: 'INTERNAL',
    };
  }
  const isthmusCode = error.code;
  if (error.code === 'FORBIDDEN')
    return {
      code: 403,
      messageId: 'OMAG-SERVER-SECURITY-403-003',
      message: error.message,
      exception: 'notAuthorized',
      isthmusCode,
    };
  const code = httpStatusOf(error.code);
  const exception = code < 500 ? 'invalidParameter' : 'propertyServer';
  return { code, messageId: 'OMAG-COMMON-400-016', message: messageOf(error), exception, isthmusCode };
}

/** No such server runs here. */
export function serverNotRunning(serverName: string): EgeriaError {
  return new EgeriaError({
    code: 404,
    messageId: 'OMAG-MULTI-TENANT-404-001',
    message: `the server ${serverName} does not run here`,
    exception: 'invalidParameter',
    properties: { serverName, parameterName: 'serverName' },
  });
}

/** It runs here and does not offer what is asked of it. */
export function serviceNotOffered(serverName: string, serviceName: string): EgeriaError {
  return new EgeriaError({
    code: 404,
    messageId: 'OMAG-MULTI-TENANT-404-002',
    message: `the server ${serverName} runs here without ${serviceName}`,
    exception: 'propertyServer',
  });
}

/** The body of a call that cannot do without one. */
export function bodyMissing(): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', 'the call needs a body', { details: { fault: 'absent' } });
}
