import './fastify-types.js';
import type { AddressInfo } from 'node:net';
import { type Clock, IsthmusError, type Logger, messageOf, systemClock } from '@isthmus/kernel';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Account, Caller } from '../accounts.js';
import type { EgeriaManners, EgeriaSetting } from '../egeria/egeria-manners.js';
import type { Identity } from '../identity/identity.js';
import type { ServerStatus } from '../server-kind.js';
import { accountsOnly, type CallerFinder } from './authentication.js';
import { addGuard } from './guard.js';
import { addHealthRoutes } from './health.js';
import { parseJson } from './json-body.js';
import { notFoundHandler } from './not-found.js';
import { problemErrorHandler } from './problem.js';
import type { SiteOptions } from './site-check.js';

export interface HttpHostOptions extends SiteOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** None = everybody is `quick-start` with role admin: for the quick start on loopback alone. */
  readonly accounts?: readonly Account[];
  /** Users, accounts and tokens; takes the place of `accounts`. */
  readonly identity?: Identity;
  readonly logger: Logger;
  /** In whose paths and manners Egeria's faces answer. Default `both`. */
  readonly release?: EgeriaSetting;
  /** What `/readyz` asks. Default: nothing to wait for. */
  readonly servers?: () => readonly ServerStatus[];
  /** Largest body of a route that names no limit of its own. Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** How long a request may take to arrive. Default 60 s. */
  readonly requestTimeoutMs?: number;
  /** How long requests that run may go on after `close` before their connections are cut. Default 3 s. */
  readonly closeGraceMs?: number;
  readonly clock?: Clock;
}

/** The one HTTP listener of a process. Servers add their routes to `http` before `listen`. */
export interface HttpHost extends AsyncDisposable {
  readonly http: FastifyInstance;
  /**
   * @returns the base URL, e.g. `http://127.0.0.1:9080`, with the port really used
   * @throws LISTEN_PORT_IN_USE, LISTEN_FAILED
   */
  listen(): Promise<string>;
  /**
   * From the next request on these accounts hold, and no other.
   *
   * @throws LISTEN_NEEDS_ACCOUNTS when there is none: a listener is never opened to everybody while it runs
   */
  setAccounts(accounts: readonly Account[]): void;
}

/** Longer than clients keep idle connections, so that they, not we, close first and no request meets a closing socket. */
const keepAliveTimeoutMs = 75_000;
/** Qualified names travel in paths. */
const longestPathParameter = 8_192;

export function createHttpHost(options: HttpHostOptions): HttpHost {
  const closing = new AbortController();
  const http = fastify({
    bodyLimit: options.bodyLimitBytes ?? 1_048_576,
    requestTimeout: options.requestTimeoutMs ?? 60_000,
    keepAliveTimeout: keepAliveTimeoutMs,
    routerOptions: { maxParamLength: longestPathParameter },
    forceCloseConnections: 'idle',
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, allErrors: false } },
    http: { headersTimeout: 30_000 },
  });
  http.decorate('closing', closing.signal);
  http.decorate('isthmusLogger', options.logger);
  http.decorateRequest('caller', undefined as unknown as Caller);
  http.decorateRequest('manners', undefined as unknown as EgeriaManners);
  http.decorateRequest('actingFor', undefined);
  const callers = options.identity ?? accountsOnly(options.accounts);
  addGuard(http, options, callers);
  acceptJsonOnly(http);
  http.setErrorHandler(problemErrorHandler);
  const servers = options.servers ?? (() => []);
  http.setNotFoundHandler(notFoundHandler(servers));
  addHealthRoutes(http, servers);
  options.identity?.routes(http);
  return new FastifyHost(http, options, closing, callers);
}

function acceptJsonOnly(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    parseJson(body),
  );
}

class FastifyHost implements HttpHost {
  readonly http: FastifyInstance;
  readonly #options: HttpHostOptions;
  readonly #closing: AbortController;
  readonly #callers: CallerFinder;
  #inFlight = 0;
  #closed: Promise<void> | undefined;

  constructor(http: FastifyInstance, options: HttpHostOptions, closing: AbortController, callers: CallerFinder) {
    this.http = http;
    this.#options = options;
    this.#closing = closing;
    this.#callers = callers;
    http.addHook('onRequest', async () => {
      this.#inFlight += 1;
    });
    http.addHook('onResponse', async () => {
      this.#inFlight -= 1;
      this.#cutWhenQuiet();
    });
  }

  async listen(): Promise<string> {
    const { host, port } = this.#options;
    try {
      await this.http.listen({ host, port });
    } catch (error) {
      throw toListenError(error, host, port);
    }
    const address: AddressInfo | string | null = this.http.server.address();
    const used = typeof address === 'object' && address !== null ? address.port : port;
    return `http://${host.includes(':') ? `[${host}]` : host}:${used}`;
  }

  setAccounts(accounts: readonly Account[]): void {
    this.#callers.setAccounts(accounts);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Ends long polls, refuses new requests, lets running ones finish for a while, then cuts what is left. */
  async #close(): Promise<void> {
    this.#closing.abort(new IsthmusError('SERVER_NOT_RUNNING', 'the server is closing'));
    const clock = this.#options.clock ?? systemClock;
    const cut = clock.schedule(this.#options.closeGraceMs ?? 3_000, () => this.http.server.closeAllConnections());
    try {
      const closed = this.http.close();
      this.#cutWhenQuiet();
      await closed;
    } finally {
      cut.cancel();
    }
  }

  /** Connections on which nothing was ever asked count as busy for Node: they would hold up the close. */
  #cutWhenQuiet(): void {
    if (this.#closing.signal.aborted && this.#inFlight === 0)
      setImmediate(() => this.#inFlight === 0 && this.http.server.closeAllConnections());
  }
}

function toListenError(error: unknown, host: string, port: number): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const details = { host, port };
  if (code === 'EADDRINUSE')
    return new IsthmusError('LISTEN_PORT_IN_USE', `port ${port} of ${host} is in use`, { cause: error, details });
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND' || code === 'EAFNOSUPPORT') {
    const message = `${host}:${port} cannot be listened on: ${messageOf(error)}`;
    return new IsthmusError('LISTEN_FAILED', message, { cause: error, details });
  }
  return error;
}
