import type { NumberedCall, ServerStatus } from '@isthmus/platform';
import type { ServiceIdentifier } from 'inversify';

/** What a server may need to know of the process that it runs in. */
export interface ProcessFacts {
  readonly dataDirectory: string;
  readonly providerDirectories: readonly string[];
  readonly closeGraceMs: number;
  /** Token for servers of this process; undefined when there are no accounts. */
  readonly ownToken: string | undefined;
  /** Where servers of this process reach each other; known once the listener is up. */
  baseUrl: string | undefined;
  /** Where others reach the listener, known then too. */
  listenUrl: string | undefined;
  readonly servers: () => readonly ServerStatus[];
  /** Calls that changed something, newest first. */
  readonly auditedCalls: (limit: number, before?: number) => readonly NumberedCall[];
  readonly eventLoopDelayMs: () => { readonly p50: number; readonly p99: number; readonly max: number };
  /** Whether a root URL, in a document perhaps, is that of this process. */
  readonly isOwnUrl: (url: string) => boolean;
  /** Told how many changes runs have just made in the metadata server, where it numbers them. */
  readonly wrote: (changes: number) => void;
}

export const ProcessTokens = {
  Facts: Symbol.for('daemon.ProcessFacts') as ServiceIdentifier<ProcessFacts>,
} as const;
