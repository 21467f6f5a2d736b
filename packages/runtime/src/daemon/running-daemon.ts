import type { ProviderManifest } from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { delay, IsthmusError } from '@isthmus/kernel';
import type { Connection, MetadataElement, Registration } from '@isthmus/model';
import type { LineageEvent } from '../fleet/connector-fleet.js';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import type { GroupStatus } from '../groups/group-status.js';
import type { Dispute, DisputeCounts, KeptByDecision } from '../journal/dispute-journal.js';
import type { RunRecord } from '../journal/journal.js';
import type { HeldBack } from '../journal/undo-journal.js';
import type { Explanation } from '../plan/explain.js';
import type { PlanItem, PlanRecord } from '../plan/plan.js';
import { AuditTrail } from './audit-trail.js';
import type { DecidedRun } from './decided-run.js';
import { type DisputeDecision, DisputeDesk, type DisputeRelease, type ResolvedDisputes } from './dispute-desk.js';
import { ElementDesk } from './element-desk.js';
import type { GroupSelection } from './group-directory.js';
import type { ConnectorChange, DaemonStatus, IntegrationDaemon, NewConnector } from './integration-daemon.js';
import { choiceText, type PlanApproval } from './plan-choice.js';
import { type PlanPage, RunDesk } from './run-desk.js';
import type { FollowedChanges, RunningDaemonParts } from './running-daemon-parts.js';
import { WatchedGroups } from './watched-groups.js';

/** People wait for their change to take effect at most so long; it goes on by itself after that. */
const settleMs = 3000;
const settleStepMs = 20;
/** Who asks for a group's list to be read waits at most so long. */
const refreshGroupMs = 10_000;

/** One integration daemon: its groups, its connectors, its use cases. */
export class RunningDaemon implements IntegrationDaemon {
  readonly #parts: RunningDaemonParts;
  readonly #watched: WatchedGroups;
  readonly #changes: FollowedChanges;
  readonly #desk: RunDesk;
  readonly #disputes: DisputeDesk;
  readonly #elements: ElementDesk;
  readonly #trail: AuditTrail;
  #state: DaemonStatus['state'] = 'starting';
  readonly #startedAt: number;
  #looking: Promise<void> | undefined;

  constructor(parts: RunningDaemonParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.now();
    this.#watched = new WatchedGroups(parts);
    this.#desk = new RunDesk(parts);
    this.#disputes = new DisputeDesk(parts);
    this.#elements = new ElementDesk(parts);
    this.#trail = new AuditTrail(parts);
    this.#changes = parts.follow(() => this.nudge());
  }

  /** Runs what the journal says at once; the metadata access server may be away. */
  async start(): Promise<void> {
    const { journal, fleet, clock, logger, metadataServer } = this.#parts;
    const interrupted = await journal.closeOpenRuns(clock.now());
    if (interrupted > 0) logger.info('runs of the last process were interrupted', { runs: interrupted });
    await fleet.start();
    const known = (await journal.acceptedGroups()).filter(({ server }) => server === metadataServer.name);
    this.#state = 'running';
    this.#watched.start(known.map(({ qualifiedName }) => qualifiedName));
    this.#changes.start();
  }

  /**
   * From now on runs these groups: those that are new are read at once, connectors of those that are gone stop, and
   * nothing else is touched. What a group that is gone catalogued stays. Resolves when the stops are noted.
   */
  select(groups: GroupSelection): Promise<void> {
    return this.#watched.select(groups);
  }

