import type { Clock, Logger } from '@isthmus/kernel';
import type { GroupReader, MetadataStore, TypeSystem } from '@isthmus/model';
import { EgeriaGroupReader } from '../egeria/egeria-group-reader.js';
import { defaultHttpLimits, type HttpLimits } from '../http/http-limits.js';
import { StoreHttp, type TokenSupplier } from '../http/store-http.js';
import { conversionOf } from '../property-conversion.js';
import { Egeria6Store } from './egeria6-store.js';
import { MemberReader } from './member-reader.js';
import { registrationNames6 } from './registration-names.js';
import { ServerCapabilities } from './server-capabilities.js';
import { ServerPaths } from './server-paths.js';

export interface Egeria6Options {
  /** Root of the platform, e.g. `http://127.0.0.1:9080`. */
  readonly url: string;
  readonly serverName: string;
  /** Stands in the path of every call. */
  readonly userId: string;
  readonly token?: TokenSupplier;
  /** Registrations read at a time. Default 200. */
  readonly groupPageSize?: number;
  readonly limits?: Partial<HttpLimits>;
}

export interface Egeria6Parts {
  /** Of the release that the server runs: `standardTypes()` of the model is 6.1's. */
  readonly types: TypeSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** One metadata access server through one set of connections. Nothing is asked before the first call. */
export interface StoreConnection {
  readonly store: MetadataStore;
  readonly groups: GroupReader;
  /** Drops the kept connections. */
  close(): void;
}

export function connectEgeria6(options: Egeria6Options, parts: Egeria6Parts): StoreConnection {
  const http = new StoreHttp({
    url: options.url,
    ...(options.token && { token: options.token }),
    limits: { ...defaultHttpLimits, ...options.limits },
    clock: parts.clock,
    logger: parts.logger.child({ metadataServer: options.serverName }),
    random: parts.random,
    onLost: () => capabilities.forget(),
  });
  const capabilities = new ServerCapabilities(http, options.serverName, parts.clock);
  const paths = new ServerPaths(options.serverName, options.userId);
  return {
    store: new Egeria6Store(http, paths, conversionOf(parts.types), capabilities),
    groups: new EgeriaGroupReader(
      http,
      paths,
      registrationNames6,
      options.groupPageSize ?? 200,
      new MemberReader(http, options.serverName, capabilities),
    ),
    close: () => http.close(),
  };
}
