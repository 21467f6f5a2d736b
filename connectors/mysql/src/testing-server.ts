import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, cp, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestCertificate } from '@isthmus/connector-testing';
import mysql from 'mysql2';
import type { MysqlConfiguration } from './mysql-config.js';
import type { ServerKind, ServerPrograms } from './testing-programs.js';

const run = promisify(execFile);

/** A real server on a free port of this machine, with data of its own that go with it. */
export interface TestServer {
  readonly kind: ServerKind;
  readonly port: number;
  sql(...statements: readonly string[]): Promise<void>;
  query<T>(text: string): Promise<readonly T[]>;
  configuration(changes?: Partial<MysqlConfiguration>): MysqlConfiguration;
  /** As a crash: connections break, what was committed is kept. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** What the dump program of the server writes of one database. */
  dump(database: string): Promise<string>;
  close(): Promise<void>;
}

/** @param certificate - absent: the server speaks no TLS */
export async function startServer(programs: ServerPrograms, certificate?: TestCertificate): Promise<TestServer> {
  const asRoot = userInfo().uid === 0;
  const folder = await mkdtemp(join(await roomyFolder(asRoot), 'isthmus-mysql-'));
  const own = { ...process.env, TMPDIR: folder };
  const [data, socket, log] = [join(folder, 'data'), join(folder, 'socket'), join(folder, 'log.err')];
  const asUser = await makeData(programs, folder, data);
  const port = await freePort();
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  if (certificate !== undefined) {
    await writeFile(certificateFile, certificate.certificate);
    await writeFile(keyFile, certificate.key);
  }
  const options = [
    ...['--no-defaults', ...asUser, `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, `--log-error=${log}`],
    ...['--bind-address=127.0.0.1', '--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--skip-log-bin'],
    ...['--table-definition-cache=20000', '--table-open-cache=8000', ...ownOptions[programs.kind]],
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
    // here it has a root of the socket alone
    if (programs.kind === 'MySQL')
      for (const one of ["CREATE USER root@'127.0.0.1'", "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION"])
        await query(one);
  } catch (error) {
    await stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    kind: programs.kind,
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

/** A table is made in no time where nobody waits for the disk. MySQL makes certificates of its own unless it is told not to. */
const ownOptions: Readonly<Record<ServerKind, readonly string[]>> = {
  MariaDB: ['--debug-no-sync', '--innodb-flush-method=nosync', '--sync-frm=0'],
  MySQL: [
    ...['--innodb-flush-method=O_DIRECT_NO_FSYNC', '--innodb-redo-log-capacity=8388608', '--innodb-doublewrite=OFF'],
    ...['--auto-generate-certs=OFF', '--mysqlx=OFF', '--secure-file-priv=NULL'],
  ],
};

/** @returns as whom the server is to run */
async function makeData(programs: ServerPrograms, folder: string, data: string): Promise<readonly string[]> {
  const asRoot = userInfo().uid === 0;
  if (programs.data !== undefined) {
    await cp(programs.data, data, { recursive: true });
    for (const name of await readdir(data)) if (/(cert|ca|server-key)\.pem$/.test(name)) await rm(join(data, name));
    return asRoot ? ['--user=root'] : [];
  }
  // the server refuses to run as root
  const asUser = asRoot ? ['--user=mysql'] : [];
  if (asRoot) {
    const { stdout } = await run('id', ['-u', 'mysql']);
    await chown(folder, Number(stdout.trim()), -1);
  }
  await run(
    programs.install ?? '',
    ['--no-defaults', ...asUser, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, TMPDIR: folder } },
  );
  return asUser;
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
