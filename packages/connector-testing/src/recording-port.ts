import { isFitKey, type MetadataGate, unfitItem } from '@isthmus/connector-host';
import {
  type CatalogTarget,
  type HostAnswer,
  type HostMessage,
  type HostPort,
  type JsonValue,
  largestCursor,
  mostKeptAtOnce,
  type OpenLineageEvent,
  type SourceItem,
  type WatchedFolder,
} from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import { RecordedSource, type RunRecording } from './recorded-source.js';
import type { RecordedLog, RecordedOperation, RefreshOptions } from './recording-host.js';

export type RunMessage = Extract<
  HostMessage,
  { readonly type: `scope.${string}` | `run.cursor${string}` | 'run.source' }
>;
export type OperationMessage = Extract<HostMessage, { readonly type: 'metadata.call' }>;

/** The host's end of a recording host: answers a connector's messages and writes down what they say. */
export class RecordingPort implements HostPort {
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
  /** What was saved last, by the name of the target. */
  readonly #cursors = new Map<string | undefined, JsonValue>();
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
    this.#isIncremental = incremental && this.cursorOf(target) !== undefined;
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

  /** What was saved last for this target; without one, for the connector itself. */
  cursorOf(target: CatalogTarget | undefined): JsonValue | undefined {
    return this.#cursors.get(target?.name);
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

  /** An item that a daemon would not take is set aside, as there. */
  #put(scope: string, item: SourceItem, run: RunRecording): void {
    const name = `${scope} ${item.key}`;
    if (!isFitKey(item.key)) {
      run.findings.push({ severity: 'error', code: 'ITEM_KEY_INVALID', message: `${name}: its key is no key`, scope });
      this.#seen.doubt(scope);
      return;
    }
    const unfit = unfitItem(item);
    if (unfit !== undefined) {
      const message = `${JSON.stringify(item.key)} is set aside: ${unfit.message}`;
      run.findings.push({ severity: 'error', code: unfit.code, message, key: item.key, scope });
      this.#seen.see(scope, item.key);
      return;
    }
    run.sent.push(name);
    if (this.#seen.put(scope, item)) run.changed.push(name);
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
      case 'scope.put':
        this.#put(message.scope, message.item, run);
        return undefined;
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
        checkCursor(message.value);
        this.#cursors.set(this.#run?.target, message.value);
        return undefined;
      case 'run.cursorRefused':
        this.#isIncremental = false;
        this.#cursors.delete(this.#run?.target);
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

/** @throws CURSOR_INVALID as a daemon does */
function checkCursor(value: JsonValue): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes > 0 && bytes <= largestCursor) return;
  const fault = bytes === 0 ? 'is no plain JSON' : `has ${bytes} bytes, and ${largestCursor} is the most`;
  throw new IsthmusError('CURSOR_INVALID', `the cursor ${fault}`);
}
