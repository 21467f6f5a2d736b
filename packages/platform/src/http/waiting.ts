import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Aborted when the client goes away or the server closes: for handlers that wait. (The response's end is watched, not
 * the request's: Node ends a request as soon as its body is read.)
 */
export function waitSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, request.server.closing]);
}
