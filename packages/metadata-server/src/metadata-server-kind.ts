import { type Clock, KernelTokens, type Logger } from '@isthmus/kernel';
import type { ServerKind } from '@isthmus/platform';
import { MetadataServer, metadataServerKindName, type OpenStore } from './metadata-server.js';
import { type MetadataServerConfiguration, metadataServerConfiguration } from './metadata-server-configuration.js';

/** The kind `metadata-store`. Needs from its container: Clock, Logger. */
export function createMetadataServerKind(openStore: OpenStore): ServerKind<MetadataServerConfiguration> {
  return {
    kind: metadataServerKindName,
    configuration: metadataServerConfiguration,
    create: (name, configuration, container) =>
      new MetadataServer({
        name,
        configuration,
        clock: container.get<Clock>(KernelTokens.Clock),
        logger: container.get<Logger>(KernelTokens.Logger).child({ server: name }),
        openStore,
      }),
  };
}
