import type {
  CatalogTarget,
  IntegrationConnector,
  OmisContexts,
  ProbeStep,
  RefreshRun,
  TargetChanges,
} from '@isthmus/connector-sdk';
import { FingerprintWatch } from '@isthmus/connector-sdk/servers';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { PostgresqlServer } from './postgresql-server.js';
import { probePostgresql } from './probe.js';
import { ServerListing } from './server-listing.js';
import { configurationOfTarget } from './target-database.js';
import { scopeOfServer } from './to-catalogue.js';

type Target = CatalogTarget<PostgresqlConfiguration>;

interface Followed {
  readonly server: PostgresqlServer;
  readonly watch: FingerprintWatch | undefined;
}

/** Catalogues the databases of the server that its connection leads to, or of each that is its catalog target. */
export class PostgresqlConnector
  implements IntegrationConnector<'database', 'BOTH_DIRECTIONS', PostgresqlConfiguration>
{
  #own: Followed | undefined;
  readonly #targets = new Map<string, Followed>();

  constructor(
    private readonly context: OmisContexts['database'],
    private readonly configuration: PostgresqlConfiguration,
  ) {}

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probePostgresql(this.configuration, this.#applicationName, signal);
  }

  async start(): Promise<void> {
    this.#own = this.#follow(this.configuration);
  }

  async stop(): Promise<void> {
    const followed = [this.#own, ...this.#targets.values()];
    this.#own = undefined;
    this.#targets.clear();
    await Promise.all(followed.map((each) => each?.watch?.stop()));
  }

  /** With targets, the connector's own connection only says what they have in common: it is not followed. */
  async targetsChanged({ added, changed, removed }: TargetChanges<PostgresqlConfiguration>): Promise<void> {
    for (const name of [...removed, ...changed.map((target) => target.name)]) {
      await this.#targets.get(name)?.watch?.stop();
      this.#targets.delete(name);
    }
    for (const target of [...added, ...changed]) this.#targets.set(target.name, this.#followTarget(target));
    if (this.#targets.size > 0) {
      await this.#own?.watch?.stop();
      this.#own = undefined;
    } else this.#own ??= this.#follow(this.configuration);
  }

  async refresh(run: RefreshRun<'database', PostgresqlConfiguration>): Promise<void> {
    const { server, watch } = this.#followed(run.target);
    await new ServerListing(run, server, (scope, fingerprint) => watch?.read(scope, fingerprint)).list();
  }

  #followed(target: Target | undefined): Followed {
    if (target === undefined) {
      this.#own ??= this.#follow(this.configuration);
      return this.#own;
    }
    const known = this.#targets.get(target.name);
    if (known !== undefined) return known;
    const followed = this.#followTarget(target);
    this.#targets.set(target.name, followed);
    return followed;
  }

  #followTarget(target: Target): Followed {
    return this.#follow(configurationOfTarget(target), target.name);
  }

  #follow(configuration: PostgresqlConfiguration, target?: string): Followed {
    const server = new PostgresqlServer(configuration, this.#applicationName);
    const { pollSeconds } = configuration;
    if (pollSeconds === 0) return { server, watch: undefined };
    const watch = new FingerprintWatch({
      pollSeconds,
      look: (signal) => server.fingerprints(signal),
      scopeOfParts: scopeOfServer,
      changed: (scopes) => this.context.changed(scopes, target),
      log: this.context.log,
    });
    return { server, watch };
  }

  get #applicationName(): string {
    return `isthmus ${this.context.connectorName}`;
  }
}
