import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { adminRoutes } from '@isthmus/admin-api';
import { connectorHostModule, HostTokens } from '@isthmus/connector-host';
import { type Clock, IsthmusError, KernelTokens, type Logger, Resources } from '@isthmus/kernel';
import { connectMetadataServer, type StoreConnection } from '@isthmus/metadata-client';
import type { MetadataElement } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { NamedServer, ServerKind, ServerStatus } from '@isthmus/platform';
import {
  ChangeFeed,
  FleetTokens,
  fleetModule,
  GroupAdministration,
  GroupWatcher,
  type IntegrationDaemon,
  JournaledSyncEngine,
  LocalDispatcher,
  openJournal,
  RunningDaemon,
  type SqliteJournal,
  SupervisingConnectorFleet,
} from '@isthmus/runtime';
import { Container } from 'inversify';
import { type IntegrationDaemonConfiguration, IntegrationDaemonSchema } from '../configuration/configuration-schema.js';
import { resolveSecret } from '../configuration/secrets.js';
import { version } from '../version.js';
import { lateDaemon } from './late-daemon.js';
import { type ProcessFacts, ProcessTokens } from './process-facts.js';

/** Runs the connectors of integration groups; `/api/v1` is its face. */
export const integrationDaemonKind: ServerKind<IntegrationDaemonConfiguration> = {
  kind: 'integration-daemon',
  configuration: IntegrationDaemonSchema,
  create: (name, configuration, container) => new IntegrationDaemonServer(name, configuration, container),
};

class IntegrationDaemonServer implements NamedServer {
  readonly kind = 'integration-daemon';
  readonly #facts: ProcessFacts;
  readonly #container: Container;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #resources = new Resources();
  #state: ServerStatus['state'] = 'stopped';
  #daemon: RunningDaemon | undefined;

  constructor(
    readonly name: string,
    private readonly configuration: IntegrationDaemonConfiguration,
    container: Container,
  ) {
    this.#container = container;
    this.#facts = container.get(ProcessTokens.Facts);
    this.#clock = container.get<Clock>(KernelTokens.Clock);
    this.#logger = container.get<Logger>(KernelTokens.Logger).child({ server: name });
  }

