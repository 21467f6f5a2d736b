import { sourceUnreadable } from '@isthmus/connector-sdk';
import { codeOf, reasonOf } from '@isthmus/connector-sdk/helpers';
import { type NameFilter, nameFilter, type ServerIdentity, SourceBudget } from '@isthmus/connector-sdk/servers';
import { databasesQuery, fingerprintQuery, identityQuery, startQuery, versionQuery } from './catalog-queries.js';
import { isAnswer, isForbidden, isMissing } from './faults.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { type DatabaseRow, isOffered } from './rows.js';
import { expectReadable } from './server-version.js';
import { Session } from './session.js';
import { StandbyPosition } from './standby-position.js';
import { scopeOfDatabase } from './to-catalogue.js';

/** What the server says of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly identity: ServerIdentity;
  /** Those that are wanted, whether or not they may be read or are offered to anybody. */
  readonly databases: readonly DatabaseRow[];
}

const budget = new SourceBudget();

/** One server as one configuration leads to it; all that is asked of it goes over here, within its budget. */
export class PostgresqlServer {
  readonly filter: NameFilter;
  readonly #position = new StandbyPosition();

  constructor(
    readonly configuration: PostgresqlConfiguration,
    private readonly applicationName: string,
  ) {
    this.filter = nameFilter(configuration);
  }

  /**
   * Opens a session for as long as the work takes; waits while others have all that the server is to bear.
   *
   * @throws also while the server is a standby that is behind what was read before
   */
  async session<T>(database: string, signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const { host, port, sessionsAtOnce } = this.configuration;
    return await budget.spend(`${host} ${port}`, sessionsAtOnce, signal, async () => {
      const session = await Session.open(this.configuration, database, this.applicationName, signal);
      try {
        await this.#position.expectReached(session);
        return await work(session);
      } finally {
        await session[Symbol.asyncDispose]();
      }
    });
  }

  /** @throws SOURCE_UNREADABLE */
  async facts(signal: AbortSignal): Promise<ServerFacts> {
    const { database } = this.configuration;
    try {
      return await this.session(database, signal, async (session) => {
        const [server] = await session.rows<{ readonly version: string }>(versionQuery);
        expectReadable(server?.version ?? '');
        const databases = await session.rows<DatabaseRow>(databasesQuery);
        return {
          version: server?.version ?? '',
          identity: await identityOf(session),
          databases: databases.filter(({ name }) => this.filter.mayHold(name)),
        };
      });
    } catch (error) {
      signal.throwIfAborted();
      throw this.unreadable(database, error);
    }
  }

  /**
   * Of each database that may be read, by its scope: another text whenever anything that is catalogued was changed, or it
   * cannot be read any more.
   *
   * @param databases - default: those that the server tells of now
   */
  async fingerprints(signal: AbortSignal, databases?: readonly DatabaseRow[]): Promise<ReadonlyMap<string, string>> {
    const fingerprints = new Map<string, string>();
    for (const row of databases ?? (await this.facts(signal)).databases) {
      if (!row.mayConnect || !isOffered(row)) continue;
      try {
        fingerprints.set(scopeOfDatabase(row.name), await this.session(row.name, signal, fingerprintOf));
      } catch (error) {
        signal.throwIfAborted();
        // it went, or was closed, since the list of them was made
        if (isForbidden(error) || isMissing(error)) continue;
        // one that the server does not let be read keeps none of the others from being looked at
        if (!isAnswer(error)) throw this.unreadable(row.name, error);
        fingerprints.set(scopeOfDatabase(row.name), `not read (${codeOf(error)})`);
      }
    }
    return fingerprints;
  }

  unreadable(database: string, error: unknown): Error {
    const { host, port } = this.configuration;
    return sourceUnreadable(`database ${database} at ${host}:${port} cannot be read: ${reasonOf(error)}`);
  }
}

async function identityOf(session: Session): Promise<ServerIdentity> {
  const ask = async (question: string) =>
    (await session.rows<{ readonly identity: string }>(question))[0]?.identity ?? '';
  try {
    return { lasts: 'data', text: await ask(identityQuery) };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { lasts: 'run', text: await ask(startQuery) };
  }
}

export async function fingerprintOf(session: Session): Promise<string> {
  const [row] = await session.rows<{ readonly fingerprint: string }>(fingerprintQuery);
  return row?.fingerprint ?? '';
}
