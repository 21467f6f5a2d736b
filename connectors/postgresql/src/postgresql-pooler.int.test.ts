import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { listening, recordingHost } from '@isthmus/connector-testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

const programs = serverPrograms();
const pooler = '/usr/sbin/pgbouncer';
const isThere = programs !== undefined && existsSync(pooler);
if (!isThere) console.warn('SKIP connectors/postgresql behind a pooler: PostgreSQL or PgBouncer is not installed');
// where they are not installed these are skipped aloud and counted; `npm run servers -- --install` brings them
const withPooler = isThere ? describe : describe.skip;

let server: TestServer;
if (isThere) {
  beforeAll(async () => {
    server = await startServer(programs);
    await server.sql('postgres', 'CREATE DATABASE shop');
    await server.sql('shop', "CREATE TYPE mood AS ENUM ('a')", 'CREATE TABLE t (m mood)', 'CREATE VIEW v AS TABLE t');
  });
  afterAll(() => server.close());
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** PgBouncer before the server. @returns its port */
async function pooled(mode: 'session' | 'transaction', more: string): Promise<number> {
  const folder = await mkdtemp('/tmp/isthmus-pooler-');
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const placeholder = createServer();
  const port = await listening(placeholder);
  await new Promise((done) => placeholder.close(done));
  const file = join(folder, 'pooler.ini');
  const { superuser } = server;
  const place = `host=127.0.0.1 port=${server.port} user=${superuser}`;
  await writeFile(
    file,
    `[databases]\n* = ${place}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=${port}\nauth_type=any\npool_mode=${mode}\nunix_socket_dir=\n${more}\n`,
  );
  await chmod(folder, 0o755);
  const asUser = userInfo().uid === 0 ? (['runuser', ['-u', 'postgres', '--', pooler, file]] as const) : undefined;
  const [program, args] = asUser ?? ([pooler, [file]] as const);
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((done) => child.once('exit', done));
  closing.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  // it says so on stderr
  await new Promise<void>((done, fail) => {
    child.stderr?.on('data', (text) => String(text).includes('process up') && done());
    child.once('exit', () => fail(new Error('the pooler ended')));
  });
  return port;
}

async function hostAt(port: number) {
  const host = recordingHost(postgresqlConnector, server.configuration({ port, include: ['shop/**'] }), {
    source: 'src',
  });
  closing.push(() => host.stop());
  await host.start();
  return host;
}

withPooler('a server behind a pooler', () => {
  it.each([
    'session',
    'transaction',
  ] as const)('is told as it is, though the pooler (%s) keeps back what sessions begin with', async (mode) => {
    const direct = await hostAt(server.port);
    await direct.refresh();
    const ignoring =
      'ignore_startup_parameters = options, statement_timeout, idle_in_transaction_session_timeout, extra_float_digits';
    const host = await hostAt(await pooled(mode, ignoring));
    const run = await host.refresh();
    expect([run.failure, run.findings]).toEqual([undefined, []]);
    expect([...host.elements()]).toEqual([...direct.elements()]);
    expect(JSON.stringify([...host.elements()])).toContain('public.mood');
  });

  it('is named itself where the pooler refuses what sessions begin with', async () => {
    const host = await hostAt(await pooled('session', ''));
    const step = (await host.connector.probe?.(AbortSignal.timeout(20_000)))?.find(({ ok }) => !ok);
    expect(`${step?.name}: ${step?.message}`).toMatch(/^reach: a pooler .*`host` and `port`.*`ignore_startup_/);
    expect((await host.refresh()).failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });
});
