import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import { reasonOf } from '@isthmus/connector-sdk/helpers';
import {
  CountedScopes,
  keepOrTell,
  listingState,
  provenBy,
  runsOf,
  tellIdentity,
} from '@isthmus/connector-sdk/servers';
import { relationCountsQuery, relationsQuery, schemasQuery, valueSetsQuery } from './catalog-queries.js';
import { isAnswer, isForbidden, isMissing } from './faults.js';
import { fingerprintOf, type PostgresqlServer, type ServerFacts } from './postgresql-server.js';
import { type DatabaseRow, isOffered, type RelationRow, type SchemaRow, type ValueSetRow } from './rows.js';
import type { Session } from './session.js';
import {
  keyOfDatabase,
  scopeOfDatabase,
  scopeOfSchema,
  scopeOfServer,
  toDatabase,
  toRelation,
  toSchema,
  toServer,
  toValueSet,
} from './to-catalogue.js';

/** See `listingState`. */
const mapping = 2;

type Run = RefreshRun<'database'>;
type Scope = OmisScopes['database'];

/** Lists what is in the databases of one server, each in one snapshot of its own. One listing per run. */
export class ServerListing {
  /** Of what was listed in this run. */
  readonly #fingerprints = new Map<string, string>();
  #hasWithdrawn = false;

  constructor(
    private readonly run: Run,
    private readonly server: PostgresqlServer,
    /** A database was listed completely, as it was at this fingerprint. */
    private readonly read: (scope: string, fingerprint: string) => void,
  ) {}

  async list(): Promise<void> {
    const { run, server } = this;
    const facts = await server.facts(run.signal);
    await tellIdentity(run, facts.identity);
    if (run.incremental && (await this.#isUnchanged(facts))) return;
    await this.#listServer(facts);
    let failure: unknown;
    for (const database of facts.databases.filter(isOffered)) {
      if (run.requested !== undefined && !run.requested.has(scopeOfDatabase(database.name))) continue;
      try {
        await this.#listDatabase(database, facts);
      } catch (error) {
        run.signal.throwIfAborted();
        // one database that the server refuses to read keeps none of the others from being read
        if (!isAnswer(error)) throw server.unreadable(database.name, error);
        failure ??= server.unreadable(database.name, error);
      }
    }
    if (failure !== undefined) throw failure;
    // what is kept of databases that are withdrawn is told by each run, so that nobody takes it for current
    if (run.requested === undefined && !this.#hasWithdrawn)
      await run.saveCursor(listingState(mapping, server.configuration, facts, this.#fingerprints));
  }

  /** Since the run that saved the cursor; if so, there is nothing to say. Otherwise everything is listed. */
  async #isUnchanged(facts: ServerFacts): Promise<boolean> {
    const { run, server } = this;
    const fingerprints = await server.fingerprints(run.signal, facts.databases);
    if (run.cursor !== listingState(mapping, server.configuration, facts, fingerprints)) {
      await run.cursorRefused();
      return false;
    }
    for (const [scope, fingerprint] of fingerprints) this.read(scope, fingerprint);
    for (const { name, mayConnect } of facts.databases.filter(isOffered))
      if (!mayConnect) await this.#closed(run.scope(scopeOfDatabase(name)), name, noConnect);
    run.progress('nothing was changed since the last run');
    return true;
  }

  async #listServer({ databases, version, identity }: ServerFacts): Promise<void> {
    const { run } = this;
    const { serverName } = this.server.configuration;
    const root = run.scope('server');
    const servers = [toServer(serverName, version)];
    await keepOrTell(run.signal, servers, (things) => root.keepThings('server', things), root.server);
    await root.complete({ count: 1 });

    const scope = run.scope(scopeOfServer);
    const things = databases.filter(isOffered).map((row) => toDatabase(serverName, row));
    await keepOrTell(run.signal, things, (some) => scope.keepThings('database', some), scope.database);
    await this.#keepWithdrawn(scope, databases);
    run.signal.throwIfAborted();
    await scope.complete(provenBy(identity));
  }

  /** What was known of databases that nobody is offered any more is still there, until they are dropped. */
  async #keepWithdrawn(scope: Scope, databases: readonly DatabaseRow[]): Promise<void> {
    const known = new Set(await scope.missing());
    for (const row of databases) {
      const key = keyOfDatabase(row.name);
      if (isOffered(row) || !known.has(key)) continue;
      this.#hasWithdrawn = true;
      const why = row.takesConnections ? 'it is a template now' : 'it takes no connections now';
      await this.#closed(scope, row.name, why, key);
    }
  }

  async #listDatabase({ name, mayConnect }: DatabaseRow, facts: ServerFacts): Promise<void> {
    const { run, server } = this;
    const scope = run.scope(scopeOfDatabase(name));
    if (!mayConnect) return this.#closed(scope, name, noConnect);
    let isOpen = false;
    try {
      await server.session(name, run.signal, async (session) => {
        isOpen = true;
        const fingerprint = await session.snapshot(() => this.#listSnapshot(scope, name, session, facts));
        this.#fingerprints.set(scopeOfDatabase(name), fingerprint);
        this.read(scopeOfDatabase(name), fingerprint);
      });
    } catch (error) {
      run.signal.throwIfAborted();
      // it went, or was closed, since the list of them was made
      if (!isOpen && (isForbidden(error) || isMissing(error))) return this.#closed(scope, name, reasonOf(error));
      throw error;
    }
    run.progress(`listed ${name}`);
  }

  /** What lies in it is still there, for all that is known. */
  async #closed(scope: Scope, name: string, why: string, key?: string): Promise<void> {
    await scope.finding({
      severity: 'warning',
      code: 'DATABASE_CLOSED',
      message: `database ${name} cannot be read: ${why}; what is known of it is kept`,
      ...(key === undefined ? {} : { key }),
    });
  }

  /** @returns the fingerprint of what was listed */
  async #listSnapshot(scope: Scope, database: string, session: Session, { identity }: ServerFacts): Promise<string> {
    const { run, server } = this;
    // one after the other they go to the server, without waiting for what is made of the answers
    const [fingerprint, all, counts, sets] = await Promise.all([
      fingerprintOf(session),
      session.rows<SchemaRow>(schemasQuery),
      this.#counts(database, session),
      session.rows<ValueSetRow>(valueSetsQuery),
    ]);
    const pages = session.pages<RelationRow>(relationsQuery);
    const rows = all.filter(({ name }) => server.filter.mayHold(database, name));
    const schemas = rows.map((row) => toSchema(database, row));
    await keepOrTell(run.signal, schemas, (things) => scope.keepThings('schema', things), scope.schema);
    run.signal.throwIfAborted();
    const proof = provenBy(identity);
    await scope.complete(proof);

    const scopes = new CountedScopes(run, counts, proof);
    for (const [schema, some] of runsOf(sets, schemaOf)) await this.#tellSets(scopes, database, schema, some);
    for await (const page of pages)
      for (const [schema, relations] of runsOf(page, schemaOf))
        await this.#tellRelations(scopes, database, schema, relations);
    for (const { name } of rows) await scopes.complete(scopeOfSchema(database, name), server.filter.isOpen);
    return fingerprint;
  }

