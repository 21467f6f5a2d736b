import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { NumberedCall, ServerStatus } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';

export const apiPrefix = '/api/v1';

/** What the API needs to know of the process around the daemon. */
export interface AdminApiOptions {
  /** Of Isthmus. */
  readonly version: string;
  /** Epoch milliseconds. Default Date.now. */
  readonly now?: () => number;
  /** Named servers of the process. Answered from memory. Default: none. */
  readonly servers?: () => readonly ServerStatus[];
  /** Calls that changed something, newest first, from the one before a number on. Default: none. */
  readonly auditedCalls?: (limit: number, before?: number) => readonly NumberedCall[];
  /** How long the event loop of the process was held up, in milliseconds. */
  readonly eventLoopDelayMs?: () => { readonly p50: number; readonly p99: number; readonly max: number };
}

/** What each file of routes gets. */
export interface AdminApi extends AdminApiOptions {
  readonly daemon: IntegrationDaemon;
}

export type AdminHttp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Largest body that the API accepts, in bytes: a connector's configuration is the largest thing sent. */
export const bodyLimitBytes = 256 * 1024;
