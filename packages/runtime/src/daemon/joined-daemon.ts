import { IsthmusError } from '@isthmus/kernel';
import type { GroupStatus } from '../groups/group-status.js';
import { planNotFound } from '../journal/plan-rows.js';
import type { DaemonStatus, IntegrationDaemon } from './integration-daemon.js';

/** The groups of one metadata access server are run by a member of their own: one that is away holds up no other. */
export interface JoinedParts {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Now. Members come and go as groups of other metadata access servers do. */
  readonly members: () => readonly IntegrationDaemon[];
  /** Groups that the daemon is configured with and that no member can run, with their reasons. Default: none. */
  readonly unfit?: () => readonly GroupStatus[];
}

type Method<K extends keyof IntegrationDaemon> = IntegrationDaemon[K];

/**
 * Several daemons as one: lists are joined, and what names a group or a connector goes to the member that has it. A new
 * group goes to the first member that would run it, searches go to the first of all.
 */
export class JoinedDaemon implements IntegrationDaemon {
  constructor(private readonly parts: JoinedParts) {}

  async status(): Promise<DaemonStatus> {
    const all = await Promise.all(this.#members().map((member) => member.status()));
    const worst = all.find(({ metadataServer }) => metadataServer.reachable === false) ?? all[0];
    const connectorCounts: Record<string, number> = {};
    for (const status of all)
      for (const [state, count] of Object.entries(status.connectorCounts))
        connectorCounts[state] = (connectorCounts[state] ?? 0) + count;
    const { name, startedAt } = this.parts;
    return {
      state: worst?.state ?? 'running',
      metadataServer: worst?.metadataServer ?? { name: '', url: '', reachable: undefined },
      name,
      startedAt,
      groups: this.groups(),
      connectorCounts,
    };
  }

  groups(): ReturnType<Method<'groups'>> {
    const all = this.#members().flatMap((member) => member.groups());
    return [...all, ...this.#unfit()].sort((a, b) => (a.key.qualifiedName < b.key.qualifiedName ? -1 : 1));
  }

  group(qualifiedName: string): ReturnType<Method<'group'>> {
    return this.#onlyUnfit(qualifiedName) ?? this.#ofGroup(qualifiedName).group(qualifiedName);
  }

  async connectors(groupName?: string): ReturnType<Method<'connectors'>> {
    if (groupName !== undefined) {
      if (this.#onlyUnfit(groupName) !== undefined) return [];
      const having = this.#having(groupName);
      if (having.length === 0) return await this.#first().connectors(groupName);
      return (await Promise.all(having.map((member) => member.connectors(groupName)))).flat();
    }
    return (await Promise.all(this.#members().map((member) => member.connectors()))).flat();
  }

  connector(reference: string, groupName?: string): ReturnType<Method<'connector'>> {
    return this.#ofConnector(reference, groupName).connector(reference, groupName);
  }

  publishOpenLineage(event: Parameters<Method<'publishOpenLineage'>>[0]): number {
    return this.#members().reduce((count, member) => count + member.publishOpenLineage(event), 0);
  }

  providers(): ReturnType<Method<'providers'>> {
    return this.#members()[0]?.providers() ?? [];
  }

  async provider(name: string): ReturnType<Method<'provider'>> {
    const [first] = this.#members();
    if (first === undefined)
      throw new IsthmusError('PROVIDER_UNKNOWN', `${this.parts.name} has loaded no provider yet`);
    return await first.provider(name);
  }

  /** At the first metadata access server of which the daemon is to run a group of this name. */
  async createGroup(...call: Parameters<Method<'createGroup'>>): ReturnType<Method<'createGroup'>> {
    const [{ qualifiedName }] = call;
    this.#refuseUnfit(qualifiedName);
    if (this.#members().length < 2) return await this.#first().createGroup(...call);
    const missing = new IsthmusError(
      'GROUP_NOT_SELECTED',
      `${this.parts.name} runs no group ${qualifiedName} of any of its metadata servers`,
      { details: { group: qualifiedName } },
    );
    return await this.#firstWith(missing, (member) => member.createGroup(...call));
  }

  async deleteGroup(qualifiedName: string, by: string): Promise<void> {
    await this.#onlyWith(qualifiedName).deleteGroup(qualifiedName, by);
  }

  async confirmGroup(qualifiedName: string, by: string): ReturnType<Method<'confirmGroup'>> {
    const waiting = this.#having(qualifiedName).filter((member) => member.group(qualifiedName).pending !== undefined);
    const [only] = waiting.length === 1 ? waiting : [this.#onlyWith(qualifiedName)];
    return await (only ?? this.#first()).confirmGroup(qualifiedName, by);
  }

  async refreshGroup(qualifiedName: string, by: string): ReturnType<Method<'refreshGroup'>> {
    const unfit = this.#onlyUnfit(qualifiedName);
    if (unfit !== undefined) return unfit;
    const [first = this.#first(), ...others] = this.#having(qualifiedName);
    const read = await Promise.all([first, ...others].map((member) => member.refreshGroup(qualifiedName, by)));
    return read.find(({ state }) => state !== 'in-step') ?? first.group(qualifiedName);
  }

  async addConnector(
    ...[group, connector, by]: Parameters<Method<'addConnector'>>
  ): ReturnType<Method<'addConnector'>> {
    return await this.#onlyWith(group).addConnector(group, connector, by);
  }

  async updateConnector(...call: Parameters<Method<'updateConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[3]).updateConnector(...call);
  }

  async removeConnector(...call: Parameters<Method<'removeConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[2]).removeConnector(...call);
  }

  async moveConnector(...call: Parameters<Method<'moveConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[3]).moveConnector(...call);
  }

  async pauseConnector(...call: Parameters<Method<'pauseConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[3]).pauseConnector(...call);
  }

  async resumeConnector(...call: Parameters<Method<'resumeConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[2]).resumeConnector(...call);
  }

  async refreshConnector(...call: Parameters<Method<'refreshConnector'>>): ReturnType<Method<'refreshConnector'>> {
    return await this.#ofConnector(call[0], call[2]).refreshConnector(...call);
  }

  async probeConnector(...call: Parameters<Method<'probeConnector'>>): ReturnType<Method<'probeConnector'>> {
    return await this.#ofConnector(call[0], call[2]).probeConnector(...call);
  }

  async restartConnector(...call: Parameters<Method<'restartConnector'>>): Promise<void> {
    await this.#ofConnector(call[0], call[2]).restartConnector(...call);
  }

  async overrideConnection(...call: Parameters<Method<'overrideConnection'>>): Promise<void> {
    await this.#ofConnector(call[0], call[3]).overrideConnection(...call);
  }

  async runs(...call: Parameters<Method<'runs'>>): ReturnType<Method<'runs'>> {
    return await this.#ofConnector(call[0], call[2]).runs(...call);
  }

  run(id: string): ReturnType<Method<'run'>> {
    const missing = new IsthmusError('RUN_NOT_FOUND', `there is no run ${id}`, { details: { run: id } });
    return this.#firstWith(missing, (member) => member.run(id));
  }

  async previewConnector(...call: Parameters<Method<'previewConnector'>>): ReturnType<Method<'previewConnector'>> {
    return await this.#ofConnector(call[0], call[2]).previewConnector(...call);
  }

  async plans(...call: Parameters<Method<'plans'>>): ReturnType<Method<'plans'>> {
    return await this.#ofConnector(call[0], call[2]).plans(...call);
  }

  plan(...call: Parameters<Method<'plan'>>): ReturnType<Method<'plan'>> {
    return this.#firstWith(planNotFound(call[0]), (member) => member.plan(...call));
  }

  planItems(...call: Parameters<Method<'planItems'>>): ReturnType<Method<'planItems'>> {
    return this.#firstWith(planNotFound(call[0]), (member) => member.planItems(...call));
  }

  approvePlan(...call: Parameters<Method<'approvePlan'>>): ReturnType<Method<'approvePlan'>> {
    return this.#firstWith(planNotFound(call[0]), async (member) => {
      // only who has the plan is to note the approval
      await member.plan(call[0]);
      return member.approvePlan(...call);
    });
  }

  rejectPlan(...call: Parameters<Method<'rejectPlan'>>): ReturnType<Method<'rejectPlan'>> {
    return this.#firstWith(planNotFound(call[0]), async (member) => {
      await member.plan(call[0]);
      return member.rejectPlan(...call);
    });
  }

  explain(...call: Parameters<Method<'explain'>>): ReturnType<Method<'explain'>> {
    const [qualifiedName] = call;
    const missing = new IsthmusError('ELEMENT_NOT_FOUND', `there is no element named ${qualifiedName}`, {
      details: { qualifiedName },
    });
    return this.#firstWith(missing, (member) => member.explain(...call));
  }

  async heldBack(...call: Parameters<Method<'heldBack'>>): ReturnType<Method<'heldBack'>> {
    return await this.#ofConnector(...call).heldBack(...call);
  }

  async conflicts(...call: Parameters<Method<'conflicts'>>): ReturnType<Method<'conflicts'>> {
    return await this.#ofConnector(call[0], call[2]).conflicts(...call);
  }

  async keptConflicts(...call: Parameters<Method<'keptConflicts'>>): ReturnType<Method<'keptConflicts'>> {
    return await this.#ofConnector(call[0], call[2]).keptConflicts(...call);
  }

  async conflictCounts(): ReturnType<Method<'conflictCounts'>> {
    return (await Promise.all(this.#members().map((member) => member.conflictCounts()))).flat();
  }

  async resolveConflicts(...call: Parameters<Method<'resolveConflicts'>>): ReturnType<Method<'resolveConflicts'>> {
    return await this.#ofConnector(call[0], call[3]).resolveConflicts(...call);
  }

  async releaseConflicts(...call: Parameters<Method<'releaseConflicts'>>): ReturnType<Method<'releaseConflicts'>> {
    return await this.#ofConnector(call[0], call[3]).releaseConflicts(...call);
  }

  undoRun(...call: Parameters<Method<'undoRun'>>): ReturnType<Method<'undoRun'>> {
    return this.#ofRun(call[0], (member) => member.undoRun(...call));
  }

  releaseRun(...call: Parameters<Method<'releaseRun'>>): ReturnType<Method<'releaseRun'>> {
    return this.#ofRun(call[0], (member) => member.releaseRun(...call));
  }

  /** Only who has the run is to note what is done with it. Parts of a run over catalog targets are known by the whole. */
  #ofRun<T>(id: string, ask: (member: IntegrationDaemon) => Promise<T>): Promise<T> {
    const missing = new IsthmusError('RUN_NOT_FOUND', `there is no run ${id}`, { details: { run: id } });
    return this.#firstWith(missing, async (member) => {
      await member.run(id.split('.')[0] ?? id);
      return ask(member);
    });
  }

  /** The answer of the first member that does not miss what is asked for. */
  async #firstWith<T>(missing: IsthmusError, ask: (member: IntegrationDaemon) => Promise<T>): Promise<T> {
    for (const member of this.#members()) {
      try {
        return await ask(member);
      } catch (error) {
        if (!IsthmusError.is(error) || error.code !== missing.code) throw error;
      }
    }
    throw missing;
  }

  findElements(...call: Parameters<Method<'findElements'>>): ReturnType<Method<'findElements'>> {
    return this.#first().findElements(...call);
  }

  showElement(...call: Parameters<Method<'showElement'>>): ReturnType<Method<'showElement'>> {
    return this.#first().showElement(...call);
  }

  #members(): readonly IntegrationDaemon[] {
    return this.parts.members();
  }

  #unfit(): readonly GroupStatus[] {
    return this.parts.unfit?.() ?? [];
  }

  /** The group of this name, when it cannot be run and no member has another one that can. */
  #onlyUnfit(qualifiedName: string): GroupStatus | undefined {
    const unfit = this.#unfit().find(({ key }) => key.qualifiedName === qualifiedName);
    return unfit === undefined || this.#having(qualifiedName).length > 0 ? undefined : unfit;
  }

