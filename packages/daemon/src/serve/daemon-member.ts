import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { connectorHostModule, HostTokens } from '@isthmus/connector-host';
import { type Clock, IsthmusError, type Logger, Resources } from '@isthmus/kernel';
import { connectMetadataServer, kafkaSubscribe, type StoreConnection, TopicFollower } from '@isthmus/metadata-client';
import { type KafkaSecurity, kafkaPropertiesOf, kafkaSecurity, type MetadataElement } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { type ServerDocument, serverFolder } from '@isthmus/platform';
import {
  ChangeFeed,
  ElementFeed,
  FleetTokens,
  fleetModule,
  GroupAdministration,
  GroupWatcher,
  JournaledSyncEngine,
  ListenerHub,
  LocalDispatcher,
  OperationLedger,
  OwnChanges,
  openJournal,
  operationsOver,
  type PlanLimits,
  RunningDaemon,
  type SqliteJournal,
  StoreActivityReporter,
  StoreTargetReader,
  SupervisingConnectorFleet,
} from '@isthmus/runtime';
import type { Container } from 'inversify';
import { resolveSecret } from '../configuration/secrets.js';
import {
  configuredKey,
  type DaemonConfiguration,
  type DaemonHome,
  kafkaPropertiesOfBus,
  passwordFor,
} from './daemon-home.js';
import { FeedAndTopic } from './feed-and-topic.js';
import { journalFile } from './journal-file.js';
import type { ProcessFacts } from './process-facts.js';
import { readSecretsStore, type StoredCredentials } from './secrets-store.js';

const dayMs = 24 * 60 * 60 * 1000;

export interface DaemonMemberParts {
  /** Of the server. */
  readonly name: string;
  readonly home: DaemonHome;
  readonly configuration: DaemonConfiguration;
  readonly container: Container;
  readonly facts: ProcessFacts;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What runs the groups of one metadata access server, with a connection, a journal and a fleet of its own. */
export class DaemonMember implements AsyncDisposable {
  readonly #parts: DaemonMemberParts;
  readonly #resources = new Resources();
  #daemon: RunningDaemon | undefined;
  #home: DaemonHome;
  #document: ServerDocument | undefined;

  constructor(parts: DaemonMemberParts) {
    this.#parts = parts;
    this.#home = parts.home;
    this.#document = parts.configuration.document;
  }

  get key(): string {
    return this.#parts.home.key;
  }

  /** @throws SERVER_NOT_RUNNING before it has started */
  get daemon(): RunningDaemon {
    if (this.#daemon === undefined) throw new IsthmusError('SERVER_NOT_RUNNING', `${this.#parts.name} is starting`);
    return this.#daemon;
  }

  async start(): Promise<void> {
    const { name, home, facts, clock, logger } = this.#parts;
    const file = journalFile(serverFolder(facts.dataDirectory, name), home, logger);
    const journal = this.#resources.own(
      openJournal(file, () => clock.now(), this.#planLimits()),
      (it) => it[Symbol.dispose](),
    );
    const connection = this.#resources.own(this.#connect(), (it) => it.close());
    const daemon = this.#resources.own(await this.#compose(journal, connection), (it) => it.close(this.#closeSignal()));
    await daemon.start();
    this.#daemon = daemon;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources[Symbol.asyncDispose]();
  }

  #closeSignal(): AbortSignal {
    const signal = AbortSignal.timeout(this.#parts.facts.closeGraceMs);
    // Every group and every connector listens to it.
    setMaxListeners(0, signal);
    return signal;
  }

  #planLimits(): PlanLimits {
    const { plansPerConnector, planItems: items, planItemsInAll: itemsInAll } = this.#parts.configuration.history;
    return { items, plansPerConnector, itemsInAll };
  }

  #connect(): StoreConnection {
    const { home, clock, logger } = this.#parts;
    const { metadataServer } = this.#parts.configuration;
    return connectMetadataServer(
      {
        url: this.#serverUrl(),
        serverName: home.serverName,
        userId: metadataServer.userId,
        release: metadataServer.release,
        token: () => this.#token(),
        ...(this.#mayLogIn() && { credentials: () => this.#credentials() }),
        groupPageSize: metadataServer.groupPageSize,
        limits: {
          deadlineMs: metadataServer.requestTimeoutSeconds * 1000,
          attemptTimeoutMs: (metadataServer.requestTimeoutSeconds * 1000) / 3,
        },
      },
      { types: standardTypes, clock, logger, random: Math.random },
    );
  }

  /** From the next log-in on, it is made with what this document says. */
  follow(home: DaemonHome, document: ServerDocument | undefined): void {
    this.#home = home;
    this.#document = document;
  }

  /** Nobody logs in at this process itself, and a token that is configured is enough. */
  #mayLogIn(): boolean {
    const { key, url } = this.#home;
    const { password, token } = this.#parts.configuration.metadataServer;
    return key === configuredKey
      ? password !== undefined || (token === undefined && url !== undefined)
      : url !== undefined;
  }

