import { type ErrorReport, errorCatalogue, IsthmusError, toErrorReport } from '@isthmus/kernel';
import { type FastifyReply, type FastifyRequest, errorCodes as fastifyErrors } from 'fastify';
import { sendUnauthenticated } from '../egeria/spring-error.js';
import { httpStatusOf } from './error-status.js';

/** What our own faces answer on failure, as `application/problem+json` (RFC 9457 with the members of the catalogue). */
export interface Problem extends ErrorReport {
  /** Meaning of the code, without inserts. */
  readonly title: string;
  readonly status: number;
}

export const problemMediaType = 'application/problem+json; charset=utf-8';

/** An unknown fault keeps its message out of the answer: it may hold what the caller must not see. The log has it. */
export function toProblem(error: unknown): Problem {
  const known = fromHttpFault(error);
  const report = toErrorReport(known);
  const entry = Object.entries(errorCatalogue).find(([code]) => code === report.code)?.[1];
  const title = entry?.meaning ?? errorCatalogue.INTERNAL.meaning;
  const message = IsthmusError.is(known) ? report.message : title;
  return { title, status: httpStatusOf(report.code), ...report, message };
}

export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = toProblem(error);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type(problemMediaType).send(JSON.stringify(problem));
}

/** Error handler of our own faces; faults of our own making are logged with their stack. */
export function problemErrorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error);
  if (problem.status === 401 && !isOwnFace(request)) return sendUnauthenticated(reply);
  if (problem.status === 500) request.server.isthmusLogger.error('request failed', logFields(request, error));
  return sendProblem(reply, error);
}

/** Paths of which no route can be told. */
export function answerUnreadablePath(error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  const isTooLong = error instanceof fastifyErrors.FST_ERR_MAX_PARAM_LENGTH;
  const fault = isTooLong ? 'has a part that is too long' : 'has a part that is not percent-encoded UTF-8';
  sendProblem(
    reply,
    new IsthmusError('REQUEST_INVALID', `the path of the request ${fault}`, {
      details: { in: 'path', fault },
      next: 'encode each part of the path, as encodeURIComponent does; `/api/v1/openapi.json` describes every call',
    }),
  );
}

/** Elsewhere clients of Egeria's expect an empty answer, on paths that do not exist too. */
function isOwnFace(request: FastifyRequest): boolean {
  return /^\/(?:api\/v1|servers\/[^/]+\/isthmus)(?:\/|$)/.test(request.url.split('?')[0] ?? '');
}

export function logFields(request: FastifyRequest, error: unknown): Record<string, unknown> {
  return { method: request.method, route: request.place?.url, error };
}

/** Faults that the HTTP layer finds before a handler runs, in the words of the catalogue. */
export function fromHttpFault(error: unknown): unknown {
  if (IsthmusError.is(error) || !isHttpFault(error)) return error;
  const options = { cause: error };
  if (error.validation !== undefined) return new IsthmusError('REQUEST_INVALID', error.message, options);
  if (error instanceof fastifyErrors.FST_ERR_CTP_INVALID_MEDIA_TYPE)
    return new IsthmusError('REQUEST_NOT_JSON', 'the body of the request is not labelled application/json', options);
  if (error instanceof fastifyErrors.FST_ERR_CTP_BODY_TOO_LARGE)
    return new IsthmusError('REQUEST_TOO_LARGE', 'the body of the request is larger than this call accepts', options);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new IsthmusError('REQUEST_INVALID', error.message, options);
  return error;
}

interface HttpFault extends Error {
  readonly statusCode?: number;
  readonly validation?: unknown;
}

function isHttpFault(error: unknown): error is HttpFault {
  return error instanceof Error && ('statusCode' in error || 'validation' in error);
}
