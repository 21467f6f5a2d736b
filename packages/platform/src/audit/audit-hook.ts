import { IsthmusError } from '@isthmus/kernel';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf } from '../http/address.js';
import type { CallAudit } from './call-audit.js';

const largestPage = 1000;

/**
 * Audits every call of a route that needs more than the role viewer, done or refused, before it is answered. Left out
 * are writes of metadata: the store keeps who made each version of an element, and there are many of them.
 */
export function addAudit(http: FastifyInstance, audit: CallAudit): void {
  http.addHook('onSend', async (request, reply, payload) => {
    if (!isAudited(request)) return;
    const { caller, actingFor, method } = request;
    audit.add({
      by: caller.name,
      ...(actingFor === undefined ? {} : { actingFor }),
      address: addressOf(request),
      method,
      path: request.url.split('?')[0] ?? '',
      status: outcomeOf(payload) ?? reply.statusCode,
    });
  });
  http.get('/api/v1/audit', { config: { role: 'admin' } }, async (request) => {
    const { limit = 100, before } = readQuery(request.query);
    return { items: audit.list(limit, before) };
  });
}

/** Whoever could not say who it is has done nothing, and could fill the trail with it. */
function isAudited(request: FastifyRequest): boolean {
  const { role, otherVerb } = request.routeOptions.config;
  const { url = '' } = request.routeOptions;
  if (request.is404 || otherVerb === true || request.caller === undefined) return false;
  if (role === 'viewer' || role === 'public' || url === '/api/v1/audit') return false;
  return (
    !/\/(?:access-services|framework-services)\/[^/]+\/|\/write-batch$/.test(url) || url.startsWith('/open-metadata/')
  );
}

/** Egeria's faces tell a failure in their envelope and answer 200. */
function outcomeOf(payload: unknown): number | undefined {
  const code =
    typeof payload === 'string' ? /^\{[^[]{0,400}?"relatedHTTPCode":(\d{3})\b/.exec(payload)?.[1] : undefined;
  return code === undefined ? undefined : Number(code);
}

function readQuery(query: unknown): { readonly limit?: number; readonly before?: number } {
  const read = (name: string, most: number): number | undefined => {
    const text: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    if (text === undefined) return undefined;
    const value = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= most) return value;
    throw new IsthmusError('REQUEST_INVALID', `${name} must lie between 1 and ${most}`, { details: { field: name } });
  };
  const limit = read('limit', largestPage);
  const before = read('before', Number.MAX_SAFE_INTEGER);
  return { ...(limit === undefined ? {} : { limit }), ...(before === undefined ? {} : { before }) };
}
