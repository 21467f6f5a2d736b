import { IsthmusError } from '@isthmus/kernel';
import type { FastifyRequest } from 'fastify';
import { javaDate } from '../admin-services/new-document.js';
import { beanBody } from '../admin-services/request-beans.js';
import { EgeriaError } from '../egeria/egeria-answer.js';
import type { ServerFacts } from '../servers/hosted-server.js';
import type { ServerRegistry } from '../servers/server-registry.js';
import { type Members, pathText, type ServiceRoute } from './server-routes.js';

/** Starting and stopping of servers, below the root of the platform services; 4.3 has them below its admin services too. @param nameOf - whom a request means */
export function lifecycleRoutes(
  servers: ServerRegistry,
  now: () => number,
  nameOf: (request: FastifyRequest) => string = (request) => pathText(request, 'serverName'),
): readonly ServiceRoute[] {
  const start = { method: 'POST', answer: 'SuccessMessageResponse', role: 'operator' } as const;
  const stop = { method: 'DELETE', answer: 'VoidResponse', role: 'operator' } as const;
  return [
    {
      ...start,
      path: '/servers/:serverName/instance',
      handle: (request) => started(() => servers.start(nameOf(request)), now),
    },
    {
      ...start,
      path: '/servers/:serverName/instance/configuration',
      role: 'admin',
      handle: (request) => {
        const document = beanBody(request, 'OMAGServerConfig');
        return started(() => servers.startFrom(nameOf(request), document), now);
      },
    },
    {
      ...stop,
      path: '/servers/:serverName/instance',
      handle: async (request) => {
        await servers.stop(nameOf(request));
        return {};
      },
    },
    {
      ...stop,
      path: '/servers/:serverName',
      handle: async (request) => {
        await servers.stop(nameOf(request));
        return {};
      },
    },
  ];
}

/** What does not start is the document's fault as far as Egeria's clients can tell. */
async function started(start: () => Promise<ServerFacts>, now: () => number): Promise<Members> {
  try {
    const { name, services } = await start();
    const list = services.join(', ');
    return { successMessage: `${javaDate(now())} ${name} is running the following services: [${list}]` };
  } catch (error) {
    // a document that is unfit is told of as the admin services do
    if (error instanceof EgeriaError || (IsthmusError.is(error) && error.code === 'DOCUMENT_INVALID')) throw error;
    throw new EgeriaError(
      {
        code: 500,
        messageId: 'OMAG-ADMIN-500-001',
        message: `the server did not start: ${IsthmusError.is(error) ? error.message : 'unexpected fault'}`,
        exception: 'configurationError',
        ...(IsthmusError.is(error) ? { isthmusCode: error.code } : {}),
      },
      error,
    );
  }
}
