import type { Logger } from '@isthmus/kernel';
import type { Caller, Role } from '../accounts.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Weakest role that may call the route; `public` needs no account. A route that names none needs `admin`:
     * closed by default.
     */
    role?: Role | 'public';
    /** Faces of Egeria's: class of the answer, e.g. `GUIDResponse`; failures carry it too. */
    answer?: string;
  }
  interface FastifyRequest {
    /** Who calls; on public routes of a server with accounts, `anonymous` with role viewer. */
    caller: Caller;
  }
  interface FastifyInstance {
    /** Aborted when the server begins to close: whatever waits in a handler ends then. */
    readonly closing: AbortSignal;
    readonly isthmusLogger: Logger;
  }
}
