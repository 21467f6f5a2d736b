import type { FastifyReply, FastifyRequest } from 'fastify';

/** A bare text as Egeria sends it: labelled JSON for those who ask for JSON, though it is none. */
export function sendPlainText(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const wantsJson = request.headers.accept?.includes('application/json') === true;
  return reply.type(wantsJson ? 'application/json' : 'text/plain;charset=UTF-8').send(text);
}
