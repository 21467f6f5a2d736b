import type { Logger } from '@isthmus/kernel';
import type { Caller, Role } from '../accounts.js';
import type { EgeriaManners, EgeriaRelease } from '../egeria/egeria-manners.js';
import type { FaceTable, Place } from '../egeria/face-table.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Weakest role that may call the route; `public` needs no account. A route that names none needs `admin`:
     * closed by default.
     */
    role?: Role | 'public';
    /** Faces of Egeria's: class of the answer, e.g. `GUIDResponse`; failures carry it too. */
    answer?: string;
    /**
     * Faces of Egeria's: the only release that has this path. Under the setting of the other release it is unknown;
     * under `both` it is answered in this release's manners. Default: a path of every release.
     */
    release?: EgeriaRelease;
    /** Only says that the path has other verbs; does nothing. */
    otherVerb?: boolean;
    /** Fields of the body that the audit of calls keeps: what the caller said of a decision. Default: none. */
    audited?: readonly string[];
    /** Stands for all routes of the face, which finds the one that is meant. */
    face?: FaceTable;
  }
  interface FastifyRequest {
    /** The route; undefined: there is no such path, or it was refused before anybody looked. */
    place: Place | undefined;
    /** Who calls; on public routes of a server with accounts, `anonymous` with role viewer. */
    caller: Caller;
    /** In whose name it is done, where that is another: `{userId}` of the path or `delegatingUserId`. */
    actingFor: string | undefined;
    /** In whose manners a face of Egeria's answers this request. */
    manners: EgeriaManners;
  }
  interface FastifyInstance {
    /** Aborted when the server begins to close: whatever waits in a handler ends then. */
    readonly closing: AbortSignal;
    readonly isthmusLogger: Logger;
    /** By root. */
    readonly faces: Map<string, FaceTable>;
    /** Longest part of a path that a parameter takes. */
    readonly maxParamLength: number;
  }
}
