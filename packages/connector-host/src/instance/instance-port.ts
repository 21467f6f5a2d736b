import type { HostAnswer, HostMessage, HostPort } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { Redactor } from '../configuration/redactor.js';
import type { InstanceEvents } from '../connector-host.js';
import { bounds, isText } from './bounds.js';
import { LogThrottle } from './log-throttle.js';
import type { RunChannel } from './run-channel.js';
import { processStrays } from './stray-tracer.js';

const mostChangedScopes = 1_000;

/**
 * One instance's end of the contract with its connector. Calls that authors do not wait for (log, changed, progress)
 * never reject: a rejection that nobody handles would end the process.
 */
export class InstancePort implements HostPort {
  #run: RunChannel | undefined;
  #open = true;
  #progressAt: number;
  readonly #throttle: LogThrottle;

  constructor(
    private readonly connectorName: string,
    private readonly events: InstanceEvents,
    private readonly logger: Logger,
    private readonly redactor: Redactor,
    private readonly clock: Clock,
  ) {
    this.#progressAt = clock.monotonic();
    this.#throttle = new LogThrottle(clock);
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
      case 'run.progress':
        this.touch();
        if (message.run === this.#run?.run) this.#run.progress(String(message.text));
        return Promise.resolve(undefined);
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

  openRun(run: RunChannel): void {
    this.#run = run;
  }

  closeRun(run: RunChannel): void {
    run.cut();
    if (this.#run === run) this.#run = undefined;
  }

  close(): void {
    this.#open = false;
    this.#run?.cut();
    this.#run = undefined;
  }

  touch(): void {
    this.#progressAt = this.clock.monotonic();
  }

  /** A call that is being served counts as progress: then the store is slow, not the connector. */
  lastProgressAt(): number {
    return this.#run?.isServing ? this.clock.monotonic() : this.#progressAt;
  }

  #changed(scopes: readonly string[] | undefined, target: string | undefined): void {
    if (target === undefined) this.events.changed(fitScopes(scopes));
    else if (isText(target, bounds.targetLength)) this.events.changed(fitScopes(scopes), target);
    else this.events.changed(undefined);
  }

  #refusal(run: string): IsthmusError {
    return new IsthmusError(
      'CONNECTOR_STOPPED',
      this.#open ? `run ${run} of ${this.connectorName} is over` : `connector ${this.connectorName} is stopped`,
    );
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

/** Undefined means everything, which is also what very many scopes come down to. */
function fitScopes(scopes: readonly string[] | undefined): readonly string[] | undefined {
  if (!Array.isArray(scopes) || scopes.length > mostChangedScopes) return undefined;
  return scopes.every((scope) => isText(scope, bounds.scopeLength)) ? scopes : undefined;
}
