import { randomUUID } from 'node:crypto';
import { type Clock, KernelTokens, type Logger } from '@isthmus/kernel';
import type { ServerKind } from '@isthmus/platform';
import { MetadataServer, metadataServerKindName } from './metadata-server.js';
import { type MetadataServerConfiguration, metadataServerConfiguration } from './metadata-server-configuration.js';
import { metadataServerRoutes } from './metadata-server-routes.js';
import { type DocumentedStore, storeOfDocument } from './store-of-document.js';
import { ThreadedElementStore } from './store-thread/threaded-element-store.js';

/**
 * Metadata access servers on SQLite. Needs from the container: Clock, Logger.
 *
 * @param textOf - the content behind a value that may be a reference to a secret
 */
export function metadataServerKind(
  dataDirectory: string,
  textOf: (reference: string) => Promise<string>,
): ServerKind<StoreConfiguration> {
  return {
    kind: metadataServerKindName,
    serverType: 'Metadata Access Store',
    configuration: metadataServerConfiguration,
    routes: metadataServerRoutes,
    fromDocument: (document, configured) => {
      const documented = storeOfDocument(document);
      if (documented === undefined) return undefined;
      // documents say nothing of these
      const { retainedChanges, retainedVersions, publishZones } = configured ?? documented;
      return { ...configured, ...documented, retainedChanges, retainedVersions, publishZones, dataDirectory };
    },
    create: (name, { documented, ...configuration }, container) =>
      new MetadataServer({
        name,
        configuration,
        ...(documented && { documented }),
        clock: container.get<Clock>(KernelTokens.Clock),
        logger: container.get<Logger>(KernelTokens.Logger).child({ server: name }),
        newUuid: randomUUID,
        textOf,
        openStore: (options) => ThreadedElementStore.open(options),
      }),
  };
}

type StoreConfiguration = MetadataServerConfiguration & { readonly documented?: DocumentedStore };