  /** Read anew for each log-in, so that a rotated secret is used without a restart. */
  async #credentials(): Promise<StoredCredentials | undefined> {
    const { secretsStore } = this.#home;
    if (this.#home.key !== configuredKey || this.#parts.configuration.metadataServer.password === undefined)
      if (secretsStore !== undefined) return await readSecretsStore(secretsStore, this.#serverUrl());
    const { metadataServer } = this.#parts.configuration;
    const password = passwordFor(this.#home, { metadataServer, ...(this.#document && { document: this.#document }) });
    return password === undefined ? undefined : { password: await resolveSecret(password, process.env) };
  }

  /** Of the configuration, else of the event bus of its own document; undefined: neither says anything. */
  async #kafkaSecurity(): Promise<KafkaSecurity | undefined> {
    const { metadataServer } = this.#parts.configuration;
    const configured = this.#home.key === configuredKey ? kafkaPropertiesOf(metadataServer.kafka) : {};
    const properties = Object.keys(configured).length > 0 ? configured : kafkaPropertiesOfBus(this.#document);
    if (Object.keys(properties).length === 0) return undefined;
    return await kafkaSecurity(properties, (reference) => resolveSecret(reference, process.env));
  }

  async #token(): Promise<string | undefined> {
    const { token } = this.#parts.configuration.metadataServer;
    // of the configuration: for the metadata access server of the configuration alone
    if (token !== undefined && this.#parts.home.key === configuredKey) return await resolveSecret(token, process.env);
    return this.#parts.home.url === undefined ? this.#parts.facts.ownToken : undefined;
  }

  #serverUrl(): string {
    const url = this.#parts.home.url ?? this.#parts.facts.baseUrl;
    if (url === undefined) throw new IsthmusError('INTERNAL', 'the listener has no address yet');
    return url;
  }

  async #compose(journal: SqliteJournal, connection: StoreConnection): Promise<RunningDaemon> {
    const { name, home, configuration, facts, container, clock, logger } = this.#parts;
    const { store, groups } = connection;
    const { undoRuns, undoDays } = configuration.history;
    const ownChanges = new OwnChanges();
    const operationLedger = new OperationLedger(journal.operations, clock);
    const listeners = new ListenerHub(clock, ownChanges);
    const elements = new ElementFeed({
      store,
      types: () => listeners.types(),
      onChanges: (changes, missed) => listeners.changed(changes, missed),
      clock,
      logger,
    });
    listeners.onWish = () => elements.wish();
    container.load(connectorHostModule, fleetModule);
    container
      .bind(HostTokens.Options)
      .toConstantValue({ providerDirectories: facts.providerDirectories, newId: randomUUID });
    container.bind(FleetTokens.RunJournal).toConstantValue(journal);
    container.bind(FleetTokens.OverrideJournal).toConstantValue(journal);
    container.bind(FleetTokens.SyncEngine).toConstantValue(
      new JournaledSyncEngine({
        store,
        journal,
        clock,
        logger,
        newId: randomUUID,
        ownChanges: {
          note: (connectorGuid, after, upTo) => {
            ownChanges.note(connectorGuid, after, upTo);
            facts.wrote(upTo - after);
          },
        },
        options: { undoLimit: { runs: undoRuns, ageMs: undoDays * dayMs } },
      }),
    );
    container.bind(FleetTokens.Listeners).toConstantValue(listeners);
    container.bind(FleetTokens.ActivityReporter).toConstantValue(new StoreActivityReporter(store, name));
    container.bind(FleetTokens.TargetReader).toConstantValue(new StoreTargetReader(store));
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
      daemonName: name,
      excludedPaths: [facts.dataDirectory],
      operations: operationsOver({ store, types: standardTypes(), clock, watcher: operationLedger.watcher }),
      operationLedger,
      random: Math.random,
      stalledAfterMs: configuration.stalledAfterSeconds * 1000,
      hungAfterMs: configuration.abandonAfterSeconds * 1000,
    });
    const fleet = container.get(SupervisingConnectorFleet);
    const host = container.get(HostTokens.ConnectorHost);
    const problems = (await host.rescan()).filter((manifest) => manifest.problem !== undefined);
    for (const { provider, directory, problem } of problems)
      logger.warn('a connector provider cannot be used', { provider, directory, problem });
    const pollMs = configuration.groupPollSeconds * 1000;
    const daemon: RunningDaemon = new RunningDaemon({
      name,
      metadataServer: { name: home.serverName, url: this.#serverUrl() },
      store,
      fleet,
      host,
      journal,
      newId: randomUUID,
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
          options: { pollMs },
        }),
      follow: (onChange) => this.#follow(connection, elements, onChange),
      clock,
      logger,
      options: { groups: home.groups, groupPollMs: pollMs },
    });
    return daemon;
  }

  /** A feed of the server itself tells all that its topic could. */
  #follow({ store, outTopic }: StoreConnection, elements: ElementFeed, onChange: () => void): FeedAndTopic {
    const { name, configuration, clock, logger } = this.#parts;
    const shared = { onChange, clock, logger, random: Math.random };
    const waitMs = configuration.metadataServer.changeWaitSeconds * 1000;
    const topic = new TopicFollower({
      ...shared,
      address: async (signal) =>
        (await store.capabilities(signal)).changeFeed ? undefined : await outTopic(`isthmus:${name}`, signal),
      subscribe: kafkaSubscribe(
        name,
        () => `isthmus.${name}.${randomUUID()}`,
        () => this.#kafkaSecurity(),
      ),
    });
    return new FeedAndTopic(new ChangeFeed({ ...shared, store, options: { waitMs } }), topic, elements);
  }
}

function nameOf(element: MetadataElement | undefined): string | undefined {
  const name = element?.properties.qualifiedName;
  return typeof name === 'string' ? name : undefined;
}
