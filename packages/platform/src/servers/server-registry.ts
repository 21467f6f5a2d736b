import { type Clock, IsthmusError, type Logger, messageOf, systemClock } from '@isthmus/kernel';
import type { FastifyInstance } from 'fastify';
import type { Container } from 'inversify';
import { serverTypeOf } from '../admin-services/server-classification.js';
import { checkDocument } from '../documents/document-check.js';
import { resolveDocument } from '../documents/resolve-document.js';
import type { ServerDocuments } from '../documents/server-documents.js';
import { serverNotRunning } from '../egeria/egeria-answer.js';
import type { NamedServer, RunningServers, ServerDocument, ServerKind, ServerStatus } from '../server-kind.js';
import { checkConfiguration } from './check-configuration.js';
import { configurationError } from './configuration-error.js';
import { HostedServer, type ServerFacts, type ServerMaking } from './hosted-server.js';
import { plainServerName } from './server-folder.js';

/** One server of a configuration. */
export interface ServerSpecification {
  /** Part of URLs and of folder names: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly kind: string;
  readonly configuration: unknown;
}

export interface ServerRegistryParts {
  /** In the order of need: servers of a kind may need those of kinds before it. */
  readonly kinds: readonly ServerKind[];
  readonly childContainer: () => Container;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Default: none are stored. */
  readonly documents?: Pick<ServerDocuments, 'get' | 'update' | 'onChange' | 'variables'>;
  /** Random UUIDs. */
  readonly newUuid: () => string;
}

/** So many servers that were started by somebody and have ended are told of; each may hold a document. */
const mostEnded = 200;

/**
 * The named servers of a process, each in a child container of its own: those of the configuration, and those of
 * documents, which come and go while the process runs. None that fails takes another with it. They start in the order
 * of need and stop in reverse.
 */
export class ServerRegistry implements RunningServers, AsyncDisposable {
  readonly #parts: ServerRegistryParts;
  readonly #clock: Clock;
  readonly #servers = new Map<string, HostedServer>();
  /** By server of the configuration: what it is made of now, its stored document considered. */
  readonly #configured = new Map<string, () => ServerMaking>();
  /** Names of the start-up list. */
  readonly #expected = new Set<string>();
  /** By server, while its kind forgets about it. */
  readonly #forgetting = new Map<string, Promise<void>>();
  readonly #closing = new AbortController();
  readonly #unlisten: (() => void) | undefined;

  constructor(parts: ServerRegistryParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#unlisten = parts.documents?.onChange((name) => void this.#documentChanged(name));
  }

