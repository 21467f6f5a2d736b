import { sourceUnreadable } from '@isthmus/connector-sdk';
import { reasonOf } from '@isthmus/connector-sdk/helpers';
import { type NameFilter, nameFilter, type ServerIdentity, SourceBudget } from '@isthmus/connector-sdk/servers';
import { databasesQuery } from './catalog-queries.js';
import { fingerprintOf, moment, visibilityBetween } from './database-reader.js';
import type { Visibility } from './grants.js';
import type { MysqlConfiguration } from './mysql-config.js';
import type { DatabaseRow } from './rows.js';
import { CataloguedParts } from './seen-parts.js';
import { Session } from './session.js';
import { scopeOfDatabase } from './to-catalogue.js';

/** What the server says of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly isMariaDb: boolean;
  readonly identity: ServerIdentity;
  readonly visibility: Visibility;
  /** Those that are wanted, in the order of their names. */
  readonly databases: readonly DatabaseRow[];
}

interface Known {
  readonly moment: string;
  readonly fingerprint: string;
}

const budget = new SourceBudget();

/** Looks that ask for everything although no statement was counted: one that ran for long counts when it begins. */
const looksBetween = 10;
/** Looks that follow a change: it was counted when it began, and may not have ended yet. */
const looksAfter = 2;
/** So many times as long as a look took nothing more is asked. */
const restOfLook = 4;

/** One server as one configuration leads to it; all that is asked of it goes over here, within its budget. */
export class MysqlServer {
  readonly filter: NameFilter;
  readonly catalogued = new CataloguedParts();
  #moment = '';
  /** As they were asked for last, by the scope of the database, and at which moment. */
  #fingerprints = new Map<string, Known>();
  #looksLeft = 0;
  #looksSince = 0;
  #notBefore = 0;

  constructor(
    readonly configuration: MysqlConfiguration,
    private readonly applicationName: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.filter = nameFilter(configuration);
  }

  /** Opens a session for as long as the work takes; waits while others have all that the server is to bear. */
  async session<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const { host, port, sessionsAtOnce } = this.configuration;
    return await budget.spend(`${host} ${port}`, sessionsAtOnce, signal, async () => {
      const session = await Session.open(this.configuration, this.applicationName, signal);
      try {
        return await work(session);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    });
  }

  /** @throws SOURCE_UNREADABLE */
  async facts(signal: AbortSignal): Promise<ServerFacts> {
    try {
      return await this.session(signal, async (session) => {
        const before = await moment(session);
        const databases = await this.#databases(session);
        const after = await moment(session);
        const { version, isMariaDb, identity } = session;
        return { version, isMariaDb, identity, visibility: visibilityBetween(before, after), databases };
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.unreadable(error);
    }
  }

  /**
   * Of each database, by its scope: another text whenever anything that is catalogued was changed. Asks for no more than
   * the server's counters while they say that nothing was.
   */
  async fingerprints(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return await this.session(signal, async (session) => {
      const { text } = await moment(session);
      this.#looksSince += 1;
      if (text !== this.#moment || this.#looksSince >= looksBetween) this.#looksLeft = 1 + looksAfter;
      this.#moment = text;
      if (this.#looksLeft > 0 && this.now() >= this.#notBefore) await this.#look(session, text);
      return new Map([...this.#fingerprints].map(([scope, { fingerprint }]) => [scope, fingerprint]));
    });
  }

  async #look(session: Session, at: string): Promise<void> {
    const startedAt = this.now();
    const databases = await this.#databases(session);
    const fingerprints = new Map<string, Known>();
    for (const { name } of databases)
      fingerprints.set(scopeOfDatabase(name), { moment: at, fingerprint: await fingerprintOf(session, name) });
    this.#fingerprints = fingerprints;
    this.#looksLeft -= 1;
    this.#looksSince = 0;
    this.#notBefore = this.now() + restOfLook * (this.now() - startedAt);
  }

  /**
   * Of one database, for a run. One that was asked for at this very moment of the server is good enough where the server is
   * looked at from time to time: it may be too old, never too new, and the next look finds what was changed since.
   */
  async fingerprint(session: Session, database: string): Promise<string> {
    const { text } = await moment(session);
    const scope = scopeOfDatabase(database);
    const known = this.#fingerprints.get(scope);
    if (this.configuration.pollSeconds > 0 && known?.moment === text) return known.fingerprint;
    const fingerprint = await fingerprintOf(session, database);
    this.#fingerprints.set(scope, { moment: text, fingerprint });
    return fingerprint;
  }

  async #databases(session: Session): Promise<readonly DatabaseRow[]> {
    const databases = await session.rows<DatabaseRow>(databasesQuery(session.abilities));
    return databases
      .filter(({ name }) => this.filter.mayHold(name))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  unreadable(error: unknown): Error {
    const { host, port } = this.configuration;
    return sourceUnreadable(`the server at ${host}:${port} cannot be read: ${reasonOf(error)}`);
  }
}
