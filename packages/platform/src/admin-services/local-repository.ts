import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import type { AdminCall, AdminRoute } from './admin-route.js';
import { withRepositoryServices } from './audit-log-destinations.js';
import { connection } from './connections.js';
import { servicesOf, without, withServerId, withServices } from './document-sections.js';
import type { Bean } from './request-beans.js';

/**
 * The repository of a metadata access store. Of Egeria's modes those that keep metadata in the server itself are here:
 * this platform keeps it in its own database whichever is named. Modes that need other software are unknown paths.
 */
export const localRepositoryRoutes: readonly AdminRoute[] = [
  { method: 'POST', path: '/local-repository/mode/in-memory-repository', handle: setRepository },
  { method: 'POST', path: '/local-repository/mode/local-graph-repository', release: '4.3', handle: setRepository },
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

async function setRepository(call: AdminCall): Promise<undefined> {
  await call.edit('updated configuration for the local repository.', (stored) => {
    const document = withServerId(withRepositoryServices(stored, call.manners));
    return withServices(document, { localRepositoryConfig: repositoryOf(document, call.serverName, call.manners) });
  });
}

async function removeRepository(call: AdminCall): Promise<undefined> {
  await call.edit('setting up a null local repository.', (stored) => {
    const document = withRepositoryServices(stored, call.manners);
    return { ...document, repositoryServicesConfig: without(servicesOf(document), 'localRepositoryConfig') };
  });
}

function repositoryOf(document: ServerDocument, name: string, { release }: EgeriaManners): Bean {
  const before = servicesOf(document).localRepositoryConfig;
  const known = isRecord(before) ? before.metadataCollectionId : undefined;
  return {
    class: 'LocalRepositoryConfig',
    ...(release === '4.3' ? { metadataCollectionId: known ?? randomUUID() } : {}),
    localRepositoryMode: 'OPEN_METADATA_NATIVE',
    localRepositoryLocalConnection: connection('inMemoryRepository', release, {
      displayName: 'In Memory Local Repository Connection',
    }),
    localRepositoryRemoteConnection: connection('remoteRepository', release, {
      displayName: 'Local Repository Remote Connection',
      address: `${String(document.localServerURL)}/servers/${name}`,
    }),
    eventsToSaveRule: 'ALL',
    eventsToSendRule: 'ALL',
  };
}
