import { noSecurityConnector } from '../admin-services/security-connection.js';
import type { ServiceRoute } from './server-routes.js';

const path = '/security/connection';

/** A connector that decides about access to the platform is a Java class: there is none, and none can be set. */
export const securityConnector: readonly ServiceRoute[] = [
  { method: 'GET', path, answer: 'ConnectionResponse', role: 'viewer', handle: () => ({}) },
  { method: 'DELETE', path, answer: 'VoidResponse', role: 'admin', handle: () => ({}) },
  {
    method: 'POST',
    path,
    answer: 'VoidResponse',
    role: 'admin',
    handle: () => {
      throw noSecurityConnector();
    },
  },
];
