import { isRecord } from '../documents/document-check.js';
import { refused } from './admin-failures.js';
import type { AdminRoute } from './admin-route.js';
import { connectionClasses } from './connections.js';
import { without } from './document-sections.js';
import { beanBody } from './request-beans.js';

const path = '/security/connection';

/**
 * Connectors that decide about access are Java classes, which do not run here; this platform has users and roles of
 * its own. One is refused when it is set, since nobody may believe in a protection that is not there.
 */
export const securityConnectionRoutes: readonly AdminRoute[] = [
  { ...get('ConnectionResponse'), release: '4.3' },
  { ...get('OCFConnectionResponse'), release: '6.1' },
  {
    method: 'POST',
    path,
    handle: ({ request }) => {
      beanBody(request, ...connectionClasses);
      throw noSecurityConnector();
    },
  },
  {
    method: 'DELETE',
    path,
    async handle(call) {
      await call.edit('removed configuration for the security connector.', (document) =>
        without(document, 'serverSecurityConnection'),
      );
      return undefined;
    },
  },
];

function get(answer: string): AdminRoute {
  return {
    method: 'GET',
    path,
    answer,
    handle: ({ document }) => {
      const connection = document().serverSecurityConnection;
      return isRecord(connection) ? { connection } : {};
    },
  };
}

export function noSecurityConnector(): Error {
  return refused(
    'OMAG-PLATFORM-SECURITY-400-002',
    'security connectors do not run on this platform; give users their rights in its users file',
    'connection',
  );
}
