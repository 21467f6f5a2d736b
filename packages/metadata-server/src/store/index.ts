export type * from './element-store.js';
export { type ElementStoreOptions, SqliteElementStore, storeCapabilities } from './sqlite-element-store.js';