  /** Stops watching, then every connector; what does not end before the signal is aborted is abandoned. */
  async close(signal: AbortSignal): Promise<void> {
    this.#state = 'stopping';
    await Promise.all([this.#changes.close(), this.#watched.close(signal)]);
    await this.#parts.fleet.close(signal);
    this.#state = 'stopped';
  }

  async status(): Promise<DaemonStatus> {
    const counts: Record<string, number> = {};
    for (const { state } of await this.#parts.fleet.listStatuses()) counts[state] = (counts[state] ?? 0) + 1;
    return {
      name: this.#parts.name,
      state: this.#state,
      startedAt: this.#startedAt,
      metadataServer: { ...this.#parts.metadataServer, ...this.#changes.reachability() },
      groups: this.groups(),
      connectorCounts: counts,
    };
  }

  groups(): readonly GroupStatus[] {
    return this.#watched
      .all()
      .map((watcher) => watcher.status())
      .sort((a, b) => (a.key.qualifiedName < b.key.qualifiedName ? -1 : 1));
  }

  group(qualifiedName: string): GroupStatus {
    return this.#watched.get(qualifiedName).status();
  }

  async connectors(groupName?: string): Promise<readonly ConnectorStatus[]> {
    if (groupName !== undefined) this.#watched.get(groupName);
    return this.#parts.fleet.listStatuses(groupName);
  }

  connector(reference: string, groupName?: string): ConnectorStatus {
    return this.#parts.fleet.find(reference, groupName);
  }

  publishOpenLineage(event: LineageEvent): number {
    return this.#parts.fleet.publishOpenLineage(event);
  }

  providers(): readonly ProviderManifest[] {
    return this.#parts.host.providers();
  }

  provider(name: string): Promise<ProviderManifest> {
    return this.#parts.host.provider(name);
  }

  async createGroup(group: Parameters<IntegrationDaemon['createGroup']>[0], by: string): Promise<GroupStatus> {
    const { qualifiedName } = group;
    if (!this.#watched.selects(qualifiedName)) {
      throw new IsthmusError(
        'GROUP_NOT_SELECTED',
        `this daemon runs ${this.#watched.selection.join(', ')} and not ${qualifiedName}`,
        { details: { group: qualifiedName } },
      );
    }
    await this.#trail.audited(by, 'group create', qualifiedName, () => this.#parts.writes.createGroup(group, by));
    await this.#watched.look();
    await this.#settled(() => this.#watched.find(qualifiedName)?.status().state === 'in-step', qualifiedName);
    return this.group(qualifiedName);
  }

  async deleteGroup(qualifiedName: string, by: string): Promise<void> {
    const watcher = this.#watched.get(qualifiedName);
    await this.#trail.audited(by, 'group delete', qualifiedName, () =>
      this.#parts.writes.deleteGroup(qualifiedName, by),
    );
    await this.#settled(() => {
      const { state, pending } = watcher.status();
      return state === 'missing' || pending?.groupIsGone === true;
    }, qualifiedName);
    // who deletes a group by name has said what is to stop, and not before it is gone: the rest would wait
    if (watcher.status().pending?.groupIsGone === true) await watcher.confirm(by);
    await this.#settled(() => this.#registrationsOf(qualifiedName).length === 0, qualifiedName);
    this.#watched.dropGone();
  }

  async confirmGroup(qualifiedName: string, by: string): Promise<GroupStatus> {
    const watcher = this.#watched.get(qualifiedName);
    await this.#trail.audited(by, 'group confirm', qualifiedName, () => watcher.confirm(by));
    return watcher.status();
  }

  async refreshGroup(qualifiedName: string, by: string): Promise<GroupStatus> {
    const watcher = this.#watched.get(qualifiedName);
    await this.#trail.audited(by, 'group refresh', qualifiedName, async () => {
      await this.#lookForProviders();
      this.#parts.fleet.restoreConnections(watcher.status().key);
      await watcher.read(refreshGroupMs);
    });
    return watcher.status();
  }

  async addConnector(
    groupName: string,
    connector: NewConnector,
    by: string,
  ): Promise<{ readonly connectorGuid: string; readonly connectorId: string }> {
    this.#watched.get(groupName);
    if (this.#registrationsOf(groupName).some((other) => other.connectorName === connector.name)) {
      throw new IsthmusError('CONNECTOR_EXISTS', `${groupName} has a connector named ${connector.name}`, {
        details: { group: groupName, connector: connector.name },
      });
    }
    await this.#lookForProviders();
    const added = await this.#trail.audited(by, 'connector add', connector.name, () =>
      this.#parts.writes.addConnector(groupName, connector, by),
    );
    await this.#settled(
      () => this.#registrationsOf(groupName).some((other) => other.connectorGuid === added.connectorGuid),
      groupName,
    );
    return added;
  }

  async updateConnector(reference: string, change: ConnectorChange, by: string, groupName?: string): Promise<void> {
    const connector = this.connector(reference, groupName);
    await this.#lookForProviders();
    await this.#trail.audited(by, 'connector update', connector.name, () =>
      this.#parts.writes.updateConnector(connector, change, by),
    );
    await this.#settled(
      () => this.#find(connector) !== connector.registration,
      connector.group.qualifiedName,
      settleMs / 10,
    );
  }

  async removeConnector(reference: string, by: string, groupName?: string): Promise<void> {
    const connector = this.connector(reference, groupName);
    await this.#trail.audited(by, 'connector remove', connector.name, () =>
      this.#parts.writes.removeConnector(connector, by),
    );
    await this.#settled(() => this.#find(connector) === undefined, connector.group.qualifiedName);
  }

  async moveConnector(reference: string, toGroup: string, by: string, groupName?: string): Promise<void> {
    const connector = this.connector(reference, groupName);
    this.#watched.get(toGroup);
    await this.#trail.audited(by, 'connector move', connector.name, () =>
      this.#parts.writes.moveConnector(connector, toGroup, by),
    );
    const hasMoved = () =>
      this.#registrationsOf(toGroup).some((other) => other.connectorGuid === connector.connectorGuid) &&
      this.#find(connector) === undefined;
    await this.#settled(hasMoved, connector.group.qualifiedName);
  }

  async pauseConnector(reference: string, by: string, reason?: string, groupName?: string): Promise<void> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    await this.#trail.audited(
      by,
      'connector pause',
      name,
      () => this.#parts.fleet.pause(connectorGuid, by, reason),
      reason,
    );
  }

  async resumeConnector(reference: string, by: string, groupName?: string): Promise<void> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    await this.#trail.audited(by, 'connector resume', name, () => this.#parts.fleet.resume(connectorGuid, by));
  }

  async refreshConnector(
    reference: string,
    by: string,
    groupName?: string,
    { confirmRemovals = false }: { readonly confirmRemovals?: boolean } = {},
  ): Promise<{ readonly runId: string }> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    const action = confirmRemovals ? 'connector refresh with confirmed removals' : 'connector refresh';
    return {
      runId: await this.#trail.audited(by, action, name, () =>
        this.#parts.fleet.refresh(connectorGuid, by, confirmRemovals ? { confirmRemovals } : {}),
      ),
    };
  }

  async previewConnector(reference: string, by: string, groupName?: string): Promise<{ readonly runId: string }> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    const work = () => this.#parts.fleet.refresh(connectorGuid, by, { mode: 'preview' });
    return { runId: await this.#trail.audited(by, 'connector preview', name, work) };
  }

  plans(reference: string, limit: number, groupName?: string): Promise<readonly PlanRecord[]> {
    return this.#desk.plans(this.connector(reference, groupName).connectorGuid, limit);
  }

  plan(runId: string): Promise<PlanRecord> {
    return this.#desk.plan(runId);
  }

  planItems(runId: string, page: PlanPage): Promise<readonly PlanItem[]> {
    return this.#desk.planItems(runId, page);
  }

  approvePlan(runId: string, by: string, approval: PlanApproval): Promise<DecidedRun> {
    const work = () => this.#desk.approve(runId, by, approval);
    return this.#trail.audited(by, `plan approve${choiceText(approval)}`, runId, work, approval.reason);
  }

  async rejectPlan(runId: string, by: string, reason?: string): Promise<void> {
    await this.#trail.audited(by, 'plan reject', runId, () => this.#desk.reject(runId), reason);
  }

  undoRun(runId: string, by: string, reason?: string): Promise<DecidedRun> {
    return this.#trail.audited(by, 'run undo', runId, () => this.#desk.undo(runId, by), reason);
  }

  releaseRun(runId: string, by: string, reason?: string): Promise<number> {
    return this.#trail.audited(by, 'run release', runId, () => this.#desk.release(runId), reason);
  }

  conflicts(
    reference: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
    groupName?: string,
  ): Promise<readonly Dispute[]> {
    return this.#parts.journal.disputes.open(this.connector(reference, groupName).connectorGuid, after, limit);
  }

  keptConflicts(
    reference: string,
    { skipped, limit }: { readonly skipped: number; readonly limit: number },
    groupName?: string,
  ): Promise<readonly KeptByDecision[]> {
    return this.#parts.journal.disputes.kept(this.connector(reference, groupName).connectorGuid, skipped, limit);
  }

  conflictCounts(): Promise<readonly DisputeCounts[]> {
    return this.#parts.journal.disputes.counts();
  }

  resolveConflicts(
    reference: string,
    by: string,
    decision: DisputeDecision,
    groupName?: string,
  ): Promise<ResolvedDisputes> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    const work = () => this.#disputes.resolve(connectorGuid, by, decision);
    return this.#trail.audited(by, `conflicts resolve, ${decision.take}`, name, work, decision.reason);
  }

  releaseConflicts(
    reference: string,
    by: string,
    release: DisputeRelease,
    groupName?: string,
  ): Promise<ResolvedDisputes> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    const work = () => this.#disputes.release(connectorGuid, by, release);
    return this.#trail.audited(by, 'conflicts release', name, work, release.reason);
  }

  heldBack(reference: string, groupName?: string): Promise<readonly HeldBack[]> {
    return this.#parts.journal.undos.heldBack(this.connector(reference, groupName).connectorGuid);
  }

  async probeConnector(
    reference: string,
    by: string,
    groupName: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly ProbeStep[]> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    return await this.#trail.audited(by, 'connector probe', name, () => this.#parts.fleet.probe(connectorGuid, signal));
  }

  async restartConnector(reference: string, by: string, groupName?: string): Promise<void> {
    const { connectorGuid, name } = this.connector(reference, groupName);
    await this.#lookForProviders();
    await this.#trail.audited(by, 'connector restart', name, () => this.#parts.fleet.restart(connectorGuid, by));
  }

  async overrideConnection(reference: string, connection: Connection, by: string, groupName?: string): Promise<void> {
    const { connectorId, name, registration } = this.connector(reference, groupName);
    await this.#lookForProviders();
    await this.#trail.audited(by, 'connector override connection', name, async () => {
      if (registration !== undefined) await this.#checkOverride(registration, connection);
      this.#parts.fleet.overrideConnection(connectorId, connection);
    });
  }

  /** What is refused already cannot be made worse. */
  async #checkOverride(registration: Registration, connection: Connection): Promise<void> {
    const { host } = this.#parts;
    try {
      await host.check({ ...registration, connection });
    } catch (error) {
      const isGood = await host.check(registration).then(
        () => true,
        () => false,
      );
      if (isGood) throw error;
    }
  }

  runs(reference: string, limit: number, groupName?: string): Promise<readonly RunRecord[]> {
    return this.#parts.journal.runs(this.connector(reference, groupName).connectorGuid, limit);
  }

  async run(id: string): Promise<RunRecord> {
    const run =
      (await this.#parts.fleet.listStatuses()).find((status) => status.currentRun?.id === id)?.currentRun ??
      (await this.#parts.journal.run(id));
    if (run === undefined) throw new IsthmusError('RUN_NOT_FOUND', `there is no run ${id}`, { details: { run: id } });
    const undone = (await this.#parts.journal.undos.run(id))?.undone;
    return undone === undefined ? run : { ...run, undone };
  }

  findElements(...search: Parameters<IntegrationDaemon['findElements']>): Promise<readonly MetadataElement[]> {
    return this.#elements.findElements(...search);
  }

  showElement(qualifiedName: string, signal: AbortSignal): ReturnType<IntegrationDaemon['showElement']> {
    return this.#elements.showElement(qualifiedName, signal);
  }

  explain(qualifiedName: string, signal: AbortSignal): Promise<Explanation> {
    return this.#elements.explain(qualifiedName, signal);
  }

  /** A provider may have been installed since. */
  #lookForProviders(): Promise<void> {
    // a thousand connectors that are restarted together need one look
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    await this.#parts.host.rescan();
    this.#parts.fleet.providersChanged();
  }

  #registrationsOf(groupName: string): readonly Registration[] {
    return this.#parts.fleet.registrations(groupName);
  }

  #find({ connectorGuid, group }: ConnectorStatus): Registration | undefined {
    return this.#registrationsOf(group.qualifiedName).find((other) => other.connectorGuid === connectorGuid);
  }

  /** Something of this group was written; undefined: of any group. */
  nudge(groupName?: string): void {
    this.#watched.nudge(groupName);
  }

  /** Nudges the group and waits, not for ever, until the change shows. */
  async #settled(isThere: () => boolean, groupName: string, longestMs = settleMs): Promise<void> {
    const until = this.#parts.clock.monotonic() + longestMs;
    this.#watched.find(groupName)?.nudge();
    while (!isThere() && this.#parts.clock.monotonic() < until) await delay(this.#parts.clock, settleStepMs);
  }
}
