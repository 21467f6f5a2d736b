import { IsthmusError } from '@isthmus/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendSpringError } from '../egeria/spring-error.js';
import { sendProblem } from './problem.js';

/** Below Egeria's roots as Egeria answers, elsewhere as our own faces do. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isEgeriaPath(request.url)) return sendSpringError(request, reply, 404);
  const path = request.url.split('?')[0] ?? '';
  return sendProblem(reply, new IsthmusError('NOT_FOUND', `there is no ${request.method} ${path.slice(0, 200)}`));
}

export function isEgeriaPath(url: string): boolean {
  return /^\/(?:servers\/[^/]+\/)?(?:open-metadata|api\/token)(?:\/|\?|$)/.test(url);
}
