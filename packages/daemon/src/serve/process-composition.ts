import 'reflect-metadata';
import { type Clock, KernelTokens, type Logger, Resources } from '@isthmus/kernel';
import { metadataServerKind } from '@isthmus/metadata-server';
import { type Account, createHttpHost, type HttpRoute, ServerRegistry } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { Container } from 'inversify';
import type { Configuration } from '../configuration/configuration-schema.js';
import { integrationDaemonKind } from './integration-daemon-kind.js';
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
}

export interface ComposedProcess extends AsyncDisposable {
  /** Integration daemons by server name. */
  readonly daemons: ReadonlyMap<string, IntegrationDaemon>;
  /** All routes, once it has started. */
  readonly routes: readonly HttpRoute[];
  /** Listens, then starts every server. @returns the base URL */
  start(signal: AbortSignal): Promise<string>;
  /**
   * From now on these may call, and the process itself.
   *
   * @throws LISTEN_NEEDS_ACCOUNTS when there is none
   */
  setAccounts(accounts: readonly Account[]): void;
  /** Looks at once whether users or certificate have changed. */
  readFilesAgain(): void;
}

/** Everything that this process consists of, wired: the only root container. Opens nothing yet. */
export function composeProcess(parts: ProcessParts): ComposedProcess {
  const { configuration, logger, clock } = parts;
  const root = new Container();
  const ownToken = parts.identity?.ownToken ?? newOwnToken();
  const withOwn = (others: readonly Account[]): readonly Account[] =>
    others.length === 0 ? [] : [...others, ownAccount(ownToken)];
  const accounts = withOwn(parts.accounts);
  const identity = parts.identity?.identity;
  const loopDelay = new LoopDelay(clock);
  const daemons = new Map<string, IntegrationDaemon>();
  const facts: ProcessFacts = {
    dataDirectory: parts.dataDirectory,
    providerDirectories: parts.providerDirectories,
    closeGraceMs: parts.closeGraceMs,
    ownToken: accounts.length === 0 && identity === undefined ? undefined : ownToken,
    baseUrl: undefined,
    servers: () => registry.status(),
    eventLoopDelayMs: () => loopDelay.facts(),
    announce: (name, daemon) => daemons.set(name, daemon),
  };
  root.bind(KernelTokens.Clock).toConstantValue(clock);
  root.bind(KernelTokens.Logger).toConstantValue(logger);
  root.bind(ProcessTokens.Facts).toConstantValue(facts);

  const registry = new ServerRegistry(
    [metadataServerKind, integrationDaemonKind],
    () => new Container({ parent: root }),
    logger,
  );
  const host = createHttpHost({
    ...configuration.listen,
    release: configuration.egeria.release,
    accounts,
    ...(identity === undefined ? {} : { identity, ownToken }),
    logger,
    clock,
    servers: () => registry.status(),
  });
  registry.create(
    Object.entries(configuration.servers).map(([name, server]) => ({
      name,
      kind: server.kind,
      configuration: server.kind === 'metadata-store' ? storeConfiguration(server, parts.dataDirectory) : server,
    })),
  );

  const resources = new Resources();
  resources.own(loopDelay, (it) => it[Symbol.dispose]());
  return {
    daemons,
    routes: host.routes,
    async start(signal) {
      await registry.routes(host.http);
      // closed in reverse: the daemon stops before the listener through which it reaches its own metadata server
      resources.own(host, (it) => it[Symbol.asyncDispose]());
      const url = await host.listen();
      facts.baseUrl = host.ownUrl;
      resources.own(registry, (it) => it[Symbol.asyncDispose]());
      await registry.start(signal);
      return url;
    },
    setAccounts: (others) => host.setAccounts(identity === undefined ? withOwn(others) : others),
    readFilesAgain() {
      void identity?.users.reload();
      host.reloadCertificate();
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}

function storeConfiguration(
  { kind: _kind, ...rest }: Configuration['servers'][string],
  dataDirectory: string,
): unknown {
  return { ...rest, dataDirectory };
}
