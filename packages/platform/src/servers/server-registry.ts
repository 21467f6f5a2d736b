import { IsthmusError, type Logger, Resources, toErrorReport } from '@isthmus/kernel';
import type { FastifyInstance } from 'fastify';
import type { Container } from 'inversify';
import { serverNotRunning } from '../egeria/egeria-answer.js';
import type { NamedServer, RunningServers, ServerKind, ServerStatus } from '../server-kind.js';
import { checkConfiguration } from './check-configuration.js';

/** One server of a configuration. */
export interface ServerSpecification {
  /** Part of URLs and of folder names: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly kind: string;
  readonly configuration: unknown;
}

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * The named servers of a process: made from their kinds, each in a child container of its own, started in the order
 * of the configuration, stopped in reverse.
 */
export class ServerRegistry implements RunningServers, AsyncDisposable {
  readonly #kinds: ReadonlyMap<string, ServerKind>;
  readonly #childContainer: () => Container;
  readonly #logger: Logger;
  readonly #servers = new Map<string, NamedServer>();
  readonly #running = new Resources();

  constructor(kinds: readonly ServerKind[], childContainer: () => Container, logger: Logger) {
    this.#kinds = new Map(kinds.map((kind) => [kind.kind, kind]));
    this.#childContainer = childContainer;
    this.#logger = logger;
  }

  /**
   * Makes the servers, all or none. No I/O.
   *
   * @throws CONFIG_INVALID_VALUE, CONFIG_UNKNOWN_KEY
   */
  create(specifications: readonly ServerSpecification[]): void {
    const made = new Map<string, NamedServer>();
    for (const specification of specifications) {
      const { name } = specification;
      if (!namePattern.test(name))
        throw invalid(`server name ${JSON.stringify(name)} has other characters than letters, digits, '.', '_', '-'`);
      if (made.has(name) || this.#servers.has(name)) throw invalid(`two servers are called ${name}`);
      made.set(name, this.#make(specification));
    }
    for (const [name, server] of made) this.#servers.set(name, server);
  }

  get(name: string): NamedServer | undefined {
    return this.#servers.get(name);
  }

  running(name: string): NamedServer {
    const server = this.#servers.get(name);
    if (server?.status().state !== 'running') throw serverNotRunning(name);
    return server;
  }

  all(): readonly NamedServer[] {
    return [...this.#servers.values()].filter((server) => server.status().state === 'running');
  }

  status(): readonly ServerStatus[] {
    return [...this.#servers.values()].map((server) => server.status());
  }

  /** Adds the faces of every server; before the listener is up. */
  async routes(http: FastifyInstance): Promise<void> {
    for (const kind of this.#kinds.values()) await kind.routes?.(http, this);
    for (const server of this.#servers.values()) await server.routes?.(http);
  }

  /**
   * Starts one after the other; the first that fails ends it. What has started is stopped by disposing.
   *
   * @throws what the server's start throws
   */
  async start(signal: AbortSignal): Promise<void> {
    for (const server of this.#servers.values()) {
      signal.throwIfAborted();
      // Owned before it starts: a start that fails half-way leaves something to close.
      this.#running.own(server, (it) => it[Symbol.asyncDispose]());
      const logger = this.#logger.child({ server: server.name, kind: server.kind });
      try {
        await server.start(signal);
      } catch (error) {
        logger.error('server did not start', { error: toErrorReport(error) });
        throw error;
      }
      logger.info('server started');
    }
  }

  /** Stops in reverse order; tries all, then reports every failure. Repeating is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running[Symbol.asyncDispose]();
  }

  #make({ name, kind, configuration }: ServerSpecification): NamedServer {
    const found = this.#kinds.get(kind);
    if (found === undefined) {
      const known = [...this.#kinds.keys()];
      throw invalid(`server ${name} is of kind ${kind}; kinds are ${known.join(', ')}`);
    }
    const checked = checkConfiguration(`servers.${name}`, found.configuration, configuration);
    return found.create(name, checked, this.#childContainer());
  }
}

function invalid(message: string): IsthmusError {
  return new IsthmusError('CONFIG_INVALID_VALUE', message);
}
