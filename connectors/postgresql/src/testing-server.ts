import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type { TestCertificate } from '@isthmus/connector-testing';
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
  /** Presents this certificate to new connections. */
  presents(certificate: TestCertificate): Promise<void>;
  /** As `pg_ctl restart -m immediate`: connections break, nothing is lost. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The output of a program of the server's, e.g. `pg_dump`. */
  tool(name: string, ...args: readonly string[]): Promise<string>;
  /** A second server that follows this one by streaming replication and takes questions alone (a hot standby). */
  standby(...settings: readonly string[]): Promise<TestServer>;
  /** Makes a standby a server of its own. */
  promote(): Promise<void>;
  close(): Promise<void>;
}

/** Where the programs of the server lie, of another version than the newest installed by ISTHMUS_POSTGRESQL; undefined = it is not installed. */
export function serverPrograms(): string | undefined {
  const given = process.env.ISTHMUS_POSTGRESQL;
  if (given !== undefined) return given;
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((one, other) => Number(other) - Number(one)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  const found = folders.find((folder) => existsSync(join(folder, 'initdb')));
  if (found !== undefined) return found;
  const { stdout, status } = spawnSync('sh', ['-c', 'dirname "$(command -v initdb)"'], { encoding: 'utf8' });
  const folder = stdout.trim();
  return status === 0 && existsSync(join(folder, 'initdb')) ? folder : undefined;
}

/** Lines of its pg_hba.conf, first match wins. Whoever has a password has to give it; the superuser is let in as he is. */
const access = [
  'local all all trust',
  'host all,replication keeper 127.0.0.1/32 trust',
  'hostssl all all 127.0.0.1/32 scram-sha-256',
  'hostnossl all tls_only 127.0.0.1/32 reject',
  'host all all 127.0.0.1/32 scram-sha-256',
];

export async function startServer(programs: string): Promise<TestServer> {
  const folder = await serverFolder();
  const data = join(folder, 'data');
  const args = ['-D', data, '-U', superuser, '--auth=trust', '-E', 'UTF8', '--no-sync', '--locale=C.UTF-8'];
  await command(programs, folder, 'initdb', args);
  await write(join(data, 'pg_hba.conf'), `${access.join('\n')}\n`);
  return await serve(programs, folder);
}

const superuser = 'keeper';
const asRoot = userInfo().uid === 0;

/** Of the user that the server runs as: it refuses to run as root. */
async function serverFolder(): Promise<string> {
  // root's own temporary folder may be closed to that user
  const folder = await mkdtemp(join(asRoot ? '/tmp' : tmpdir(), 'isthmus-postgresql-'));
  await own(folder);
  return folder;
}

async function own(path: string): Promise<void> {
  if (asRoot) await chown(path, Number((await run('id', ['-u', 'postgres'])).stdout.trim()), -1);
}

/** Of the user that the server runs as, and for nobody else. */
async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o600);
  await own(path);
}

async function command(programs: string, folder: string, name: string, args: readonly string[]): Promise<string> {
  const program = join(programs, name);
  const [file, given] = asRoot ? ['runuser', ['-u', 'postgres', '--', program, ...args]] : [program, [...args]];
  return (await run(file, given, { cwd: folder, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C' } }))
    .stdout;
}

/** Starts what lies in `data` of this folder. */
async function serve(programs: string, folder: string, settings: readonly string[] = []): Promise<TestServer> {
  const data = join(folder, 'data');
  const port = await freePort();
  const set = [...['listen_addresses=127.0.0.1', 'fsync=off', 'autovacuum=off', 'max_connections=50'], ...settings];
  const options = [`-p ${port}`, ...[`unix_socket_directories=${folder}`, ...set].map((one) => `-c ${one}`)].join(' ');
  const control = (...args: readonly string[]) =>
    // the postmaster would keep the pipe of pg_ctl open for ever
    command(programs, folder, 'pg_ctl', ['-D', data, '-w', '-s', '-l', join(folder, 'log'), ...args]);
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
      sessionsAtOnce: 2,
      pollSeconds: 0,
      ...changes,
    }),
    async presents({ certificate, key }) {
      await write(join(data, 'server.crt'), certificate);
      await write(join(data, 'server.key'), key);
      await query('postgres', 'ALTER SYSTEM SET ssl = on');
      await query('postgres', 'SELECT pg_reload_conf()');
      // the postmaster rereads its files in its own time: until a fresh session tells so
      await until(async () => {
        const [row] = await query<{ readonly ssl: string }>('postgres', `SELECT current_setting('ssl') AS ssl`);
        return row?.ssl === 'on' && (await presented(port)) === certificate.replace(/\s/g, '');
      });
    },
    async restart() {
      await control('-m', 'immediate', 'stop');
      await start();
    },
    stop: async () => void (await control('-m', 'immediate', 'stop')),
    start,
    tool: (name, ...args) => command(programs, folder, name, args),
    async standby(...given) {
      const other = await serverFolder();
      const from = ['-h', '127.0.0.1', '-p', String(port), '-U', superuser, '-D', join(other, 'data')];
      await command(programs, other, 'pg_basebackup', [...from, '-R', '--no-sync', '-c', 'fast']);
      return await serve(programs, other, given);
    },
    promote: async () => void (await control('promote')),
    async close() {
      await control('-m', 'immediate', 'stop').catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let left = 400; left > 0; left -= 1) {
    if (await isSo()) return;
    await new Promise((settle) => setTimeout(settle, 50));
  }
  throw new Error('the server did not come to it in twenty seconds');
}

/** The certificate that the server presents now, as PEM without blanks. */
async function presented(port: number): Promise<string | undefined> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'keeper',
    database: 'postgres',
    password: '',
    ssl: { rejectUnauthorized: false },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { stream } = client.connection;
    if (!(stream instanceof TLSSocket)) return undefined;
    const { raw } = stream.getPeerCertificate();
    return `-----BEGINCERTIFICATE-----${raw.toString('base64')}-----ENDCERTIFICATE-----`;
  } catch {
    return undefined;
  } finally {
    await client.end();
  }
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
