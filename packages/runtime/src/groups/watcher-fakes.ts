import { IsthmusError, silentLogger } from '@isthmus/kernel';
import type { GroupKey, GroupReader, GroupSnapshot, Registration } from '@isthmus/model';
import type { ConnectorFleet, FleetGroup } from '../fleet/connector-fleet.js';
import type { AcceptedList, GroupJournal } from '../journal/journal.js';
import type { GroupPlan } from './plan-group.js';

/** Doubles for the tests of the watcher: they keep what they were told, and fail when they are told to. */
export const testKey: GroupKey = { server: 'metadata-store', qualifiedName: 'IntegrationGroup::Retail' };
export const testLogger = silentLogger;

export function testRegistration(name: string, fields: Partial<Registration> = {}): Registration {
  return {
    connectorId: `registration-${name}`,
    connectorGuid: `connector-${name}`,
    qualifiedName: `IntegrationConnector::${name}`,
    connectorName: name,
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    connection: { providerName: 'files', configurationProperties: {} },
    version: 1,
    ...fields,
  };
}

export function testSnapshot(registrations: readonly Registration[], etag: string): GroupSnapshot {
  return {
    group: { guid: 'group-guid', qualifiedName: testKey.qualifiedName, version: 1 },
    registrations,
    etag,
    metadataCollectionId: 'collection',
  };
}

/** A metadata server with one group. Its list may lie; its point reads tell what is there. */
export class FakeGroupReader implements GroupReader {
  isThere = true;
  /** What the group is called now. */
  name = testKey.qualifiedName;
  registrations: readonly Registration[] = [];
  metadataCollectionId = 'collection';
  /** What `read` shows instead of the truth. */
  shown: readonly Registration[] | undefined;
  /** `read` says that there is no such group, whatever the truth is. */
  shownMissing = false;
  failure: IsthmusError | undefined;
  pointFailure: IsthmusError | undefined;
  /** A read waits for it. */
  gate: Promise<void> | undefined;
  /** Holds point reads up. */
  pointGate: Promise<void> | undefined;
  readonly etags: (string | undefined)[] = [];
  pointReadCount = 0;

  async groupName(): Promise<string | undefined> {
    return this.isThere ? this.name : undefined;
  }

  async read(name: string, knownEtag: string | undefined): Promise<GroupSnapshot | 'unchanged'> {
    this.etags.push(knownEtag);
    await this.gate;
    if (this.failure) throw this.failure;
    const list = this.shown ?? this.registrations;
    const isThere = this.isThere && name === this.name && !this.shownMissing;
    const etag = isThere ? JSON.stringify([list, this.metadataCollectionId]) : 'none';
    if (etag === knownEtag) return 'unchanged';
    if (!isThere) return { registrations: [], etag, metadataCollectionId: '' };
    return { ...testSnapshot(list, etag), metadataCollectionId: this.metadataCollectionId };
  }

  async readRegistration(_group: string, connectorGuid: string): Promise<Registration | undefined> {
    await this.pointGate;
    this.pointReadCount += 1;
    if (this.pointFailure) throw this.pointFailure;
    return this.isThere ? this.registrations.find((item) => item.connectorGuid === connectorGuid) : undefined;
  }
}

/** Does what it is told at once, and remembers every plan. */
export class FakeFleet implements ConnectorFleet {
  readonly plans: GroupPlan[] = [];
  readonly groups: FleetGroup[] = [];
  readonly running = new Map<string, Registration>();
  returned = 0;
  failure: Error | undefined;

  async apply(group: FleetGroup, plan: GroupPlan): Promise<void> {
    if (this.failure) throw this.failure;
    this.plans.push(plan);
    this.groups.push(group);
    for (const { connectorGuid } of plan.stop) this.running.delete(connectorGuid);
    const changes = [...plan.replace, ...plan.restart, ...plan.reconfigure, ...plan.reschedule, ...plan.relabel];
    for (const wanted of [...plan.start, ...changes.map(({ after }) => after)])
      this.running.set(wanted.connectorGuid, wanted);
  }
  /** Anew at each call, so that the watcher always compares. */
  accepted(): ReadonlyMap<string, Registration> {
    return new Map(this.running);
  }
  get names(): readonly string[] {
    return [...this.running.values()].map(({ connectorName }) => connectorName).sort();
  }
  publishOpenLineage(): number {
    return 0;
  }
  storeReturned(): void {
    this.returned += 1;
  }
  async dropGroup(): Promise<void> {
    throw unused();
  }
  listStatuses(): never {
    throw unused();
  }
  registrations(): never {
    throw unused();
  }
  find(): never {
    throw unused();
  }
  async pause(): Promise<void> {
    throw unused();
  }
  async resume(): Promise<void> {
    throw unused();
  }
  async refresh(): Promise<string> {
    throw unused();
  }
  async probe(): Promise<never> {
    throw unused();
  }
  async act(): Promise<never> {
    throw unused();
  }
  async restart(): Promise<void> {
    throw unused();
  }
  overrideConnection(): never {
    throw unused();
  }
  restoreConnections(): never {
    throw unused();
  }
  async close(): Promise<void> {
    throw unused();
  }
}

export class FakeGroupJournal implements GroupJournal {
  lists: readonly AcceptedList[] = [];
  failure: Error | undefined;
  loadFailure: Error | undefined;
  /** The disk: whatever was called has happened, and resolves when it is open. */
  gate: Promise<void> | undefined;

  async acceptedGroups(): Promise<readonly GroupKey[]> {
    return this.lists.map(({ key }) => key);
  }
  async loadAccepted({ qualifiedName }: GroupKey): Promise<AcceptedList | undefined> {
    if (this.loadFailure) throw this.loadFailure;
    const list = this.lists.find(({ key }) => key.qualifiedName === qualifiedName);
    await this.gate;
    return list;
  }
  async saveAccepted(list: AcceptedList): Promise<void> {
    if (this.failure) throw this.failure;
    this.lists = [list];
    await this.gate;
  }
  async forgetAccepted(): Promise<void> {
    this.lists = [];
  }
}

function unused(): IsthmusError {
  return new IsthmusError('INTERNAL', 'the watcher has no business with this');
}
