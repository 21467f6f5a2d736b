import type { Clock, Logger } from '@isthmus/kernel';
import type { TypeSystem } from '@isthmus/model';
import { egeria4Faces } from './egeria-4/egeria4-faces.js';
import { differencesOf43 } from './egeria-4/release-differences.js';
import { ReleaseTranslation } from './egeria-4/release-translation.js';
import { egeria6Faces } from './egeria-6/egeria6-faces.js';
import { defaultHttpLimits, type HttpLimits } from './http/http-limits.js';
import { type Credentials, LogIn } from './http/log-in.js';
import { StoreHttp, type TokenSupplier } from './http/store-http.js';
import { detectRelease, type SupportedRelease } from './release-detection.js';
import type { StoreConnection } from './store-connection.js';
import { AdapterSwitch, switchedFaces } from './switched-store.js';

export interface MetadataServerOptions {
  /** Root of the platform, e.g. `http://127.0.0.1:9080`. */
  readonly url: string;
  readonly serverName: string;
  /** Stands in the path of every call, and logs in. */
  readonly userId: string;
  /** Default auto: found out at the first call, and again after the server was away. */
  readonly release?: 'auto' | SupportedRelease;
  /** A token that is given; without it and without credentials none is sent. */
  readonly token?: TokenSupplier;
  /** Called at each log-in; undefined: nobody logs in, and no token is sent. */
  readonly credentials?: () => Promise<Credentials | undefined>;
  /** Registrations read at a time. Default 200. */
  readonly groupPageSize?: number;
  readonly limits?: Partial<HttpLimits>;
}

export interface MetadataServerParts {
  readonly types: (release: SupportedRelease) => TypeSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

const defaultGroupPageSize = 200;

/** A metadata access server of any release that there is an adapter for. Nothing is asked before the first call. */
export function connectMetadataServer(options: MetadataServerOptions, parts: MetadataServerParts): StoreConnection {
  const logger = parts.logger.child({ metadataServer: options.serverName });
  const { userId, credentials } = options;
  const logIn =
    credentials &&
    new LogIn({
      userId,
      credentials,
      ask: (body, signal) => http.text({ method: 'POST', path: '/api/token', body }, signal),
      clock: parts.clock,
      logger,
      random: parts.random,
    });
  const token = logIn?.token ?? options.token;
  const http = new StoreHttp({
    url: options.url,
    ...(token && { token }),
    limits: { ...defaultHttpLimits, ...options.limits },
    clock: parts.clock,
    logger,
    random: parts.random,
    onLost: () => {
      adapters.lost();
      egeria6?.lost();
    },
  });
  let egeria6: ReturnType<typeof egeria6Faces> | undefined;
  const faces = { ...options, groupPageSize: options.groupPageSize ?? defaultGroupPageSize };
  const adapters = new AdapterSwitch(
    (signal) => detectRelease(http, { ...options, release: options.release ?? 'auto' }, logger, signal),
    (release) => {
      if (release === '4.3')
        return egeria4Faces(
          http,
          faces,
          new ReleaseTranslation(parts.types('6.1'), parts.types('4.3'), differencesOf43),
        );
      egeria6 = egeria6Faces(http, faces, { types: parts.types('6.1'), clock: parts.clock });
      return egeria6;
    },
  );
  return {
    ...switchedFaces(adapters),
    close: () => {
      logIn?.close();
      http.close();
    },
  };
}
