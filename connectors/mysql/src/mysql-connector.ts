import type { IntegrationConnector, OmisContexts, ProbeStep, RefreshRun, TargetChanges } from '@isthmus/connector-sdk';
import { FollowedServers } from '@isthmus/connector-sdk/servers';
import type { MysqlConfiguration } from './mysql-config.js';
import { MysqlServer } from './mysql-server.js';
import { probeMysql } from './probe.js';
import { ServerListing } from './server-listing.js';
import { scopeOfServer } from './to-catalogue.js';

/** Catalogues the databases of the server that its connection leads to, or of each that is its catalog target. */
export class MysqlConnector implements IntegrationConnector<'database', 'BOTH_DIRECTIONS', MysqlConfiguration> {
  readonly #servers: FollowedServers<MysqlConfiguration, MysqlServer>;

  constructor(
    private readonly context: OmisContexts['database'],
    private readonly configuration: MysqlConfiguration,
  ) {
    this.#servers = new FollowedServers({
      context,
      configuration,
      scopeOfParts: scopeOfServer,
      serverOf: (given: MysqlConfiguration) => new MysqlServer(given, this.#applicationName),
    });
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probeMysql(this.configuration, this.#applicationName, signal);
  }

  async start(): Promise<void> {
    this.#servers.start();
  }

  async stop(): Promise<void> {
    await this.#servers.stop();
  }

  async targetsChanged(changes: TargetChanges<MysqlConfiguration>): Promise<void> {
    await this.#servers.targetsChanged(changes);
  }

  async refresh(run: RefreshRun<'database', MysqlConfiguration>): Promise<void> {
    const { server, watch } = this.#servers.of(run.target);
    await new ServerListing(run, server, (scope, fingerprint) => watch?.read(scope, fingerprint)).list();
  }

  get #applicationName(): string {
    return `isthmus ${this.context.connectorName}`;
  }
}
