import type { FastifyInstance } from 'fastify';
import type { Container } from 'inversify';
import type { TSchema } from 'typebox';

/** A server's configuration in Egeria's shape (`OMAGServerConfig`), as stored or as sent with a start. */
export type ServerDocument = Readonly<Record<string, unknown>>;

/**
 * A kind of named server that a process can run (`metadata-store`, `integration-daemon`). Each server is made in a
 * child container of its own; all of a kind share the routes of the one HTTP listener.
 */
export interface ServerKind<Configuration = unknown> {
  readonly kind: string;
  /** Egeria's name of the kind, e.g. `Metadata Access Store`. */
  readonly serverType?: string;
  /** Checked, with defaults filled in, before `create`. Absent = the kind checks by itself. */
  readonly configuration?: TSchema;
  /** Makes the server; does no I/O. */
  create(name: string, configuration: Configuration, container: Container): NamedServer;
  /**
   * What a document of Egeria's says in the words of this kind.
   *
   * @param configured - of a server of the process' configuration: what the document does not say holds on
   * @returns undefined when the document describes another kind of server
   * @throws EgeriaError (`configurationError`) when it describes this kind and cannot be run
   */
  fromDocument?(document: ServerDocument, configured?: Configuration): Configuration | undefined;
  /**
   * The document of a server that does not run was removed: what it would do by itself when it came back is forgotten,
   * not what it has made. Repeating is harmless; also called for names that no server of the kind ever had.
   */
  forget?(name: string): Promise<void>;
  /**
   * Adds the REST faces of all servers of the kind, once, before listening. Paths hold `:serverName`; handlers look
   * the server up at each call, since servers come and go while the process listens.
   */
  routes?(http: FastifyInstance, servers: RunningServers): Promise<void> | void;
}

/** Servers as handlers see them: those that run, by name, now. */
export interface RunningServers {
  /** @throws OMAG-MULTI-TENANT-404-001 when no server of this name runs */
  running(name: string): NamedServer;
  /** Those that run, in the order of their start. */
  all(): readonly NamedServer[];
}

export interface NamedServer extends AsyncDisposable {
  readonly name: string;
  readonly kind: string;
  /** Egeria's full names of the services that it offers. */
  readonly services?: readonly string[];
  /** Opens its databases and begins its work. Called after the listener is up. Once; a restart makes a new server. */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Follows a changed document while it runs: what did not change goes on undisturbed. Absent: changes hold from the
   * next start.
   *
   * @param document - undefined: none describes the server any more, it goes by the configuration of the process
   */
  reconfigure?(document: ServerDocument | undefined): Promise<void>;
  status(): ServerStatus;
}

export interface ServerStatus {
  readonly name: string;
  readonly kind: string;
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  /** Ready to answer. */
  readonly ready: boolean;
  readonly message?: string;
  /** Of the catalogue, when it failed. */
  readonly code?: string;
  /** False: somebody stopped it. Default true. */
  readonly isWanted?: boolean;
  /** Default `awaited`. */
  readonly readiness?: Readiness;
}

/**
 * What a server means to `/readyz`. `awaited`: the process starts with it, and its first start has not ended. `counted`:
 * the process starts with it, and it has started or failed; not all of these may have failed. `ignored`: somebody started
 * it afterwards, or stopped it.
 */
export type Readiness = 'awaited' | 'counted' | 'ignored';
