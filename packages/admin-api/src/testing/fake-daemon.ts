import { type ErrorCode, IsthmusError } from '@isthmus/kernel';
import type { Connection, MetadataElement, RelatedElement } from '@isthmus/model';
import type {
  ConnectorChange,
  ConnectorStatus,
  DaemonStatus,
  DecidedRun,
  Dispute,
  DisputeDecision,
  DisputeRelease,
  Explanation,
  GroupStatus,
  HeldBack,
  IntegrationDaemon,
  KeptByDecision,
  LeftOutPart,
  NewConnector,
  PlanApproval,
  PlanItem,
  PlanPage,
  PlanRecord,
  RunRecord,
} from '@isthmus/runtime';
import { fakeConnector, fakeGroup, fakeRegistration, fakeRun, fakeServer } from './fake-records.js';

type Providers = ReturnType<IntegrationDaemon['providers']>;
type Method = keyof IntegrationDaemon;

/** An integration daemon in memory: keeps the contract, runs nothing. Verbs take effect at once. */
export class FakeDaemon implements IntegrationDaemon {
  readonly groupsByName = new Map<string, GroupStatus>();
  connectorList: ConnectorStatus[] = [];
  readonly lineageEvents: Parameters<IntegrationDaemon['publishOpenLineage']>[0][] = [];
  /** Connectors that listen to them. */
  lineageListenerCount = 0;
  readonly runsById = new Map<string, RunRecord>();
  held: readonly HeldBack[] = [];
  /** What runs leave out that carry out what people decided. */
  leftOut: readonly LeftOutPart[] | undefined;
  disputes: readonly Dispute[] = [];
  kept: readonly KeptByDecision[] = [];
  readonly explanations = new Map<string, Explanation>();
  readonly plansById = new Map<string, PlanRecord>();
  readonly planItemsById = new Map<string, readonly PlanItem[]>();
  readonly elements: MetadataElement[] = [];
  readonly relatedByName = new Map<string, readonly RelatedElement[]>();
  providerList: Providers = [
    {
      provider: 'files',
      kind: 'files',
      packageName: '@isthmus/connector-files',
      version: '0.1.0',
      sdk: '^0.1.0',
      directory: '/connectors/files',
      replaces: [],
    },
  ];
  metadataServer: DaemonStatus['metadataServer'] = {
    name: fakeServer,
    url: 'http://127.0.0.1:9080',
    reachable: true,
    since: 0,
  };
  /** What every probe finds. */
  probeSteps: Awaited<ReturnType<IntegrationDaemon['probeConnector']>> = [
    { name: 'reach', ok: true, message: 'it answers' },
  ];
  /** Calls of methods that change something, with their arguments. */
  readonly calls: (readonly [Method, ...unknown[]])[] = [];
  readonly #failures = new Map<Method, unknown>();
  #lastNumber = 0;

  constructor(private readonly now: () => number = () => 0) {}

  /** As new. */
  clear(): void {
    this.groupsByName.clear();
    this.connectorList = [];
    this.runsById.clear();
    this.held = [];
    this.disputes = [];
    this.kept = [];
    this.explanations.clear();
    this.plansById.clear();
    this.planItemsById.clear();
    this.elements.length = 0;
    this.relatedByName.clear();
    this.calls.length = 0;
    this.#failures.clear();
    this.#lastNumber = 0;
  }

  /** From now on the method throws. */
  fail(method: Method, code: ErrorCode, message: string): void {
    this.#failures.set(method, new IsthmusError(code, message));
  }

  failWith(method: Method, error: unknown): void {
    this.#failures.set(method, error);
  }

  addGroup(qualifiedName: string, fields: Partial<GroupStatus> = {}): void {
    this.groupsByName.set(qualifiedName, fakeGroup(qualifiedName, fields));
  }

  put(groupName: string, name: string, fields: Partial<ConnectorStatus> = {}): ConnectorStatus {
    const connector = fakeConnector(groupName, name, fields, this.now());
    this.connectorList.push(connector);
    return connector;
  }

