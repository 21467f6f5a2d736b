import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { daemonReport } from '@isthmus/admin-api';
import { type Clock, KernelTokens, type Logger, Resources } from '@isthmus/kernel';
import { metadataServerKind } from '@isthmus/metadata-server';
import {
  type Account,
  addAdminServices,
  addPlatformServices,
  CallAudit,
  createHttpHost,
  type HttpHost,
  type HttpRoute,
  isOwnUrl,
  ServerRegistry,
  SqliteServerDocuments,
} from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { Container } from 'inversify';
import type { Configuration } from '../configuration/configuration-schema.js';
import { resolveSecret } from '../configuration/secrets.js';
import { connectorTypes } from './connector-types.js';
import { integrationDaemonKind } from './integration-daemon-kind.js';
import { isIntegrationDaemon } from './integration-daemon-server.js';
import { LoopDelay } from './loop-delay.js';
import { type ProcessFacts, ProcessTokens } from './process-facts.js';
import { newOwnToken, ownAccount, type ProcessIdentity } from './process-identity.js';

export interface ProcessParts {
  readonly configuration: Configuration;
  readonly accounts: readonly Account[];
  /** Who may call; absent = `accounts` alone. */
  readonly identity?: ProcessIdentity;
  /** Absolute and real. */
  readonly dataDirectory: string;
  readonly providerDirectories: readonly string[];
  readonly closeGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told how many changes runs have just made. */
  readonly wrote?: (changes: number) => void;
  /** Called when somebody asks for the end of the process. */
  readonly shutDown: () => void;
}

export interface ComposedProcess extends AsyncDisposable {
  /** Integration daemons that run, by server name. */
  daemons(): ReadonlyMap<string, IntegrationDaemon>;
  /** All routes, once it has started. */
  routes(): readonly HttpRoute[];
  /** Listens, then starts every server. One that fails is told of, and takes no other down. */
  start(): Promise<StartedProcess>;
  /**
   * From now on these may call, and the process itself.
   *
   * @throws LISTEN_NEEDS_ACCOUNTS when there is none
   */
  setAccounts(accounts: readonly Account[]): void;
  /** Looks at once whether users or certificate have changed. */
  readFilesAgain(): void;
}

export interface StartedProcess {
  /** Base URL. */
  readonly url: string;
  /** Why servers did not start. */
  readonly failures: readonly unknown[];
}

/** Everything that this process consists of, wired: the only root container. Opens nothing before `start`. */
export function composeProcess(parts: ProcessParts): ComposedProcess {
  const { configuration, clock, logger, dataDirectory } = parts;
  const identity = parts.identity?.identity;
  const ownToken = parts.identity?.ownToken ?? newOwnToken();
  const withOwn = (others: readonly Account[]): readonly Account[] =>
    others.length === 0 ? [] : [...others, ownAccount(ownToken)];
  const accounts = withOwn(parts.accounts);
  const loopDelay = new LoopDelay(clock);
  const resources = new Resources();
  resources.own(loopDelay, (it) => it[Symbol.dispose]());
  let host: HttpHost | undefined;
  let registry: ServerRegistry | undefined;
  let audit: CallAudit | undefined;
  const facts: ProcessFacts = {
    dataDirectory,
    providerDirectories: parts.providerDirectories,
    closeGraceMs: parts.closeGraceMs,
    ownToken: accounts.length === 0 && identity === undefined ? undefined : ownToken,
    baseUrl: undefined,
    servers: () => registry?.status() ?? [],
    auditedCalls: (limit, before) => audit?.list(limit, before) ?? [],
    eventLoopDelayMs: () => loopDelay.facts(),
    listenUrl: undefined,
    isOwnUrl: (url) => facts.listenUrl !== undefined && isOwnUrl(url, facts.listenUrl, configuration.listen),
    wrote: (changes) => parts.wrote?.(changes),
  };
  return {
    daemons: () => new Map(registry?.all().flatMap((it) => (isIntegrationDaemon(it) ? [[it.name, it.daemon]] : []))),
    routes: () => host?.routes ?? [],
    async start() {
      const limits = configuration.documents;
      const documents = resources.own(new SqliteServerDocuments({ dataDirectory, logger, clock, limits }), (it) =>
        it[Symbol.dispose](),
      );
      const servers = new ServerRegistry({
        kinds: [
          metadataServerKind(dataDirectory, (reference) => resolveSecret(reference, process.env)),
          integrationDaemonKind(facts),
        ],
        childContainer: childContainers(facts, clock, logger),
        logger,
        clock,
        documents,
        newUuid: randomUUID,
      });
      servers.create(specificationsOf(configuration, dataDirectory));
      registry = servers;
      const { release } = configuration.egeria;
      const known = identity === undefined ? { accounts } : { accounts, identity, ownToken };
      audit = resources.own(new CallAudit(dataDirectory, logger, clock), (it) => it[Symbol.dispose]());
      host = createHttpHost({
        ...configuration.listen,
        ...known,
        audit,
        release,
        logger,
        clock,
        servers: facts.servers,
      });
      // closed in reverse: daemons stop before the listener through which they reach their own metadata servers
      resources.own(host, (it) => it[Symbol.asyncDispose]());
      addAdminServices(host.http, documents);
      addPlatformServices(host.http, {
        servers,
        documents,
        description: configuration.egeria,
        shutDown: parts.shutDown,
        serverReport: async (name) => {
          const server = servers.all().find((running) => running.name === name);
          return server !== undefined && isIntegrationDaemon(server) ? await daemonReport(server.daemon) : undefined;
        },
        connectorType: connectorTypes(parts.providerDirectories, clock, logger),
        clock,
      });
      await servers.routes(host.http);
      const url = await host.listen();
      facts.listenUrl = url;
      facts.baseUrl = host.ownUrl ?? url;
      resources.own(servers, (it) => it[Symbol.asyncDispose]());
      return { url, failures: await servers.startAll(configuration.startUp) };
    },
    setAccounts: (others) => host?.setAccounts(identity === undefined ? withOwn(others) : others),
    readFilesAgain() {
      void identity?.users.reload();
      host?.reloadCertificate();
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

function childContainers(facts: ProcessFacts, clock: Clock, logger: Logger): () => Container {
  const root = new Container();
  root.bind(KernelTokens.Clock).toConstantValue(clock);
  root.bind(KernelTokens.Logger).toConstantValue(logger);
  root.bind(ProcessTokens.Facts).toConstantValue(facts);
  return () => new Container({ parent: root });
}

function specificationsOf({ servers }: Configuration, dataDirectory: string) {
  return Object.entries(servers).map(([name, server]) => {
    const { kind, ...rest } = server;
    return { name, kind, configuration: kind === 'metadata-store' ? { ...rest, dataDirectory } : server };
  });
}
