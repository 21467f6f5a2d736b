import { MetadataGate, StoreOperations } from '@isthmus/connector-host';
import {
  type CatalogTarget,
  type ContextFacts,
  connectorOver,
  type DirectedDefinition,
  directionOf,
  type HostAnswer,
  type HostMessage,
  type HostPort,
  hookPort,
  type IntegrationConnector,
  type ItemElement,
  type JsonValue,
  kindContext,
  mostKeptAtOnce,
  type OpenLineageEvent,
  type SourceItem,
  type Static,
  type SupportedKind,
  type TSchema,
  type WatchedFolder,
} from '@isthmus/connector-sdk';
import { IsthmusError, systemClock } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { MemoryMetadataStore } from './memory/memory-metadata-store.js';
import { type RecordedRun, RecordedSource, type RunRecording } from './recorded-source.js';
import { serialisedHooks, serialisedPort } from './serialised-port.js';

type RunMessage = Extract<HostMessage, { readonly type: `scope.${string}` | `run.cursor${string}` | 'run.source' }>;
type OperationMessage = Extract<HostMessage, { readonly type: 'metadata.call' }>;

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
  readonly connector: IntegrationConnector<K>;
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
  const made = definition.create(context, configuration);
  // In messages too what the host asks of it: the same connector later runs in another process.
  const connector: IntegrationConnector<K> =
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
      const cursor = options.incremental === true ? port.cursor : undefined;
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

class RecordingPort implements HostPort {
  readonly source = new RecordedSource();
  /** What the run under way reads and writes: a preview leaves what was recorded as it is. */
  #seen = this.source;
  readonly logs: RecordedLog[] = [];
  readonly changes: (readonly string[] | undefined)[] = [];
  readonly published: OpenLineageEvent['event'][] = [];
  watchedFolders: readonly WatchedFolder[] = [];
  readonly operations: RecordedOperation[] = [];
  #run:
    | {
        readonly recording: RunRecording;
        readonly mode: 'preview' | 'apply';
        readonly signal: AbortSignal;
        readonly onMessage: RefreshOptions['onMessage'];
        readonly target: string | undefined;
      }
    | undefined;
  /** What was saved last. */
  cursor: JsonValue | undefined;
  #isIncremental = false;
  /** The last run: what its code still says is recorded there as late. */
  #ended: RunRecording | undefined;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param mayWrite - false: the direction is TO_THIRD_PARTY, so nothing that is found may be written */
  constructor(
    private readonly mayWrite: boolean,
    private readonly gate: MetadataGate,
  ) {}

  begin(
    id: string,
    signal: AbortSignal,
    { mode = 'apply', onMessage, incremental = false, target }: RefreshOptions,
  ): RunRecording {
    this.#isIncremental = incremental && this.cursor !== undefined;
    const recording: RunRecording = {
      id,
      sent: [],
      changed: [],
      kept: [],
      completed: [],
      places: [],
      removed: [],
      findings: [],
      progress: [],
      failure: undefined,
      late: [],
    };
    this.source.beginRun();
    this.#seen = mode === 'preview' ? this.source.copy() : this.source;
    this.#run = { recording, mode, signal, onMessage, target: target?.name };
    return recording;
  }

  end(): void {
    this.#ended = this.#run?.recording;
    this.#run = undefined;
  }

  call<M extends HostMessage>(message: M): Promise<HostAnswer<M>>;
  async call(message: HostMessage): Promise<unknown> {
    if (message.type === 'log') {
      const { level, fields } = message;
      this.logs.push({ level, message: message.message, ...(fields === undefined ? {} : { fields }) });
      return undefined;
    }
    if (message.type === 'lineage.publish') {
      this.published.push(message.event);
      return undefined;
    }
    if (message.type === 'folders.watch') {
      this.watchedFolders = message.folders;
      return undefined;
    }
    if (message.type === 'changed') {
      this.changes.push(message.scopes);
      for (const wake of this.#waiting.splice(0)) wake();
      return undefined;
    }
    // Nobody waits for the answer to a progress text, so it is never refused.
    if (message.type === 'run.progress') {
      if (this.#run?.recording.id === message.run) this.#run.recording.progress.push(message.text);
      return undefined;
    }
    if (message.type === 'metadata.call') return await this.#operate(message);
    return await this.#serve(message);
  }

  /** Within a run or without one. */
  async #operate(message: OperationMessage): Promise<unknown> {
    const { operation, input } = message;
    this.operations.push({ operation, input });
    const run = this.#run;
    if (run === undefined) return await this.gate.call(message, undefined, new AbortController().signal);
    await run.onMessage?.(message);
    run.signal.throwIfAborted();
    const signal = AbortSignal.any([run.signal]);
    return await this.gate.call(message, { id: run.recording.id, mode: run.mode }, signal);
  }

  async nextChange(timeoutMs: number): Promise<readonly string[] | undefined> {
    const deadline = AbortSignal.timeout(timeoutMs);
    while (this.#taken >= this.changes.length) {
      await new Promise<void>((resolve, reject) => {
        const onTimeout = () => reject(new Error(`nothing was told as changed within ${timeoutMs} ms`));
        deadline.addEventListener('abort', onTimeout, { once: true });
        this.#waiting.push(() => {
          deadline.removeEventListener('abort', onTimeout);
          resolve();
        });
      });
    }
    this.#taken += 1;
    return this.changes[this.#taken - 1];
  }

