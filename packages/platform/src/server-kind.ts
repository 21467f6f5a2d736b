import type { FastifyInstance } from 'fastify';
import type { Container } from 'inversify';
import type { TSchema } from 'typebox';

/**
 * A kind of named server that a process can run (`metadata-store`, `integration-daemon`). Each server is made in a
 * child container of its own; the process gives it a place below one HTTP listener.
 */
export interface ServerKind<Configuration = unknown> {
  readonly kind: string;
  /** Checked, with defaults filled in, before `create`. Absent = the kind checks by itself. */
  readonly configuration?: TSchema;
  /** Makes the server; does no I/O. */
  create(name: string, configuration: Configuration, container: Container): NamedServer;
}

export interface NamedServer extends AsyncDisposable {
  readonly name: string;
  readonly kind: string;
  /** Adds its REST faces. Called once, before listening. */
  routes?(http: FastifyInstance): Promise<void> | void;
  /** Opens its databases and begins its work. Called after the listener is up, in the order of the configuration. */
  start(signal: AbortSignal): Promise<void>;
  status(): ServerStatus;
}

export interface ServerStatus {
  readonly name: string;
  readonly kind: string;
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
  /** Ready to answer: `/readyz` waits for it. */
  readonly ready: boolean;
  readonly message?: string;
}
