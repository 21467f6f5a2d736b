import { setMaxListeners } from 'node:events';
import type { HostAnswer, HostMessage, HostPort, OpenLineageEvent, WatchedFolder } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { OmisKind, PermittedSynchronization } from '@isthmus/model';
import type { DirectionSource } from '../configuration/permitted-direction.js';
import type { Redactor } from '../configuration/redactor.js';
import type { InstanceEvents, TargetSpec } from '../connector-host.js';
import { bounds, isText } from './bounds.js';
import { LogThrottle } from './log-throttle.js';
import { MetadataGate } from './metadata-gate.js';
import type { RunChannel } from './run-channel.js';
import { processStrays } from './stray-tracer.js';

/** Whose port it is. */
export interface PortFacts {
  readonly kind: OmisKind;
  readonly connectorName: string;
  readonly permittedSynchronization: PermittedSynchronization;
  /** Who says so. Default: its registration. */
  readonly direction?: DirectionSource;
}

const mostChangedScopes = 1_000;

/**
 * One instance's end of the contract with its connector. Calls that authors do not wait for (log, changed, progress)
 * never reject: a rejection that nobody handles would end the process.
 */
export class InstancePort implements HostPort {
  #run: RunChannel | undefined;
  #mode: 'preview' | 'apply' = 'apply';
  #target: TargetSpec | undefined;
  #open = true;
  #progressAt: number;
  readonly #throttle: LogThrottle;
  readonly #gate: MetadataGate;
  /** Ends what is under way of operations when the instance is closed. */
  readonly #closing = new AbortController();
  readonly #connectorName: string;
  /** The connector names the folders that it wants to be told of. */
  onWatch: (folders: readonly WatchedFolder[]) => void = () => undefined;

  constructor(
    facts: PortFacts,
    private readonly events: InstanceEvents,
    private readonly logger: Logger,
    private readonly redactor: Redactor,
    private readonly clock: Clock,
  ) {
    this.#progressAt = clock.monotonic();
    this.#throttle = new LogThrottle(clock);
    this.#gate = new MetadataGate(facts, events.metadata);
    this.#connectorName = facts.connectorName;
    // Every operation under way listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  call<M extends HostMessage>(message: M): Promise<HostAnswer<M>>;
  call(message: HostMessage): Promise<HostAnswer<HostMessage>> {
    // What the host begins for a connector (a timer, a request) is not the connector's fault.
    return processStrays.without(() => this.#answer(message));
  }

  #answer(message: HostMessage): Promise<HostAnswer<HostMessage>> {
    switch (message.type) {
      case 'log':
        this.#log(message);
        return Promise.resolve(undefined);
      case 'changed':
        if (this.#open) this.#changed(message.scopes, message.target);
        return Promise.resolve(undefined);
      case 'lineage.publish':
        if (this.#open) this.#publish(message.event);
        return Promise.resolve(undefined);
      case 'folders.watch':
        if (this.#open && Array.isArray(message.folders)) this.onWatch(message.folders);
        return Promise.resolve(undefined);
      case 'run.progress':
        this.touch();
        if (message.run === this.#run?.run) this.#run.progress(String(message.text));
        return Promise.resolve(undefined);
      case 'metadata.call':
        this.touch();
        return this.#operate(message);
      default:
        this.touch();
        return this.#run !== undefined && this.#run.run === message.run
          ? this.#run.call(message)
          : Promise.reject(this.#refusal(message.run));
    }
  }

  get run(): RunChannel | undefined {
    return this.#run;
  }

  /** @param target - the catalog target that it is a run of */
  openRun(run: RunChannel, mode: 'preview' | 'apply', target: TargetSpec | undefined): void {
    this.#run = run;
    this.#mode = mode;
    this.#target = target;
  }

  closeRun(run: RunChannel): void {
    run.cut();
    if (this.#run === run) this.#run = undefined;
  }

  close(): void {
    this.#open = false;
    this.#run?.cut();
    this.#run = undefined;
    this.#closing.abort(this.#stopped());
  }

  touch(): void {
    this.#progressAt = this.clock.monotonic();
  }

  /** A call that is being served counts as progress: then the store is slow, not the connector. */
  lastProgressAt(): number {
    return this.#run?.isServing || this.#gate.isServing ? this.clock.monotonic() : this.#progressAt;
  }

  /** An operation belongs to the run that is open, if one is: it ends with it, and in a preview it writes nothing. */
  async #operate(message: Extract<HostMessage, { readonly type: 'metadata.call' }>): Promise<unknown> {
    if (!this.#open) throw this.#stopped();
    const run = this.#run;
    const signal = run === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, run.signal]);
    try {
      return await this.#gate.call(message, run && { id: run.run, mode: this.#mode, target: this.#target }, signal);
    } finally {
      this.touch();
    }
  }

  #publish(event: OpenLineageEvent['event']): void {
    if (isLineageEvent(event)) this.events.publishedLineage?.(structuredClone(event));
    else this.logger.warn('an open lineage event was not taken: it is no plain object of at most 1 MiB');
  }

  #changed(scopes: readonly string[] | undefined, target: string | undefined): void {
    if (target === undefined) this.events.changed(fitScopes(scopes));
    else if (isText(target, bounds.targetLength)) this.events.changed(fitScopes(scopes), target);
    else this.events.changed(undefined);
  }

  #refusal(run: string): IsthmusError {
    if (!this.#open) return this.#stopped();
    return new IsthmusError('CONNECTOR_STOPPED', `run ${run} of ${this.#connectorName} is over`);
  }

  #stopped(): IsthmusError {
    return new IsthmusError('CONNECTOR_STOPPED', `connector ${this.#connectorName} is stopped`);
  }

  #log({ level, message, fields }: Extract<HostMessage, { readonly type: 'log' }>): void {
    if (!this.#open) return;
    const passes = this.#throttle.take();
    if (passes === undefined) return;
    if (passes.dropped > 0) this.logger.warn('log lines of the connector were dropped', { dropped: passes.dropped });
    const write = level === 'debug' || level === 'warn' || level === 'error' ? level : 'info';
    this.logger[write](
      this.redactor.text(String(message)),
      fields === undefined ? undefined : this.redactor.fields(fields),
    );
  }
}

function isLineageEvent(event: unknown): boolean {
  try {
    const text = JSON.stringify(event);
    return typeof event === 'object' && event !== null && !Array.isArray(event) && text.length <= bounds.itemBytes;
  } catch {
    return false;
  }
}

/** Undefined means everything, which is also what very many scopes come down to. */
function fitScopes(scopes: readonly string[] | undefined): readonly string[] | undefined {
  if (!Array.isArray(scopes) || scopes.length > mostChangedScopes) return undefined;
  return scopes.every((scope) => isText(scope, bounds.scopeLength)) ? scopes : undefined;
}
