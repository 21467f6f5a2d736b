import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { PostgresqlConfiguration } from './postgresql-config.js';

const run = promisify(execFile);

/** A real PostgreSQL server on a free port of this machine, with data of its own that go with it. */
export interface TestServer {
  readonly port: number;
  readonly superuser: string;
  sql(database: string, ...statements: readonly string[]): Promise<void>;
  query<T>(database: string, text: string): Promise<readonly T[]>;
  configuration(changes?: Partial<PostgresqlConfiguration>): PostgresqlConfiguration;
  /** As `pg_ctl restart -m immediate`: connections break, nothing is lost. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The output of a program of the server's, e.g. `pg_dump`. */
  tool(name: string, ...args: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Where the programs of the server lie; undefined = it is not installed. */
export function serverPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  const { stdout, status } = spawnSync('sh', ['-c', 'dirname "$(command -v initdb)"'], { encoding: 'utf8' });
  const folder = stdout.trim();
  return status === 0 && existsSync(join(folder, 'initdb')) ? folder : undefined;
}

export async function startServer(programs: string): Promise<TestServer> {
  const asRoot = userInfo().uid === 0;
  // root's own temporary folder may be closed to the user that the server runs as
  const folder = await mkdtemp(join(asRoot ? '/tmp' : tmpdir(), 'isthmus-postgresql-'));
  if (asRoot) {
    const { stdout } = await run('id', ['-u', 'postgres']);
    await chown(folder, Number(stdout.trim()), -1);
  }
  // the server refuses to run as root
  const command = async (name: string, args: readonly string[]): Promise<string> => {
    const program = join(programs, name);
    const [file, given] = asRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, [...args]];
    return (await run(file, given, { cwd: folder, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' } }))
      .stdout;
  };
  const data = join(folder, 'data');
  const superuser = 'keeper';
  await command('initdb', ['-D', data, '-U', superuser, '--auth=trust', '-E', 'UTF8', '--no-sync', '--locale=C.UTF-8']);
  const port = await freePort();
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c fsync=off -c autovacuum=off -c max_connections=50`;
  const control = (...args: readonly string[]) =>
    // the postmaster would keep the pipe of pg_ctl open for ever
    command('pg_ctl', ['-D', data, '-w', '-s', '-l', join(folder, 'log'), ...args]);
  const start = async (): Promise<void> => void (await control('-o', options, 'start'));
  await start();
  const query = async <T>(database: string, text: string): Promise<readonly T[]> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: superuser, database, password: '' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      const result: unknown = await client.query(text);
      const last: unknown = Array.isArray(result) ? result.at(-1) : result;
      return isResult<T>(last) ? last.rows : [];
    } finally {
      await client.end();
    }
  };
  return {
    port,
    superuser,
    query,
    async sql(database, ...statements) {
      for (const statement of statements) await query(database, statement);
    },
    configuration: (changes = {}) => ({
      host: '127.0.0.1',
      port,
      user: superuser,
      database: 'postgres',
      serverName: 'test',
      include: ['**'],
      exclude: [],
      tls: 'off',
      statistics: false,
      connectTimeoutSeconds: 10,
      statementTimeoutSeconds: 60,
      pollSeconds: 0,
      ...changes,
    }),
    async restart() {
      await control('-m', 'immediate', 'stop');
      await start();
    },
    stop: async () => void (await control('-m', 'immediate', 'stop')),
    start,
    tool: (name, ...args) => command(name, args),
    async close() {
      await control('-m', 'immediate', 'stop').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isResult<T>(value: unknown): value is { readonly rows: readonly T[] } {
  return typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
