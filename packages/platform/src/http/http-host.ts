import './fastify-types.js';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, IsthmusError, type Logger, messageOf, processSlicer, systemClock } from '@isthmus/kernel';
import {
  type FastifyContextConfig,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
} from 'fastify';
import type { Account, Caller, Role } from '../accounts.js';
import { addAudit } from '../audit/audit-hook.js';
import type { CallAudit } from '../audit/call-audit.js';
import type { EgeriaManners, EgeriaRelease, EgeriaSetting } from '../egeria/egeria-manners.js';
import type { Identity } from '../identity/identity.js';
import type { ServerStatus } from '../server-kind.js';
import { accountsOnly, type CallerFinder } from './authentication.js';
import { addGuard } from './guard.js';
import { addHealthRoutes } from './health.js';
import { parseJson } from './json-body.js';
import { notFoundHandler } from './not-found.js';
import { OwnListener } from './own-listener.js';
import { hostNameOf, pathPrefixOf } from './own-url.js';
import { answerUnreadablePath, problemErrorHandler } from './problem.js';
import type { SiteOptions } from './site-check.js';
import { TlsCertificate, type TlsFiles } from './tls.js';

export interface HttpHostOptions extends SiteOptions {
  /** 0 = any free port. */
  readonly port: number;
  /** Root URL under which others reach the process: its name may stand in Host, its path is taken off requests. */
  readonly publicUrl?: string | undefined;
  /** None = everybody is `quick-start` with role admin: for the quick start on loopback alone. */
  readonly accounts?: readonly Account[];
  /** Users, accounts and tokens; takes the place of `accounts`. */
  readonly identity?: Identity;
  /** Absent = plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  /**
   * Token of the process' own account. With TLS the process does not call itself by the name in its certificate: it has
   * a listener of its own on loopback, on which no other token is good for anything.
   */
  readonly ownToken?: string | undefined;
  /** Where calls that change something are kept. Absent = nowhere. */
  readonly audit?: CallAudit;
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

/** A route as it was added: what tests and proofs go through so that none is forgotten. */
export interface HttpRoute {
  readonly method: string;
  /** With the names of its parameters, e.g. `/servers/:serverName/api/token`. */
  readonly url: string;
  /** Absent: none was named, so that it needs `admin`. */
  readonly role?: Role | 'public';
  readonly release?: EgeriaRelease;
  /** Only says that the path has other verbs. */
  readonly otherVerb?: boolean;
  /** JSON schemas of its parts, where it has them. */
  readonly schema?: unknown;
}

/** The one HTTP listener of a process. Servers add their routes to `http` before `listen`. */
export interface HttpHost extends AsyncDisposable {
  readonly http: FastifyInstance;
  /** Every route added so far. */
  readonly routes: readonly HttpRoute[];
  /**
   * @returns the base URL, e.g. `http://127.0.0.1:9080`, with the port really used
   * @throws LISTEN_PORT_IN_USE, LISTEN_FAILED
   */
  listen(): Promise<string>;
  /** Where the process itself reaches this listener, once it listens. */
  readonly ownUrl: string | undefined;
  /** Reads certificate and key again; does nothing without TLS. Never fails, what is wrong is logged. */
  reloadCertificate(): void;
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

/** @throws TLS_UNUSABLE */
export function createHttpHost(options: HttpHostOptions): HttpHost {
  const closing = new AbortController();
  const { logger, clock = systemClock, tls } = options;
  const certificate = tls === undefined ? undefined : new TlsCertificate(tls, logger, clock);
  const http = fastify(serverOptions(options, certificate));
  http.decorate('closing', closing.signal);
  http.decorate('isthmusLogger', options.logger);
  http.decorate('faces', new Map());
  http.decorate('maxParamLength', longestPathParameter);
  http.decorateRequest('place', undefined);
  http.decorateRequest('caller', undefined as unknown as Caller);
  http.decorateRequest('manners', undefined as unknown as EgeriaManners);
  http.decorateRequest('actingFor', undefined);
  const routes = collectRoutes(http);
  const callers = options.identity ?? accountsOnly(options.accounts);
  const publicName = hostNameOf(options.publicUrl);
  const hostNames = [...(options.hostNames ?? []), ...(publicName === undefined ? [] : [publicName])];
  const servers = options.servers ?? (() => []);
  const notFound = notFoundHandler(servers);
  const inFlight = countInFlight(http);
  addGuard(http, { ...options, hostNames, notFound }, callers);
  acceptJsonOnly(http);
  http.setErrorHandler(problemErrorHandler);
  http.setNotFoundHandler(notFound);
  addHealthRoutes(http, servers);
  options.identity?.routes(http);
  if (options.audit !== undefined) addAudit(http, options.audit);
  return new FastifyHost({ http, routes, options, closing, callers, certificate, inFlight });
}

function serverOptions(
  { bodyLimitBytes = 1_048_576, requestTimeoutMs = 60_000, publicUrl }: HttpHostOptions,
  certificate: TlsCertificate | undefined,
): FastifyHttpOptions<Server> {
  const listening = { requestTimeout: requestTimeoutMs, keepAliveTimeout: keepAliveTimeoutMs };
  const headersIn = { headersTimeout: 30_000 };
  return {
    ...listening,
    bodyLimit: bodyLimitBytes,
    routerOptions: { maxParamLength: longestPathParameter },
    forceCloseConnections: 'idle',
    frameworkErrors: answerUnreadablePath,
    ajv: { customOptions: { coerceTypes: 'array', removeAdditional: false, allErrors: false } },
    http: headersIn,
    ...withoutPrefix(publicUrl),
    ...(certificate === undefined
      ? {}
      : { serverFactory: (handler) => certificate.createServer({ ...listening, ...headersIn }, handler) }),
  };
}

/** Proxies may leave the path of the public URL on requests, or take it off. */
function withoutPrefix(publicUrl: string | undefined) {
  const prefix = pathPrefixOf(publicUrl);
  if (prefix === undefined) return {};
  return {
    rewriteUrl: ({ url = '/' }: { readonly url?: string | undefined }) =>
      url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url,
  };
}

function acceptJsonOnly(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    parseJson(body),
  );
}

function collectRoutes(http: FastifyInstance): readonly HttpRoute[] {
  const routes: HttpRoute[] = [];
  http.addHook('onRoute', ({ method, url, config = {}, schema }) => {
    if (config.face !== undefined) return;
    const traits = { ...traitsOf(config), ...(schema && { schema }) };
    for (const each of [method].flat()) routes.push({ method: each, url, ...traits });
  });
  return routes;
}

function traitsOf({ role, release, otherVerb }: FastifyContextConfig) {
  return { ...(role && { role }), ...(release && { release }), ...(otherVerb && { otherVerb }) };
}

interface InFlight {
  readonly count: () => number;
  /** Called after each answer. */
  onAnswered: () => void;
}

/** Before the guard, whose refusals are answers too. */
function countInFlight(http: FastifyInstance): InFlight {
  let count = 0;
  const inFlight: InFlight = { count: () => count, onAnswered: () => undefined };
  http.addHook('onRequest', async () => {
    count += 1;
    // requests that have piled up arrive in one turn of the loop, and would all be answered in it
    await processSlicer.turn('request');
  });
  http.addHook('onResponse', async () => {
    count -= 1;
    inFlight.onAnswered();
  });
  return inFlight;
}

interface HostParts {
  readonly http: FastifyInstance;
  readonly routes: readonly HttpRoute[];
  readonly options: HttpHostOptions;
  readonly closing: AbortController;
  readonly callers: CallerFinder;
  readonly certificate: TlsCertificate | undefined;
  readonly inFlight: InFlight;
}

class FastifyHost implements HttpHost {
  readonly http: FastifyInstance;
  readonly #parts: HostParts;
  readonly #closing: AbortController;
  #ownListener: OwnListener | undefined;
  #ownUrl: string | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: HostParts) {
    const { http, closing } = parts;
    this.http = http;
    this.#parts = parts;
    this.#closing = closing;
    parts.inFlight.onAnswered = () => this.#cutWhenQuiet();
  }