  async #serve(message: RunMessage): Promise<readonly number[] | readonly string[] | boolean | undefined> {
    const run = this.#run;
    if (run === undefined || run.recording.id !== message.run || run.signal.aborted) {
      (run?.recording.id === message.run ? run.recording : this.#ended)?.late.push(describe(message));
      throw new Error(`run ${message.run} is over`);
    }
    if (!this.mayWrite && message.type !== 'scope.finding')
      throw new IsthmusError('WRITE_NOT_PERMITTED', 'the direction is TO_THIRD_PARTY, so nothing may be written');
    if (run.onMessage !== undefined) {
      await run.onMessage(message);
      if (run.signal.aborted) throw new Error(`run ${message.run} is over`);
    }
    return this.#record(run.target === undefined ? message : withinTarget(run.target, message), run.recording);
  }

  #complete(message: Extract<RunMessage, { readonly type: 'scope.complete' }>, run: RunRecording): void {
    const { scope, place } = message;
    if (run.completed.includes(scope)) throw new Error(`scope ${scope} was completed twice`);
    if (!this.#isIncremental) {
      const why = this.#seen.refutes(scope, message);
      if (why !== undefined) {
        run.findings.push({ severity: 'warning', code: 'SCOPE_NOT_CERTIFIED', message: why, scope });
        return;
      }
    }
    run.completed.push(scope);
    if (place !== undefined) run.places.push(`${scope} ${place}`);
    if (!this.#isIncremental) run.removed.push(...this.#seen.complete(scope, place));
  }

  #record(message: RunMessage, run: RunRecording): readonly number[] | readonly string[] | boolean | undefined {
    switch (message.type) {
      case 'scope.keep': {
        const { scope, items } = message;
        if (items.length > mostKeptAtOnce) throw new Error(`${items.length} items were kept in one call`);
        const unknown: number[] = [];
        for (const [position, { key, sourceVersion }] of items.entries()) {
          if (this.#seen.keep(scope, key, sourceVersion)) run.kept.push(`${scope} ${key}`);
          else unknown.push(position);
        }
        return unknown;
      }
      case 'scope.missing': {
        const { scope, from } = message;
        return this.#isIncremental ? [] : this.#seen.missing(scope).slice(from, from + mostKeptAtOnce);
      }
      case 'scope.put': {
        const name = `${message.scope} ${message.item.key}`;
        run.sent.push(name);
        if (this.#seen.put(message.scope, message.item)) run.changed.push(name);
        return undefined;
      }
      case 'scope.finding':
        run.findings.push({ ...message.finding, scope: message.scope });
        if (message.scope !== undefined && message.finding.key !== undefined)
          this.#seen.see(message.scope, message.finding.key);
        else if (message.scope !== undefined && message.finding.severity === 'error') this.#seen.doubt(message.scope);
        return undefined;
      case 'scope.complete':
        this.#complete(message, run);
        return undefined;
      case 'scope.gone':
        run.removed.push(...this.#seen.remove(message.scope, message.key));
        return undefined;
      case 'run.source':
        run.source = message.identity;
        if (this.#seen.identify(this.#run?.target, message.identity)) return true;
        this.#isIncremental = false;
        return false;
      case 'run.cursor':
        this.cursor = message.value;
        return undefined;
      case 'run.cursorRefused':
        this.#isIncremental = false;
        this.cursor = undefined;
        return undefined;
    }
  }
}

/** Two targets may have scopes of one name. */
function withinTarget(target: string, message: RunMessage): RunMessage {
  if (!('scope' in message) || message.scope === undefined) return message;
  const scope = `${target} ${message.scope}`;
  if (message.type !== 'scope.put' || message.item.opens === undefined) return { ...message, scope };
  return { ...message, scope, item: { ...message.item, opens: `${target} ${message.item.opens}` } };
}

function describe(message: RunMessage): string {
  return 'scope' in message && message.scope !== undefined ? `${message.type} ${message.scope}` : message.type;
}