  /**
   * Makes the servers of a configuration known, all or none. No I/O.
   *
   * @throws CONFIG_INVALID_VALUE, CONFIG_UNKNOWN_KEY
   */
  create(specifications: readonly ServerSpecification[]): void {
    const made = new Map<string, HostedServer>();
    for (const specification of specifications) {
      const { name } = specification;
      if (!plainServerName.test(name))
        throw invalid(`server name ${JSON.stringify(name)} has other characters than letters, digits, '.', '_', '-'`);
      if (made.has(name) || this.#servers.has(name)) throw invalid(`two servers are called ${name}`);
      made.set(name, this.#hosted(name, this.#specified(specification, undefined), true));
    }
    for (const [name, server] of made) this.#servers.set(name, server);
    for (const specification of specifications)
      this.#configured.set(specification.name, () =>
        this.#specified(specification, this.#parts.documents?.get(specification.name)?.document),
      );
  }

  /** Adds the faces of every kind; before the listener is up. */
  async routes(http: FastifyInstance): Promise<void> {
    for (const kind of this.#parts.kinds) await kind.routes?.(http, this);
  }

  running(name: string): NamedServer {
    const server = this.#servers.get(name)?.running;
    if (server === undefined) throw serverNotRunning(name);
    return server;
  }

  all(): readonly NamedServer[] {
    return [...this.#servers.values()].flatMap(({ running }) => (running === undefined ? [] : [running]));
  }

  status(): readonly ServerStatus[] {
    return [...this.#servers.values()].map((server) => server.status());
  }

  /** Undefined: no server of this name is configured or was started since the process began; many that ended push old ones out. */
  facts(name: string): ServerFacts | undefined {
    return this.#servers.get(name)?.facts();
  }

  /** Of all servers that are configured or were started, in that order; of those that ended the last 200. */
  known(): readonly ServerFacts[] {
    return [...this.#servers.values()].map((server) => server.facts());
  }

  /**
   * Starts the servers of the configuration and those whose stored documents are named, in the order of need. One that
   * fails is logged and shown; the others start all the same.
   *
   * @returns why some did not start
   */
  async startAll(startUp: readonly string[] = []): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const name of startUp) if (!this.#servers.has(name)) this.#expect(name);
    for (const { kind } of this.#parts.kinds) {
      const ofKind = [...this.#servers.values()].filter(({ making }) => making.kind === kind);
      // somebody may have started one while those that it needs were starting
      const unstarted = ofKind.filter((server) => server.facts().periods.length === 0);
      const starts = unstarted.map((server) => server.start(() => this.#nowOf(server), this.#closing.signal));
      failures.push(...reasonsOf(await Promise.allSettled(starts)));
    }
    return failures;
  }

  /**
   * Starts a server of the configuration of the process from that, any other from its stored document; one that runs is
   * restarted.
   *
   * @throws EgeriaError when there is nothing to start it from; what its start throws
   */
  async start(name: string): Promise<ServerFacts> {
    const configured = this.#configured.get(name);
    if (configured !== undefined) return await this.#startMade(name, configured);
    const stored = await this.#storedWithId(name);
    if (stored === undefined)
      throw configurationError('OMAG-ADMIN-400-019', `there is no configuration for a server ${name}`);
    return await this.#startMade(name, () => this.#storedMaking(name, stored));
  }

  /** Same, from a document that is given. */
  async startFrom(name: string, document: ServerDocument): Promise<ServerFacts> {
    return await this.#startMade(name, () => this.#documented(name, document, false));
  }

  async #startMade(name: string, making: () => ServerMaking): Promise<ServerFacts> {
    const first = making();
    await this.#forgetting.get(name);
    const known = this.#servers.get(name) ?? this.#hosted(name, first, false);
    this.#servers.set(name, known);
    this.#forgetEnded(name);
    await known.start(making, this.#closing.signal);
    return known.facts();
  }

  /** Of servers that have ended and are not configured those that were started last are kept. */
  #forgetEnded(started: string): void {
    const others = [...this.#servers.values()].filter(({ name, isResting }) => isResting && name !== started);
    const ended = others.filter(({ name }) => !this.#configured.has(name) && !this.#expected.has(name));
    const byStart = ended.sort((one, other) => (one.lastStartedAt ?? 0) - (other.lastStartedAt ?? 0));
    for (const { name } of byStart.slice(0, Math.max(0, ended.length - mostEnded))) this.#servers.delete(name);
  }

  /** @throws OMAG-MULTI-TENANT-404-001 when it does not run */
  async stop(name: string): Promise<void> {
    const server = this.#servers.get(name);
    if (server?.running === undefined) throw serverNotRunning(name);
    await server.stop();
  }

  /** Stops all that run, those that need others first. Tries all, then reports every failure. */
  async stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { kind } of [...this.#parts.kinds].reverse()) {
      const ofKind = [...this.#servers.values()].filter(({ making }) => making.kind === kind).reverse();
      failures.push(...reasonsOf(await Promise.allSettled(ofKind.map((server) => server.stop()))));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some servers did not stop');
  }

  /** Stops for good: nothing starts afterwards. Repeating is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#unlisten?.();
    this.#closing.abort(new IsthmusError('SERVER_NOT_RUNNING', 'the process is stopping'));
    await this.stopAll();
  }

  /** A server gets an id of its own, and keeps it. */
  async #storedWithId(name: string): Promise<ServerDocument | undefined> {
    const { documents, newUuid } = this.#parts;
    const stored = documents?.get(name)?.document;
    if (documents === undefined || stored === undefined || typeof stored.localServerId === 'string') return stored;
    // without a line in the audit trail, as with Egeria: nobody asked for it
    const change = { by: 'platform', from: 'start', what: [] };
    const withId = (document: ServerDocument = stored) => ({ localServerId: newUuid(), ...document });
    return (await documents.update(name, withId, change))?.document ?? stored;
  }

  /** A server of the start-up list, shown from the beginning, also when its document is missing or unfit. */
  #expect(name: string): void {
    this.#expected.add(name);
    const document = this.#parts.documents?.get(name)?.document;
    try {
      if (document === undefined)
        throw configurationError('OMAG-ADMIN-400-019', `the start-up list names ${name}, which has no stored document`);
      this.#servers.set(name, this.#hosted(name, this.#documented(name, document, true), true));
    } catch (error) {
      const kind = this.#parts.kinds.at(-1)?.kind ?? 'unknown';
      const make = () => {
        throw error;
      };
      const making = { kind, serverType: undefined, document, followsStored: true, make };
      this.#servers.set(name, this.#hosted(name, making, true));
    }
  }

  async #documentChanged(name: string): Promise<void> {
    const server = this.#servers.get(name);
    const configured = this.#configured.get(name);
    let reason = 'a changed document cannot be followed; the server goes on as it was';
    try {
      const document = this.#parts.documents?.get(name)?.document;
      // who takes a document away stops nothing by that
      if (document === undefined && configured === undefined) {
        if (server?.running === undefined) this.#forget(name);
        return await server?.detach();
      }
      if (server?.making.followsStored !== true) return;
      const resolved = document && this.#resolved(document);
      if (resolved !== undefined) refuseOtherType(name, server.making.serverType, resolved);
      const followed = configured === undefined ? resolved : configured().document;
      reason = 'a changed document is followed in part; the rest is tried at its next change or at the next start';
      await server.reconfigure(followed);
    } catch (error) {
      this.#parts.logger.warn(reason, { server: name, reason: messageOf(error) });
    }
  }

  #forget(name: string): void {
    const before = this.#forgetting.get(name) ?? Promise.resolve();
    const forgotten = before.then(async () => {
      const works = this.#parts.kinds.map((kind) => kind.forget?.(name));
      for (const reason of reasonsOf(await Promise.allSettled(works)))
        this.#parts.logger.warn('a removed server is not wholly forgotten', {
          server: name,
          reason: messageOf(reason),
        });
      if (this.#forgetting.get(name) === forgotten) this.#forgetting.delete(name);
    });
    this.#forgetting.set(name, forgotten);
  }

  /** @param stored - followed where it describes a server of this kind; no other keeps the server from starting */
  #specified({ name, kind, configuration }: ServerSpecification, stored: ServerDocument | undefined): ServerMaking {
    const found = this.#parts.kinds.find((each) => each.kind === kind);
    if (found === undefined) {
      const known = this.#parts.kinds.map((each) => each.kind);
      throw invalid(`server ${name} is of kind ${kind}; kinds are ${known.join(', ')}`);
    }
    const checked = checkConfiguration(`servers.${name}`, found.configuration, configuration);
    const document = stored && this.#resolved(stored);
    const described = document && this.#described(name, found, document, checked);
    const make = () => found.create(name, described ?? checked, this.#parts.childContainer());
    const followed = described === undefined ? undefined : document;
    return { kind, serverType: found.serverType, document: followed, followsStored: true, make };
  }

  /** What a document says of a server of a kind; undefined: it describes none. */
  #described(name: string, kind: ServerKind, document: ServerDocument, configured: unknown): unknown {
    const type = typeOrUndefined(document);
    if (type !== undefined && type !== kind.serverType) return undefined;
    try {
      return kind.fromDocument?.(document, configured);
    } catch (error) {
      const fields = { server: name, reason: messageOf(error) };
      this.#parts.logger.warn('a stored document cannot be run; its server goes by the configuration', fields);
      return undefined;
    }
  }

  /** By its stored document as it is now. */
  #storedMaking(name: string, before: ServerDocument): ServerMaking {
    return this.#documented(name, this.#parts.documents?.get(name)?.document ?? before, true);
  }

  /** What a server that was made known is made of now. */
  #nowOf({ name, making }: HostedServer): ServerMaking {
    const configured = this.#configured.get(name);
    if (configured !== undefined) return configured();
    const stored = making.followsStored ? this.#parts.documents?.get(name)?.document : undefined;
    return stored === undefined ? making : this.#documented(name, stored, true);
  }

  #documented(name: string, given: ServerDocument, followsStored: boolean): ServerMaking {
    const document = this.#resolved(given);
    const serverType = serverTypeOf(document);
    // as it is stored: what its variables make of a group concerns that group alone
    checkDocument(name, given);
    for (const found of this.#parts.kinds) {
      const configuration = found.fromDocument?.(document);
      if (configuration === undefined) continue;
      const make = () => found.create(name, configuration, this.#parts.childContainer());
      return { kind: found.kind, serverType, document, followsStored, make };
    }
    throw configurationError('OMAG-ADMIN-400-010', `no kind of server here runs the document of ${name}`);
  }

  /** With the platform's variables in the places that name them. */
  #resolved(document: ServerDocument): ServerDocument {
    return resolveDocument(document, this.#parts.documents?.variables() ?? new Map());
  }

  #hosted(name: string, making: ServerMaking, isOfProcess: boolean): HostedServer {
    return new HostedServer(name, making, this.#clock, this.#parts.logger, isOfProcess);
  }
}

/** A daemon whose document becomes that of a metadata server, say, would find no group in it and stop them all. */
function refuseOtherType(name: string, serverType: string | undefined, document: ServerDocument): void {
  const described = typeOrUndefined(document);
  if (described === undefined || described === serverType) return;
  throw configurationError(
    'OMAG-ADMIN-400-031',
    `${name} runs as ${serverType}, its document describes a ${described}`,
  );
}

/** A document that describes nothing any more is followed: its last group was removed. */
function typeOrUndefined(document: ServerDocument): string | undefined {
  try {
    return serverTypeOf(document);
  } catch {
    return undefined;
  }
}

function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}

function invalid(message: string): IsthmusError {
  return new IsthmusError('CONFIG_INVALID_VALUE', message);
}
