import type { ConnectorInstance, MetadataCalls } from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { type ErrorReport, IsthmusError, type Logger } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import type { RunRecord } from '../journal/journal.js';
import type { SlotName } from '../slot/slot.js';
import type { ActiveRun } from './active-run.js';
import type { FleetGroup } from './connector-fleet.js';
import { StateMachine } from './connector-state.js';
import type { ConnectorState, ConnectorStatus } from './connector-status.js';
import { endWithin } from './deadline.js';
import { InstanceKeeper, type Wanted } from './instance-keeper.js';
import { KeyWorker } from './key-worker.js';
import { nextStep, type Step, type SupervisorView } from './next-step.js';
import { outsideDates, registeredTwice } from './reasons.js';
import { isSameGroup, slotOf, windowAt } from './slot-of.js';
import { type Moment, momentOf, StatusCache } from './status-cache.js';
import { statusOf } from './status-view.js';
import type { SupervisorParts } from './supervisor-parts.js';
import { TargetBoard } from './target-board.js';

/** What a change of the registration means for what runs. */
export type Change = 'restart' | 'reconfigure' | 'reschedule' | 'relabel';

/**
 * Keeps one registration and what runs of it in line. Whatever changes only wakes it; one worker then takes step after
 * step until wanted and actual agree, so nothing is ever started beside what is still stopping.
 */
export class ConnectorSupervisor {
  readonly #logger: Logger;
  readonly #machine: StateMachine;
  readonly #keeper: InstanceKeeper;
  readonly #worker: KeyWorker;
  readonly #statuses: StatusCache;
  readonly targets = new TargetBoard();
  #wanted: Wanted | undefined;
  /** What was wanted last: people see it while it goes. */
  #known: Wanted;
  #closing: AbortSignal | undefined;

