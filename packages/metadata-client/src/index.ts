export {
  connectEgeria6,
  type Egeria6Options,
  type Egeria6Parts,
  type StoreConnection,
} from './egeria-6/connect-egeria6.js';
export { defaultHttpLimits, type HttpLimits } from './http/http-limits.js';
export type { TokenSupplier } from './http/store-http.js';
