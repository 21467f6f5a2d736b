import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCertificate } from '@isthmus/connector-testing';
import mysql from 'mysql2';
import type { MysqlConfiguration } from './mysql-config.js';

const run = promisify(execFile);

/** A real MariaDB server on a free port of this machine, with data of its own that go with it. */
export interface TestServer {
  readonly port: number;
  sql(...statements: readonly string[]): Promise<void>;
  query<T>(text: string): Promise<readonly T[]>;
  configuration(changes?: Partial<MysqlConfiguration>): MysqlConfiguration;
  /** As a crash: connections break, what was committed is kept. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What `mariadb-dump` writes of one database. */
  dump(database: string): Promise<string>;
  close(): Promise<void>;
}

export interface ServerPrograms {
  readonly server: string;
  readonly install: string;
  readonly dump: string;
}

/** Undefined = the server is not installed. */
export function serverPrograms(): ServerPrograms | undefined {
  const [server, install, dump] = ['mariadbd', 'mariadb-install-db', 'mariadb-dump'].map(pathOfProgram);
  return server === undefined || install === undefined || dump === undefined ? undefined : { server, install, dump };
}

function pathOfProgram(name: string): string | undefined {
  const { stdout, status } = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/usr/local/sbin"; command -v ${name}`], {
    encoding: 'utf8',
  });
  return status === 0 && existsSync(stdout.trim()) ? stdout.trim() : undefined;
}

/** @param certificate - absent: the server speaks no TLS */
export async function startServer(programs: ServerPrograms, certificate?: TestCertificate): Promise<TestServer> {
  const asRoot = userInfo().uid === 0;
  const folder = await mkdtemp(join(await roomyFolder(asRoot), 'isthmus-mysql-'));
  // the server refuses to run as root
  const asUser = asRoot ? ['--user=mysql'] : [];
  if (asRoot) {
    const { stdout } = await run('id', ['-u', 'mysql']);
    await chown(folder, Number(stdout.trim()), -1);
  }
  const own = { ...process.env, TMPDIR: folder };
  const [data, socket, log] = [join(folder, 'data'), join(folder, 'socket'), join(folder, 'log')];
  await run(
    programs.install,
    ['--no-defaults', ...asUser, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { maxBuffer: 64 * 1024 * 1024, env: own },
  );
  const port = await freePort();
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  if (certificate !== undefined) {
    await writeFile(certificateFile, certificate.certificate);
    await writeFile(keyFile, certificate.key);
  }
  const options = [
    ...['--no-defaults', ...asUser, `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, `--log-error=${log}`],
    ...['--bind-address=127.0.0.1', '--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--skip-log-bin'],
    // a table is made in no time where nobody waits for the disk
    ...['--debug-no-sync', '--innodb-flush-method=nosync', '--sync-frm=0'],
    ...['--table-definition-cache=20000', '--table-open-cache=8000'],
    ...['--innodb-buffer-pool-size=64M', '--lower-case-table-names=0', `--pid-file=${join(folder, 'pid')}`],
    ...(certificate === undefined ? [] : [`--ssl-cert=${certificateFile}`, `--ssl-key=${keyFile}`]),
  ];
  let server: ChildProcess | undefined;
  const query = <T>(text: string): Promise<readonly T[]> => asked<T>({ socketPath: socket, user: 'root' }, text);
  const start = async (): Promise<void> => {
    server = spawn(programs.server, options, { stdio: 'ignore', env: own });
    await untilReady(server, () => query('SELECT 1'), log);
  };
  const stop = async (): Promise<void> => {
    const running = server;
    server = undefined;
    if (running === undefined) return;
    await new Promise<void>((ended) => {
      running.once('exit', () => ended());
      if (running.exitCode !== null || !running.kill('SIGKILL')) ended();
    });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    query,
    start,
    stop,
    sql: async (...statements) => void (await asked({ socketPath: socket, user: 'root' }, ...statements)),
    configuration: (changes = {}) => ({
      host: '127.0.0.1',
      port,
      user: 'root',
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
    async dump(database) {
      const args = ['--no-defaults', `--socket=${socket}`, '-uroot', '--skip-dump-date', '--databases', database];
      return (await run(programs.dump, args, { maxBuffer: 256 * 1024 * 1024 })).stdout;
    },
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** In memory where there is enough of it: each table is some files. */
async function roomyFolder(asRoot: boolean): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined);
  if (memory !== undefined && memory.bavail * memory.bsize > 2 * 1024 ** 3) return '/dev/shm';
  // root's own temporary folder may be closed to the user that the server runs as
  return asRoot ? '/tmp' : tmpdir();
}

/** @returns the rows of the last one */
async function asked<T>(options: mysql.ConnectionOptions, ...statements: readonly string[]): Promise<readonly T[]> {
  const connection = mysql.createConnection({ ...options, charset: 'utf8mb4', dateStrings: true });
  connection.on('error', () => undefined);
  try {
    let last: readonly T[] = [];
    for (const statement of statements)
      last = await new Promise((resolve, reject) => {
        connection.query(statement, (error, rows: unknown) =>
          error ? reject(error) : resolve(isRows<T>(rows) ? rows : []),
        );
      });
    return last;
  } finally {
    connection.destroy();
  }
}

function isRows<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}

const startsWithinMs = 60_000;

async function untilReady(server: ChildProcess, ask: () => Promise<unknown>, log: string): Promise<void> {
  const deadline = performance.now() + startsWithinMs;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) {
        const told = await readFile(log, 'utf8').catch(() => '');
        throw new Error(`the server did not start: ${told.split('\n').slice(-10).join('\n')}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
