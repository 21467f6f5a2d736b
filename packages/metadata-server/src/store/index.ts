export type * from './element-store.js';
