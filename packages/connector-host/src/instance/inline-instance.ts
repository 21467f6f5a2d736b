import type {
  CatalogTarget,
  Direction,
  IntegrationConnector,
  KindContext,
  ProbeStep,
  PushedElement,
  SupportedKind,
} from '@isthmus/connector-sdk';
import { type Clock, IsthmusError, type Logger, messageOf, processSlicer } from '@isthmus/kernel';
import { type DirectionSource, directionSource, permittedDirection } from '../configuration/permitted-direction.js';
import type { Redactor } from '../configuration/redactor.js';
import type {
  ConnectorInstance,
  InstanceSpec,
  JudgedAnswer,
  ProviderManifest,
  RunRequest,
  TargetSpec,
} from '../connector-host.js';
import type { RunSink } from '../run-sink.js';
import { FolderWatches } from './folder-watches.js';
import type { HookDeadlines } from './hook-deadlines.js';
import type { InstancePort } from './instance-port.js';
import { type InstanceNotice, NoticeQueue } from './notice-queue.js';
import { judgedAnswers } from './push-answers.js';
import { RunChannel } from './run-channel.js';
import { abortOf, type Hook, runHook, toConnectorError } from './run-hook.js';
import { processStrays, type TracedInstance } from './stray-tracer.js';

const mostProbeSteps = 50;

export interface InlineParts {
  readonly instanceId: string;
  readonly manifest: ProviderManifest;
  readonly spec: InstanceSpec;
  readonly connector: IntegrationConnector;
  readonly context: KindContext<SupportedKind>;
  readonly port: InstancePort;
  readonly redactor: Redactor;
  /** Names the instance to whoever looks after errors that nobody caught. */
  readonly traced: TracedInstance;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: HookDeadlines;
  /** As it is checked, with defaults. */
  readonly configuration: unknown;
  /** What of a configuration decides what belongs to the source. */
  readonly boundary: (configuration: unknown) => unknown;
  /** What its code is made for. */
  readonly direction: Direction | undefined;
  /** Whether it works on catalog targets. */
  readonly targets: boolean;
  /** Types of elements and relationships that it is told of. */
  readonly listensTo: readonly string[];
  /** One of its hooks beside runs failed. Must not throw. */
  readonly listenerFailed: (message: string) => void;
  /** Types of elements that it takes over. */
  readonly pushes: readonly string[] | undefined;
  /** Reads and checks a new configuration. */
  readonly read: (
    next: Pick<InstanceSpec, 'registration'>,
  ) => Promise<{ readonly configuration: unknown; readonly secrets: Iterable<string> }>;
}

/** A connector in this process. It cannot be killed, so it is cut off: no call of its code is answered any more. */
export class InlineInstance implements ConnectorInstance {
  readonly instanceId: string;
  readonly manifest: ProviderManifest;
  readonly capabilities: ConnectorInstance['capabilities'];
  readonly #cut = new AbortController();
  /** Aborted when it is to stop: what it is told beside its runs ends then. */
  readonly #ending = new AbortController();
  readonly #notices: NoticeQueue;
  readonly #folders: FolderWatches;
  #stopping: Promise<void> | undefined;
  #isClosed = false;
  #configuration: unknown;