  get routes(): readonly HttpRoute[] {
    const ofFaces = [...this.http.faces.values()].flatMap((face) => face.all());
    return [
      ...this.#parts.routes,
      ...ofFaces.map(({ method, place: { url, config } }) => ({ method, url, ...traitsOf(config) })),
    ];
  }

  async listen(): Promise<string> {
    const { options, certificate } = this.#parts;
    const { host, port, ownToken } = options;
    try {
      await this.http.listen({ host, port });
    } catch (error) {
      throw toListenError(error, host, port);
    }
    const address: AddressInfo | string | null = this.http.server.address();
    const used = typeof address === 'object' && address !== null ? address.port : port;
    const scheme = certificate === undefined ? 'http' : 'https';
    const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${used}`;
    if (certificate !== undefined && ownToken !== undefined)
      this.#ownListener = await OwnListener.open(ownToken, (request, response) => this.http.routing(request, response));
    this.#ownUrl = this.#ownListener?.url ?? url;
    return url;
  }

  get ownUrl(): string | undefined {
    return this.#ownUrl;
  }

  reloadCertificate(): void {
    this.#parts.certificate?.reload();
  }

  setAccounts(accounts: readonly Account[]): void {
    this.#parts.callers.setAccounts(accounts);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Ends long polls, refuses new requests, lets running ones finish for a while, then cuts what is left. */
  async #close(): Promise<void> {
    this.#closing.abort(new IsthmusError('SERVER_NOT_RUNNING', 'the server is closing'));
    const { clock = systemClock, closeGraceMs = 3_000 } = this.#parts.options;
    this.#parts.certificate?.[Symbol.dispose]();
    const cut = clock.schedule(closeGraceMs, () => this.#cutAll());
    try {
      const closed = this.http.close();
      this.#cutWhenQuiet();
      await this.#ownListener?.close();
      await closed;
    } finally {
      cut.cancel();
    }
  }

  /** Connections on which nothing was ever asked count as busy for Node: they would hold up the close. */
  #cutWhenQuiet(): void {
    const { count } = this.#parts.inFlight;
    if (this.#closing.signal.aborted && count() === 0) setImmediate(() => count() === 0 && this.#cutAll());
  }

  #cutAll(): void {
    this.http.server.closeAllConnections();
    this.#ownListener?.cut();
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
