import {
  type IntegrationConnector,
  type OmisContexts,
  type OmisScopes,
  type ProbeStep,
  type RefreshRun,
  sourceUnreadable,
} from '@isthmus/connector-sdk';
import {
  databasesQuery,
  relationCountsQuery,
  relationsQuery,
  schemasQuery,
  serverQuery,
  valueSetsQuery,
} from './catalog-queries.js';
import { ChangeWatch } from './change-watch.js';
import { isForbidden, reasonOf } from './faults.js';
import { type PathFilter, pathFilter } from './path-filter.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { probeServer } from './probe.js';
import type { DatabaseRow, RelationRow, SchemaRow, ValueSetRow } from './rows.js';
import { Session } from './session.js';
import {
  scopeOfDatabase,
  scopeOfSchema,
  scopeOfServer,
  toDatabase,
  toRelation,
  toSchema,
  toServer,
  toValueSet,
} from './to-catalogue.js';

type Run = RefreshRun<'database'>;
type Scope = OmisScopes['database'];

/** Catalogues the databases of one PostgreSQL server, each in one snapshot of its own. */
export class PostgresqlConnector implements IntegrationConnector<'database'> {
  readonly #filter: PathFilter;
  #watch: ChangeWatch | undefined;

  constructor(
    private readonly context: OmisContexts['database'],
    private readonly configuration: PostgresqlConfiguration,
  ) {
    this.#filter = pathFilter(configuration);
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probeServer(this.configuration, this.#applicationName, signal);
  }

  async start(): Promise<void> {
    const { pollSeconds } = this.configuration;
    if (pollSeconds === 0) return;
    this.#watch = new ChangeWatch({
      pollSeconds,
      databases: (signal) => this.#databases(signal),
      open: (database, signal) => this.#open(database, signal),
      changed: (scopes) => this.context.changed(scopes),
      log: this.context.log,
    });
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  async refresh(run: Run): Promise<void> {
    const { serverName } = this.configuration;
    const { databases, version, roles } = await this.#server(run.signal);
    const root = run.scope('server');
    const [server] = await root.keepThings('server', [toServer(serverName, version)]);
    if (server !== undefined) await root.server(server);
    await root.complete({ count: 1 });

    const scope = run.scope(scopeOfServer);
    const wanted = databases.filter(({ name }) => this.#filter.mayHold(name));
    for (const database of await scope.keepThings(
      'database',
      wanted.map((row) => toDatabase(serverName, row)),
    )) {
      run.signal.throwIfAborted();
      await scope.database(database);
    }
    run.signal.throwIfAborted();
    await scope.complete({ rights: roles });
    for (const database of wanted) {
      if (run.requested !== undefined && !run.requested.has(scopeOfDatabase(database.name))) continue;
      await this.#listDatabase(run, database, roles);
    }
  }

  async #listDatabase(run: Run, { name, mayConnect }: DatabaseRow, roles: readonly string[]): Promise<void> {
    const scope = run.scope(scopeOfDatabase(name));
    if (!mayConnect) return this.#closed(scope, name, 'the user has no CONNECT');
    let session: Session;
    try {
      session = await this.#open(name, run.signal);
    } catch (error) {
      if (isForbidden(error)) return this.#closed(scope, name, reasonOf(error));
      throw this.#unreadable(name, error);
    }
    try {
      await session.snapshot(() => this.#listSchemas(run, scope, name, session, roles));
    } catch (error) {
      run.signal.throwIfAborted();
      throw this.#unreadable(name, error);
    } finally {
      await session[Symbol.asyncDispose]();
    }
  }

  /** What lies in it is still there, for all that is known. */
  async #closed(scope: Scope, name: string, why: string): Promise<void> {
    await scope.finding({
      severity: 'warning',
      code: 'DATABASE_CLOSED',
      message: `database ${name} cannot be read: ${why}`,
    });
  }

