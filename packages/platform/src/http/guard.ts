import { IsthmusError } from '@isthmus/kernel';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, errorCodes as fastifyErrors } from 'fastify';
import type { Caller } from '../accounts.js';
import { EgeriaError } from '../egeria/egeria-answer.js';
import { type EgeriaSetting, egeriaManners } from '../egeria/egeria-manners.js';
import type { Place } from '../egeria/face-table.js';
import { refuseEscapes } from '../egeria/path-manners.js';
import { type CallerFinder, requireActingFor, requireRole } from './authentication.js';
import { createSiteCheck, type SiteOptions } from './site-check.js';

export interface GuardOptions extends SiteOptions {
  readonly release?: EgeriaSetting;
  /** Answers a request for an unknown path. */
  readonly notFound: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

const anonymous: Caller = { name: 'anonymous', role: 'viewer' };

/** Host, Origin, token, role and in whose name: checked before a body is read, on unknown paths too. */
export function addGuard(http: FastifyInstance, options: GuardOptions, callers: CallerFinder): void {
  const checkSite = createSiteCheck(options);
  const setting = options.release ?? 'both';
  http.addHook('onRequest', async (request, reply) => {
    const place = placeOf(request);
    if (place === 'too-long') return refuseLongPath(request, reply);
    request.place = place;
    const own = place?.config.release;
    request.manners = egeriaManners(setting === 'both' ? (own ?? '6.1') : setting);
    checkSite(request.headers);
    if (refuseEscapes(setting, request.url, reply) !== undefined) return reply;
    // a path of the other release alone is unknown here
    const isOther = own !== undefined && setting !== 'both' && own !== setting;
    if (place === undefined || isOther) {
      const authorization = request.headers.authorization;
      request.caller = await callers.callerOf({ authorization, pathUser: unknownPathUser(request, setting) });
      // now, not after the body: what nobody reads cannot be wrong
      return options.notFound(request, reply);
    }
    await admit(request, place, callers);
    return undefined;
  });
}

/** Undefined: there is no such path. */
function placeOf(request: FastifyRequest): Place | 'too-long' | undefined {
  if (request.is404) return undefined;
  const { config, url = '' } = request.routeOptions;
  if (config.face === undefined) return { url, config };
  const found = config.face.find(request.method, request.url);
  if (found === undefined || found === 'too-long') return found;
  request.params = found.params;
  return found.place;
}

/** In the words of Fastify, which refuses it on paths that it knows itself. */
function refuseLongPath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, statusCode } = new fastifyErrors.FST_ERR_MAX_PARAM_LENGTH();
  const message = `'${request.url.split('?')[0]}' is exceeding the max param length`;
  const told = { error: 'Bad Request', code, message, statusCode };
  return reply
    .code(414)
    .header('content-type', 'application/json')
    .send(Buffer.from(JSON.stringify(told)));
}

async function admit(request: FastifyRequest, place: Place, callers: CallerFinder): Promise<void> {
  const role = place.config.role ?? 'admin';
  if (role === 'public') {
    request.caller = anonymous;
    return;
  }
  const pathUser = textMember(request.params, 'userId');
  const caller = await callers.callerOf({ authorization: request.headers.authorization, pathUser });
  request.caller = caller;
  requireRole(caller, role);
  const delegating = delegatingUser(request);
  for (const other of [pathUser, delegating]) {
    if (other === undefined || other === caller.name) continue;
    requireActingFor(caller, other);
    request.actingFor = other;
  }
  // Egeria's administration knows its users, its platform does not ask
  const asksDirectory = place.url.startsWith('/open-metadata/admin-services/');
  if (delegating !== undefined && delegating !== caller.name && asksDirectory && callers.knows?.(delegating) === false)
    throw unknownUser(delegating);
}

/** 4.3 has no tokens: what it does not know is unknown to everybody. */
function unknownPathUser(request: FastifyRequest, setting: EgeriaSetting): string | undefined {
  return /\/users\/([^/?]+)/.exec(request.url)?.[1] ?? (setting === '4.3' ? anonymous.name : undefined);
}

/** @throws REQUEST_INVALID when it is there more than once */
function delegatingUser(request: FastifyRequest): string | undefined {
  const { query } = request;
  if (typeof query !== 'object' || query === null || !('delegatingUserId' in query)) return undefined;
  const { delegatingUserId } = query;
  if (typeof delegatingUserId !== 'string')
    throw new IsthmusError('REQUEST_INVALID', 'delegatingUserId is there more than once');
  return delegatingUserId === '' ? undefined : delegatingUserId;
}

function textMember(value: unknown, name: string): string | undefined {
  const found = typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : '';
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function unknownUser(userId: string): EgeriaError {
  return new EgeriaError({
    code: 403,
    messageId: 'OPEN-METADATA-SECURITY-403-017',
    message: `there is no user ${userId.slice(0, 100)}`,
    exception: 'notAuthorized',
    properties: { userId: userId.slice(0, 100) },
  });
}
