export {
  connectMetadataServer,
  type MetadataServerOptions,
  type MetadataServerParts,
} from './connect-metadata-server.js';
export { defaultHttpLimits, type HttpLimits } from './http/http-limits.js';
export type { TokenSupplier } from './http/store-http.js';
export { type SupportedRelease, supportedReleases } from './release-detection.js';
export type { StoreConnection } from './store-connection.js';
