import { isIP, Socket } from 'node:net';
import { sourceUnreadable } from '@isthmus/connector-sdk';
import { codeOf } from '@isthmus/connector-sdk/helpers';
import { type ServerIdentity, tlsOf } from '@isthmus/connector-sdk/servers';
import mysql from 'mysql2';
import {
  type Abilities,
  abilitiesOf,
  abilitiesQuery,
  identityQuery,
  noAbilities,
  variablesQuery,
  versionQuery,
} from './catalog-queries.js';
import { withTrueCode } from './faults.js';
import { giveTurns } from './give-turns.js';
import type { MysqlConfiguration } from './mysql-config.js';
import type { ServerRow } from './rows.js';

/** One read-only connection to a server. It ends with the signal; what runs at the server then is ended by its own timeout. */
export class Session implements AsyncDisposable {
  readonly #connection: mysql.Connection;
  readonly #signal: AbortSignal;
  readonly #mark: string;
  readonly #timeoutMs: number;
  readonly #onAbort = (): void => this.#connection.destroy();
  #fault: unknown;
  #version = '';
  #identity: ServerIdentity = { lasts: 'run', text: '' };
  #abilities = noAbilities;

  private constructor(
    connection: mysql.Connection,
    signal: AbortSignal,
    { statementTimeoutSeconds }: MysqlConfiguration,
    applicationName: string,
  ) {
    this.#connection = connection;
    this.#signal = signal;
    this.#timeoutMs = statementTimeoutSeconds * 1_000;
    // whoever looks at the list of processes sees whose question it is
    this.#mark = `/* ${applicationName.replace(/[^\w .-]/g, '_')} */ `;
    // without a listener an error between two questions would end the process
    connection.on('error', (error) => {
      this.#fault ??= error;
    });
    signal.addEventListener('abort', this.#onAbort, { once: true });
    const stream: unknown = Reflect.get(connection, 'stream');
    // over TLS the driver takes all listeners away
    if (stream instanceof Socket) giveTurns(stream);
  }

  /** @throws what the server or the way to it said, without secrets */
  static async open(configuration: MysqlConfiguration, applicationName: string, signal: AbortSignal): Promise<Session> {
    const options = await optionsOf(configuration, applicationName);
    // nothing lies between this and listening to the signal
    signal.throwIfAborted();
    const connection = mysql.createConnection(options);
    const session = new Session(connection, signal, configuration, applicationName);
    try {
      await session.#connected(configuration.connectTimeoutSeconds * 1_000);
      await session.#prepare();
      return session;
    } catch (error) {
      await session[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw withTrueCode(error);
    }
  }

  get version(): string {
    return this.#version;
  }

  get identity(): ServerIdentity {
    return this.#identity;
  }

  get isMariaDb(): boolean {
    return /mariadb/i.test(this.#version);
  }

  get abilities(): Abilities {
    return this.#abilities;
  }

  /** @param values - for each `?`; a list stands for its values with commas between */
  async rows<T>(sql: string, values: readonly (string | readonly string[])[] = []): Promise<readonly T[]> {
    this.#signal.throwIfAborted();
    try {
      return await new Promise((resolve, reject) => {
        // beyond the server's own: it may have stopped answering at all
        const options = { sql: this.#mark + sql, values: [...values], timeout: this.#timeoutMs + 5_000 };
        this.#connection.query(options, (error, rows: unknown) => {
          if (error) reject(error);
          else resolve(isRows<T>(rows) ? rows : []);
        });
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#fault ??= error;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#signal.aborted || this.#fault !== undefined) return this.#connection.destroy();
    await new Promise<void>((ended) => {
      const late = setTimeout(ended, 2_000);
      this.#connection.end(() => {
        clearTimeout(late);
        ended();
      });
    });
    this.#connection.destroy();
  }

  /** The driver's own limit ends with the first byte of an answer. */
  async #connected(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(Object.assign(new Error('no log-in within the connect timeout'), { code: 'ETIMEDOUT' })),
        timeoutMs,
      );
    });
    let isReached = false;
    // a server speaks first; what waits to be spoken to is another kind of server
    const stream: unknown = Reflect.get(this.#connection, 'stream');
    if (stream instanceof Socket)
      stream.once('connect', () => {
        isReached = true;
      });
    const connected = new Promise<void>((resolve, reject) => {
      this.#signal.addEventListener('abort', reject, { once: true });
      this.#connection.connect((error) => (error ? reject(error) : resolve()));
    });
    // whichever comes second is of no interest
    connected.catch(() => undefined);
    try {
      await Promise.race([connected, late]);
    } catch (error) {
      this.#fault ??= error;
      if (isReached && stream instanceof Socket && stream.bytesRead === 0 && codeOf(error) === 'ETIMEDOUT')
        throw Object.assign(
          new Error('it takes connections and greets nobody: it is of another kind, or does not answer at all'),
          { code: 'NO_GREETING' },
        );
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Nothing can be changed, nothing is waited for long, and every text is written the same way each time. */
  async #prepare(): Promise<void> {
    const [server] = await this.rows<ServerRow>(versionQuery);
    this.#version = server?.version ?? '';
    const limit = this.isMariaDb
      ? `max_statement_time = ${this.#timeoutMs / 1_000}`
      : `max_execution_time = ${this.#timeoutMs}`;
    const variables = await this.rows<{ readonly Variable_name: string }>(variablesQuery);
    const known = variables.map(({ Variable_name: name }) => name);
    const fresh = known.includes('information_schema_stats_expiry') ? ', information_schema_stats_expiry = 0' : '';
    await this.rows(`SET SESSION sql_mode = '', time_zone = '+00:00', lock_wait_timeout = 5, ${limit}${fresh}`);
    await this.rows('SET SESSION TRANSACTION READ ONLY');
    const [own] = await this.rows<{ readonly identity: string | null }>(identityQuery(this.isMariaDb));
    this.#identity = { lasts: this.isMariaDb ? 'run' : 'data', text: own?.identity ?? '' };
    this.#abilities = abilitiesOf(await this.rows(abilitiesQuery), known);
  }
}

async function optionsOf(configuration: MysqlConfiguration, applicationName: string): Promise<mysql.ConnectionOptions> {
  const { host, port, user, password, connectTimeoutSeconds } = configuration;
  const tls = await tlsOf(configuration);
  if (configuration.tls === 'verify' && isIP(host) !== 0)
    throw sourceUnreadable(
      `with \`tls\` verify the certificate is held against a name, and ${host} is an address: write \`host\` as the certificate does`,
    );
  return {
    ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
    user,
    password: password ?? '',
    charset: 'utf8mb4',
    connectTimeout: connectTimeoutSeconds * 1_000,
    connectAttributes: { program_name: applicationName.slice(0, 200) },
    enableKeepAlive: true,
    multipleStatements: false,
    supportBigNumbers: true,
    dateStrings: true,
    // the server may not ask for files of this machine
    flags: ['-LOCAL_FILES'],
    ...(tls === undefined
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls.rejectUnauthorized !== false,
            verifyIdentity: tls.rejectUnauthorized !== false,
            ...(typeof tls.ca === 'string' ? { ca: tls.ca } : {}),
          },
        }),
  };
}

function isRows<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}
