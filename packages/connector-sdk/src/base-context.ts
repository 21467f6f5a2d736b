import type { PermittedSynchronization } from '@isthmus/model';
import type { ConnectorLog } from './connector-log.js';
import type { HostPort } from './host-port.js';
import type { OpenLineageEvent, WatchedFolder } from './listeners.js';
import {
  type BaseOperations,
  contextOperations,
  type KindOperations,
  type ReadOperations,
} from './operations/context-operations.js';
import type { OperationKind } from './operations/operation-rows.js';

/** What every connector gets besides what it can do with metadata: who it is, its log. */
export interface PlainContext extends ContextFacts {
  readonly log: ConnectorLog;
  /**
   * Asks for a refresh of these scopes (undefined = of everything). Calls are coalesced; a call during a refresh leads
   * to one more. Cheap: call it for every event.
   *
   * @param target - name of the catalog target whose scopes they are; absent: of all
   */
  changed(scopes?: readonly string[], target?: string): void;
  /** Gives an OpenLineage event to every other connector of the daemon that has the hook `openLineageEvent`. */
  publishOpenLineageEvent(event: OpenLineageEvent['event']): void;
  /** From now on `foldersChanged` tells of changes in these folders (at most 100) and in no others. */
  watchFolders(folders: readonly WatchedFolder[]): void;
}

/** What every connector gets, whatever its kind. */
export interface BaseContext extends PlainContext, BaseOperations {}

/** What a connector of one kind gets that must not write metadata. */
export type ReadingContextOf<K extends OperationKind> = PlainContext & ReadOperations<K>;

/** What a connector of one kind gets. */
export type KindContextOf<K extends OperationKind> = BaseContext & KindOperations<K>;

/** What a host tells of a connector when it makes its context. */
export interface ContextFacts {
  readonly connectorName: string;
  /** Middle part of every qualified name: `<Root type>::<source>:<path>`. Never the machine's name. */
  readonly source: string;
  readonly permittedSynchronization: PermittedSynchronization;
  /** Absolute, real paths that must never be scanned: Isthmus's own data directories. */
  readonly excludedPaths: readonly string[];
}

/** The context of one kind on a host port. For hosts and test kits; authors never call it. */
export function contextOfKind<K extends OperationKind>(kind: K, port: HostPort, facts: ContextFacts): KindContextOf<K> {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      void port.call({ type: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
  const plain: PlainContext = {
    ...facts,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    changed: (scopes, target) =>
      void port.call({ type: 'changed', scopes, ...(target === undefined ? {} : { target }) }),
    publishOpenLineageEvent: (event) => void port.call({ type: 'lineage.publish', event }),
    watchFolders: (folders) =>
      void port.call({ type: 'folders.watch', folders: folders.map(({ path, tree = false }) => ({ path, tree })) }),
  };
  return Object.assign(contextOperations(kind, port), plain);
}
