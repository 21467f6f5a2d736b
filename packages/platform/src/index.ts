export { type Account, type Caller, type Role, roles } from './accounts.js';
export type { NamedServer, ServerKind, ServerStatus } from './server-kind.js';
