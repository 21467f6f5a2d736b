import type { Clock, Logger } from '@isthmus/kernel';
import type { TypeSystem } from '@isthmus/model';
import { egeria6Faces } from '../egeria-6/egeria6-faces.js';
import { defaultHttpLimits, type HttpLimits } from '../http/http-limits.js';
import { StoreHttp } from '../http/store-http.js';
import type { StoreConnection } from '../store-connection.js';

/** The adapter of release 6 alone, so that requests can be counted: nothing asks for the release. */
export function connectEgeria6(
  options: {
    readonly url: string;
    readonly serverName: string;
    readonly userId: string;
    readonly groupPageSize?: number;
    readonly limits?: Partial<HttpLimits>;
  },
  parts: { readonly types: TypeSystem; readonly clock: Clock; readonly logger: Logger; readonly random: () => number },
): StoreConnection {
  const http = new StoreHttp({
    url: options.url,
    limits: { ...defaultHttpLimits, ...options.limits },
    clock: parts.clock,
    logger: parts.logger,
    random: parts.random,
    onLost: () => faces.lost(),
  });
  const faces = egeria6Faces(http, { groupPageSize: 200, ...options }, parts);
  return { ...faces, close: () => http.close() };
}