  async #listSchemas(
    run: Run,
    scope: Scope,
    database: string,
    session: Session,
    roles: readonly string[],
  ): Promise<void> {
    const all = await session.rows<SchemaRow>(schemasQuery);
    const schemas = all.filter(({ name }) => this.#filter.mayHold(database, name));
    for (const schema of await scope.keepThings(
      'schema',
      schemas.map((row) => toSchema(database, row)),
    )) {
      run.signal.throwIfAborted();
      await scope.schema(schema);
    }
    run.signal.throwIfAborted();
    await scope.complete({ rights: roles });
    const listing = new SchemaListing(run, database, await this.#counts(session), roles);
    for (const sets of grouped(await session.rows<ValueSetRow>(valueSetsQuery)))
      await this.#tellSets(listing, database, sets);
    for await (const rows of session.pages<RelationRow>(relationsQuery))
      for (const relations of grouped(rows)) await this.#tellRelations(listing, database, relations);
    for (const { name } of schemas) await listing.complete(name, this.#filter.isOpen);
    run.progress(`listed ${database}`);
  }

  async #counts(session: Session): Promise<ReadonlyMap<string, number>> {
    const rows = await session.rows<{ readonly schema: string; readonly count: number }>(relationCountsQuery);
    return new Map(rows.map(({ schema, count }) => [schema, count]));
  }

  /** @param rows - of one schema */
  async #tellSets(listing: SchemaListing, database: string, rows: readonly ValueSetRow[]): Promise<void> {
    const wanted = rows.filter(({ schema, name }) => this.#filter.holds(database, schema, name));
    const [first] = wanted;
    if (first === undefined) return;
    const scope = listing.scope(first.schema, wanted.length);
    for (const set of await scope.keepThings(
      'valueSet',
      wanted.map((row) => toValueSet(database, row)),
    )) {
      listing.run.signal.throwIfAborted();
      await scope.valueSet(set);
    }
  }

  /** @param rows - of one schema */
  async #tellRelations(listing: SchemaListing, database: string, rows: readonly RelationRow[]): Promise<void> {
    const wanted = rows.filter(({ schema, name }) => this.#filter.holds(database, schema, name));
    const [first] = wanted;
    if (first === undefined) return;
    const scope = listing.scope(first.schema, 0);
    const relations = wanted.map((row) => toRelation(database, row, this.configuration.statistics));
    for (const noun of ['table', 'view'] as const) {
      const told = relations.filter((relation) => relation.noun === noun).map((relation) => relation.told);
      for (const relation of await scope.keepThings(noun, told)) {
        listing.run.signal.throwIfAborted();
        await scope[noun](relation);
      }
    }
  }

  async #server(signal: AbortSignal) {
    const { database } = this.configuration;
    let session: Session | undefined;
    try {
      session = await this.#open(database, signal);
      const [server] = await session.rows<{ readonly version: string; readonly roles: readonly string[] | null }>(
        serverQuery,
      );
      const databases = await session.rows<DatabaseRow>(databasesQuery);
      return { databases, version: server?.version ?? '', roles: (server?.roles ?? []).slice(0, 1_000) };
    } catch (error) {
      signal.throwIfAborted();
      throw this.#unreadable(database, error);
    } finally {
      await session?.[Symbol.asyncDispose]();
    }
  }

  async #databases(signal: AbortSignal): Promise<readonly string[]> {
    const { databases } = await this.#server(signal);
    return databases.filter(({ name, mayConnect }) => mayConnect && this.#filter.mayHold(name)).map(({ name }) => name);
  }

  #open(database: string, signal: AbortSignal): Promise<Session> {
    return Session.open(this.configuration, database, this.#applicationName, signal);
  }

  get #applicationName(): string {
    return `isthmus ${this.context.connectorName}`;
  }

  #unreadable(database: string, error: unknown): Error {
    const { host, port } = this.configuration;
    return sourceUnreadable(`database ${database} at ${host}:${port} cannot be read: ${reasonOf(error)}`);
  }
}

/** The scopes of one database's schemas while they are listed side by side. */
class SchemaListing {
  readonly #valueSets = new Map<string, number>();

  constructor(
    readonly run: Run,
    private readonly database: string,
    private readonly counts: ReadonlyMap<string, number>,
    private readonly roles: readonly string[],
  ) {}

  /** @param valueSets - how many of them are told in it */
  scope(schema: string, valueSets: number): Scope {
    if (valueSets > 0) this.#valueSets.set(schema, valueSets);
    return this.run.scope(scopeOfSchema(this.database, schema));
  }

  /** @param isWhole - nothing is filtered, so that the server's own count can be held against the listing */
  async complete(schema: string, isWhole: boolean): Promise<void> {
    this.run.signal.throwIfAborted();
    const count = (this.counts.get(schema) ?? 0) + (this.#valueSets.get(schema) ?? 0);
    const scope = this.run.scope(scopeOfSchema(this.database, schema));
    await scope.complete({ rights: this.roles, ...(isWhole ? { count } : {}) });
  }
}

/** Runs of rows of one schema; rows come in the order of schemas. */
function grouped<T extends { readonly schema: string }>(rows: readonly T[]): readonly (readonly T[])[] {
  const groups: T[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last?.[0]?.schema === row.schema) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
