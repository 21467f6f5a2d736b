import type { PermittedSynchronization } from '@isthmus/model';
import type { ConnectorLog } from '../connector-log.js';

/** What a connector of kind `files` gets (Egeria's Files Integrator). */
export interface FilesContext {
  readonly connectorName: string;
  /** Middle part of every qualified name: `<Root type>::<source>:<path>`. Never the machine's name. */
  readonly source: string;
  readonly permittedSynchronization: PermittedSynchronization;
  /** Absolute, real paths that must never be scanned: Isthmus's own data directories. */
  readonly excludedPaths: readonly string[];
  readonly log: ConnectorLog;
  /**
   * Asks for a refresh of these scopes (undefined = of everything). Calls are coalesced; a call during a refresh leads
   * to one more. Cheap: call it for every event.
   */
  changed(scopes?: readonly string[]): void;
}
