import { ManualClock, settle } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import type { Properties, Registration } from '@isthmus/model';
import { LocalDispatcher } from '../../dispatch/local-dispatcher.js';
import { planGroup } from '../../groups/plan-group.js';
import { ListenerHub } from '../../listeners/listener-hub.js';
import { OwnChanges } from '../../listeners/own-changes.js';
import type { StoredTarget } from '../../targets/stored-target.js';
import type { FleetGroup } from '../connector-fleet.js';
import type { ConnectorStatus } from '../connector-status.js';
import type { FleetOptions } from '../fleet-tokens.js';
import { SupervisingConnectorFleet } from '../supervising-connector-fleet.js';
import { FakeEngine } from './fake-engine.js';
import { FakeHost } from './fake-host.js';
import { MemoryJournal } from './memory-journal.js';

/** A fleet over the real dispatcher and a clock that is turned by hand. */
export class FleetBench {
  readonly clock = new ManualClock();
  readonly host = new FakeHost(this.clock);
  readonly engine = new FakeEngine();
  /** By connector GUID; may throw. */
  targets: (connectorGuid: string) => readonly StoredTarget[] = () => [];
  readonly fleet: SupervisingConnectorFleet;
  readonly #listeners = new ListenerHub(this.clock, new OwnChanges());
  #changes = 0;
  random = 0.5;
  #ids = 0;

  constructor(
    readonly journal = new MemoryJournal(),
    options: Partial<FleetOptions> = {},
  ) {
    this.fleet = new SupervisingConnectorFleet(
      this.host,
      (executor) =>
        new LocalDispatcher(
          {
            clock: this.clock,
            logger: silentLogger,
            journal,
            executor,
            random: () => this.random,
            newId: () => `run-${++this.#ids}`,
          },
          { concurrency: 1_000 },
        ),
      this.engine,
      journal,
      journal,
      this.clock,
      silentLogger,
      { daemonName: 'daemon', excludedPaths: [], random: () => this.random, isStrict: true, ...options },
      { read: async (connectorGuid) => this.targets(connectorGuid) },
      this.#listeners,
    );
  }

  /** As the metadata server does when a catalog target of the connector has changed. */
  tellTargets(connectorGuid: string): void {
    this.#changes += 1;
    const change = { guid: `link-${this.#changes}`, typeName: 'CatalogTarget', end1Guid: connectorGuid };
    this.#listeners.changed(
      [{ ...change, sequence: this.#changes, superTypeNames: [], eventType: 'NEW_RELATIONSHIP_CREATED' }],
      false,
    );
  }

  /** Brings a group to this list, as its watcher would. */
  async set(name: string, registrations: readonly Registration[]): Promise<void> {
    const key = groupOf(name).key;
    await this.fleet.apply(groupOf(name), planGroup(registrations, this.fleet.accepted(key)));
    await this.rest();
  }

  status(name: string, group?: string): ConnectorStatus {
    return this.fleet.find(name, group);
  }

  /** Everything that does not wait for time has happened. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await settle();
  }

  async pass(durationMs: number): Promise<void> {
    await this.clock.advance(durationMs);
    await this.rest();
  }
}

export function groupOf(name: string): FleetGroup {
  return { key: { server: 'store', qualifiedName: name }, guid: `guid-of-${name}`, metadataCollectionId: 'collection' };
}

export function registration(
  name: string,
  change: Partial<Registration> = {},
  properties: Properties = {},
): Registration {
  return {
    connectorId: `id-of-${name}`,
    connectorGuid: `guid-of-${name}`,
    qualifiedName: `IntegrationConnector::${name}`,
    connectorName: name,
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    version: 1,
    connection: { providerName: 'fake', networkAddress: '/data', configurationProperties: properties },
    ...change,
  };
}