  constructor(
    private readonly parts: SupervisorParts,
    group: FleetGroup,
    registration: Registration,
  ) {
    const { clock, settings } = parts;
    this.#known = { group, registration };
    this.#logger = parts.logger.child({ group: group.key.qualifiedName, connector: registration.connectorName });
    this.#statuses = new StatusCache(clock);
    this.#machine = new StateMachine(clock, this.#logger, settings.isStrict, (from, to) => {
      this.#statuses.drop();
      this.#logger.debug('connector changed state', { from, to });
    });
    this.#keeper = new InstanceKeeper(
      parts,
      this.#logger,
      this.#machine,
      registration.connectorGuid,
      this.targets,
      () => this.#statuses.drop(),
    );
    this.#worker = new KeyWorker(clock, this.#logger, () => this.#take(nextStep(this.#view())));
  }

  get connectorGuid(): string {
    return this.#known.registration.connectorGuid;
  }

  get group(): FleetGroup {
    return this.#known.group;
  }

  /** What it is held to run; undefined when it is to go. */
  get wanted(): Registration | undefined {
    return this.#wanted?.registration;
  }

  /** What people see, also while it goes. */
  get registration(): Registration {
    return this.#known.registration;
  }

  /** What runs now works by this, which may be older than what is wanted. */
  get runningRegistration(): Registration {
    return this.#keeper.running?.registration ?? this.registration;
  }

  /** Carries out the operations of the present instance's context. */
  get operations(): MetadataCalls | undefined {
    return this.#keeper.operations;
  }

  /** The slot under which the dispatcher knows it now; undefined when it cannot run. */
  get liveSlot(): SlotName | undefined {
    return this.#keeper.liveSlot;
  }

  /** Takes over what the group says. `change`: what it means for what runs. */
  want(group: FleetGroup, registration: Registration, change: Change): void {
    const isNew = this.#wanted === undefined || !isSameGroup(this.group, group);
    this.#wanted = { group, registration };
    this.#known = this.#wanted;
    if (isNew || change === 'restart') this.#keeper.outdate('restart');
    else if (change === 'reconfigure') this.#keeper.outdate('reconfigure');
    if (isNew || change !== 'relabel') this.#keeper.forgive();
    this.reconsider();
  }

  /** It left the group. */
  unwant(): void {
    this.#wanted = undefined;
    this.reconsider();
  }

  /** Tries the way to the third party by the present instance; undefined = there is none, or it cannot. */
  async probe(signal: AbortSignal): Promise<readonly ProbeStep[] | undefined> {
    const instance = this.#keeper.running?.instance;
    return instance?.capabilities.probe === true ? await instance.probe(signal) : undefined;
  }

  /** A person asks for a new instance. */
  restart(): void {
    this.#keeper.outdate('restart');
    this.#keeper.forgive();
    this.#keeper.troubles.forgiveAll();
    this.reconsider();
  }

  /** A provider was installed or replaced: what was refused for want of it is tried again. */
  providersChanged(): void {
    const { refusal, reason } = this.#keeper.troubles;
    if (refusal !== 'failed' || !reason?.code.startsWith('PROVIDER_')) return;
    this.#keeper.forgive();
    this.reconsider();
  }

  /** Something has changed that the next step depends on: what is wanted, an override, a lane. */
  reconsider(): void {
    this.#statuses.drop();
    // What is under way for a state that nobody wants any more is not waited for.
    if (this.#wanted === undefined || this.#keeper.staleness === 'restart') this.#keeper.abortAttempt();
    this.#worker.wake();
  }

  /**
   * Resolves when nothing of it runs any more, or the signal was aborted and it was cut off.
   *
   * @returns whether its code ended
   */
  async close(signal: AbortSignal): Promise<boolean> {
    this.#closing = signal;
    this.unwant();
    const end = await endWithin(this.parts.clock, Number.MAX_SAFE_INTEGER, signal, this.#worker.idle());
    if (end.kind === 'late') this.#keeper.running?.instance.abandon();
    return end.kind === 'done' && this.#keeper.hasEnded;
  }

  /** The dispatcher grants a run. @returns undefined when this is no time to run */
  beginRun(
    run: GrantedRun & Pick<RunRecord, 'acts'>,
  ): { readonly active: ActiveRun; readonly instance: ConnectorInstance } | undefined {
    const { running, runs, isPaused, staleness } = this.#keeper;
    if (running?.spec?.revision !== run.revision || runs.current !== undefined) return undefined;
    const isActAlone = run.acts !== undefined && run.acts.length > 0 && run.scopes?.size === 0;
    const isHeld = run.mode === 'apply' && isPaused && !isActAlone;
    if (isHeld || staleness !== 'fit' || this.#wanted === undefined) return undefined;
    const active = runs.begin(run, this.registration, running.spec.endless && !isActAlone);
    this.#machine.become(runs.state());
    return { active, instance: running.instance };
  }

  endRun(active: ActiveRun, ended: RunRecord): void {
    if (!this.#keeper.runs.end(active, ended)) return;
    this.#keeper.ended(active, ended.outcome);
    const isWorking = this.#machine.state === 'refreshing' || this.#machine.state === 'engaged';
    if (isWorking) this.#machine.become(this.#keeper.restState);
    this.reconsider();
  }

  /** The instance went on after its run was told to end: it is replaced. */
  unfit(reason: ErrorReport): void {
    this.#logger.warn('connector does not end its run; it gets a new instance', { reason: reason.message });
    this.#keeper.outdate('restart');
    this.#keeper.troubles.zombie(this.registration.connectorName);
    this.reconsider();
  }

  /** Answered from memory; the same object as long as nothing has changed. @param moment of now: thousands share one look */
  status({ monotonic: now, wall }: Moment = momentOf(this.parts.clock)): ConnectorStatus {
    const { dispatcher, settings } = this.parts;
    const kept = this.#statuses.get(now, wall);
    if (kept !== undefined) return kept;
    const { running, runs, troubles, startCount, fault, stray } = this.#keeper;
    const { group, registration } = this.#known;
    const observed = running === undefined ? undefined : dispatcher.observe(running.slot);
    const condition = observed?.grantFault ?? (running === undefined ? undefined : this.targets.fault);
    // What runs already is asked of the dispatcher: it may have done all that its schedule asks for.
    const opensAt = running === undefined && this.#window() === 'before' ? registration.startDate : undefined;
    const status = statusOf({
      registration,
      group,
      slot: running?.slot ?? slotOf(settings.daemonName, group, this.connectorGuid),
      state: this.#machine.state,
      stateSince: this.#machine.since,
      instance: running?.instance,
      instanceStartedAt: running?.startedAt,
      reason: this.#reason() ?? condition,
      hasCondition: fault !== undefined || stray !== undefined || condition !== undefined,
      nextDueAt: observed?.nextDueAt ?? troubles.retryAt ?? opensAt,
      failureCount: observed?.consecutiveFailures ?? 0,
      override: this.parts.override(this.connectorGuid),
      runCount: runs.count,
      restartCount: Math.max(0, startCount - 1),
      run: runs.current,
      lastRun: runs.last,
      targets: this.targets.statuses,
      now,
      wallNow: wall,
      stalledAfterMs: settings.stalledAfterMs,
    });
    this.#statuses.keep(status, now, wall);
    return status;
  }

  #view(): SupervisorView {
    const { running, staleness, isPaused, troubles } = this.#keeper;
    return {
      isWanted: this.#wanted !== undefined,
      hasInstance: running !== undefined,
      staleness,
      isPaused,
      acts: this.#isBlocked() ? 'none' : this.parts.acts.of(this.connectorGuid),
      isForActs: this.#keeper.isForActs,
      isRunning: this.#keeper.runs.current !== undefined,
      isBlocked: this.#isBlocked(),
      window: this.#window(),
      isScheduled: this.#keeper.isTold(this.registration),
      refusal: troubles.refusal,
      retry: troubles.retry,
    };
  }

  async #take(step: Step): Promise<'again' | 'rest'> {
    const { connectorName } = this.registration;
    switch (step.kind) {
      case 'rest':
        this.#rest(step.state);
        return step.state !== undefined && this.#refuseActs() ? 'again' : 'rest';
      case 'forget':
        this.#forget();
        return 'rest';
      case 'start':
        await this.#start();
        break;
      case 'stop':
        await this.#stop(connectorName);
        break;
      case 'reconfigure':
        await this.#keeper.reconfigure(this.#known);
        break;
      case 'schedule':
        await this.#keeper.tell(this.registration);
        break;
      case 'ask':
        await this.#ask();
        break;
    }
    this.#statuses.drop();
    return 'again';
  }

  async #start(): Promise<void> {
    if (!this.parts.lanes.take(this.connectorGuid, this)) return;
    await this.#keeper.start(this.registration.connectorName, () => this.#wanted);
    const { running } = this.#keeper;
    if (running !== undefined) this.parts.slots.set(running.slot, this);
  }

  async #stop(connectorName: string): Promise<void> {
    const { running } = this.#keeper;
    await this.#keeper.stop(connectorName, this.#closing ?? new AbortController().signal);
    if (running !== undefined) this.parts.slots.delete(running.slot);
    if (!this.#isBlocked()) this.parts.acts.lost(this.connectorGuid);
  }

  /** A run is to do what people asked for. */
  async #ask(): Promise<void> {
    const { acts, refuse } = this.parts;
    try {
      acts.asked(this.connectorGuid, await this.#keeper.ask());
    } catch (error) {
      refuse(this.connectorGuid, IsthmusError.is(error) ? error : this.stopped());
    }
  }

  /** Without an instance nothing of it will be done. @returns whether anything was asked for */
  #refuseActs(): boolean {
    const { acts, refuse } = this.parts;
    if (this.#isBlocked() || acts.of(this.connectorGuid) === 'none') return false;
    refuse(this.connectorGuid, this.stopped());
    return true;
  }

  /** Why it does nothing of what people ask for. */
  stopped(): IsthmusError {
    const { state, reason } = this.status();
    const { connectorName, qualifiedName } = this.registration;
    const isToBeResumed = state === 'paused' || state === 'stopped';
    return new IsthmusError('CONNECTOR_STOPPED', `connector ${connectorName} cannot run: it is ${state}`, {
      details: { connector: qualifiedName, state, reason: reason?.code },
      ...(!isToBeResumed && { next: 'ask again once it has started; `isthmus connector show` tells its state' }),
      ...(reason === undefined ? {} : { next: reason.next }),
    });
  }

  /** Sleeps until something changes, or until time changes what is to be done. */
  #rest(state: ConnectorState | undefined): void {
    this.#machine.become(state ?? this.#keeper.restState);
    this.#statuses.drop();
    // Its time is over: another group that wants the connector may run it.
    if (state === 'stopped' && this.parts.lanes.leave(this.connectorGuid, this)) this.parts.freed(this.connectorGuid);
    this.parts.dates.set(this, this.#nextDate());
    const { retryInMs } = this.#keeper.troubles;
    const isRetried = state === 'backing-off' || state === 'failed';
    this.#worker.wakeIn((isRetried ? retryInMs : undefined) ?? Number.POSITIVE_INFINITY);
  }

  /** Epoch ms at which a date changes what is to be done; dates that have passed wait for a clock that is set back. */
  #nextDate(): number | undefined {
    const { startDate, connectorShutdownDate } = this.registration;
    if (startDate === undefined && connectorShutdownDate === undefined) return undefined;
    const now = this.parts.clock.now();
    const dates = [startDate ?? now, connectorShutdownDate ?? now];
    // Of none that lies ahead this is infinite.
    return Math.min(...dates.filter((date) => date > now));
  }

  #forget(): void {
    this.#worker.wakeIn(Number.POSITIVE_INFINITY);
    this.parts.dates.set(this, undefined);
    this.#keeper.end();
    this.#machine.become('stopped');
    this.parts.lanes.leave(this.connectorGuid, this);
    this.parts.gone(this);
  }

  #isBlocked(): boolean {
    const holder = this.parts.lanes.holder(this.connectorGuid);
    return holder !== undefined && holder !== this;
  }

  #window(): SupervisorView['window'] {
    return windowAt(this.registration, this.parts.clock.now());
  }

  #reason(): ErrorReport | undefined {
    const { running, fault, stray, runs, troubles } = this.#keeper;
    if (running !== undefined) {
      const isTroubled = this.#machine.state === 'backing-off' || this.#machine.state === 'failed';
      return fault ?? (isTroubled ? runs.fault : undefined) ?? stray;
    }
    if (this.#wanted === undefined) return undefined;
    if (this.#window() !== 'after' && this.#isBlocked())
      return registeredTwice(this.registration, this.parts.lanes.holder(this.connectorGuid)?.group);
    return this.#window() === 'inside' ? troubles.reason : outsideDates(this.registration);
  }
}
