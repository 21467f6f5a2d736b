import type { IntegrationConnector, OmisContexts, ProbeStep, RefreshRun, TargetChanges } from '@isthmus/connector-sdk';
import { FollowedServers } from '@isthmus/connector-sdk/servers';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { PostgresqlServer } from './postgresql-server.js';
import { probePostgresql } from './probe.js';
import { ServerListing } from './server-listing.js';
import { configurationOfTarget } from './target-database.js';
import { scopeOfServer } from './to-catalogue.js';

/** Catalogues the databases of the server that its connection leads to, or of each that is its catalog target. */
export class PostgresqlConnector
  implements IntegrationConnector<'database', 'BOTH_DIRECTIONS', PostgresqlConfiguration>
{
  readonly #servers: FollowedServers<PostgresqlConfiguration, PostgresqlServer>;

  constructor(
    private readonly context: OmisContexts['database'],
    private readonly configuration: PostgresqlConfiguration,
  ) {
    this.#servers = new FollowedServers({
      context,
      configuration,
      configurationOfTarget,
      scopeOfParts: scopeOfServer,
      serverOf: (given: PostgresqlConfiguration) => new PostgresqlServer(given, this.#applicationName),
    });
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probePostgresql(this.configuration, this.#applicationName, signal);
  }

  async start(): Promise<void> {
    this.#servers.start();
  }

  async stop(): Promise<void> {
    await this.#servers.stop();
  }

  async targetsChanged(changes: TargetChanges<PostgresqlConfiguration>): Promise<void> {
    await this.#servers.targetsChanged(changes);
  }

  async refresh(run: RefreshRun<'database', PostgresqlConfiguration>): Promise<void> {
    const { server, watch } = this.#servers.of(run.target);
    await new ServerListing(run, server, (scope, fingerprint) => watch?.read(scope, fingerprint)).list();
  }

  get #applicationName(): string {
    return `isthmus ${this.context.connectorName}`;
  }
}