  #first(): IntegrationDaemon {
    const [first] = this.#members();
    if (first === undefined)
      throw new IsthmusError('GROUP_NOT_FOUND', `${this.parts.name} is configured with no group`);
    return first;
  }

  #ofGroup(qualifiedName: string): IntegrationDaemon {
    return this.#having(qualifiedName)[0] ?? this.#first();
  }

  /** Members with a group of this name: two metadata access servers may each have one. */
  #having(qualifiedName: string): readonly IntegrationDaemon[] {
    const has = (member: IntegrationDaemon) => member.groups().some(({ key }) => key.qualifiedName === qualifiedName);
    return this.#members().filter(has);
  }

  /** @throws GROUP_UNFIT */
  #refuseUnfit(qualifiedName: string): void {
    const reason = this.#onlyUnfit(qualifiedName)?.conditions[0]?.reason;
    if (reason !== undefined)
      throw new IsthmusError('GROUP_UNFIT', reason.message, { details: { group: qualifiedName } });
  }

  /** @throws GROUP_AMBIGUOUS: what is meant for one of them must not befall the other; GROUP_UNFIT */
  #onlyWith(qualifiedName: string): IntegrationDaemon {
    this.#refuseUnfit(qualifiedName);
    const [first = this.#first(), ...others] = this.#having(qualifiedName);
    if (others.length > 0)
      throw new IsthmusError('GROUP_AMBIGUOUS', `several metadata servers have a group named ${qualifiedName}`, {
        details: { group: qualifiedName },
      });
    return first;
  }

  /** @throws CONNECTOR_AMBIGUOUS when two members have one of this reference, CONNECTOR_NOT_FOUND */
  #ofConnector(reference: string, groupName?: string): IntegrationDaemon {
    const members = this.#members();
    // it looks for itself
    if (members.length < 2) return this.#first();
    const having: IntegrationDaemon[] = [];
    for (const member of members) {
      try {
        member.connector(reference, groupName);
        having.push(member);
      } catch (error) {
        if (!IsthmusError.is(error) || error.code !== 'CONNECTOR_NOT_FOUND') throw error;
      }
    }
    if (having.length > 1)
      throw new IsthmusError('CONNECTOR_AMBIGUOUS', `connectors of several metadata servers are called ${reference}`, {
        details: { connector: reference },
      });
    return having[0] ?? this.#first();
  }
}
