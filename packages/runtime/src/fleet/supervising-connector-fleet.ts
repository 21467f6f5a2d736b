import 'reflect-metadata';
import { setMaxListeners } from 'node:events';
import type { ConnectorHost } from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError, KernelTokens, type Logger, processSlicer } from '@isthmus/kernel';
import type { Connection, GroupKey, Registration } from '@isthmus/model';
import { inject, injectable, optional } from 'inversify';
import type { RunDispatcher } from '../dispatch/run-dispatcher.js';
import type { GroupPlan } from '../groups/plan-group.js';
import type { Override, OverrideJournal, RunAct, RunJournal } from '../journal/journal.js';
import { ListenerHub } from '../listeners/listener-hub.js';
import { OwnChanges } from '../listeners/own-changes.js';
import type { SlotName } from '../slot/slot.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import type { TargetReader } from '../targets/stored-target.js';
import type { ActivityReporter } from './activity-report.js';
import { ConnectionOverrides } from './connection-overrides.js';
import type { ConnectorFleet, FleetGroup } from './connector-fleet.js';
import type { ConnectorStatus } from './connector-status.js';
import { type Change, ConnectorSupervisor } from './connector-supervisor.js';
import { DateWatch } from './date-watch.js';
import { findSupervisor, notFound } from './find-supervisor.js';
import { FleetActs } from './fleet-acts.js';
import { FleetRunExecutor } from './fleet-run-executor.js';
import { type FleetOptions, FleetTokens, type RunDispatcherFactory } from './fleet-tokens.js';
import { Lanes } from './lanes.js';
import { isSameGroup } from './slot-of.js';
import { StartGate } from './start-gate.js';
import { momentOf } from './status-cache.js';
import { type SupervisorParts, settingsOf } from './supervisor-parts.js';

/** Statuses that are kept cost a tenth of a microsecond each. */
const statusesAtOnce = 16;

/** The registry of what runs: one supervisor per registration. */
@injectable()
export class SupervisingConnectorFleet implements ConnectorFleet {
  /** By group, then by connector GUID. */
  readonly #groups = new Map<string, Map<string, ConnectorSupervisor>>();
  readonly #byGuid = new Map<string, Set<ConnectorSupervisor>>();
  /** What each group is held to run, as long as that has not changed. */
  readonly #accepted = new Map<string, ReadonlyMap<string, Registration>>();
  /** By group, the plan that is being followed. */
  readonly #applying = new Map<string, GroupPlan>();
  readonly #overrides = new Map<string, Override>();
  readonly #connections = new ConnectionOverrides<ConnectorSupervisor>();
  /** GUIDs of connectors whose next full run may remove what was kept: people said so. */
  readonly #confirmedRemovals = new Set<string>();
  readonly #acts: FleetActs;
  readonly #executor: FleetRunExecutor;
  readonly #dispatcher: RunDispatcher;
  readonly #parts: SupervisorParts;
  #isClosed = false;

