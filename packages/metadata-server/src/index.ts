export { MetadataServer, type MetadataServerParts, metadataServerKindName, type OpenStore } from './metadata-server.js';
export { type MetadataServerConfiguration, metadataServerConfiguration } from './metadata-server-configuration.js';
export { metadataServerKind } from './metadata-server-kind.js';
export { outTopicOfEventBus } from './out-topic/event-bus.js';
export type { OutTopicConfiguration } from './out-topic/out-topic-configuration.js';
export { kafkaSecuritySchema } from './out-topic/out-topic-configuration.js';
export { type ElementStore, type ElementStoreOptions, SqliteElementStore } from './store/index.js';
