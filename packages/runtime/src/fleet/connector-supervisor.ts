import type { ConnectorInstance } from '@isthmus/connector-host';
import { type ErrorReport, IsthmusError, type Logger, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import type { RunRecord } from '../journal/journal.js';
import type { SlotName, SlotSpec } from '../slot/slot.js';
import type { ActiveRun } from './active-run.js';
import { ChangeCollector } from './change-collector.js';
import type { FleetGroup } from './connector-fleet.js';
import { StateMachine } from './connector-state.js';
import type { ConnectorState, ConnectorStatus } from './connector-status.js';
import { endWithin } from './deadline.js';
import { KeyWorker } from './key-worker.js';
import { nextStep, type Step, type SupervisorView } from './next-step.js';
import { hasIgnoredAbort, outsideDates, registeredTwice } from './reasons.js';
import { RunLedger } from './run-ledger.js';
import {
  instanceSpec,
  type RunningInstance,
  reconfigureInstance,
  startInstance,
  stopInstance,
} from './running-instance.js';
import { isSameSpec, slotOf } from './slot-of.js';
import { StartTroubles } from './start-troubles.js';
import { StatusCache } from './status-cache.js';
import { statusOf } from './status-view.js';
import type { SupervisorParts } from './supervisor-parts.js';
import { WantedSlot } from './wanted-slot.js';

/** What a change of the registration means for what runs. */
export type Change = 'restart' | 'reconfigure' | 'reschedule' | 'relabel';

/**
 * Keeps one registration and what runs of it in line. Whatever changes only wakes it; one worker then takes step after
 * step until wanted and actual agree, so nothing is ever started beside what is still stopping.
 */
export class ConnectorSupervisor {
  readonly #logger: Logger;
  readonly #machine: StateMachine;
  readonly #changes: ChangeCollector;
  readonly #troubles: StartTroubles;
  readonly #runs: RunLedger;
  readonly #slot: WantedSlot;
  readonly #worker: KeyWorker;
  readonly #statuses: StatusCache;
  #group: FleetGroup;
  #wanted: Registration | undefined;
  #known: Registration;
  #staleness: SupervisorView['staleness'] = 'fit';
  #running: RunningInstance | undefined;
  #startCount = 0;
  /** Why what runs is not quite what is wanted. */
  #condition: ErrorReport | undefined;
  #changedEarly = false;
  #hasEnded = true;
  #attempt: AbortController | undefined;
  #closing: AbortSignal | undefined;

  constructor(
    private readonly parts: SupervisorParts,
    group: FleetGroup,
    registration: Registration,
  ) {
    this.#group = group;
    this.#known = registration;
    this.#logger = parts.logger.child({ group: group.key.qualifiedName, connector: registration.connectorName });
    this.#machine = new StateMachine(parts.clock, this.#logger, parts.settings.isStrict, (from, to) => {
      this.#statuses.drop();
      this.#logger.debug('connector changed state', { from, to });
    });
    this.#troubles = new StartTroubles(parts.clock, parts.settings.restartRules, parts.settings.random);
    this.#statuses = new StatusCache(parts.clock);
    this.#runs = new RunLedger(parts.clock);
    this.#slot = new WantedSlot(parts.clock, this.#logger);
    this.#worker = new KeyWorker(parts.clock, this.#logger, () => this.#take(nextStep(this.#view())));
    this.#changes = new ChangeCollector((scopes) => this.#reportChange(scopes));
  }

  get connectorGuid(): string {
    return this.#known.connectorGuid;
  }

  get group(): FleetGroup {
    return this.#group;
  }

  /** What it is held to run; undefined when it is to go. */
  get wanted(): Registration | undefined {
    return this.#wanted;
  }

  /** What people see, also while it goes. */
  get registration(): Registration {
    return this.#known;
  }

  get state(): ConnectorState {
    return this.#machine.state;
  }

  /** The slot under which the dispatcher knows it now; undefined when it cannot run. */
  get liveSlot(): SlotName | undefined {
    return this.#running?.spec === undefined || this.#staleness === 'restart' ? undefined : this.#running.slot;
  }

  /** Takes over what the group says. `change`: what it means for what runs. */
  want(group: FleetGroup, registration: Registration, change: Change): void {
    const isSame = this.#wanted !== undefined && slotOf('', this.#group, '') === slotOf('', group, '');
    this.#group = group;
    this.#wanted = registration;
    this.#known = registration;
    this.#statuses.drop();
    if (!isSame || change === 'restart') this.#outdate('restart');
    else if (change === 'reconfigure') this.#outdate('reconfigure');
    if (change !== 'relabel' || !isSame) this.#forgive();
    this.#wake();
  }

  /** It left the group. */
  unwant(): void {
    this.#wanted = undefined;
    this.#wake();
  }

  /** A person asks for a new instance. */
  restart(): void {
    this.#outdate('restart');
    this.#forgive();
    this.#troubles.forgiveAll();
    this.#wake();
  }

  /** A provider was installed or replaced: what was refused for want of it is tried again. */
  providersChanged(): void {
    if (this.#troubles.refusal !== undefined && this.#troubles.reason?.code.startsWith('PROVIDER_')) {
      this.#forgive();
      this.#wake();
    }
  }

  /** Something outside has changed that the next step depends on: an override, a lane. */
  reconsider(): void {
    this.#statuses.drop();
    this.#wake();
  }

  /**
   * Resolves when nothing of it runs any more, or the signal was aborted and it was cut off.
   *
   * @returns whether its code ended
   */
  async close(signal: AbortSignal): Promise<boolean> {
    this.#closing = signal;
    this.#wanted = undefined;
    this.#wake();
    const end = await endWithin(this.parts.clock, Number.MAX_SAFE_INTEGER, signal, this.#worker.idle());
    if (end.kind === 'late') this.#running?.instance.abandon();
    return end.kind === 'done' && this.#hasEnded;
  }

  /**
   * The dispatcher grants a run. @returns undefined when this is no time to run
   */
  beginRun(run: GrantedRun): { readonly active: ActiveRun; readonly instance: ConnectorInstance } | undefined {
    const running = this.#running;
    const { connectorGuid, connectorName } = this.#known;
    const isHeld = run.mode === 'apply' && this.#isPaused;
    if (running?.spec?.revision !== run.revision || this.#runs.current !== undefined) return undefined;
    if (isHeld || this.#staleness !== 'fit' || this.#wanted === undefined) return undefined;
    const active = this.#runs.begin(run, { connectorGuid, connectorName }, running.spec.endless);
    this.#machine.become(this.#runs.state());
    return { active, instance: running.instance };
  }

  get runningRegistration(): Registration {
    return this.#running?.registration ?? this.#known;
  }

  endRun(active: ActiveRun, ended: RunRecord): void {
    if (!this.#runs.end(active, ended)) return;
    this.#statuses.drop();
    const isDisturbed = this.#machine.state !== 'refreshing' && this.#machine.state !== 'engaged';
    if (!isDisturbed) this.#machine.become(this.#restState());
    this.#wake();
  }

  /** The instance went on after its run was told to end: it is replaced. */
  unfit(reason: ErrorReport): void {
    this.#logger.warn('connector does not end its run; it gets a new instance', { reason: reason.message });
    this.#outdate('restart');
    this.#troubles.zombie(this.#known.connectorName);
    this.#wake();
  }

  /** Answered from memory; the same object as long as nothing has changed. */
  status(): ConnectorStatus {
    const { clock, dispatcher, settings } = this.parts;
    const now = clock.monotonic();
    const kept = this.#statuses.get(now, clock.now());
    if (kept !== undefined) return kept;
    const running = this.#running;
    const observed = running === undefined ? undefined : dispatcher.observe(running.slot);
    const status = statusOf({
      registration: this.#known,
      group: this.#group,
      slot: running?.slot ?? slotOf(settings.daemonName, this.#group, this.connectorGuid),
      state: this.#machine.state,
      stateSince: this.#machine.since,
      instance: running?.instance,
      instanceStartedAt: running?.startedAt,
      reason: this.#reason(),
      hasCondition: (this.#condition ?? this.#slot.fault) !== undefined,
      nextDueAt: observed?.nextDueAt ?? this.#troubles.retryAt ?? this.#opensAt(),
      failureCount: observed?.consecutiveFailures ?? 0,
      override: this.parts.override(this.connectorGuid),
      runCount: this.#runs.count,
      restartCount: Math.max(0, this.#startCount - 1),
      run: this.#runs.current,
      lastRun: this.#runs.last,
      now,
      stalledAfterMs: settings.stalledAfterMs,
    });
    this.#statuses.keep(status, now);
    return status;
  }

  #outdate(staleness: 'reconfigure' | 'restart'): void {
    if (this.#staleness !== 'restart') this.#staleness = staleness;
  }

  #forgive(): void {
    this.#troubles.forgive();
    this.#condition = undefined;
    this.#statuses.drop();
  }

  #wake(): void {
    // What is under way for a state that nobody wants any more is not waited for.
    if (this.#wanted === undefined || this.#staleness === 'restart') this.#attempt?.abort();
    this.#worker.wake();
  }

  async #take(step: Step): Promise<'again' | 'rest'> {
    switch (step.kind) {
      case 'rest':
        this.#rest(step.state);
        return 'rest';
      case 'forget':
        this.#forget();
        return 'rest';
      case 'start':
        await this.#start();
        break;
      case 'stop':
        await this.#stop();
        break;
      case 'reconfigure':
        await this.#reconfigure();
        break;
      case 'schedule':
        await this.#tellDispatcher();
        break;
    }
    this.#statuses.drop();
    return 'again';
  }

  #view(): SupervisorView {
    const running = this.#running;
    return {
      isWanted: this.#wanted !== undefined,
      hasInstance: running !== undefined,
      staleness: this.#staleness,
      isPaused: this.#isPaused,
      isBlocked: this.#isBlocked(),
      window: this.#window(),
      isScheduled: running !== undefined && isSameSpec(running.spec, this.#specOf(running)),
      refusal: this.#troubles.refusal,
      retry: this.#troubles.retry,
    };
  }

  #rest(state: ConnectorState | undefined): void {
    this.#machine.become(state ?? this.#restState());
    this.#statuses.drop();
    const now = this.parts.clock.now();
    const { startDate, connectorShutdownDate } = this.#known;
    const waits = [startDate, connectorShutdownDate]
      .filter((at) => at !== undefined && at > now)
      .map((at) => (at ?? now) - now);
    if (state === 'backing-off' || state === 'failed') waits.push(this.#troubles.retryInMs ?? Number.POSITIVE_INFINITY);
    this.#worker.wakeIn(Math.min(...waits));
  }

  #forget(): void {
    this.#worker.wakeIn(Number.POSITIVE_INFINITY);
    this.#changes.clear();
    this.#machine.become('stopped');
    this.parts.lanes.leave(this.connectorGuid, this);
    this.parts.gone(this);
  }

  async #start(): Promise<void> {
    if (!this.parts.lanes.take(this.connectorGuid, this)) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#staleness = 'fit';
    try {
      this.#running = await this.parts.gate.run(() => this.#startNow(attempt.signal));
      this.#startCount += 1;
      this.#runs.renew();
      this.#machine.become(this.#restState());
      this.#troubles.succeeded();
      this.parts.slots.set(this.#running.slot, this);
      this.#logger.info('connector started', { instance: this.#running.instance.instanceId });
    } catch (error) {
      if (attempt.signal.aborted && !IsthmusError.is(error)) return;
      if (hasIgnoredAbort(error)) this.#troubles.zombie(this.#known.connectorName);
      if (attempt.signal.aborted) return;
      this.#troubles.failed(error);
      this.#logger.warn('connector did not start', { error, state: this.#troubles.retry?.state ?? 'failed' });
    } finally {
      this.#attempt = undefined;
    }
  }

  async #startNow(signal: AbortSignal): Promise<RunningInstance> {
    const registration = this.#wanted;
    if (registration === undefined || signal.aborted) throw new DOMException('no longer wanted', 'AbortError');
    this.#machine.become('starting');
    this.#staleness = 'fit';
    this.#condition = undefined;
    return startInstance(
      this.parts,
      this.#group,
      registration,
      { changed: (scopes) => this.#changes.add(scopes) },
      signal,
    );
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#machine.become('stopping');
    const signal = this.#closing ?? new AbortController().signal;
    const hasEnded = await stopInstance(this.parts, running, this.#logger, signal);
    if (!hasEnded) this.#troubles.zombie(this.#known.connectorName);
    this.#hasEnded = hasEnded;
    this.parts.slots.delete(running.slot);
    this.#running = undefined;
    this.#runs.giveUp();
    this.#machine.become('stopped');
    this.#logger.info('connector stopped', { instance: running.instance.instanceId });
  }

  async #reconfigure(): Promise<void> {
    const running = this.#running;
    const next = this.#wanted;
    if (running === undefined || next === undefined) return;
    this.#staleness = 'fit';
    this.#condition = undefined;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      const outcome = await reconfigureInstance(
        this.parts,
        running,
        instanceSpec(this.parts, this.#group, next),
        this.#specOf(running),
        () => this.#runs.rest(),
        attempt.signal,
      );
      if (outcome === 'restart') this.#outdate('restart');
      this.#logger.info('connector was reconfigured', { outcome });
    } catch (error) {
      if (attempt.signal.aborted) return;
      if (hasIgnoredAbort(error)) this.#outdate('restart');
      this.#condition = toErrorReport(error);
      this.#logger.warn('connector keeps its former configuration', { error });
    } finally {
      this.#attempt = undefined;
    }
  }

  async #tellDispatcher(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    const before = running.spec;
    // First: a run may be granted before `apply` has answered.
    running.spec = this.#specOf(running);
    try {
      await this.parts.dispatcher.apply(running.spec);
    } catch (error) {
      running.spec = before;
      throw error;
    }
    if (this.#changedEarly) this.#changes.add(undefined);
    this.#changedEarly = false;
  }

  #specOf(running: RunningInstance): SlotSpec {
    return this.#slot.spec(running, this.#wanted ?? running.registration, this.#isPaused);
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
      this.#logger.debug('a change was not taken up', { error });
    }
  }

  get #isPaused(): boolean {
    return this.parts.override(this.connectorGuid) !== undefined;
  }

  #isBlocked(): boolean {
    const holder = this.parts.lanes.holder(this.connectorGuid);
    return holder !== undefined && holder !== this;
  }

  #window(): SupervisorView['window'] {
    const now = this.parts.clock.now();
    const { startDate, connectorShutdownDate } = this.#wanted ?? this.#known;
    if (connectorShutdownDate !== undefined && now >= connectorShutdownDate) return 'after';
    return startDate !== undefined && now < startDate ? 'before' : 'inside';
  }

  /** State of an instance that has nothing to do. */
  #restState(): ConnectorState {
    const state = this.#runs.state();
    return this.#isPaused && this.#runs.current === undefined ? 'paused' : state;
  }

  #reason(): ErrorReport | undefined {
    if (this.#running !== undefined) {
      const isTroubled = this.#machine.state === 'backing-off' || this.#machine.state === 'failed';
      return this.#condition ?? this.#slot.fault ?? (isTroubled ? this.#runs.fault : undefined);
    }
    if (this.#wanted === undefined) return undefined;
    if (this.#isBlocked()) return registeredTwice(this.#known, this.parts.lanes.holder(this.connectorGuid)?.group);
    if (this.#window() !== 'inside') return outsideDates(this.#known);
    return this.#troubles.reason;
  }

  #opensAt(): number | undefined {
    return this.#window() === 'before' ? this.#known.startDate : undefined;
  }
}
