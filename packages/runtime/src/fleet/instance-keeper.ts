import type { ConnectorInstance, InstanceEvents, MetadataCalls, StrayReport } from '@isthmus/connector-host';
import { type ErrorReport, IsthmusError, type Logger, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { RunRecord } from '../journal/journal.js';
import type { Listening } from '../listeners/listener-hub.js';
import type { SlotName, SlotSpec } from '../slot/slot.js';
import { scopesOfTarget } from '../targets/target-scopes.js';
import type { ActiveRun } from './active-run.js';
import { ChangeCollector } from './change-collector.js';
import type { FleetGroup } from './connector-fleet.js';
import type { StateMachine } from './connector-state.js';
import type { ConnectorState } from './connector-status.js';
import type { SupervisorView } from './next-step.js';
import { hasIgnoredAbort, leftError } from './reasons.js';
import { RunLedger } from './run-ledger.js';
import {
  instanceSpec,
  type RunningInstance,
  reconfigureInstance,
  startInstance,
  stopInstance,
} from './running-instance.js';
import { isSameSpec } from './slot-of.js';
import { StartTroubles } from './start-troubles.js';
import type { SupervisorParts } from './supervisor-parts.js';
import type { TargetBoard } from './target-board.js';
import { TargetWatch } from './target-watch.js';
import { WantedSlot } from './wanted-slot.js';

/** What a connector is held to run, and for which group. */
export interface Wanted {
  readonly group: FleetGroup;
  readonly registration: Registration;
}

/** Holds the one instance of a connector and takes the steps that change it. Steps must not overlap. */
export class InstanceKeeper {
  readonly troubles: StartTroubles;
  readonly runs: RunLedger;
  readonly #slot: WantedSlot;
  readonly #changes: ChangeCollector;
  #running: RunningInstance | undefined;
  #staleness: SupervisorView['staleness'] = 'fit';
  /** Why what runs is not quite what is wanted. */
  #condition: ErrorReport | undefined;
  /** Of the present instance. */
  #events: InstanceEvents | undefined;
  /** An error that nobody caught, and the run in which it came. */
  #stray: { readonly reason: ErrorReport; readonly run: ActiveRun | undefined } | undefined;
  #attempt: AbortController | undefined;
  #changedEarly = false;
  #isForActs = false;
  /** What the instance is told of beside its runs ends. */
  #endListening: () => void = () => undefined;
  #startCount = 0;
  #hasEnded = true;

  constructor(
    private readonly parts: SupervisorParts,
    private readonly logger: Logger,
    private readonly machine: StateMachine,
    private readonly connectorGuid: string,
    private readonly board: TargetBoard,
    /** Something shows at the connector that no step has brought about. */
    private readonly onStray: () => void,
  ) {
    this.troubles = new StartTroubles(parts.clock, parts.settings.restartRules, parts.settings.random);
    this.runs = new RunLedger(parts.clock);
    this.#slot = new WantedSlot(parts.clock, logger);
    this.#changes = new ChangeCollector((scopes) => this.#reportChange(scopes));
  }

  get running(): RunningInstance | undefined {
    return this.#running;
  }

  /** Carries out the operations of the present instance's context. */
  get operations(): MetadataCalls | undefined {
    return this.#events?.metadata;
  }

  get staleness(): SupervisorView['staleness'] {
    return this.#staleness;
  }

  get startCount(): number {
    return this.#startCount;
  }

  /** Whether the code of the last instance is known to have ended. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Why what runs is not quite what is wanted. */
  get fault(): ErrorReport | undefined {
    return this.#condition ?? this.#slot.fault;
  }

  /** The instance works, but its code left an error behind. */
  get stray(): ErrorReport | undefined {
    return this.#stray?.reason;
  }

  /** A run that goes well makes up for errors of before it; its own come with it and stay. */
  ended(run: ActiveRun, outcome: RunRecord['outcome']): void {
    if (outcome === 'succeeded' && this.#stray?.run !== run) this.#stray = undefined;
  }

  /** The slot under which the dispatcher knows it now; undefined when it cannot run. */
  get liveSlot(): SlotName | undefined {
    return this.#running?.spec === undefined || this.#staleness === 'restart' ? undefined : this.#running.slot;
  }

  get isPaused(): boolean {
    return this.parts.override(this.connectorGuid) !== undefined;
  }

  /** The instance was started during a pause, for what people asked a run to do. A resume makes it like any other. */
  get isForActs(): boolean {
    return this.#isForActs;
  }

  /** State of an instance that has nothing else to do. */
  get restState(): ConnectorState {
    return this.isPaused && this.runs.current === undefined ? 'paused' : this.runs.state();
  }

  outdate(staleness: 'reconfigure' | 'restart'): void {
    if (this.#staleness !== 'restart') this.#staleness = staleness;
  }

  /** Failed starts do not count any more. A configuration that was refused is still not the one that runs. */
  forgive(): void {
    this.troubles.forgive();
  }

  /** What is under way is no longer wanted. */
  abortAttempt(): void {
    this.#attempt?.abort();
  }

  /** Whether the dispatcher was told what is wanted now. */
  isTold(wanted: Registration): boolean {
    return this.#running !== undefined && isSameSpec(this.#running.spec, this.#specOf(this.#running, wanted));
  }

  /** @param wanted is asked when the turn to start has come, which may be later */
  async start(name: string, wanted: () => Wanted | undefined): Promise<void> {
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#staleness = 'fit';
    this.#isForActs = this.isPaused;
    try {
      this.#running = await this.parts.gate.run(() => this.#startNow(wanted(), attempt.signal));
      this.#startCount += 1;
      this.runs.renew();
      this.troubles.succeeded();
      this.machine.become(this.restState);
      this.#listen(this.#running.instance);
      this.logger.info('connector started', { instance: this.#running.instance.instanceId });
    } catch (error) {
      if (hasIgnoredAbort(error)) this.troubles.zombie(name);
      if (attempt.signal.aborted) return;
      this.troubles.failed(error);
      this.logger.warn('connector did not start', { error, state: this.troubles.retry?.state ?? 'failed' });
    } finally {
      this.#attempt = undefined;
    }
  }

  async stop(name: string, signal: AbortSignal): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.machine.become('stopping');
    this.#endListening();
    this.#hasEnded = await stopInstance(this.parts, running, this.logger, signal);
    if (!this.#hasEnded) this.troubles.zombie(name);
    this.#running = undefined;
    this.#events = undefined;
    this.#stray = undefined;
    this.runs.giveUp();
    this.machine.become('stopped');
    this.logger.info('connector stopped', { instance: running.instance.instanceId });
  }

  /** When it fails the instance goes on by its former configuration. */
  async reconfigure({ group, registration }: Wanted): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#staleness = 'fit';
    this.#condition = undefined;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      const outcome = await reconfigureInstance(
        this.parts,
        running,
        instanceSpec(this.parts, group, registration),
        this.#specOf(running, registration),
        () => this.runs.rest(),
        attempt.signal,
      );
      if (outcome === 'restart') this.outdate('restart');
      this.logger.info('connector was reconfigured', { outcome });
    } catch (error) {
      if (attempt.signal.aborted) return;
      if (hasIgnoredAbort(error)) this.outdate('restart');
      this.#condition = toErrorReport(error);
      this.logger.warn('connector keeps its former configuration', { error });
    } finally {
      this.#attempt = undefined;
    }
  }

  async tell(wanted: Registration): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const before = running.spec;
    // First: a run may be granted before `apply` has answered.
    running.spec = this.#specOf(running, wanted);
    try {
      await this.parts.dispatcher.apply(running.spec);
    } catch (error) {
      running.spec = before;
      throw error;
    }
    if (!running.spec.paused) this.#isForActs = false;
    if (this.#changedEarly) this.#changes.add(undefined);
    this.#changedEarly = false;
  }

  /** Asks for a run that does what people asked for. @throws CONNECTOR_STOPPED when no run is taken now */
  ask(): Promise<string> {
    const slot = this.liveSlot;
    if (slot === undefined) throw new IsthmusError('CONNECTOR_STOPPED', 'the connector is not running');
    return this.parts.dispatcher.trigger(slot, { reason: 'demand', mode: 'apply', scopes: [] });
  }

  #listen(instance: ConnectorInstance): void {
    this.#endListening();
    const watch = this.#watchTargets(instance);
    const detach = this.parts.listeners.attach({
      connectorGuid: this.connectorGuid,
      instance,
      ...(watch && { targets: watch }),
      ...this.#pushing(instance),
    });
    this.#endListening = () => {
      watch?.close();
      detach();
    };
  }

  #watchTargets({ capabilities }: ConnectorInstance): TargetWatch | undefined {
    const { targets: reader, clock, listeners } = this.parts;
    const registration = this.#running?.registration;
    if (reader === undefined || registration === undefined || !capabilities.targets) return undefined;
    return new TargetWatch({
      clock,
      logger: this.logger,
      reader,
      board: this.board,
      connectorGuid: this.connectorGuid,
      registration,
      onChange: (scopes) => this.#changes.add(scopes),
      onShown: () => {
        listeners.wish();
        this.onStray();
      },
    });
  }

  /** What others change of the types that it takes over is a reason to run. */
  #pushing({ pushes }: ConnectorInstance): Pick<Listening, 'pushes' | 'pushable'> {
    const isReadOnly = this.#running?.registration.permittedSynchronization === 'FROM_THIRD_PARTY';
    return pushes === undefined || isReadOnly ? {} : { pushes, pushable: () => this.#changes.add(undefined) };
  }

  /** Nothing will be started again. */
  end(): void {
    this.#changes.clear();
  }

  #startNow(wanted: Wanted | undefined, signal: AbortSignal): Promise<RunningInstance> {
    if (wanted === undefined || signal.aborted) {
      return Promise.reject(new IsthmusError('CONNECTOR_STOPPED', 'the connector is no longer wanted'));
    }
    this.machine.become('starting');
    this.#staleness = 'fit';
    this.#condition = undefined;
    return startInstance(this.parts, wanted.group, wanted.registration, this.#newEvents(wanted), signal);
  }

  #newEvents({ registration }: Wanted): InstanceEvents {
    const metadata = this.parts.settings.operations?.(
      () => this.#running?.registration ?? registration,
      () => this.runs.grant,
    );
    const events: InstanceEvents = {
      ...(metadata && { metadata }),
      changed: (scopes, target) => this.#changes.add(target === undefined ? scopes : scopesOfTarget(target, scopes)),
      publishedLineage: (event) => void this.parts.listeners.publishLineage(event, this.connectorGuid),
      strayed: (report) => {
        if (this.#events === events) this.#note(registration.connectorName, report);
      },
    };
    this.#events = events;
    this.#stray = undefined;
    return events;
  }

  #note(connectorName: string, report: StrayReport): void {
    this.#stray = { reason: leftError(connectorName, report), run: this.runs.current };
    this.onStray();
  }

  #specOf(running: RunningInstance, wanted: Registration): SlotSpec {
    return this.#slot.spec(running, wanted, this.isPaused);
  }

  async #reportChange(scopes: readonly string[] | undefined): Promise<void> {
    const slot = this.liveSlot;
    if (slot === undefined) {
      this.#changedEarly = true;
      return;
    }
    try {
      await this.parts.dispatcher.trigger(slot, { reason: 'event', ...(scopes === undefined ? {} : { scopes }) });
    } catch (error) {
      this.logger.debug('a change was not taken up', { error });
    }
  }
}
