import type { ConnectorInstance, InstanceSpec } from '@isthmus/connector-host';
import { type ErrorReport, IsthmusError, type Logger, type Scheduled, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import { checkFires, parseSchedule } from '../dispatch/schedule.js';
import type { RunRecord } from '../journal/journal.js';
import type { SlotName, SlotSchedule, SlotSpec } from '../slot/slot.js';
import { ActiveRun, noCounts } from './active-run.js';
import { ChangeCollector } from './change-collector.js';
import type { FleetGroup } from './connector-fleet.js';
import { StateMachine } from './connector-state.js';
import type { ConnectorState, ConnectorStatus } from './connector-status.js';
import { endWithin } from './deadline.js';
import { nextStep, type Step, type SupervisorView } from './next-step.js';
import { hasIgnoredAbort, outsideDates, registeredTwice } from './reasons.js';
import { type RunningInstance, stopInstance } from './running-instance.js';
import { isSameSpec, revisionOf, slotOf, sourceOf, windowOf } from './slot-of.js';
import { StartTroubles } from './start-troubles.js';
import { statusOf } from './status-view.js';
import type { SupervisorParts } from './supervisor-parts.js';

/** Failures that are over with the next run, although repeating the same request would not help. */
const passing: ReadonlySet<string> = new Set(['GRANT_SUPERSEDED', 'CONNECTOR_STOPPED']);
/** Steps without a rest: more mean that two steps undo each other. */
const mostSteps = 50;
const breathMs = 1_000;

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
  #group: FleetGroup;
  #wanted: Registration | undefined;
  #known: Registration;
  #staleness: SupervisorView['staleness'] = 'fit';
  #running: RunningInstance | undefined;
  #run: ActiveRun | undefined;
  #lastRun: RunRecord | undefined;
  #runCount = 0;
  #startCount = 0;
  /** Why what runs is not quite what is wanted. */
  #condition: ErrorReport | undefined;
  #schedule: { readonly of: Registration; readonly parsed: SlotSchedule | undefined } | undefined;
  #changedEarly = false;
  #hasEnded = true;
  #isWorking = false;
  #isWoken = false;
  #timer: Scheduled | undefined;
  #attempt: AbortController | undefined;
  #closing: AbortSignal | undefined;
  readonly #idle: (() => void)[] = [];
  readonly #runEnds: (() => void)[] = [];
  #status: ConnectorStatus | undefined;

  constructor(
    private readonly parts: SupervisorParts,
    group: FleetGroup,
    registration: Registration,
  ) {
    this.#group = group;
    this.#known = registration;
    this.#logger = parts.logger.child({ group: group.key.qualifiedName, connector: registration.connectorName });
    this.#machine = new StateMachine(parts.clock, this.#logger, parts.settings.isStrict, (from, to) => {
      this.#status = undefined;
      this.#logger.debug('connector changed state', { from, to });
    });
    this.#troubles = new StartTroubles(parts.clock, parts.settings.restartRules, parts.settings.random);
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

  get lastRun(): RunRecord | undefined {
    return this.#lastRun;
  }

  get instance(): ConnectorInstance | undefined {
    return this.#running?.instance;
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
    this.#status = undefined;
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
    this.#status = undefined;
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
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
    const end = await endWithin(this.parts.clock, Number.MAX_SAFE_INTEGER, signal, idle);
    if (end.kind === 'late') this.#running?.instance.abandon();
    return end.kind === 'done' && this.#hasEnded;
  }

  /**
   * The dispatcher grants a run. @returns undefined when this is no time to run
   */
  beginRun(run: GrantedRun): { readonly active: ActiveRun; readonly instance: ConnectorInstance } | undefined {
    const running = this.#running;
    const isPaused = run.mode === 'apply' && this.parts.override(this.connectorGuid) !== undefined;
    if (running?.spec === undefined || running.spec.revision !== run.revision || this.#run !== undefined)
      return undefined;
    if (isPaused || this.#staleness !== 'fit' || this.#wanted === undefined) return undefined;
    const active = new ActiveRun({
      id: run.runId,
      slot: running.slot,
      token: run.grant.token,
      connectorGuid: this.connectorGuid,
      connectorName: this.#known.connectorName,
      mode: run.mode,
      reasons: run.reasons,
      startedAt: this.parts.clock.now(),
      outcome: 'running',
      counts: noCounts,
      findings: [],
      findingCount: 0,
    });
    this.#run = active;
    this.#runCount += 1;
    this.#machine.become(running.spec.endless ? 'engaged' : 'refreshing');
    this.#status = undefined;
    return { active, instance: running.instance };
  }

  get runningRegistration(): Registration {
    return this.#running?.registration ?? this.#known;
  }

  endRun(active: ActiveRun, ended: RunRecord): void {
    if (this.#run !== active) return;
    this.#run = undefined;
    if (ended.outcome !== 'cancelled' || this.#lastRun === undefined) this.#lastRun = ended;
    this.#status = undefined;
    if (this.#machine.state === 'refreshing' || this.#machine.state === 'engaged')
      this.#machine.become(this.#restState());
    for (const resolve of this.#runEnds.splice(0)) resolve();
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
    const observed = this.#running === undefined ? undefined : this.parts.dispatcher.observe(this.#running.slot);
    const nextDueAt = observed?.nextDueAt ?? this.#troubles.retryAt ?? this.#opensAt();
    if (this.#run === undefined && this.#status !== undefined && this.#status.nextDueAt === nextDueAt)
      return this.#status;
    const { clock, settings } = this.parts;
    this.#status = statusOf({
      registration: this.#known,
      group: this.#group,
      slot: this.#running?.slot ?? slotOf(settings.daemonName, this.#group, this.connectorGuid),
      state: this.#machine.state,
      stateSince: this.#machine.since,
      instance: this.#running?.instance,
      instanceStartedAt: this.#running?.startedAt,
      reason: this.#reason(),
      hasCondition: this.#condition !== undefined,
      nextDueAt,
      failureCount: observed?.consecutiveFailures ?? 0,
      override: this.parts.override(this.connectorGuid),
      runCount: this.#runCount,
      restartCount: Math.max(0, this.#startCount - 1),
      run: this.#run,
      lastRun: this.#lastRun,
      now: clock.monotonic(),
      stalledAfterMs: settings.stalledAfterMs,
    });
    return this.#status;
  }

  #outdate(staleness: 'reconfigure' | 'restart'): void {
    if (this.#staleness !== 'restart') this.#staleness = staleness;
  }

  #forgive(): void {
    this.#troubles.forgive();
    this.#condition = undefined;
    this.#status = undefined;
  }

  #wake(): void {
    this.#isWoken = true;
    // What is under way for a state that nobody wants any more is not waited for.
    if (this.#wanted === undefined || this.#staleness === 'restart') this.#attempt?.abort();
    if (!this.#isWorking) {
      this.#isWorking = true;
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    for (let steps = 0; this.#isWoken; steps += 1) {
      this.#isWoken = false;
      // Whoever wakes it must be done with its own change first.
      await Promise.resolve();
      if (steps >= mostSteps) {
        this.#logger.error('connector does not come to rest', { steps });
        this.#wakeIn(breathMs);
        break;
      }
      try {
        await this.#take(nextStep(this.#view()));
      } catch (error) {
        this.#logger.error('a step of the connector failed', { error });
        this.#wakeIn(breathMs);
      }
    }
    this.#isWorking = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #take(step: Step): Promise<void> {
    if (step.kind === 'rest') return this.#rest(step.state);
    if (step.kind === 'forget') return this.#forget();
    this.#isWoken = true;
    if (step.kind === 'start') await this.#start();
    else if (step.kind === 'stop') await this.#stop();
    else if (step.kind === 'reconfigure') await this.#reconfigure();
    else await this.#tellDispatcher();
    this.#status = undefined;
  }

  #view(): SupervisorView {
    const running = this.#running;
    return {
      isWanted: this.#wanted !== undefined,
      hasInstance: running !== undefined,
      staleness: this.#staleness,
      isPaused: this.parts.override(this.connectorGuid) !== undefined,
      isBlocked: this.#isBlocked(),
      window: this.#window(),
      isScheduled: running !== undefined && isSameSpec(running.spec, this.#wantedSpec(running)),
      refusal: this.#troubles.refusal,
      retry: this.#troubles.retry,
    };
  }

  #rest(state: ConnectorState | undefined): void {
    this.#machine.become(state ?? this.#restState());
    this.#status = undefined;
    const now = this.parts.clock.now();
    const { startDate, connectorShutdownDate } = this.#known;
    const waits = [startDate, connectorShutdownDate]
      .filter((at) => at !== undefined && at > now)
      .map((at) => (at ?? now) - now);
    if (state === 'backing-off' || state === 'failed') waits.push(this.#troubles.retryInMs ?? Number.POSITIVE_INFINITY);
    this.#wakeIn(Math.min(...waits));
  }

  #forget(): void {
    this.#wakeIn(Number.POSITIVE_INFINITY);
    this.#changes.clear();
    this.#machine.become('stopped');
    this.parts.lanes.leave(this.connectorGuid, this);
    this.parts.gone(this);
  }

  async #start(): Promise<void> {
    if (!this.parts.lanes.take(this.connectorGuid, this)) return;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      this.#running = await this.parts.gate.run(() => this.#startNow(attempt.signal));
      this.#startCount += 1;
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
    this.#changedEarly = false;
    const group = this.#group;
    const { clock, host, settings } = this.parts;
    const schedule = parseSchedule(registration);
    checkFires({ schedule, ...windowOf(registration) }, clock.now());
    const instance = await host.start(
      this.#specOf(registration),
      { changed: (scopes) => this.#changes.add(scopes) },
      signal,
    );
    return {
      instance,
      registration,
      slot: slotOf(settings.daemonName, group, registration.connectorGuid),
      groupName: group.key.qualifiedName,
      startedAt: clock.now(),
      spec: undefined,
    };
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
    this.#run = undefined;
    this.#machine.become('stopped');
    this.#logger.info('connector stopped', { instance: running.instance.instanceId });
  }

  /** Runs are held and the one under way ended first: none may list half of the old and half of the new. */
  async #reconfigure(): Promise<void> {
    const running = this.#running;
    const next = this.#wanted;
    if (running === undefined || next === undefined) return;
    const { clock, dispatcher, settings } = this.parts;
    this.#staleness = 'fit';
    this.#condition = undefined;
    const attempt = new AbortController();
    this.#attempt = attempt;
    try {
      running.spec = { ...this.#wantedSpec(running), revision: revisionOf(next), paused: true };
      await dispatcher.apply(running.spec);
      const ended = await endWithin(clock, settings.stopDeadlineMs, attempt.signal, this.#runEnd());
      if (attempt.signal.aborted) return;
      const outcome =
        ended.kind === 'late' ? 'restart' : await running.instance.reconfigure(this.#specOf(next), attempt.signal);
      if (outcome === 'restart') this.#outdate('restart');
      else running.registration = next;
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
    running.spec = this.#wantedSpec(running);
    try {
      await this.parts.dispatcher.apply(running.spec);
    } catch (error) {
      running.spec = before;
      throw error;
    }
    if (this.#changedEarly) this.#changes.add(undefined);
    this.#changedEarly = false;
  }

  #runEnd(): Promise<void> {
    return this.#run === undefined ? Promise.resolve() : new Promise((resolve) => this.#runEnds.push(resolve));
  }

  /** A schedule that cannot be read leaves the former one in force and shows as a condition. */
  #wantedSpec(running: RunningInstance): SlotSpec {
    const wanted = this.#wanted ?? running.registration;
    const { capabilities } = running.instance;
    return {
      slot: running.slot,
      revision: revisionOf(running.registration),
      schedule: this.#scheduleOf(wanted) ?? running.spec?.schedule ?? parseSchedule(running.registration),
      ...windowOf(wanted),
      paused: this.parts.override(this.connectorGuid) !== undefined,
      endless: capabilities.engage && (running.registration.usesBlockingCalls || !capabilities.refresh),
    };
  }

  #scheduleOf(registration: Registration): SlotSchedule | undefined {
    if (this.#schedule?.of === registration) return this.#schedule.parsed;
    let parsed: SlotSchedule | undefined;
    try {
      const schedule = parseSchedule(registration);
      checkFires({ schedule, ...windowOf(registration) }, this.parts.clock.now());
      parsed = schedule;
    } catch (error) {
      this.#condition = toErrorReport(error);
      this.#logger.warn('connector keeps its former schedule', { error });
    }
    this.#schedule = { of: registration, parsed };
    return parsed;
  }

  #specOf(registration: Registration): InstanceSpec {
    return {
      registration,
      source: sourceOf(registration),
      permittedSynchronization: registration.permittedSynchronization,
      excludedPaths: this.parts.settings.excludedPaths,
      group: this.#group.key.qualifiedName,
    };
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
    if (this.#run !== undefined) return this.#running?.spec?.endless ? 'engaged' : 'refreshing';
    if (this.parts.override(this.connectorGuid) !== undefined) return 'paused';
    const { error, outcome } = this.#lastRun ?? {};
    if (outcome !== 'failed' || error === undefined) return 'waiting';
    return error.retryable || passing.has(error.code) ? 'backing-off' : 'failed';
  }

  #reason(): ErrorReport | undefined {
    if (this.#running !== undefined) {
      const isTroubled = this.#machine.state === 'backing-off' || this.#machine.state === 'failed';
      return this.#condition ?? (isTroubled ? this.#lastRun?.error : undefined);
    }
    if (this.#wanted === undefined) return undefined;
    if (this.#isBlocked()) return registeredTwice(this.#known, this.parts.lanes.holder(this.connectorGuid)?.group);
    if (this.#window() !== 'inside') return outsideDates(this.#known);
    return this.#troubles.reason;
  }

  #opensAt(): number | undefined {
    return this.#window() === 'before' ? this.#known.startDate : undefined;
  }

  #wakeIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = Number.isFinite(delayMs) ? this.parts.clock.schedule(delayMs, () => this.#wake()) : undefined;
  }
}