  constructor(
    @inject(FleetTokens.ConnectorHost) host: ConnectorHost,
    @inject(FleetTokens.RunDispatcherFactory) makeDispatcher: RunDispatcherFactory,
    @inject(FleetTokens.SyncEngine) engine: SyncEngine,
    @inject(FleetTokens.RunJournal) runs: RunJournal,
    @inject(FleetTokens.OverrideJournal) private readonly overrides: OverrideJournal,
    @inject(KernelTokens.Clock) private readonly clock: Clock,
    @inject(KernelTokens.Logger) private readonly logger: Logger,
    @inject(FleetTokens.Options) options: FleetOptions,
    @inject(FleetTokens.TargetReader) @optional() targets?: TargetReader,
    @inject(FleetTokens.Listeners) @optional() listeners?: ListenerHub,
    @inject(FleetTokens.ActivityReporter) @optional() reporter?: ActivityReporter,
  ) {
    const settings = settingsOf(options);
    const slots = new Map<SlotName, ConnectorSupervisor>();
    const confirmedRemovals = this.#confirmedRemovals;
    this.#acts = new FleetActs({
      engine,
      clock,
      logger,
      ...(targets === undefined ? {} : { targets }),
      isKnown: (connectorGuid) => this.#byGuid.has(connectorGuid),
      reconsider: (connectorGuid) => this.#reconsider(connectorGuid),
    });
    this.#executor = new FleetRunExecutor({
      clock,
      logger,
      settings,
      slots,
      engine,
      journal: runs,
      confirmedRemovals,
      ...(targets === undefined ? {} : { targets }),
      ...(reporter === undefined ? {} : { reporter }),
      acts: this.#acts.wanted,
      retryFailed: (code) => this.#dispatcher.retryFailed(code),
    });
    this.#dispatcher = makeDispatcher(this.#executor);
    this.#parts = {
      host,
      dispatcher: this.#dispatcher,
      clock,
      logger,
      settings,
      gate: new StartGate(clock, options.startsAtOnce),
      lanes: new Lanes(),
      dates: new DateWatch(clock, {
        setBack: () => this.#reconsiderAll(),
        due: (supervisor) => supervisor.reconsider(),
      }),
      slots,
      ...(targets === undefined ? {} : { targets }),
      listeners: listeners ?? new ListenerHub(clock, new OwnChanges()),
      acts: this.#acts.wanted,
      refuse: (connectorGuid, why) => this.#acts.refuse(connectorGuid, why),
      override: (connectorGuid) => this.#overrides.get(connectorGuid),
      freed: (connectorGuid) => this.#reconsider(connectorGuid),
      gone: (supervisor) => this.#forget(supervisor),
    };
  }

  /** Loads what people decided before. Call it once, before the first `apply`. */
  async start(): Promise<void> {
    for (const override of await this.overrides.loadOverrides()) this.#overrides.set(override.connectorGuid, override);
    await this.#acts.start();
  }

  /** In slices: a group may have thousands of connectors. What is to stop is told so at once. */
  async apply(group: FleetGroup, plan: GroupPlan): Promise<void> {
    if (this.#isClosed) return;
    const key = keyOf(group.key);
    const known = this.#groups.get(key);
    this.#accepted.delete(key);
    for (const { connectorGuid } of plan.stop) known?.get(connectorGuid)?.unwant();
    this.#applying.set(key, plan);
    for (const [registration, change] of wishesOf(plan)) {
      if (processSlicer.isUsedUp) await processSlicer.turn();
      // a newer list, or the end of the group, goes before what is left of this one
      if (this.#isClosed || this.#applying.get(key) !== plan) return;
      // whoever looked between two slices saw a part
      this.#accepted.delete(key);
      if (change === 'keep') this.#keep(group, registration);
      else this.#want(group, registration, change);
    }
    this.#applying.delete(key);
  }

  dropGroup(key: GroupKey): Promise<void> {
    this.#applying.delete(keyOf(key));
    this.#accepted.delete(keyOf(key));
    for (const supervisor of this.#groups.get(keyOf(key))?.values() ?? []) supervisor.unwant();
    return Promise.resolve();
  }

  accepted(key: GroupKey): ReadonlyMap<string, Registration> {
    const known = this.#accepted.get(keyOf(key));
    if (known !== undefined) return known;
    const accepted = new Map<string, Registration>();
    for (const [connectorGuid, supervisor] of this.#groups.get(keyOf(key)) ?? []) {
      const { wanted } = supervisor;
      if (wanted !== undefined) accepted.set(connectorGuid, this.#connections.stored(supervisor) ?? wanted);
    }
    if (accepted.size > 0) this.#accepted.set(keyOf(key), accepted);
    return accepted;
  }

  async listStatuses(groupName?: string): Promise<readonly ConnectorStatus[]> {
    const statuses: ConnectorStatus[] = [];
    // copies: connectors come and go between two slices
    let moment = momentOf(this.clock);
    for (const [index, supervisor] of this.#in(groupName).entries()) {
      if (index % statusesAtOnce === 0 && processSlicer.isUsedUp) {
        await processSlicer.turn('answer');
        moment = momentOf(this.clock);
      }
      statuses.push(supervisor.status(moment));
    }
    return statuses;
  }

  registrations(groupName: string): readonly Registration[] {
    return this.#in(groupName).map(({ registration }) => registration);
  }

  /** All at once: for few connectors. */
  statuses(): readonly ConnectorStatus[] {
    const statuses: ConnectorStatus[] = [];
    for (const group of this.#groups.values()) {
      for (const supervisor of group.values()) statuses.push(supervisor.status());
    }
    return statuses;
  }

  find(reference: string, groupName?: string): ConnectorStatus {
    return this.#supervisor(reference, groupName).status();
  }

  async pause(connectorGuid: string, by: string, reason?: string): Promise<void> {
    this.#ofGuid(connectorGuid);
    if (this.#overrides.has(connectorGuid)) return;
    const at = this.clock.now();
    const override: Override = { connectorGuid, kind: 'paused', by, at, ...(reason === undefined ? {} : { reason }) };
    await this.overrides.putOverride(override);
    this.#overrides.set(connectorGuid, override);
    this.#reconsider(connectorGuid);
  }

  async resume(connectorGuid: string, _by: string): Promise<void> {
    this.#ofGuid(connectorGuid);
    if (!this.#overrides.has(connectorGuid)) return;
    await this.overrides.removeOverride(connectorGuid, 'paused');
    this.#overrides.delete(connectorGuid);
    this.#reconsider(connectorGuid);
  }

  async refresh(
    connectorGuid: string,
    _by: string,
    {
      confirmRemovals = false,
      ...options
    }: {
      readonly scopes?: readonly string[];
      readonly mode?: 'preview' | 'apply';
      readonly confirmRemovals?: boolean;
    },
  ): Promise<string> {
    const slot = this.#liveSlot(connectorGuid);
    if (confirmRemovals) this.#confirmedRemovals.add(connectorGuid);
    try {
      return await this.#dispatcher.trigger(slot, { ...options, reason: 'demand' });
    } catch (error) {
      if (confirmRemovals) this.#confirmedRemovals.delete(connectorGuid);
      throw error;
    }
  }

  async act(connectorGuid: string, ...acts: readonly RunAct[]): ReturnType<ConnectorFleet['act']> {
    return await this.#acts.act(this.#ofGuid(connectorGuid), acts);
  }

  /** @throws CONNECTOR_STOPPED */
  #liveSlot(connectorGuid: string): SlotName {
    const supervisor = this.#ofGuid(connectorGuid);
    const slot = supervisor.liveSlot;
    if (slot !== undefined) return slot;
    throw supervisor.stopped();
  }

  async probe(connectorGuid: string, signal: AbortSignal): Promise<readonly ProbeStep[]> {
    const supervisor = this.#ofGuid(connectorGuid);
    const steps = await supervisor.probe(signal);
    if (steps !== undefined) return steps;
    const { state, reason } = supervisor.status();
    const { connectorName, qualifiedName } = supervisor.registration;
    throw new IsthmusError(
      'CONNECTOR_STOPPED',
      `connector ${connectorName} cannot be probed: it is ${state}, or its provider has no probe`,
      {
        details: { connector: qualifiedName, state, reason: reason?.code },
        ...(reason === undefined ? {} : { next: reason.next }),
      },
    );
  }

  restart(connectorGuid: string, _by: string): Promise<void> {
    this.#ofGuid(connectorGuid).restart();
    return Promise.resolve();
  }

  overrideConnection(connectorId: string, connection: Connection): void {
    const supervisor = this.#supervisor(connectorId, undefined);
    const { wanted, group } = supervisor;
    if (wanted === undefined) {
      const name = supervisor.registration.connectorName;
      throw new IsthmusError('CONNECTOR_STOPPED', `connector ${name} left its group`, { details: { connector: name } });
    }
    this.#confirmedRemovals.delete(wanted.connectorGuid);
    supervisor.want(group, this.#connections.put(supervisor, wanted, connection), 'restart');
  }

  restoreConnections(key: GroupKey): void {
    for (const supervisor of this.#groups.get(keyOf(key))?.values() ?? []) {
      const stored = this.#connections.drop(supervisor);
      if (stored !== undefined && supervisor.wanted !== undefined) supervisor.want(supervisor.group, stored, 'restart');
    }
  }

  publishOpenLineage(event: Parameters<ConnectorFleet['publishOpenLineage']>[0]): number {
    return this.#parts.listeners.publishLineage(event);
  }

  storeReturned(): void {
    this.#executor.storeReturned();
  }

  /** A provider was installed or replaced. */
  providersChanged(): void {
    for (const group of this.#groups.values()) for (const supervisor of group.values()) supervisor.providersChanged();
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#isClosed = true;
    this.#acts.close();
    this.#parts.dates.close();
    this.#parts.listeners.close();
    // Every connector listens to it.
    setMaxListeners(0, signal);
    const supervisors = [...this.#groups.values()].flatMap((group) => [...group.values()]);
    const names = supervisors.map(({ registration }) => registration.connectorName);
    const [, ...ended] = await Promise.all([
      this.#dispatcher.close(signal).catch((error: unknown) => {
        this.logger.error('dispatcher did not close', { error });
      }),
      ...supervisors.map((supervisor) => supervisor.close(signal)),
    ]);
    const left = names.filter((_, index) => ended[index] === false);
    if (left.length > 0) {
      this.logger.warn('connectors were left behind', { count: left.length, connectors: left.slice(0, 100) });
    }
  }

  #want(group: FleetGroup, registration: Registration, change: Change): void {
    const { connectorGuid } = registration;
    // What people looked at before they confirmed may be another source now.
    if (change !== 'relabel') this.#confirmedRemovals.delete(connectorGuid);
    const key = keyOf(group.key);
    const inGroup = this.#groups.get(key) ?? new Map<string, ConnectorSupervisor>();
    this.#groups.set(key, inGroup);
    let supervisor = inGroup.get(connectorGuid);
    if (supervisor === undefined) {
      supervisor = new ConnectorSupervisor(this.#parts, group, registration);
      inGroup.set(connectorGuid, supervisor);
      const same = this.#byGuid.get(connectorGuid) ?? new Set();
      this.#byGuid.set(connectorGuid, same.add(supervisor));
    }
    supervisor.want(group, ...this.#connections.rebase(supervisor, registration, change));
  }

  /** A group that was made anew has another GUID: what runs for the old one is another slot. */
  #keep(group: FleetGroup, registration: Registration): void {
    const supervisor = this.#groups.get(keyOf(group.key))?.get(registration.connectorGuid);
    const isSame = supervisor?.wanted !== undefined && isSameGroup(supervisor.group, group);
    if (!isSame) this.#want(group, registration, 'restart');
  }

  #reconsiderAll(): void {
    for (const group of this.#groups.values()) for (const supervisor of group.values()) supervisor.reconsider();
  }

  #forget(supervisor: ConnectorSupervisor): void {
    const { connectorGuid, group } = supervisor;
    this.#connections.drop(supervisor);
    this.#accepted.delete(keyOf(group.key));
    const inGroup = this.#groups.get(keyOf(group.key));
    inGroup?.delete(connectorGuid);
    if (inGroup?.size === 0) this.#groups.delete(keyOf(group.key));
    const same = this.#byGuid.get(connectorGuid);
    same?.delete(supervisor);
    if (same?.size === 0) {
      this.#byGuid.delete(connectorGuid);
      this.#confirmedRemovals.delete(connectorGuid);
      this.#acts.refuse(connectorGuid, supervisor.stopped());
    }
    this.#reconsider(connectorGuid);
  }

  #in(groupName: string | undefined): readonly ConnectorSupervisor[] {
    const supervisors: ConnectorSupervisor[] = [];
    for (const group of this.#groups.values()) {
      for (const supervisor of group.values()) {
        if (groupName === undefined || supervisor.group.key.qualifiedName === groupName) supervisors.push(supervisor);
      }
    }
    return supervisors;
  }

  #reconsider(connectorGuid: string): void {
    for (const supervisor of this.#byGuid.get(connectorGuid) ?? []) supervisor.reconsider();
  }

  /** Of several registrations of one connector, the one that holds the lane. */
  #ofGuid(connectorGuid: string): ConnectorSupervisor {
    const [first] = this.#byGuid.get(connectorGuid) ?? [];
    const supervisor = this.#parts.lanes.holder(connectorGuid) ?? first;
    if (supervisor !== undefined) return supervisor;
    throw notFound(connectorGuid);
  }

  #supervisor(reference: string, groupName: string | undefined): ConnectorSupervisor {
    return findSupervisor(this.#groups.values(), reference, groupName, (guid) => this.#parts.lanes.holder(guid));
  }
}

/** What a plan wants of connectors that are not to stop, in the order in which it is told to them. */
function* wishesOf(plan: GroupPlan): Iterable<readonly [Registration, Change | 'keep']> {
  for (const { after } of plan.replace) yield [after, 'restart'];
  for (const { after } of plan.restart) yield [after, 'restart'];
  for (const { after } of plan.reconfigure) yield [after, 'reconfigure'];
  for (const { after } of plan.reschedule) yield [after, 'reschedule'];
  for (const { after } of plan.relabel) yield [after, 'relabel'];
  for (const registration of plan.start) yield [registration, 'restart'];
  for (const registration of plan.unchanged) yield [registration, 'keep'];
}

function keyOf(key: GroupKey): string {
  return JSON.stringify([key.server, key.qualifiedName]);
}
