import type {
  CheckedRegistration,
  ConnectorHost,
  ConnectorInstance,
  InstanceEvents,
  InstanceNotice,
  InstanceSpec,
  ProviderManifest,
  RunRequest,
  RunSink,
  TargetSpec,
} from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';

/** What the connectors of one name do; absent = succeed at once. A promise that never settles hangs. */
export interface Behaviour {
  start?(signal: AbortSignal, attempt: number): Promise<void>;
  refresh?(request: RunRequest, sink: RunSink, signal: AbortSignal, touch: () => void): Promise<void>;
  engage?(signal: AbortSignal): Promise<void>;
  probe?(signal: AbortSignal): Promise<readonly ProbeStep[]>;
  reconfigure?(next: InstanceSpec, signal: AbortSignal): Promise<'applied' | 'restart'>;
  stop?(signal: AbortSignal): Promise<void>;
  targetBoundary?(target: TargetSpec): Promise<unknown>;
  targetsChanged?(changes: Parameters<ConnectorInstance['targetsChanged']>[0]): Promise<void>;
  readonly engages?: boolean;
  readonly targets?: boolean;
  readonly pushes?: readonly string[];
  readonly listensTo?: readonly string[];
  readonly lineage?: boolean;
}

export const fakeManifest: ProviderManifest = {
  provider: 'fake',
  kind: 'files',
  packageName: 'fake',
  version: '1.0.0',
  sdk: '*',
  directory: '/fake',
  replaces: [],
};

/** Instances whose hooks tests write. Keeps what the real host promises: after stop or abandon no sign of life. */
export class FakeHost implements ConnectorHost {
  readonly instances: FakeInstance[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  readonly log: string[] = [];
  /** Why every registration is refused. */
  checkFault: Error | undefined;
  #starts = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  get alive(): readonly FakeInstance[] {
    return this.instances.filter(({ isAlive }) => isAlive);
  }

  /** Of one connector, newest last. */
  of(name: string): readonly FakeInstance[] {
    return this.instances.filter(({ spec }) => spec.registration.connectorName === name);
  }

  startCount(name: string): number {
    return this.#starts.get(name) ?? 0;
  }

  providers(): readonly ProviderManifest[] {
    return [fakeManifest];
  }

  rescan(): Promise<readonly ProviderManifest[]> {
    return Promise.resolve(this.providers());
  }

  provider(): Promise<ProviderManifest> {
    return Promise.resolve(fakeManifest);
  }

  check(registration: Registration): Promise<CheckedRegistration> {
    if (this.checkFault !== undefined) return Promise.reject(this.checkFault);
    const configuration = registration.connection?.configurationProperties;
    return Promise.resolve({ manifest: fakeManifest, configuration, version: 1 });
  }

  async start(spec: InstanceSpec, events: InstanceEvents, signal: AbortSignal): Promise<ConnectorInstance> {
    const name = spec.registration.connectorName;
    const attempt = this.startCount(name) + 1;
    this.#starts.set(name, attempt);
    this.log.push(`start ${name}`);
    await this.behaviours.get(name)?.start?.(signal, attempt);
    if (signal.aborted) throw new DOMException('aborted', 'AbortError');
    const instance = new FakeInstance(`instance-${this.instances.length + 1}`, spec, events, this);
    this.instances.push(instance);
    return instance;
  }

  now(): number {
    return this.clock.monotonic();
  }
}

export class FakeInstance implements ConnectorInstance {
  readonly manifest = fakeManifest;
  readonly capabilities: ConnectorInstance['capabilities'];
  readonly requests: RunRequest[] = [];
  readonly notices: InstanceNotice[] = [];
  isAlive = true;
  isAbandoned = false;
  readonly pushes: readonly string[] | undefined;
  #progressAt: number;

  constructor(
    readonly instanceId: string,
    public spec: InstanceSpec,
    private readonly events: InstanceEvents,
    private readonly host: FakeHost,
  ) {
    const engages = this.#behaviour.engages === true;
    this.pushes = this.#behaviour.pushes;
    this.capabilities = {
      refresh: !engages,
      engage: engages,
      reconfigure: true,
      probe: this.#behaviour.probe !== undefined,
      targets: this.#behaviour.targets === true,
      listens: { elements: this.#behaviour.listensTo ?? [], lineage: this.#behaviour.lineage === true },
    };
    this.#progressAt = host.now();
  }

  changed(scopes?: readonly string[], target?: string): void {
    if (this.isAlive) this.events.changed(scopes, target);
  }

  async targetBoundary(target: TargetSpec): Promise<unknown> {
    return this.#behaviour.targetBoundary?.(target);
  }

  async targetsChanged(changes: Parameters<ConnectorInstance['targetsChanged']>[0]): Promise<void> {
    await this.#behaviour.targetsChanged?.(changes);
  }

  notify(notice: InstanceNotice): void {
    this.notices.push(notice);
  }

  publishes(event: Parameters<NonNullable<InstanceEvents['publishedLineage']>>[0]): void {
    this.events.publishedLineage?.(event);
  }

  /** Its code left an error behind. */
  strays(message: string): void {
    this.events.strayed?.({ message, connector: this.#name });
  }

  async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return (await this.#behaviour.probe?.(signal)) ?? [];
  }

  async refresh(request: RunRequest, sink: RunSink, signal: AbortSignal): Promise<void> {
    this.requests.push(request);
    const touch = () => {
      this.#progressAt = this.host.now();
    };
    touch();
    await this.#behaviour.refresh?.(request, sink, signal, touch);
  }

  async engage(signal: AbortSignal): Promise<void> {
    await this.#behaviour.engage?.(signal);
  }

  async reconfigure(next: InstanceSpec, signal: AbortSignal): Promise<'applied' | 'restart'> {
    this.host.log.push(`reconfigure ${this.#name}`);
    const outcome = (await this.#behaviour.reconfigure?.(next, signal)) ?? 'applied';
    if (outcome === 'applied') this.spec = next;
    return outcome;
  }

  async stop(signal: AbortSignal): Promise<void> {
    this.host.log.push(`stop ${this.#name}`);
    await this.#behaviour.stop?.(signal);
    this.isAlive = false;
    this.host.log.push(`stopped ${this.#name}`);
  }

  abandon(): void {
    this.isAlive = false;
    this.isAbandoned = true;
    this.host.log.push(`abandoned ${this.#name}`);
  }

  lastProgressAt(): number {
    return this.#progressAt;
  }

  get #name(): string {
    return this.spec.registration.connectorName;
  }

  get #behaviour(): Behaviour {
    return this.host.behaviours.get(this.#name) ?? {};
  }
}

/** Ends when it is told to, as a good connector does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new DOMException('aborted', 'AbortError'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
  });
}

export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** What the real host says of a hook that goes on after its signal and its grace. */
export function ignoresAbort(signal: AbortSignal): Promise<never> {
  return untilAborted(signal).catch(() => {
    throw new IsthmusError('CONNECTOR_TIMEOUT', 'it went on after it was told to end', {
      details: { ignoredAbort: true },
    });
  });
}
