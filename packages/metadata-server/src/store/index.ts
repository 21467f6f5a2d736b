export type * from './element-store.js';
export { type ElementStoreOptions, SqliteElementStore } from './sqlite-element-store.js';
