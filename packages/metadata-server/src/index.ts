export { MetadataServer, type MetadataServerParts, metadataServerKindName, type OpenStore } from './metadata-server.js';
export { type MetadataServerConfiguration, metadataServerConfiguration } from './metadata-server-configuration.js';
export { metadataServerKind } from './metadata-server-kind.js';
export { type ElementStore, type ElementStoreOptions, SqliteElementStore } from './store/index.js';
