import { IsthmusError } from '@isthmus/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { egeriaFailure, serverNotRunning } from '../egeria/egeria-answer.js';
import { sendSpringError } from '../egeria/spring-error.js';
import type { ServerStatus } from '../server-kind.js';
import { sendProblem } from './problem.js';

/** Below Egeria's roots as Egeria answers, elsewhere as our own faces do. */
export function notFoundHandler(servers: () => readonly ServerStatus[]) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?')[0] ?? '';
    const serverName = serverOf(path);
    if (serverName !== undefined && !servers().some(({ name }) => name === serverName)) {
      const { failure } = serverNotRunning(serverName);
      return reply
        .type('application/json')
        .send(JSON.stringify(egeriaFailure('FFDCResponseBase', failure, request.manners)));
    }
    if (isEgeriaPath(path)) return sendSpringError(request, reply, 404);
    return sendProblem(reply, new IsthmusError('NOT_FOUND', `there is no ${request.method} ${path.slice(0, 200)}`));
  };
}

/** Whose call of Egeria's this would be. */
function serverOf(path: string): string | undefined {
  const name = /^\/servers\/([^/]+)\/open-metadata\//.exec(path)?.[1];
  try {
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** Below `/servers` all but our own faces of a server. */
function isEgeriaPath(path: string): boolean {
  return /^\/(?:open-metadata|api\/token|servers(?!\/[^/]+\/isthmus(?:\/|$)))(?:\/|$)/.test(path);
}
