import { IsthmusError } from '@isthmus/kernel';
import { isPlainObject } from '@isthmus/model';
import { bodyMissing, EgeriaError } from '../egeria/egeria-answer.js';
import { parseJson } from '../http/json-body.js';
import type { ServerDocument } from '../server-kind.js';
import type { ServerFacts } from '../servers/hosted-server.js';
import type { ServerRegistry } from '../servers/server-registry.js';
import { type Members, pathText, type ServiceRoute } from './server-routes.js';

/** Starting and stopping of servers, below the root of the platform services; 4.3 has them below its admin services too. */
export function lifecycleRoutes(servers: ServerRegistry, now: () => number): readonly ServiceRoute[] {
  const start = { method: 'POST', answer: 'SuccessMessageResponse', role: 'operator' } as const;
  const stop = { method: 'DELETE', answer: 'VoidResponse', role: 'operator' } as const;
  return [
    {
      ...start,
      path: '/servers/:serverName/instance',
      handle: (request) => started(() => servers.start(pathText(request, 'serverName')), now),
    },
    {
      ...start,
      path: '/servers/:serverName/instance/configuration',
      role: 'admin',
      handle: (request) => {
        const document = documentIn(request.body);
        return started(() => servers.startFrom(pathText(request, 'serverName'), document), now);
      },
    },
    {
      ...stop,
      path: '/servers/:serverName/instance',
      handle: async (request) => {
        await servers.stop(pathText(request, 'serverName'));
        return {};
      },
    },
    {
      ...stop,
      path: '/servers/:serverName',
      handle: async (request) => {
        await servers.stop(pathText(request, 'serverName'));
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
    return { successMessage: `${toJavaDate(now())} ${name} is running the following services: [${list}]` };
  } catch (error) {
    if (error instanceof EgeriaError) throw error;
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

/** @throws REQUEST_INVALID */
function documentIn(body: unknown): ServerDocument {
  if (!Buffer.isBuffer(body) || body.length === 0) throw bodyMissing();
  const document = parseJson(body);
  if (document === null || document === undefined) throw bodyMissing();
  if (isPlainObject(document) && document.class === 'OMAGServerConfig') return document;
  throw new IsthmusError('REQUEST_INVALID', 'a document of class OMAGServerConfig is needed here', {
    details: { fault: 'type-id' },
  });
}

/** As Java's `Date.toString` in UTC: `Sat Nov 21 02:14:15 UTC 2026`. */
export function toJavaDate(epochMs: number): string {
  const [day, date, month, year, time] = new Date(epochMs).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}
