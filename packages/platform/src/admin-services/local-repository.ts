import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { ServerDocument } from '../server-kind.js';
import type { AdminCall, AdminRoute } from './admin-route.js';
import { withRepositoryServices } from './audit-log-destinations.js';
import { connection } from './connections.js';
import { servicesOf, without, withServerId, withServices } from './document-sections.js';
import type { Bean } from './request-beans.js';

/** What Egeria calls the repositories that need no other software. */
const modes = {
  'in-memory-repository': { connector: 'inMemoryRepository', displayName: 'In Memory Local Repository Connection' },
  'local-graph-repository': { connector: 'graphRepository', displayName: 'Local Graph Repository Connection' },
} as const;

/**
 * The repository of a metadata access store: in memory, which ends with the server, or a graph on disk, which here is
 * this platform's own database. 6.1 has no path for the latter; it is taken there too, since nothing else would be kept.
 * Modes that need other software are unknown paths.
 */
export const localRepositoryRoutes: readonly AdminRoute[] = [
  {
    method: 'POST',
    path: '/local-repository/mode/in-memory-repository',
    handle: setRepository('in-memory-repository'),
  },
  {
    method: 'POST',
    path: '/local-repository/mode/local-graph-repository',
    handle: setRepository('local-graph-repository'),
  },
  { method: 'DELETE', path: '/local-repository', handle: removeRepository },
  {
    method: 'GET',
    path: '/local-repository/configuration',
    release: '6.1',
    answer: 'LocalRepositoryConfigResponse',
    handle: ({ document }) => {
      const { localRepositoryConfig } = servicesOf(document());
      return localRepositoryConfig === undefined ? {} : { config: localRepositoryConfig };
    },
  },
  { method: 'DELETE', path: '/local-repository/configuration', release: '6.1', handle: removeRepository },
];

function setRepository(mode: keyof typeof modes): (call: AdminCall) => Promise<undefined> {
  return async (call) => {
    await call.edit('updated configuration for the local repository.', (stored) => {
      const document = withServerId(withRepositoryServices(stored, call.manners));
      return withServices(document, { localRepositoryConfig: repositoryOf(mode, document, call) });
    });
    return undefined;
  };
}

async function removeRepository(call: AdminCall): Promise<undefined> {
  await call.edit('setting up a null local repository.', (stored) => {
    const document = withRepositoryServices(stored, call.manners);
    return { ...document, repositoryServicesConfig: without(servicesOf(document), 'localRepositoryConfig') };
  });
}

function repositoryOf(mode: keyof typeof modes, document: ServerDocument, { serverName, manners }: AdminCall): Bean {
  const { release } = manners;
  const { connector, displayName } = modes[mode];
  const before = servicesOf(document).localRepositoryConfig;
  const known = isRecord(before) ? before.metadataCollectionId : undefined;
  return {
    class: 'LocalRepositoryConfig',
    ...(release === '4.3' ? { metadataCollectionId: known ?? randomUUID() } : {}),
    localRepositoryMode: 'OPEN_METADATA_NATIVE',
    localRepositoryLocalConnection: connection(connector, release, { displayName }),
    localRepositoryRemoteConnection: connection('remoteRepository', release, {
      displayName: 'Local Repository Remote Connection',
      address: `${String(document.localServerURL)}/servers/${serverName}`,
    }),
    eventsToSaveRule: 'ALL',
    eventsToSendRule: 'ALL',
  };
}
