import type { FastifyReply } from 'fastify';
import type { EgeriaSetting } from './egeria-manners.js';
import { sendUnauthenticated } from './spring-error.js';

/**
 * What Egeria's web server refuses in paths of the platform before any code of Egeria's own runs: escaped slashes and
 * backslashes, and in 6.1 escaped per cent signs and semicolons, which its firewall takes for a request without a token.
 * A platform that speaks both releases takes them as parts of names: groups that are called so can be removed by name.
 *
 * @returns the reply that was sent; undefined: the path is taken
 */
export function refuseEscapes(setting: EgeriaSetting, url: string, reply: FastifyReply): FastifyReply | undefined {
  if (setting === 'both') return undefined;
  const path = url.split('?')[0] ?? '';
  if (!path.startsWith('/open-metadata/')) return undefined;
  if (/%(?:2f|5c)/i.test(path)) return sendPathRefused(reply, 'an escaped slash or backslash');
  return setting === '6.1' && /%(?:25|3b)/i.test(path) ? sendUnauthenticated(reply) : undefined;
}

/** The page of Egeria's web server, with the reason. */
export function sendPathRefused(reply: FastifyReply, what: string): FastifyReply {
  return reply
    .code(400)
    .type('text/html;charset=utf-8')
    .send(`<!doctype html><title>400 Bad Request</title><p>The path holds ${what}, which no name in it may hold.</p>`);
}
