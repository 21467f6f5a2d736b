import type { FastifyReply, FastifyRequest } from 'fastify';

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
};

/**
 * The error document of Egeria's web framework, for faults that are found before Egeria's own code runs.
 *
 * @param isthmusCode - code of our catalogue, which clients of Egeria's pass over
 */
export function sendSpringError(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  isthmusCode?: string,
): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(
      JSON.stringify({
        timestamp: toEgeriaTime(Date.now()),
        status,
        error: reasons[status] ?? 'Error',
        path: request.url.split('?')[0],
        isthmusCode,
      }),
    );
}

/** Whoever does not say who calls is told nothing else, on whatever path. */
export function sendUnauthenticated(reply: FastifyReply): FastifyReply {
  return reply.code(401).header('www-authenticate', 'Bearer').send();
}

/** ISO time as Egeria writes it: three digits of a second and `+00:00`. */
export function toEgeriaTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+00:00');
}
