import { IsthmusError } from '@isthmus/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { egeriaErrorHandler } from '../egeria/egeria-answer.js';
import type { EgeriaSetting } from '../egeria/egeria-manners.js';
import { sendUnauthenticated } from '../egeria/spring-error.js';
import { addressOf } from '../http/address.js';
import { sendPlainText } from '../http/plain-text.js';
import { fromHttpFault } from '../http/problem.js';
import type { LogIn } from './log-in.js';

const largestBodyBytes = 16_384;

/**
 * Log-in as Egeria 6.1 has it: user and password, the answer is the bare token. Any server name will do: the users
 * are those of the platform.
 */
export function addLogInRoutes(http: FastifyInstance, logIn: LogIn): void {
  http.register(async (scope) => {
    scope.setErrorHandler(logInErrorHandler);
    for (const url of ['/api/token', '/servers/:serverName/api/token'])
      scope.post(url, { bodyLimit: largestBodyBytes, config: { role: 'public' } }, async (request, reply) => {
        const { userId, password, newPassword } = readCredentials(request.body);
        if (userId === undefined || password === undefined)
          throw new IsthmusError('LOGIN_FAILED', 'user or password is missing');
        const token = await logIn.logIn({
          userId,
          password,
          ...(newPassword === undefined ? {} : { newPassword }),
          address: addressOf(request),
        });
        return sendPlainText(request, reply.header('cache-control', 'no-store'), token);
      });
  });
}

/** How Egeria's platform is built: clients ask it whether anybody is there. */
export function addAboutRoute(http: FastifyInstance, release: EgeriaSetting): void {
  const time = new Date(Date.now() - process.uptime() * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  http.get('/api/about', { config: { role: 'public', release: '6.1' } }, async () => ({
    name: 'platform-chassis-spring',
    time,
    version: release === 'both' ? '6.1' : release,
    group: 'org.odpi.egeria',
    artifact: 'platform-chassis-spring',
  }));
}

interface LogInBody {
  readonly userId: string | undefined;
  readonly password: string | undefined;
  readonly newPassword: string | undefined;
}

/** Unknown members are passed over, as Egeria does. */
function readCredentials(body: unknown): LogInBody {
  if (body === undefined || body === null)
    throw new IsthmusError('REQUEST_INVALID', 'the call needs a body', { details: { fault: 'absent' } });
  if (typeof body !== 'object' || Array.isArray(body)) throw unsuitable('the body is no object');
  const member = (name: string): string | undefined => {
    const value = Object.entries(body).find(([key]) => key === name)?.[1];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') throw unsuitable(`${name} is no text`);
    return String(value);
  };
  return { userId: member('userId'), password: member('password'), newPassword: member('newPassword') };
}

function unsuitable(message: string): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', message, { details: { fault: 'shape' } });
}

const otherwise = egeriaErrorHandler();

function logInErrorHandler(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = fromHttpFault(error);
  if (!IsthmusError.is(known)) return otherwise(known, request, reply);
  const status = refusals[known.code];
  if (known.code === 'LOGIN_THROTTLED') reply.header('retry-after', String(known.details.retryAfterSeconds ?? 1));
  if (status !== undefined) return refuse(reply, status, known);
  // Egeria's page for these faults needs a token itself
  if (known.code === 'REQUEST_NOT_JSON' || known.details.fault === 'absent') return sendUnauthenticated(reply);
  return otherwise(known, request, reply);
}

const refusals: Readonly<Record<string, number>> = {
  LOGIN_FAILED: 401,
  LOGIN_THROTTLED: 429,
  PASSWORD_UNSUITABLE: 400,
};

function refuse(reply: FastifyReply, status: number, error: IsthmusError): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(
      JSON.stringify({
        class: 'FFDCResponseBase',
        relatedHTTPCode: status,
        exceptionClassName: 'org.springframework.security.authentication.AuthenticationServiceException',
        exceptionErrorMessage: error.message,
        isthmusCode: error.code,
      }),
    );
}
