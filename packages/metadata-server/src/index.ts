export { MetadataServer, metadataServerKindName, type OpenStore, type OpenStoreOptions } from './metadata-server.js';
export { type MetadataServerConfiguration, metadataServerConfiguration } from './metadata-server-configuration.js';
export { createMetadataServerKind } from './metadata-server-kind.js';
export type { ElementStore } from './store/element-store.js';
