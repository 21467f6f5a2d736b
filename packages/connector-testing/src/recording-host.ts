import { MetadataGate, StoreOperations } from '@isthmus/connector-host';
import {
  type CatalogTarget,
  type ContextFacts,
  connectorOver,
  type DirectedConnector,
  type DirectedDefinition,
  directionOf,
  hookPort,
  type ItemElement,
  kindContext,
  type OpenLineageEvent,
  type SourceItem,
  type Static,
  type SupportedKind,
  type TSchema,
  type WatchedFolder,
} from '@isthmus/connector-sdk';
import { systemClock } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { MemoryMetadataStore } from './memory/memory-metadata-store.js';
import type { RecordedRun } from './recorded-source.js';
import { type OperationMessage, RecordingPort, type RunMessage } from './recording-port.js';
import { serialisedHooks, serialisedPort } from './serialised-port.js';

/** What a context tells its connector; the rest has plain defaults. */
export type HostFacts = Partial<ContextFacts>;

/** How messages cross: as they are, or as JSON text, as to a connector in another process. */
export type HostTransport = 'direct' | 'serialised';

export interface RecordedLog {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface RefreshOptions {
  readonly mode?: 'preview' | 'apply';
  /** True: the run goes on from the cursor that was saved last, if there is one. Default false. */
  readonly incremental?: boolean;
  /** Scopes that were marked as changed; absent = everything. */
  readonly requested?: Iterable<string>;
  readonly signal?: AbortSignal;
  /** The catalog target that the run is about. Its scopes are recorded as `<name of the target> <scope>`. Default: none. */
  readonly target?: CatalogTarget;
  /** Called before each message of the run is answered; may wait, throw or abort. */
  readonly onMessage?: (message: RunMessage | OperationMessage) => void | Promise<void>;
}

/** Runs one connector without a daemon and records what it says. */
export interface RecordingHost<K extends SupportedKind = SupportedKind> {
  readonly connector: DirectedConnector<K>;
  readonly logs: readonly RecordedLog[];
  /** Scopes of every call of `changed`, in order. */
  readonly changes: readonly (readonly string[] | undefined)[];
  /** OpenLineage events that the connector published, in order. */
  readonly published: readonly OpenLineageEvent['event'][];
  /** Folders that it asked to be told of last. */
  watchedFolders(): readonly WatchedFolder[];
  /** Resolves with the scopes of the next call of `changed` (or of one that nobody took yet); rejects after `timeoutMs`. */
  nextChange(timeoutMs: number): Promise<readonly string[] | undefined>;
  /** @param signal - default: aborted after 30 seconds */
  start(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** One run. A failure of refresh is recorded, not thrown. */
  refresh(options?: RefreshOptions): Promise<RecordedRun>;
  /** What the catalogue would hold now, by qualified name. */
  elements(): ReadonlyMap<string, ItemElement>;
  scopeNames(): readonly string[];
  items(scope: string): readonly SourceItem[];
  /** What the operations of the context read and write. */
  readonly store: MetadataStore;
  /** Operations that were asked for, in order, also those that were refused. */
  readonly operations: readonly RecordedOperation[];
}

export interface RecordedOperation {
  readonly operation: string;
  readonly input: object;
}

/** @param configuration - complete, as after validation with defaults */
export function recordingHost<K extends SupportedKind, S extends TSchema>(
  definition: DirectedDefinition<K, S>,
  configuration: Static<S>,
  facts: HostFacts = {},
  transport: HostTransport = 'direct',
  store: MetadataStore = new MemoryMetadataStore(),
): RecordingHost<K> {
  const { connectorName = definition.provider, source = 'test' } = facts;
  const registered = facts.permittedSynchronization ?? 'BOTH_DIRECTIONS';
  const permittedSynchronization = directionOf(definition.direction, registered);
  if (permittedSynchronization === undefined) {
    throw new TypeError(`connectors of ${definition.provider} do not work in direction ${registered}`);
  }
  const operations = new StoreOperations({
    store,
    types: standardTypes(),
    clock: systemClock,
    facts: () => ({ connectorName, source }),
  });
  const gate = new MetadataGate({ kind: definition.kind, connectorName, permittedSynchronization }, operations);
  const port = new RecordingPort(permittedSynchronization !== 'TO_THIRD_PARTY', gate);
  const naming: Pick<DirectedDefinition<SupportedKind, TSchema>, 'naming'> = definition;
  const { context, run: runOf } = kindContext(
    definition.kind,
    transport === 'direct' ? port : serialisedPort(port),
    { connectorName, source, permittedSynchronization, excludedPaths: facts.excludedPaths ?? [] },
    (target) => naming.naming?.((target ?? { configuration }).configuration),
  );
  // The context has what every direction has; what this one forbids is refused.
  const made = definition.create(context as never, configuration);
  // It would pass for a connector that has no hooks at all.
  if (Object(made) !== made || made instanceof Promise)
    throw new TypeError(
      `\`create\` of ${definition.provider} has to answer a connector, no promise: what waits belongs into \`start\``,
    );
  // In messages too what the host asks of it: the same connector later runs in another process.
  const connector: DirectedConnector<K> =
    transport === 'direct' ? made : connectorOver(serialisedHooks(hookPort(made, runOf)));
  let runCount = 0;
  return {
    connector,
    logs: port.logs,
    changes: port.changes,
    published: port.published,
    watchedFolders: () => port.watchedFolders,
    nextChange: (timeoutMs) => port.nextChange(timeoutMs),
    start: async (signal = AbortSignal.timeout(30_000)) => connector.start?.(signal),
    stop: async () => connector.stop?.(),
    elements: () => port.source.elements(),
    scopeNames: () => port.source.scopeNames(),
    items: (scope) => port.source.items(scope),
    store,
    operations: port.operations,
    async refresh(options = {}) {
      runCount += 1;
      const signal = options.signal ?? new AbortController().signal;
      const run = port.begin(`run-${runCount}`, signal, options);
      const requested = options.requested === undefined ? undefined : new Set(options.requested);
      const cursor = options.incremental === true ? port.cursorOf(options.target) : undefined;
      const mode = options.mode ?? 'apply';
      const request = {
        id: run.id,
        mode,
        signal,
        requested,
        target: options.target,
        ...(cursor === undefined ? {} : { cursor }),
      };
      try {
        await connector.refresh?.(runOf(request));
      } catch (error) {
        run.failure = error;
      }
      port.end();
      return run;
    },
  };
}
