import { setImmediate } from 'node:timers/promises';
import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import { keepOrTell, listingState, provenBy, type ServerIdentity, tellIdentity } from '@isthmus/connector-sdk/servers';
import { type Piece, type Reading, readDatabase } from './database-reader.js';
import { everyDatabase, everyTable, rightsTo, rightsToServer, seesEveryTable, type Visibility } from './grants.js';
import type { MysqlServer, ServerFacts } from './mysql-server.js';
import type { Relation } from './rows.js';
import { type SeenParts, seenPartsOf } from './seen-parts.js';
import {
  type Dialect,
  keyOf,
  type Noun,
  nounOf,
  scopeOfDatabase,
  scopeOfServer,
  toDatabase,
  toServer,
  toTable,
  toValueSets,
  toView,
} from './to-catalogue.js';

/** See `listingState`. */
const mapping = 2;

type Run = RefreshRun<'database'>;
type Scope = OmisScopes['database'];

interface SeenThing {
  readonly key?: string | undefined;
  readonly names: readonly string[];
  readonly seen: SeenParts;
}

/** What of one database is told when all of it was read. */
interface Found {
  hiddenViews: number;
  unreadable: number;
  hasHiddenTables: boolean;
}

/** Each such portion is made in one turn. */
const toldAtOnce = 50;
/** What a certificate may name. */
const mostRights = 1_000;

/** Lists what is in the databases of one server. One listing per run. */
export class ServerListing {
  /** Of what was listed in this run. */
  readonly #fingerprints = new Map<string, string>();
  /** All was listed, is seen as a whole, and nothing was found that people should know. */
  #isWhole = true;

  constructor(
    private readonly run: Run,
    private readonly server: MysqlServer,
    /** A database was listed completely, as it was at this fingerprint. */
    private readonly read: (scope: string, fingerprint: string) => void,
  ) {}

