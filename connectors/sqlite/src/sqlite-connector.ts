import type { IntegrationConnector, OmisContexts, ProbeStep, RefreshRun, TargetChanges } from '@isthmus/connector-sdk';
import { nodeTimers, type Timers } from '@isthmus/connector-sdk/helpers';
import { FollowedServers } from '@isthmus/connector-sdk/servers';
import { FolderListing } from './folder-listing.js';
import { probeFolder } from './probe.js';
import type { SqliteConfiguration } from './sqlite-config.js';
import { SqliteFolder } from './sqlite-folder.js';
import { scopeOfDatabases } from './to-catalogue.js';

/** Catalogues the database or the folder of databases that its connection leads to, or each that is its catalog target. */
export class SqliteConnector implements IntegrationConnector<'database', 'BOTH_DIRECTIONS', SqliteConfiguration> {
  readonly #folders: FollowedServers<SqliteConfiguration, SqliteFolder>;

  constructor(
    private readonly context: OmisContexts['database'],
    private readonly configuration: SqliteConfiguration,
    private readonly timers: Timers = nodeTimers,
  ) {
    this.#folders = new FollowedServers({
      context,
      configuration,
      scopeOfParts: scopeOfDatabases,
      timers,
      serverOf: (given: SqliteConfiguration) => this.#folderOf(given),
    });
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probeFolder(this.#folderOf(this.configuration), signal);
  }

  async start(): Promise<void> {
    this.#folders.start();
  }

  async stop(): Promise<void> {
    await this.#folders.stop();
  }

  async targetsChanged(changes: TargetChanges<SqliteConfiguration>): Promise<void> {
    await this.#folders.targetsChanged(changes);
  }

  async refresh(run: RefreshRun<'database', SqliteConfiguration>): Promise<void> {
    const { server, watch } = this.#folders.of(run.target);
    await new FolderListing(run, server, (scope, fingerprint) => watch?.read(scope, fingerprint)).list();
  }

  #folderOf(configuration: SqliteConfiguration): SqliteFolder {
    return new SqliteFolder(configuration, this.context.excludedPaths, this.timers);
  }
}