  /** Ends the run as a connector would. */
  endRun(id: string, fields: Partial<RunRecord>): void {
    const run = { ...this.#runOf(id), endedAt: this.now(), ...fields };
    this.runsById.set(id, run);
    this.#replace(run.connectorGuid, ({ currentRun: _ended, ...connector }) => ({
      ...connector,
      state: 'waiting',
      runCount: connector.runCount + 1,
      lastRun: run,
    }));
  }

  async status(): Promise<DaemonStatus> {
    this.#called('status');
    const connectorCounts: Record<string, number> = {};
    for (const { state } of this.connectorList) connectorCounts[state] = (connectorCounts[state] ?? 0) + 1;
    return {
      name: 'integration-daemon',
      state: 'running',
      startedAt: 0,
      metadataServer: this.metadataServer,
      groups: this.groups(),
      connectorCounts,
    };
  }

  groups(): readonly GroupStatus[] {
    this.#called('groups');
    return [...this.groupsByName.values()].map((group) => this.#counted(group));
  }

  group(qualifiedName: string): GroupStatus {
    this.#called('group');
    const group = this.groupsByName.get(qualifiedName);
    if (group === undefined) throw new IsthmusError('GROUP_NOT_FOUND', `there is no group ${qualifiedName}`);
    return this.#counted(group);
  }

  async connectors(groupName?: string): Promise<readonly ConnectorStatus[]> {
    this.#called('connectors');
    if (groupName === undefined) return this.connectorList;
    this.group(groupName);
    return this.connectorList.filter(({ group }) => group.qualifiedName === groupName);
  }

  connector(reference: string, groupName?: string): ConnectorStatus {
    this.#called('connector');
    const [found, second] = this.connectorList.filter(
      (connector) =>
        [connector.connectorId, connector.connectorGuid, connector.name].includes(reference) &&
        (groupName === undefined || connector.group.qualifiedName === groupName),
    );
    if (found === undefined) throw new IsthmusError('CONNECTOR_NOT_FOUND', `there is no connector ${reference}`);
    if (second !== undefined)
      throw new IsthmusError('CONNECTOR_AMBIGUOUS', `several connectors are named ${reference}`);
    return found;
  }

  publishOpenLineage(event: Parameters<IntegrationDaemon['publishOpenLineage']>[0]): number {
    this.lineageEvents.push(event);
    return this.lineageListenerCount;
  }

  providers(): Providers {
    this.#called('providers');
    return this.providerList;
  }

  async provider(name: string): Promise<Providers[number]> {
    this.#called('provider');
    const found = this.providerList.find(({ provider, replaces }) => provider === name || replaces.includes(name));
    if (found === undefined) throw new IsthmusError('PROVIDER_UNKNOWN', `there is no provider ${name}`);
    return found;
  }

  async refreshGroup(qualifiedName: string, by: string): Promise<GroupStatus> {
    this.#called('refreshGroup', qualifiedName, by);
    return this.group(qualifiedName);
  }

  async createGroup(group: Parameters<IntegrationDaemon['createGroup']>[0], by: string): Promise<GroupStatus> {
    this.#called('createGroup', group, by);
    if (this.groupsByName.has(group.qualifiedName))
      throw new IsthmusError('GROUP_EXISTS', `there is a group ${group.qualifiedName}`);
    this.addGroup(group.qualifiedName, group);
    return this.group(group.qualifiedName);
  }

  async deleteGroup(qualifiedName: string, by: string): Promise<void> {
    this.#called('deleteGroup', qualifiedName, by);
    this.group(qualifiedName);
    this.groupsByName.delete(qualifiedName);
    this.connectorList = this.connectorList.filter(({ group }) => group.qualifiedName !== qualifiedName);
  }

  async confirmGroup(qualifiedName: string, by: string): Promise<GroupStatus> {
    this.#called('confirmGroup', qualifiedName, by);
    const { pending, ...group } = this.group(qualifiedName);
    if (pending === undefined)
      throw new IsthmusError('GROUP_NOTHING_TO_CONFIRM', `no change of ${qualifiedName} waits`);
    this.groupsByName.set(qualifiedName, { ...group, state: 'in-step' });
    return this.group(qualifiedName);
  }

  async addConnector(groupName: string, connector: NewConnector, by: string) {
    this.#called('addConnector', groupName, connector, by);
    this.group(groupName);
    if (this.connectorList.some(({ name, group }) => name === connector.name && group.qualifiedName === groupName))
      throw new IsthmusError('CONNECTOR_EXISTS', `there is a connector ${connector.name} in ${groupName}`);
    const registration = fakeRegistration(connector.name, {
      ...(connector.description === undefined ? {} : { description: connector.description }),
      connection: {
        providerName: connector.provider,
        ...(connector.networkAddress === undefined ? {} : { networkAddress: connector.networkAddress }),
        configurationProperties: connector.configuration ?? {},
      },
    });
    const { connectorGuid, connectorId } = this.put(groupName, connector.name, { registration });
    return { connectorGuid, connectorId };
  }

  async updateConnector(reference: string, change: ConnectorChange, by: string, groupName?: string): Promise<void> {
    this.#called('updateConnector', reference, change, by, groupName);
    const { connectorGuid } = this.connector(reference, groupName);
    if (change.name !== undefined) this.#change(connectorGuid, { name: change.name });
  }

  async removeConnector(reference: string, by: string, groupName?: string): Promise<void> {
    this.#called('removeConnector', reference, by, groupName);
    const removed = this.connector(reference, groupName);
    this.connectorList = this.connectorList.filter((connector) => connector !== removed);
  }

  async moveConnector(reference: string, toGroup: string, by: string, groupName?: string): Promise<void> {
    this.#called('moveConnector', reference, toGroup, by, groupName);
    const { key } = this.group(toGroup);
    this.#change(this.connector(reference, groupName).connectorGuid, { group: key });
  }

  async pauseConnector(reference: string, by: string, reason?: string, groupName?: string): Promise<void> {
    this.#called('pauseConnector', reference, by, reason, groupName);
    const paused = { by, at: this.now(), ...(reason === undefined ? {} : { reason }) };
    this.#change(this.connector(reference, groupName).connectorGuid, { state: 'paused', paused });
  }

  async resumeConnector(reference: string, by: string, groupName?: string): Promise<void> {
    this.#called('resumeConnector', reference, by, groupName);
    this.#replace(this.connector(reference, groupName).connectorGuid, ({ paused: _over, ...connector }) => ({
      ...connector,
      state: 'waiting',
    }));
  }

  async refreshConnector(
    reference: string,
    by: string,
    groupName?: string,
    options: { readonly confirmRemovals?: boolean } = {},
  ): Promise<{ readonly runId: string }> {
    const { confirmRemovals } = options;
    this.#called('refreshConnector', reference, by, groupName, ...(confirmRemovals ? [{ confirmRemovals }] : []));
    const connector = this.connector(reference, groupName);
    if (connector.state === 'paused') throw new IsthmusError('CONNECTOR_STOPPED', `${connector.name} is paused`);
    const run = fakeRun(connector, `run-${++this.#lastNumber}`, { startedAt: this.now() });
    this.runsById.set(run.id, run);
    this.#change(connector.connectorGuid, { state: 'refreshing', currentRun: run });
    return { runId: run.id };
  }

  async probeConnector(
    reference: string,
    by: string,
    groupName: string | undefined,
    _signal: AbortSignal,
  ): ReturnType<IntegrationDaemon['probeConnector']> {
    this.#called('probeConnector', reference, by, groupName);
    this.connector(reference, groupName);
    return this.probeSteps;
  }

  async restartConnector(reference: string, by: string, groupName?: string): Promise<void> {
    this.#called('restartConnector', reference, by, groupName);
    const { connectorGuid, restartCount } = this.connector(reference, groupName);
    const instanceId = `instance-${++this.#lastNumber}`;
    this.#change(connectorGuid, { restartCount: restartCount + 1, instanceId, state: 'waiting' });
  }

  async overrideConnection(reference: string, connection: Connection, by: string, groupName?: string): Promise<void> {
    this.#called('overrideConnection', reference, connection, by, groupName);
    const { connectorGuid, registration } = this.connector(reference, groupName);
    const instanceId = `instance-${++this.#lastNumber}`;
    this.#change(connectorGuid, { instanceId, ...(registration && { registration: { ...registration, connection } }) });
  }

  async previewConnector(reference: string, by: string, groupName?: string): Promise<{ readonly runId: string }> {
    this.#called('previewConnector', reference, by, groupName);
    const connector = this.connector(reference, groupName);
    const run = fakeRun(connector, `run-${++this.#lastNumber}`, { mode: 'preview', startedAt: this.now() });
    this.runsById.set(run.id, run);
    this.#change(connector.connectorGuid, { state: 'refreshing', currentRun: run });
    return { runId: run.id };
  }

  async plans(reference: string, limit: number, groupName?: string): Promise<readonly PlanRecord[]> {
    this.#called('plans');
    const { connectorGuid } = this.connector(reference, groupName);
    const own = [...this.plansById.values()].filter(({ owner }) => owner.connectorGuid === connectorGuid);
    return own.reverse().slice(0, limit);
  }

  async plan(runId: string): Promise<PlanRecord> {
    this.#called('plan');
    const plan = this.plansById.get(runId);
    if (plan === undefined) throw new IsthmusError('PLAN_NOT_FOUND', `there is no plan of the run ${runId}`);
    return plan;
  }

  async planItems(runId: string, { filter, after, limit }: PlanPage): Promise<readonly PlanItem[]> {
    await this.plan(runId);
    const { actions, decisions, typeName, scope, text } = filter;
    const fits = (item: PlanItem) =>
      item.number > after &&
      (actions?.includes(item.action) ?? true) &&
      (decisions?.includes(item.decision) ?? true) &&
      (typeName === undefined || item.typeName === typeName) &&
      (scope === undefined || item.scope === scope) &&
      (text === undefined || item.qualifiedName.includes(text));
    return (this.planItemsById.get(runId) ?? []).filter(fits).slice(0, limit);
  }

  async approvePlan(runId: string, by: string, approval: PlanApproval): Promise<DecidedRun> {
    this.#called('approvePlan', runId, by, approval);
    const plan = await this.plan(runId);
    if (plan.state !== 'open') throw new IsthmusError('PLAN_NOT_OPEN', `the plan of the run ${runId} is ${plan.state}`);
    const itemCount = approval.only?.length ?? plan.itemCount - (approval.except?.length ?? 0);
    this.plansById.set(runId, { ...plan, state: 'approved', approval: { by, at: this.now(), itemCount } });
    const connector = this.connector(plan.owner.connectorGuid);
    const run = fakeRun(connector, `run-${++this.#lastNumber}`, {
      startedAt: this.now(),
      acts: [{ kind: 'apply-plan', planId: runId, by, target: '' }],
    });
    this.runsById.set(run.id, run);
    this.#change(connector.connectorGuid, { state: 'refreshing', currentRun: run });
    return { runId: run.id, ...(this.leftOut && { leftOut: this.leftOut }) };
  }

  async rejectPlan(runId: string, by: string, reason?: string): Promise<void> {
    this.#called('rejectPlan', runId, by, reason);
    this.plansById.set(runId, { ...(await this.plan(runId)), state: 'rejected' });
  }

  async explain(qualifiedName: string, _signal: AbortSignal): Promise<Explanation> {
    this.#called('explain');
    const found = this.explanations.get(qualifiedName);
    if (found === undefined) throw new IsthmusError('ELEMENT_NOT_FOUND', `there is no element ${qualifiedName}`);
    return found;
  }

  async undoRun(runId: string, by: string, reason?: string): Promise<{ readonly runId: string }> {
    this.#called('undoRun', runId, by, reason);
    const { connectorGuid } = this.#runOf(runId);
    const connector = this.connector(connectorGuid);
    const run = fakeRun(connector, `run-${++this.#lastNumber}`, {
      startedAt: this.now(),
      acts: [{ kind: 'undo', undoneRunId: runId, by, target: '' }],
    });
    this.runsById.set(run.id, run);
    this.#change(connectorGuid, { state: 'refreshing', currentRun: run });
    return { runId: run.id };
  }

  async conflicts(reference: string, { after, limit }: { readonly after?: string; readonly limit: number }) {
    const { connectorGuid } = this.connector(reference);
    const own = this.disputes.filter(({ owner }) => owner.connectorGuid === connectorGuid);
    return own.slice(own.findIndex(({ id }) => id === after) + 1).slice(0, limit);
  }

  async keptConflicts(reference: string, { skipped, limit }: { readonly skipped: number; readonly limit: number }) {
    const { connectorGuid } = this.connector(reference);
    return this.kept.filter(({ owner }) => owner.connectorGuid === connectorGuid).slice(skipped, skipped + limit);
  }

  async conflictCounts() {
    const guids = [...new Set(this.disputes.map(({ owner }) => owner.connectorGuid))];
    return guids.map((connectorGuid) => {
      const own = this.disputes.filter(({ owner }) => owner.connectorGuid === connectorGuid);
      const fields = own.filter(({ kind }) => kind === 'field').length;
      return { connectorGuid, fields, elements: own.length - fields };
    });
  }

  async resolveConflicts(reference: string, by: string, decision: DisputeDecision) {
    this.#called('resolveConflicts', reference, by, decision);
    const { connectorGuid } = this.connector(reference);
    const decided = this.disputes.filter(
      ({ id, owner }) => owner.connectorGuid === connectorGuid && (decision.ids?.includes(id) ?? true),
    );
    this.disputes = this.disputes.filter((dispute) => !decided.includes(dispute));
    return { count: decided.length, ...(decision.take === 'source' ? { runId: 'run-resolving' } : {}) };
  }

  async releaseConflicts(reference: string, by: string, release: DisputeRelease) {
    this.#called('releaseConflicts', reference, by, release);
    this.connector(reference);
    return { count: 1, runId: 'run-asking-again' };
  }

  async heldBack(reference: string, groupName?: string) {
    this.connector(reference, groupName);
    return this.held;
  }

  async releaseRun(runId: string, by: string, reason?: string): Promise<number> {
    this.#called('releaseRun', runId, by, reason);
    this.#runOf(runId);
    return 3;
  }

  async runs(reference: string, limit: number, groupName?: string): Promise<readonly RunRecord[]> {
    this.#called('runs');
    const { connectorGuid } = this.connector(reference, groupName);
    const own = [...this.runsById.values()].filter((run) => run.connectorGuid === connectorGuid);
    return own.reverse().slice(0, limit);
  }

  async run(id: string): Promise<RunRecord> {
    this.#called('run');
    return this.#runOf(id);
  }

  async findElements(search: string, options: Parameters<IntegrationDaemon['findElements']>[1], _signal: AbortSignal) {
    this.#called('findElements');
    const { typeName, startFrom, pageSize } = options;
    const found = this.elements.filter(
      (element) =>
        (typeName === undefined || [element.typeName, ...element.superTypeNames].includes(typeName)) &&
        JSON.stringify(element.properties).includes(search),
    );
    return found.slice(startFrom, startFrom + pageSize);
  }

  async showElement(qualifiedName: string, _signal: AbortSignal) {
    this.#called('showElement');
    const element = this.elements.find(({ properties }) => properties.qualifiedName === qualifiedName);
    if (element === undefined) throw new IsthmusError('ELEMENT_NOT_FOUND', `there is no element ${qualifiedName}`);
    return { element, related: this.relatedByName.get(qualifiedName) ?? [] };
  }

  #called(method: Method, ...values: unknown[]): void {
    if (values.length > 0) this.calls.push([method, ...values]);
    if (this.#failures.has(method)) throw this.#failures.get(method);
  }

  #counted(group: GroupStatus): GroupStatus {
    const { server, qualifiedName } = group.key;
    const own = this.connectorList.filter(
      (connector) => connector.group.qualifiedName === qualifiedName && connector.group.server === server,
    );
    return { ...group, connectorCount: own.length };
  }

  #runOf(id: string): RunRecord {
    const run = this.runsById.get(id);
    if (run === undefined) throw new IsthmusError('RUN_NOT_FOUND', `there is no run ${id}`);
    return run;
  }

  #change(connectorGuid: string, fields: Partial<ConnectorStatus>): void {
    this.#replace(connectorGuid, (connector) => ({ ...connector, ...fields }));
  }

  #replace(connectorGuid: string, next: (connector: ConnectorStatus) => ConnectorStatus): void {
    this.connectorList = this.connectorList.map((connector) =>
      connector.connectorGuid === connectorGuid ? next(connector) : connector,
    );
  }
}