  async list(): Promise<void> {
    const { run, server } = this;
    const facts = await server.facts(run.signal);
    await tellIdentity(run, facts.identity);
    if (run.incremental && (await this.#isUnchanged(facts))) return;
    // what is listed in part, or looks for a while as it did before, is nothing to go on from
    await run.saveCursor('');
    await this.#listServer(facts);
    const dialect = { isMariaDb: facts.isMariaDb, statistics: server.configuration.statistics };
    for (const { name } of facts.databases) {
      if (run.requested !== undefined && !run.requested.has(scopeOfDatabase(name))) continue;
      await this.#listDatabase(name, dialect);
      run.progress(`listed ${name}`);
    }
    // what people should know is told by each run, and what is seen in part is remembered by runs that read it
    if (run.requested === undefined && this.#isWhole)
      await run.saveCursor(listingState(mapping, server.configuration, facts, this.#fingerprints));
  }

  /** Since the run that saved the cursor; if so, there is nothing to say. Otherwise everything is listed. */
  async #isUnchanged(facts: ServerFacts): Promise<boolean> {
    const { run, server } = this;
    const fingerprints = new Map<string, string>();
    try {
      await server.session(run.signal, async (session) => {
        for (const { name } of facts.databases)
          fingerprints.set(scopeOfDatabase(name), await server.fingerprint(session, name));
      });
    } catch (error) {
      run.signal.throwIfAborted();
      throw server.unreadable(error);
    }
    if (run.cursor !== listingState(mapping, server.configuration, facts, fingerprints)) {
      await run.cursorRefused();
      return false;
    }
    for (const [scope, fingerprint] of fingerprints) this.read(scope, fingerprint);
    run.progress('nothing was changed since the last run');
    return true;
  }

  async #listServer({ databases, version, identity, visibility, ...dialect }: ServerFacts): Promise<void> {
    const { run } = this;
    const { serverName, user } = this.server.configuration;
    const root = run.scope('server');
    const servers = [toServer(serverName, version, dialect)];
    await keepOrTell(run.signal, servers, (things) => root.keepThings('server', things), root.server);
    await root.complete({ count: 1 });

    const scope = run.scope(scopeOfServer);
    const things = databases.map((row) => toDatabase(serverName, row, dialect));
    await keepOrTell(run.signal, things, (some) => scope.keepThings('database', some), scope.database);
    run.signal.throwIfAborted();
    const rights = rightsToServer(visibility);
    const isCertified = await this.#certify(
      scope,
      identity,
      rights,
      `the grants of ${user} do not say which databases it sees`,
    );
    this.#isWhole &&= isCertified;
  }

  async #listDatabase(database: string, dialect: Dialect): Promise<void> {
    const { run, server } = this;
    const scope = run.scope(scopeOfDatabase(database));
    const found: Found = { hiddenViews: 0, unreadable: 0, hasHiddenTables: false };
    let failure: unknown;
    const tell = async (piece: Piece): Promise<void> => {
      try {
        await this.#tellPiece(scope, database, piece, dialect, found);
      } catch (error) {
        failure = error;
        throw error;
      }
    };
    const { reading, identity, fingerprint } = await server
      .session(run.signal, async (session) => {
        const fingerprint = await server.fingerprint(session, database);
        const reading = await readDatabase(session, database, { statistics: dialect.statistics }, tell);
        return { reading, fingerprint, identity: session.identity };
      })
      .catch((error: unknown) => {
        run.signal.throwIfAborted();
        throw error === failure ? error : server.unreadable(error);
      });
    const isCertified = await this.#complete(scope, identity, database, reading, found);
    this.#isWhole &&=
      isCertified &&
      reading.isStill &&
      found.hiddenViews + found.unreadable === 0 &&
      seesEveryTable(reading.visibility, database);
    this.#fingerprints.set(scopeOfDatabase(database), fingerprint);
    // by no such fingerprint, the next look has it listed again: what went meanwhile may have come meanwhile too
    if (reading.isCertain) this.read(scopeOfDatabase(database), reading.isStill ? fingerprint : '');
  }

  async #tellPiece(scope: Scope, database: string, piece: Piece, dialect: Dialect, found: Found): Promise<void> {
    const { filter } = this.server;
    const wanted = piece.relations.filter(
      (relation) => nounOf(relation) !== undefined && filter.holds(database, relation.name),
    );
    const readable = wanted.filter(({ columns }) => columns.length > 0);
    await this.#tell(scope, database, readable, piece.visibility, dialect);
    const unreadable = wanted.filter(({ columns }) => columns.length === 0);
    await this.#tellUnreadable(scope, database, unreadable);
    found.hiddenViews += readable.filter(
      (relation) => nounOf(relation) === 'view' && (relation.view?.definition ?? '') === '',
    ).length;
    found.unreadable += unreadable.length;
    found.hasHiddenTables ||= unreadable.some((relation) => nounOf(relation) === 'table');
  }

