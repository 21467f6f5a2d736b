import type { FastifyInstance } from 'fastify';
import { toEgeriaTime } from '../egeria/spring-error.js';
import { connectorTypes } from './connector-types.js';
import { addPlatformPages } from './platform-pages.js';
import { securityConnector } from './platform-security.js';
import { registeredServices } from './registered-services.js';
import { addRuntimeManager } from './runtime-manager.js';
import { lifecycleRoutes } from './server-lifecycle.js';
import { operationsReads, serverReads } from './server-reads.js';
import { addServiceRoutes, type PlatformServicesParts, type ServiceRoute } from './server-routes.js';

export type { PlatformServicesParts } from './server-routes.js';

const platformPaths = { '4.3': '/users/:userId/server-platform', '6.1': '/server-platform' };

/**
 * Egeria's platform services and server operations, in the path forms of both releases: which servers there are, how
 * they are, and their starts and stops.
 */
export function addPlatformServices(http: FastifyInstance, parts: PlatformServicesParts): void {
  const { servers, documents, clock } = parts;
  const lifecycle = lifecycleRoutes(servers, () => clock.now());
  const platform = platformRoutes(parts, clock.now());
  addPlatformPages(http, parts.description ?? {});
  const platformCalls = [...platform, ...serverReads(servers, documents), ...lifecycle];
  addServiceRoutes(http, 'platform-services', platformPaths, platformCalls);
  addServiceRoutes(http, 'admin-services', { '4.3': '/users/:userId' }, lifecycle);
  addRuntimeManager(http, parts);
  addServiceRoutes(http, 'server-operations', { '6.1': '' }, operationsReads(servers, documents));
}

function platformRoutes(
  { servers, shutDown, connectorType }: PlatformServicesParts,
  startedAt: number,
): readonly ServiceRoute[] {
  const stop = { method: 'DELETE', answer: 'VoidResponse', role: 'admin' } as const;
  const stopAll = async () => {
    await servers.stopAll();
    return {};
  };
  return [
    {
      method: 'GET',
      path: '/origin',
      answer: 'text',
      role: 'public',
      handle: (request, reply) => {
        // labelled as the caller likes it, as Egeria does, though it is never JSON
        const asJson = /application\/json/i.test(request.headers.accept ?? '');
        reply.type(asJson ? 'application/json' : 'text/plain;charset=UTF-8').send(request.manners.origin);
        return undefined;
      },
    },
    {
      method: 'GET',
      path: '/start-time',
      answer: 'text',
      role: 'viewer',
      release: '6.1',
      handle: (_request, reply) => {
        reply.type('application/json').send(JSON.stringify(toEgeriaTime(startedAt)));
        return undefined;
      },
    },
    { ...stop, path: '/servers/instance', handle: stopAll },
    { ...stop, path: '/servers', handle: stopAll },
    {
      ...stop,
      path: '/instance',
      handle: (_request, reply) => {
        reply.raw.once('close', shutDown);
        return {};
      },
    },
    ...connectorTypes(connectorType),
    ...securityConnector,
    ...registeredServices(),
  ];
}
