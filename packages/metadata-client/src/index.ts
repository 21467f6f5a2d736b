export {
  connectMetadataServer,
  type MetadataServerOptions,
  type MetadataServerParts,
} from './connect-metadata-server.js';
export { defaultHttpLimits, type HttpLimits } from './http/http-limits.js';
export type { TokenSupplier } from './http/store-http.js';
export { type OutTopicStatus, TopicFollower, type TopicFollowerParts } from './out-topic/topic-follower.js';
export { kafkaSubscribe } from './out-topic/topic-subscription.js';
export { type SupportedRelease, supportedReleases } from './release-detection.js';
export type { StoreConnection } from './store-connection.js';
