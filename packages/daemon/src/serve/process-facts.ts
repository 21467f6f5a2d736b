import type { ServerStatus } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { ServiceIdentifier } from 'inversify';

/** What a server may need to know of the process that it runs in. */
export interface ProcessFacts {
  readonly dataDirectory: string;
  readonly providerDirectories: readonly string[];
  readonly closeGraceMs: number;
  /** Token for servers of this process; undefined when there are no accounts. */
  readonly ownToken: string | undefined;
  /** Where the process itself reaches its listener; known once that is up. */
  baseUrl: string | undefined;
  readonly servers: () => readonly ServerStatus[];
  readonly eventLoopDelayMs: () => { readonly p50: number; readonly p99: number; readonly max: number };
  readonly announce: (name: string, daemon: IntegrationDaemon) => void;
}

export const ProcessTokens = {
  Facts: Symbol.for('daemon.ProcessFacts') as ServiceIdentifier<ProcessFacts>,
} as const;