  constructor(private readonly parts: InlineParts) {
    const { connector, instanceId, manifest } = parts;
    this.instanceId = instanceId;
    this.manifest = manifest;
    this.#configuration = parts.configuration;
    this.capabilities = {
      refresh: typeof connector.refresh === 'function',
      engage: typeof connector.engage === 'function',
      reconfigure: typeof connector.reconfigure === 'function',
      probe: typeof connector.probe === 'function',
      targets: parts.targets,
      listens: {
        elements: typeof connector.elementsChanged === 'function' ? parts.listensTo : [],
        lineage: typeof connector.openLineageEvent === 'function',
      },
    };
    this.#notices = new NoticeQueue({
      listeners: connector,
      call: (name, code) => this.#call(name, parts.deadlines.noticeMs, this.#ending.signal, code),
      failed: (name, error) => this.#listenerFailed(name, error),
      dropped: (count) => parts.logger.warn('open lineage events were dropped: the connector is slow', { count }),
    });
    this.#folders = new FolderWatches(parts.clock, (folders) => this.#notices.add({ type: 'folders', folders }));
    parts.port.onWatch = (folders) => {
      const left = this.#folders.set(folders);
      if (left > 0) parts.logger.warn('folders are not watched: too many, or not absolute', { count: left });
    };
  }

  notify(notice: InstanceNotice): void {
    this.#notices.add(notice);
  }

  /** Calls the connector's start; when that fails it is stopped and closed again. */
  async start(signal: AbortSignal): Promise<void> {
    const { connector, deadlines } = this.parts;
    try {
      await this.#call('start', deadlines.startMs, signal, (own) => connector.start?.(own));
      if (signal.aborted) throw abortOf(signal);
    } catch (error) {
      await this.#close(deadlines.graceMs, new AbortController().signal).catch((fault: unknown) =>
        this.parts.logger.warn('connector did not close after its failed start', { error: fault }),
      );
      throw error;
    }
  }

  /** As it is checked, with defaults. */
  get configuration(): unknown {
    return this.#configuration;
  }

  boundary(): unknown {
    return this.parts.boundary(this.#configuration);
  }

  async targetBoundary(target: TargetSpec): Promise<unknown> {
    const { configuration } = await this.#target(target);
    return this.parts.boundary(configuration);
  }

  async targetsChanged(
    { added, changed, removed }: Parameters<ConnectorInstance['targetsChanged']>[0],
    signal: AbortSignal,
  ): Promise<void> {
    const { connector, deadlines } = this.parts;
    if (typeof connector.targetsChanged !== 'function') return;
    const changes = { added: await this.#readable(added), changed: await this.#readable(changed), removed };
    await this.#call('targetsChanged', deadlines.reconfigureMs, signal, (own) =>
      connector.targetsChanged?.(changes, own),
    );
  }

  get pushes(): readonly string[] | undefined {
    return typeof this.parts.connector.push === 'function' ? this.parts.pushes : undefined;
  }

  async push(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly JudgedAnswer[]> {
    const { connector, deadlines, redactor } = this.parts;
    const told = await this.#call('push', deadlines.pushMs, signal, (own) =>
      connector.push?.(structuredClone(elements), own),
    );
    if (signal.aborted) throw abortOf(signal);
    return judgedAnswers(elements, told, processSlicer, (text, longest) => redactor.text(text, longest));
  }

  async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    const { connector, deadlines, redactor } = this.parts;
    const steps = await this.#call('probe', deadlines.probeMs, signal, (own) => connector.probe?.(own));
    return (steps ?? []).slice(0, mostProbeSteps).map(({ name, ok, message }) => ({
      name,
      ok: ok === true,
      message: redactor.text(String(message)),
    }));
  }

  async refresh(request: RunRequest, sink: RunSink, signal: AbortSignal): Promise<void> {
    const { connector, context, port, redactor } = this.parts;
    const { target: targetSpec, ...asked } = request;
    const target = targetSpec === undefined ? undefined : await this.#target(targetSpec);
    if (port.run !== undefined) {
      throw new IsthmusError('INTERNAL', `connector ${this.#name} was asked to refresh while it refreshes`);
    }
    let channel: RunChannel | undefined;
    try {
      await this.#call('refresh', undefined, signal, async (own) => {
        const opened = new RunChannel(request.id, sink, own, {
          connectorName: this.#name,
          mayWrite: (target ?? this.parts.spec).permittedSynchronization !== 'TO_THIRD_PARTY',
          direction: this.#directionSource(target),
          slicer: processSlicer,
          clean: (text, longest) => redactor.text(text, longest),
        });
        channel = opened;
        port.openRun(opened, request.mode, targetSpec);
        await connector.refresh?.(context.run({ ...asked, target, signal: own }));
        // What the connector did not wait for still belongs to its run; an abort ends the wait.
        await opened.end();
      });
      if (signal.aborted) throw abortOf(signal);
    } catch (error) {
      // The author may have wrapped or swallowed it: the first fault on the way to the store says what has happened.
      const fault = signal.aborted ? undefined : channel?.fault;
      throw fault === undefined
        ? error
        : toConnectorError({ name: 'refresh', connectorName: this.#name }, redactor, fault);
    } finally {
      if (channel !== undefined) port.closeRun(channel);
    }
  }

  async engage(signal: AbortSignal): Promise<void> {
    await this.#call('engage', undefined, signal, (own) => this.parts.connector.engage?.(own));
  }

  async reconfigure(next: InstanceSpec, signal: AbortSignal): Promise<'applied' | 'restart'> {
    const { connector, deadlines, port, read, redactor } = this.parts;
    const { configuration, secrets } = await read(next);
    if (!this.capabilities.reconfigure) return 'restart';
    redactor.add(secrets);
    // A run that began under the old configuration and ends under the new one lists neither of them completely.
    port.run?.voidCertificates();
    const outcome = await this.#call('reconfigure', deadlines.reconfigureMs, signal, (own) =>
      connector.reconfigure?.(structuredClone(configuration), own),
    );
    if (outcome === 'applied') this.#configuration = configuration;
    if (outcome === 'applied' || outcome === 'restart') return outcome;
    throw new IsthmusError(
      'CONNECTOR_FAILED',
      `reconfigure of connector ${this.#name} answered neither applied nor restart`,
    );
  }

  /** May be repeated. */
  stop(signal: AbortSignal): Promise<void> {
    this.#stopping ??= this.#close(this.parts.deadlines.stopMs, signal);
    return this.#stopping;
  }

  abandon(): void {
    this.#cut.abort();
    this.#end();
  }

  lastProgressAt(): number {
    return this.parts.port.lastProgressAt();
  }

  #stopTelling(): void {
    this.#notices.close();
    this.#folders.close();
    this.#ending.abort();
  }

  #listenerFailed(name: string, error: unknown): void {
    this.parts.logger.warn('connector failed in what it was told', { hook: name, error });
    this.parts.listenerFailed(`${name} failed: ${messageOf(error)}`);
  }

  #directionSource(target: CatalogTarget | undefined): DirectionSource {
    const { direction, manifest, spec } = this.parts;
    const own = target && { name: target.name, registered: spec.permittedSynchronization };
    return directionSource(manifest.provider, direction, own);
  }

  /** As the connector is told of it. */
  async #target({ registration, ...target }: TargetSpec): Promise<CatalogTarget> {
    const { direction, manifest, read, redactor } = this.parts;
    const permittedSynchronization = permittedDirection(manifest.provider, direction, target.permittedSynchronization);
    const { configuration, secrets } = await read({ registration });
    redactor.add(secrets);
    return { ...target, configuration, permittedSynchronization };
  }

  async #readable(targets: readonly TargetSpec[]): Promise<readonly CatalogTarget[]> {
    const read = await Promise.all(
      targets.map((target) =>
        this.#target(target).catch((error: unknown) => {
          this.parts.logger.debug('a catalog target is left out of what changed', { target: target.name, error });
          return undefined;
        }),
      ),
    );
    return read.filter((target) => target !== undefined);
  }

  get #name(): string {
    return this.parts.spec.registration.connectorName;
  }

  async #close(deadlineMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return;
    const { connector, port } = this.parts;
    if (port.run !== undefined) port.closeRun(port.run);
    this.#stopTelling();
    await this.#notices.rest();
    try {
      await this.#call('stop', deadlineMs, signal, () => connector.stop?.(), 0);
    } finally {
      this.#end();
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopTelling();
    this.parts.port.close();
    processStrays.leave(this.parts.traced);
  }

  async #call<T>(
    name: string,
    deadlineMs: number | undefined,
    signal: AbortSignal,
    code: (signal: AbortSignal) => T | Promise<T>,
    graceMs = this.parts.deadlines.graceMs,
  ): Promise<T> {
    const { clock, port, redactor, traced } = this.parts;
    const hook: Hook = {
      name,
      connectorName: this.#name,
      graceMs,
      signal,
      cut: this.#cut.signal,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    };
    port.touch();
    try {
      return await runHook(hook, clock, redactor, (own) => processStrays.within(traced, () => code(own)));
    } finally {
      port.touch();
    }
  }
}