  routes(http: Parameters<NonNullable<NamedServer['routes']>>[0]): Promise<void> {
    const { servers, eventLoopDelayMs } = this.#facts;
    return adminRoutes(http, this.#face(), { version, servers, eventLoopDelayMs });
  }

  async start(): Promise<void> {
    this.#state = 'starting';
    try {
      const journal = this.#resources.own(
        openJournal(join(this.#facts.dataDirectory, 'servers', this.name, 'daemon.db'), () => this.#clock.now()),
        (it) => it[Symbol.dispose](),
      );
      const connection = this.#resources.own(this.#connect(), (it) => it.close());
      this.#daemon = await this.#compose(journal, connection);
      this.#resources.own(this.#daemon, (it) => it.close(this.#closeSignal()));
      await this.#daemon.start();
      this.#facts.announce(this.name, this.#daemon);
      this.#state = 'running';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  status(): ServerStatus {
    return { name: this.name, kind: this.kind, state: this.#state, ready: this.#state === 'running' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = 'stopping';
    try {
      await this.#resources[Symbol.asyncDispose]();
    } finally {
      this.#state = 'stopped';
    }
  }

  #closeSignal(): AbortSignal {
    const signal = AbortSignal.timeout(this.#facts.closeGraceMs);
    // Every group and every connector listens to it.
    setMaxListeners(0, signal);
    return signal;
  }

  #connect(): StoreConnection {
    const { metadataServer } = this.configuration;
    const { password } = metadataServer;
    return connectMetadataServer(
      {
        url: this.#serverUrl(),
        serverName: metadataServer.name,
        userId: metadataServer.userId,
        release: metadataServer.release,
        ...(password === undefined
          ? { token: () => this.#token() }
          : { password: () => resolveSecret(password, process.env) }),
        groupPageSize: metadataServer.groupPageSize,
        limits: {
          deadlineMs: metadataServer.requestTimeoutSeconds * 1000,
          attemptTimeoutMs: (metadataServer.requestTimeoutSeconds * 1000) / 3,
        },
      },
      { types: standardTypes, clock: this.#clock, logger: this.#logger, random: Math.random },
    );
  }

  /** Read anew for each log-in, so that a rotated secret is used without a restart. */
  async #token(): Promise<string | undefined> {
    const { url, token } = this.configuration.metadataServer;
    if (token !== undefined) return await resolveSecret(token, process.env);
    return url === undefined ? this.#facts.ownToken : undefined;
  }

  #serverUrl(): string {
    const url = this.configuration.metadataServer.url ?? this.#facts.baseUrl;
    if (url === undefined) throw new IsthmusError('INTERNAL', 'the listener has no address yet');
    return url;
  }

  async #compose(journal: SqliteJournal, { store, groups }: StoreConnection): Promise<RunningDaemon> {
    const container = this.#container;
    const clock = this.#clock;
    const logger = this.#logger;
    const { configuration } = this;
    container.load(connectorHostModule, fleetModule);
    container
      .bind(HostTokens.Options)
      .toConstantValue({ providerDirectories: this.#facts.providerDirectories, newId: randomUUID });
    container.bind(HostTokens.ChildContainer).toConstantValue(() => new Container({ parent: container }));
    container.bind(FleetTokens.RunJournal).toConstantValue(journal);
    container.bind(FleetTokens.OverrideJournal).toConstantValue(journal);
    container
      .bind(FleetTokens.SyncEngine)
      .toConstantValue(new JournaledSyncEngine({ store, journal, clock, logger, newId: randomUUID }));
    container
      .bind(FleetTokens.RunDispatcherFactory)
      .toConstantValue(
        (executor) =>
          new LocalDispatcher(
            { clock, logger, journal, executor, random: Math.random, newId: randomUUID },
            { concurrency: configuration.concurrentRuns },
          ),
      );
    container.bind(FleetTokens.Options).toConstantValue({
      daemonName: this.name,
      excludedPaths: [this.#facts.dataDirectory],
      random: Math.random,
      stalledAfterMs: configuration.stalledAfterSeconds * 1000,
      hungAfterMs: configuration.abandonAfterSeconds * 1000,
    });
    const fleet = container.get(SupervisingConnectorFleet);
    const host = container.get(HostTokens.ConnectorHost);
    const problems = (await host.rescan()).filter((manifest) => manifest.problem !== undefined);
    for (const { provider, directory, problem } of problems)
      logger.warn('a connector provider cannot be used', { provider, directory, problem });
    const daemon: RunningDaemon = new RunningDaemon({
      name: this.name,
      metadataServer: { name: configuration.metadataServer.name, url: this.#serverUrl() },
      store,
      fleet,
      host,
      journal,
      writes: new GroupAdministration({
        store,
        host,
        clock,
        logger,
        newId: randomUUID,
        nudge: (group) => daemon.nudge(group),
      }),
      watch: (key) =>
        new GroupWatcher({
          key,
          reader: groups,
          journal,
          fleet,
          clock,
          logger,
          random: Math.random,
          groupName: async (guid, signal) => nameOf(await store.get(guid, {}, signal)),
          options: { pollMs: configuration.groupPollSeconds * 1000 },
        }),
      follow: (onChange) =>
        new ChangeFeed({
          store,
          onChange,
          clock,
          logger,
          random: Math.random,
          options: { waitMs: configuration.metadataServer.changeWaitSeconds * 1000 },
        }),
      clock,
      logger,
      options: { groups: configuration.groups, groupPollMs: configuration.groupPollSeconds * 1000 },
    });
    return daemon;
  }

  /** Routes are made before the daemon is: until then every call says that it is starting. */
  #face(): IntegrationDaemon {
    return lateDaemon(
      () => this.#daemon,
      () => `${this.name} is ${this.#state}`,
    );
  }
}

function nameOf(element: MetadataElement | undefined): string | undefined {
  const name = element?.properties.qualifiedName;
  return typeof name === 'string' ? name : undefined;
}
