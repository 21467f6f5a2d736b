import { ManualClock } from '@isthmus/connector-testing';
import { IsthmusError, silentLogger } from '@isthmus/kernel';
import type { GroupKey, MetadataElement, MetadataStore, Registration } from '@isthmus/model';
import type { ConnectorStatus } from '../../fleet/connector-status.js';
import type { RefusedAct } from '../../fleet/permitted-acts.js';
import { fakeManifest } from '../../fleet/testing/fake-host.js';
import type { GroupStatus } from '../../groups/group-status.js';
import type { AcceptedList, HoldingItem, RunRecord } from '../../journal/journal.js';
import { RunningDaemon } from '../running-daemon.js';
import type { RunningDaemonParts } from '../running-daemon-parts.js';
import type { WatchedGroup } from '../watched-groups.js';
import { FakePlans } from './fake-plans.js';
import { FakeUndos } from './fake-undos.js';

/** A watcher whose state the test sets; `confirm` lets the waiting stops happen. */
export class FakeWatcher implements WatchedGroup {
  state: GroupStatus['state'] = 'in-step';
  pending: GroupStatus['pending'];
  nudges = 0;
  isClosed = false;

  constructor(
    readonly key: GroupKey,
    private readonly bench: DaemonBench,
  ) {}

  async start(): Promise<void> {
    this.bench.events.push(`watch ${this.key.qualifiedName}`);
  }
  nudge(): void {
    this.nudges += 1;
    this.bench.onNudge(this);
  }
  async read(): Promise<void> {
    this.bench.events.push(`read ${this.key.qualifiedName}`);
  }
  async confirm(by: string): Promise<void> {
    this.bench.events.push(`confirm ${this.key.qualifiedName} by ${by}`);
    this.pending = undefined;
    this.state = 'missing';
    this.bench.statuses = this.bench.statuses.filter((status) => status.group.qualifiedName !== this.key.qualifiedName);
  }
  status(): GroupStatus {
    return {
      key: this.key,
      state: this.state,
      conditions: [],
      connectorCount: 0,
      ...(this.pending === undefined ? {} : { pending: this.pending }),
    };
  }
  async close(): Promise<void> {
    this.isClosed = true;
    this.bench.events.push(`close ${this.key.qualifiedName}`);
  }
}

/** A daemon over fakes that implement what it is built on. */
export class DaemonBench {
  readonly clock = new ManualClock();
  readonly events: string[] = [];
  readonly watchers = new Map<string, FakeWatcher>();
  readonly audits: {
    readonly action: string;
    readonly target: string;
    readonly by: string;
    readonly outcome: string;
  }[] = [];
  readonly runs = new Map<string, RunRecord>();
  readonly plans = new FakePlans();
  readonly undos = new FakeUndos();
  readonly holding = new Map<string, readonly HoldingItem[]>();
  statuses: ConnectorStatus[] = [];
  accepted: AcceptedList[] = [];
  /** Names of the groups that the store lists. */
  groupNames: string[] = [];
  onNudge: (watcher: FakeWatcher) => void = () => undefined;
  onChange: () => void = () => undefined;
  writeFault: IsthmusError | undefined;
  /** Why the fleet does not do what people ask of a run. */
  actFault: IsthmusError | undefined;
  /** What the fleet leaves out of it. */
  refused: readonly RefusedAct[] = [];

  daemon(groups: readonly string[] = ['*']): RunningDaemon {
    return new RunningDaemon(this.parts(groups));
  }

  connector(name: string, group: string, more: Partial<ConnectorStatus> = {}): ConnectorStatus {
    const status: ConnectorStatus = {
      connectorId: `registration-${name}`,
      connectorGuid: `guid-${name}`,
      slot: `slot-${name}`,
      group: { server: 'store', qualifiedName: group },
      name,
      qualifiedName: `IntegrationConnector::${name}`,
      provider: 'files',
      state: 'waiting',
      health: 'ok',
      stateSince: 0,
      schedule: 'every 60 min',
      permittedSynchronization: 'BOTH_DIRECTIONS',
      runCount: 0,
      restartCount: 0,
      ...more,
    };
    this.statuses.push(status);
    return status;
  }

