import type { FastifyInstance, FastifyRequest } from 'fastify';
import { addressOf } from '../http/address.js';
import type { CallAudit } from './call-audit.js';

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
      ...saidOf(request),
    });
  });
}

/** Whoever could not say who it is has done nothing, and could fill the trail with it. */
function isAudited(request: FastifyRequest): boolean {
  if (request.place === undefined || request.caller === undefined) return false;
  const { url, config } = request.place;
  const { role, otherVerb } = config;
  if (otherVerb === true) return false;
  if (role === 'viewer' || role === 'public' || url === '/api/v1/audit') return false;
  return (
    !/\/(?:access-services|framework-services)\/[^/]+\/|\/write-batch$/.test(url) || url.startsWith('/open-metadata/')
  );
}

const longestText = 1_000;
const mostItems = 1_000;

/** Of the body only what its route names: the rest may be long, or not for every administrator. */
function saidOf({ place, body }: FastifyRequest): { readonly said?: Readonly<Record<string, unknown>> } {
  const named = place?.config.audited ?? [];
  if (named.length === 0 || typeof body !== 'object' || body === null) return {};
  // by the names, not by the body: that may be millions of bytes, each a member of its own
  const said = named.flatMap((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(body, name)?.value;
    return value === undefined ? [] : keptOf(name, value);
  });
  return said.length === 0 ? {} : { said: Object.fromEntries(said) };
}

function keptOf(name: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value === 'string') return [[name, value.slice(0, longestText)]];
  if (typeof value === 'boolean') return [[name, value]];
  if (!Array.isArray(value)) return [];
  const count = value.length > mostItems ? [[`${name}Count`, value.length] as const] : [];
  return [[name, value.slice(0, mostItems)], ...count];
}

/** Egeria's faces tell a failure in their envelope and answer 200. */
function outcomeOf(payload: unknown): number | undefined {
  const code =
    typeof payload === 'string' ? /^\{[^[]{0,400}?"relatedHTTPCode":(\d{3})\b/.exec(payload)?.[1] : undefined;
  return code === undefined ? undefined : Number(code);
}