  async #counts(database: string, session: Session): Promise<ReadonlyMap<string, number>> {
    const rows = await session.rows<{ readonly schema: string; readonly count: number }>(relationCountsQuery);
    return new Map(rows.map(({ schema, count }) => [scopeOfSchema(database, schema), count]));
  }

  async #tellSets(
    scopes: CountedScopes<'database'>,
    database: string,
    schema: string,
    rows: readonly ValueSetRow[],
  ): Promise<void> {
    const wanted = rows.filter(({ name }) => this.server.filter.holds(database, schema, name));
    if (wanted.length === 0) return;
    const scope = scopes.scope(scopeOfSchema(database, schema), wanted.length);
    const sets = wanted.map((row) => toValueSet(database, row));
    await keepOrTell(this.run.signal, sets, (things) => scope.keepThings('valueSet', things), scope.valueSet);
  }

  async #tellRelations(
    scopes: CountedScopes<'database'>,
    database: string,
    schema: string,
    rows: readonly RelationRow[],
  ): Promise<void> {
    const { signal } = this.run;
    const { filter, configuration } = this.server;
    const isWanted = ([of, name]: readonly [string, string, ...unknown[]]): boolean => filter.holds(database, of, name);
    const wanted = rows
      .filter(({ name }) => isWanted([schema, name]))
      // what is left out has no columns in the catalogue
      .map((row) => ({ ...row, sourceColumns: row.sourceColumns?.filter(isWanted) ?? null }));
    if (wanted.length === 0) return;
    const scope = scopes.scope(scopeOfSchema(database, schema));
    const relations = wanted.map((row) => toRelation(database, row, configuration.statistics));
    const tables = relations.flatMap((relation) => (relation.noun === 'table' ? [relation.told] : []));
    const views = relations.flatMap((relation) => (relation.noun === 'view' ? [relation.told] : []));
    await keepOrTell(signal, tables, (things) => scope.keepThings('table', things), scope.table);
    await keepOrTell(signal, views, (things) => scope.keepThings('view', things), scope.view);
  }
}

const noConnect = 'the user has no CONNECT';

function schemaOf({ schema }: { readonly schema: string }): string {
  return schema;
}
