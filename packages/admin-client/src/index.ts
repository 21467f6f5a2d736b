export * from './generated.js';
export { type AdminClientOptions, HttpTransport } from './http-transport.js';
export type { AdminTransport, ApiCall } from './transport.js';