  #statusesIn(groupName: string | undefined): readonly ConnectorStatus[] {
    return this.statuses.filter(({ group }) => groupName === undefined || group.qualifiedName === groupName);
  }

  private parts(groups: readonly string[]): RunningDaemonParts {
    const write = (what: string) => async (): Promise<void> => {
      if (this.writeFault !== undefined) throw this.writeFault;
      this.events.push(what);
    };
    return {
      name: 'daemon',
      metadataServer: { name: 'store', url: 'http://store' },
      store: this.store(),
      newId: () => 'id',
      fleet: {
        start: async () => void this.events.push('fleet start'),
        publishOpenLineage: () => 0,
        providersChanged: () => void this.events.push('providers changed'),
        apply: async () => undefined,
        dropGroup: async ({ qualifiedName }) => void this.events.push(`drop ${qualifiedName}`),
        accepted: () => new Map(),
        listStatuses: (groupName) => Promise.resolve(this.#statusesIn(groupName)),
        registrations: (groupName) => this.#statusesIn(groupName).map(registrationOf),
        find: (reference) => {
          const found = this.statuses.find((status) =>
            [status.name, status.connectorGuid, status.connectorId].includes(reference),
          );
          if (found === undefined) throw new IsthmusError('CONNECTOR_NOT_FOUND', `no connector ${reference}`);
          return found;
        },
        pause: write('pause'),
        resume: write('resume'),
        refresh: async () => 'run-1',
        act: async (connectorGuid, ...acts) => {
          if (this.actFault !== undefined) throw this.actFault;
          for (const { kind, target } of acts)
            this.events.push(`${kind} ${connectorGuid}${target === '' ? '' : ` ${target}`}`);
          return { runId: 'run-2', refused: this.refused };
        },
        probe: async () => [{ name: 'reach', ok: true, message: 'it answers' }],
        restart: write('restart'),
        overrideConnection: (connectorId, { providerName }) =>
          void this.events.push(`override ${connectorId} by ${providerName}`),
        restoreConnections: ({ qualifiedName }) => void this.events.push(`restore ${qualifiedName}`),
        storeReturned: () => undefined,
        close: async () => void this.events.push('fleet close'),
      },
      host: { providers: () => [], provider: unused, rescan: async () => [], check, start: unused },
      journal: {
        acceptedGroups: async () => this.accepted.map(({ key }) => key),
        loadAccepted: unused,
        saveAccepted: async () => undefined,
        forgetAccepted: async ({ qualifiedName }) => void this.events.push(`forget ${qualifiedName}`),
        nextToken: async () => 1,
        beginRun: async () => undefined,
        endRun: async () => undefined,
        runs: async () => [...this.runs.values()],
        run: async (id) => this.runs.get(id),
        closeOpenRuns: async () => 0,
        audit: async (entry) => void this.audits.push(entry),
        suspectHeld: unused,
        claimedByOthers: unused,
        holdersOf: unused,
        knownScope: unused,
        knownItem: unused,
        plans: this.plans,
        undos: this.undos,
        disputes: {
          open: async () => [],
          find: async () => [],
          counts: async () => [],
          kept: async () => [],
          keep: unused,
          settle: unused,
          release: unused,
          report: unused,
          decisions: async () => new Map(),
          gone: unused,
        },
        operations: {
          begin: unused,
          done: unused,
          drop: unused,
          effects: async () => [],
          operated: async () => [],
          prune: async () => undefined,
        },
        holding: async (name) => this.holding.get(name) ?? [],
        formerWriters: async () => [],
      },
      writes: {
        createGroup: async ({ qualifiedName }) => {
          await write(`create ${qualifiedName}`)();
          this.groupNames.push(qualifiedName);
        },
        deleteGroup: write('delete group'),
        addConnector: async () => ({ connectorGuid: 'guid-new', connectorId: 'registration-new' }),
        updateConnector: write('update'),
        removeConnector: write('remove'),
        moveConnector: write('move'),
      },
      watch: (key) => {
        const watcher = new FakeWatcher(key, this);
        this.watchers.set(key.qualifiedName, watcher);
        return watcher;
      },
      follow: (onChange) => {
        this.onChange = onChange;
        return {
          start: () => undefined,
          reachability: () => ({ reachable: true }),
          close: async () => void this.events.push('feed close'),
        };
      },
      clock: this.clock,
      logger: silentLogger,
      options: { groups, groupPollMs: 10_000 },
    };
  }

  private store(): MetadataStore {
    return {
      capabilities: unused,
      identity: unused,
      get: unused,
      getByQualifiedName: async () => undefined,
      findByString: async (search, { sequencingOrder = 'ANY' }) => {
        this.events.push(`search ${search} ${sequencingOrder}`);
        return [];
      },
      find: async (_conditions, { startFrom = 0 }) => (startFrom === 0 ? this.groupNames.map(groupElement) : []),
      related: async () => [],
      getRelationship: unused,
      history: unused,
      create: unused,
      linksBetween: unused,
      as: () => this.store(),
      createFromTemplate: unused,
      setEffectivity: unused,
      setPublished: unused,
      update: unused,
      classify: unused,
      declassify: unused,
      relate: unused,
      updateRelationship: unused,
      unrelate: unused,
      delete: unused,
      writeBatch: unused,
      changes: unused,
    };
  }
}

async function unused(): Promise<never> {
  throw new IsthmusError('INTERNAL', 'not used by these tests');
}

/** Knows every provider but one. */
async function check({ connection }: Registration) {
  if (connection?.providerName === 'bad') throw new IsthmusError('PROVIDER_UNKNOWN', 'no provider bad');
  return { manifest: fakeManifest, configuration: {}, version: 1 };
}

function groupElement(qualifiedName: string): MetadataElement {
  return {
    guid: `IntegrationGroup-${qualifiedName}`,
    typeName: 'IntegrationGroup',
    superTypeNames: [],
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'store' },
    versions: { createdBy: 'test', createTime: 0, version: 1 },
    classifications: [],
    properties: { qualifiedName },
  };
}

export function registrationOf(status: ConnectorStatus): Registration {
  const { connectorId, connectorGuid, name, qualifiedName, permittedSynchronization } = status;
  return (
    status.registration ?? {
      connectorId,
      connectorGuid,
      connectorName: name,
      qualifiedName,
      version: 1,
      permittedSynchronization,
      refreshTimeInterval: 60,
      usesBlockingCalls: false,
      generateConnectorActivityReports: false,
    }
  );
}
