import { serviceNotOffered } from '../egeria/egeria-answer.js';
import type { NamedServer, RunningServers } from '../server-kind.js';

/**
 * The server that a call names, if it is one that offers the service.
 *
 * @param serviceName - Egeria's full name of the service, for the complaint
 * @throws OMAG-MULTI-TENANT-404-001 when it does not run, -404-002 when it runs without the service
 */
export function runningServerOf<S extends NamedServer>(
  servers: RunningServers,
  name: string,
  offers: (server: NamedServer) => server is S,
  serviceName: string,
): S {
  const server = servers.running(name);
  if (!offers(server)) throw serviceNotOffered(name, serviceName);
  return server;
}