  async #tell(
    scope: Scope,
    database: string,
    relations: readonly Relation[],
    visibility: Visibility,
    dialect: Dialect,
  ): Promise<void> {
    const { signal } = this.run;
    const seen = (relation: Relation): SeenParts => seenPartsOf(relation, database, visibility);
    const tables = relations.filter((relation) => nounOf(relation) === 'table');
    for (const some of portionsOf(tables)) {
      const sets = some.flatMap((relation) => toValueSets(database, relation));
      await keepOrTell(signal, sets, (things) => scope.keepThings('valueSet', things), scope.valueSet);
      const told = some.map((relation) => ({ ...toTable(database, relation, dialect), seen: seen(relation) }));
      const fresh = await scope.keepThings('table', told);
      const whole = await this.#withoutNarrower(scope, database, told, fresh, 'table');
      for (const { seen: _, ...table } of whole) await scope.table(table);
      // others have their turn
      await setImmediate();
    }
    const views = relations.filter((relation) => nounOf(relation) === 'view');
    for (const some of portionsOf(views)) {
      const told = some.map((relation) => ({ ...toView(database, relation, dialect), seen: seen(relation) }));
      const fresh = await scope.keepThings('view', told);
      const whole = await this.#withoutNarrower(scope, database, told, fresh, 'view');
      for (const { seen: _, ...view } of whole) await scope.view(view);
      await setImmediate();
    }
  }

  /**
   * Sets aside what is catalogued and would be told with less than is known of it, because less of it is seen.
   *
   * @returns those of `fresh` that are to be told
   */
  async #withoutNarrower<T extends SeenThing>(
    scope: Scope,
    database: string,
    all: readonly T[],
    fresh: readonly T[],
    noun: Noun,
  ): Promise<readonly T[]> {
    const { run, server } = this;
    const placeOf = ({ key }: T): string => `${scopeOfDatabase(database)} ${key}`;
    const doubted = fresh.filter((thing) => !server.catalogued.covers(placeOf(thing), thing.seen));
    const known = new Set(doubted.length === 0 ? [] : await scope.missing());
    const narrower = new Set(doubted.filter(({ key }) => key !== undefined && known.has(key)));
    for (const { key, names } of narrower)
      await scope.finding({
        severity: 'warning',
        code: noun === 'view' ? 'VIEW_PARTLY_HIDDEN' : 'TABLE_PARTLY_HIDDEN',
        message: `${noun} ${names.at(-1)} of ${database} was changed, or less of it may be seen, so it stays as it is known: GRANT SELECT, SHOW VIEW on all of it`,
        ...(key === undefined ? {} : { key }),
      });
    run.signal.throwIfAborted();
    if (run.mode !== 'preview')
      for (const thing of all) if (!narrower.has(thing)) server.catalogued.note(placeOf(thing), thing.seen);
    return fresh.filter((thing) => !narrower.has(thing));
  }

  /** A view over something that is not there any more, a table that is damaged, or one whose columns are hidden: each stays as it is known. */
  async #tellUnreadable(scope: Scope, database: string, relations: readonly Relation[]): Promise<void> {
    for (const relation of relations) {
      const { name, comment } = relation;
      const isView = nounOf(relation) === 'view';
      const reason = comment === null || comment === '' || comment === 'VIEW' ? 'no column may be seen' : comment;
      const noun = isView ? 'view' : 'table';
      await scope.finding({
        severity: 'warning',
        code: isView ? 'VIEW_UNREADABLE' : 'TABLE_UNREADABLE',
        message: `${noun} ${name} of ${database} cannot be read: ${reason}; mend it, or give the user a right to its columns`,
        key: keyOf(name),
      });
    }
  }

  async #complete(
    scope: Scope,
    identity: ServerIdentity,
    database: string,
    { isCertain, visibility }: Reading,
    { hiddenViews, hasHiddenTables }: Found,
  ): Promise<boolean> {
    this.run.signal.throwIfAborted();
    if (hiddenViews > 0)
      await scope.finding({
        severity: 'warning',
        code: 'VIEW_TEXT_HIDDEN',
        message: `the text of ${hiddenViews} views of ${database} may not be seen, nor what they read: GRANT SELECT, SHOW VIEW on them`,
      });
    if (!isCertain) {
      await scope.finding({
        severity: 'info',
        code: 'DATABASE_CHANGING',
        message: `${database}, or the rights to it, were changed while it was read: what went is removed by a later run`,
      });
      return false;
    }
    // the sets of values of such a table are not known
    if (hasHiddenTables) return false;
    const { user } = this.server.configuration;
    return await this.#certify(
      scope,
      identity,
      rightsTo(visibility, database),
      `the grants of ${user} do not say what it sees of ${database}`,
    );
  }

  /** What is hidden looks like what is gone, so that without known rights nothing is concluded. @returns whether it was */
  async #certify(scope: Scope, identity: ServerIdentity, rights: readonly string[], unknown: string): Promise<boolean> {
    if (rights.length > 0 && rights.length <= mostRights) {
      const seesAll = rights.some((right) => right === everyTable || right === everyDatabase);
      await scope.complete({ ...provenBy(identity, rights), seesAll });
      return true;
    }
    const message =
      rights.length === 0
        ? `${unknown}, so that nothing is removed: GRANT SELECT, SHOW VIEW, or REFERENCES, to the user itself`
        : 'there are more single grants than can be compared, so that nothing is removed: give the rights on whole databases';
    await scope.finding({ severity: 'warning', code: 'RIGHTS_UNKNOWN', message });
    return false;
  }
}

function* portionsOf<T>(things: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < things.length; from += toldAtOnce) yield things.slice(from, from + toldAtOnce);
}
