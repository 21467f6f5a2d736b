import { tlsOf } from '@isthmus/connector-sdk/servers';
import pg from 'pg';
import type { PostgresqlConfiguration } from './postgresql-config.js';

const rowsAtOnce = 200;
/**
 * With an empty path every name of a type, table or function is told with its schema. Questions about catalogs look dear to
 * the planner and are not: compiling one takes far longer than answering it. A cursor is read to its end.
 */
const settings = { lock_timeout: '5000', search_path: '', jit: 'off', cursor_tuple_fraction: '1' };
const options = Object.entries({ default_transaction_read_only: 'on', ...settings })
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** One read-only connection to one database. It ends with the signal: what runs at the server is cut off with it. */
export class Session implements AsyncDisposable {
  readonly #client: pg.Client;
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#cut();
  #fault: unknown;
  /** Why the connection ended while nothing was asked: what is asked next is told no more than that it did. */
  #ended: unknown;

  private constructor(
    client: pg.Client,
    signal: AbortSignal,
    private readonly statementTimeoutMs: number,
  ) {
    this.#client = client;
    this.#signal = signal;
    // without a listener an error between two questions would end the process
    client.on('error', (error) => {
      this.#ended ??= error;
      this.#fault ??= error;
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws what the server or the way to it said, without secrets */
  static async open(
    configuration: PostgresqlConfiguration,
    database: string,
    applicationName: string,
    signal: AbortSignal,
  ): Promise<Session> {
    signal.throwIfAborted();
    const { host, port, user, password, connectTimeoutSeconds, statementTimeoutSeconds } = configuration;
    const client = new pg.Client({
      host,
      port,
      user,
      database,
      password: password ?? '',
      application_name: applicationName.slice(0, 63),
      connectionTimeoutMillis: connectTimeoutSeconds * 1_000,
      statement_timeout: statementTimeoutSeconds * 1_000,
      // beyond the server's own: it may have stopped answering at all
      query_timeout: statementTimeoutSeconds * 1_000 + 5_000,
      idle_in_transaction_session_timeout: 600_000,
      keepAlive: true,
      options,
      // nothing is overheard on a socket of this machine
      ssl: host.startsWith('/') ? false : ((await tlsOf(configuration)) ?? false),
    });
    const session = new Session(client, signal, statementTimeoutSeconds * 1_000);
    try {
      await client.connect();
      signal.throwIfAborted();
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw error;
    }
  }

  async rows<T>(sql: string): Promise<readonly T[]> {
    return (await this.#asked(() => this.#client.query(sql))).rows;
  }

  /**
   * Everything that is asked inside sees one moment of the database. A pooler in between may have kept back what the session
   * was to begin with, and lends it to others afterwards: it is said once more, for the transaction alone.
   */
  async snapshot<T>(work: () => Promise<T>): Promise<T> {
    const begin = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';
    const said = Object.entries({ ...settings, statement_timeout: String(this.statementTimeoutMs) })
      .map(([name, value]) => `set_config('${name}', '${value}', true)`)
      .join(', ');
    await this.#asked(() => this.#client.query(`${begin}; SELECT ${said}`));
    const result = await work();
    await this.#asked(() => this.#client.query('COMMIT'));
    return result;
  }

  /**
   * The rows of one question, some hundreds at a time; inside of a snapshot only. It is asked at once, and the server gets
   * the next ones ready while these are worked on.
   */
  pages<T>(sql: string): AsyncGenerator<readonly T[]> {
    const declared = this.#asked(() => this.#client.query(`DECLARE listing NO SCROLL CURSOR FOR ${sql}`));
    // what the server refuses the first page tells too
    declared.catch(() => undefined);
    return this.#pagesAfter(this.#page());
  }

  async *#pagesAfter<T>(first: Promise<pg.QueryResult>): AsyncGenerator<readonly T[]> {
    let next = first;
    for (let isLast = false; !isLast; ) {
      const { rows } = await next;
      isLast = rows.length < rowsAtOnce;
      if (!isLast) next = this.#page();
      if (rows.length > 0) yield rows;
    }
    await this.#asked(() => this.#client.query('CLOSE listing'));
  }

  #page(): Promise<pg.QueryResult> {
    const page = this.#asked<pg.QueryResult>(() => this.#client.query(`FETCH ${rowsAtOnce} FROM listing`));
    // it is looked at with the next page, if one is asked for
    page.catch(() => undefined);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#signal.aborted || this.#fault !== undefined) return this.#cut();
    const late = setTimeout(() => this.#cut(), 2_000);
    await this.#client.end().catch(() => undefined);
    clearTimeout(late);
    this.#cut();
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#fault ??= error;
      throw this.#ended ?? error;
    }
  }

  #cut(): void {
    this.#client.connection.stream.destroy();
  }
}
