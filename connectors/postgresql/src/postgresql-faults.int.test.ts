import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProbeFaults, faultyTcp, recordingHost, testAuthority } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/postgresql: PostgreSQL is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;

const password = 'r3ader-secret';
const authority = testAuthority();
const right = authority.issue(['localhost', '127.0.0.1']);
let server: TestServer;
let folder: string;
if (programs !== undefined) {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-authority-'));
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    await writeFile(join(folder, 'other.pem'), testAuthority('Other').certificate);
    server = await startServer(programs);
    await server.sql(
      'postgres',
      `CREATE ROLE reader LOGIN PASSWORD '${password}'`,
      `CREATE ROLE tls_only LOGIN PASSWORD '${password}'`,
      'CREATE DATABASE shop',
      'CREATE DATABASE closed',
      'REVOKE CONNECT ON DATABASE closed FROM PUBLIC',
    );
    await server.sql('shop', 'CREATE TABLE orders (id integer)', 'CREATE SCHEMA crm', 'CREATE TABLE crm.customers ()');
    await server.presents(right);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
}

const authorityFile = (name = 'ca.pem'): string => join(folder, name);
const asReader = (changes: Partial<PostgresqlConfiguration> = {}): PostgresqlConfiguration =>
  server.configuration({ user: 'reader', password, ...changes });

async function lastStep(configuration: PostgresqlConfiguration): Promise<string> {
  const host = recordingHost(postgresqlConnector, configuration);
  const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
  await host.stop();
  const last = steps.at(-1);
  return `${last?.ok === true ? 'ok' : 'FAILS'} ${last?.name}: ${last?.message}`;
}

withServer('the six faults', () => {
  describeProbeFaults(postgresqlConnector, async () => ({
    configuration: asReader({ tls: 'verify', caFile: authorityFile(), database: 'shop' }),
    secrets: [password, 'wr0ng-secret'],
    faults: {
      name: { configuration: () => ({ host: 'no-such-host.invalid' }), advice: /correct `host`/ },
      port: { configuration: () => ({ port: 1 }), advice: /nothing listens .*correct `port`/ },
      password: { configuration: () => ({ password: 'wr0ng-secret' }), advice: /reader was refused .*`password`/ },
      rights: {
        configuration: () => ({ database: 'closed' }),
        advice: /GRANT CONNECT ON DATABASE "closed" TO "reader"/,
      },
      tls: { configuration: () => ({ caFile: authorityFile('other.pem') }), advice: /not trusted .*`caFile`/ },
      otherKind: {
        configuration: (port) => ({ port, tls: 'off' as const, connectTimeoutSeconds: 2 }),
        advice: /(PostgreSQL|TLS).*correct `host` or `port`/,
      },
    },
  }));
});

withServer('a log-in', () => {
  it('needs the password of the role', async () => {
    expect(await lastStep(asReader())).toMatch(/^ok sample/);
    expect(await lastStep(asReader({ password: 'wr0ng-secret' }))).toMatch(/^FAILS authenticate: reader was refused/);
    const { password: _none, ...without } = asReader();
    expect(await lastStep(without)).toMatch(/^FAILS authenticate: .*`password`/);
    expect(await lastStep(asReader({ user: 'nobody' }))).toMatch(/^FAILS authenticate: nobody was refused.*`user`/);
  });

  it('needs a database that is there', async () => {
    expect(await lastStep(asReader({ database: 'nowhere' }))).toMatch(
      /^FAILS authorise: there is no database nowhere .*`database`/,
    );
  });
});

withServer('TLS', () => {
  const verified = (changes: Partial<PostgresqlConfiguration> = {}) =>
    asReader({ tls: 'verify', caFile: authorityFile(), ...changes });

  it('is taken with an authority of one own, by name and by address, and where the server demands it', async () => {
    expect(await lastStep(verified())).toMatch(/^ok sample/);
    expect(await lastStep(verified({ host: 'localhost' }))).toMatch(/^ok sample/);
    expect(await lastStep(asReader({ tls: 'require', caFile: authorityFile('other.pem') }))).toMatch(/^ok sample/);
    expect(await lastStep(verified({ user: 'tls_only' }))).toMatch(/^ok sample/);
    expect(await lastStep(asReader({ user: 'tls_only' }))).toMatch(/^FAILS reach: .*`tls` to require or verify/);
  });

  it('is refused of an authority that is not known, a file that is not there, another name, and out of date', async () => {
    expect(await lastStep(verified({ caFile: authorityFile('other.pem') }))).toMatch(/^FAILS reach: .*not trusted/);
    const { caFile: _none, ...without } = verified();
    expect(await lastStep(without)).toMatch(/^FAILS reach: .*not trusted.*`caFile`/);
    expect(await lastStep(verified({ caFile: authorityFile('none.pem') }))).toMatch(/^FAILS reach: .*correct `caFile`/);
    try {
      await server.presents(authority.issue(['elsewhere.example']));
      expect(await lastStep(verified())).toMatch(/^FAILS reach: .*another name.*`host`/);
      expect(await lastStep(verified({ host: 'localhost' }))).toMatch(/^FAILS reach: .*another name/);
      await server.presents(authority.issue(['127.0.0.1'], new Date(Date.now() - 3_600_000)));
      expect(await lastStep(verified())).toMatch(/^FAILS reach: .*out of date.*renew/);
    } finally {
      await server.presents(right);
    }
  });

  it('that is refused fails a run, and removes nothing', async () => {
    const way = await faultyTcp({ port: server.port });
    const host = recordingHost(postgresqlConnector, verified({ port: way.port }));
    await host.start();
    expect((await host.refresh()).failure).toBeUndefined();
    const before = host.elements().size;
    await server.presents(testAuthority('Other').issue(['127.0.0.1']));
    try {
      const run = await host.refresh();
      expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
      expect([run.removed, host.elements().size]).toEqual([[], before]);
    } finally {
      await server.presents(right);
    }
    await host.stop();
    await way[Symbol.asyncDispose]();
  });
});

withServer('a source that breaks', () => {
  const refreshed = async (changes: Partial<PostgresqlConfiguration> = {}) => {
    const host = recordingHost(postgresqlConnector, asReader(changes), { source: 'src' });
    await host.start();
    const run = await host.refresh();
    if (run.failure !== undefined) throw run.failure;
    return { host, before: JSON.stringify([...host.elements()]) };
  };

  it.each([
    ['cut', { kind: 'cut', afterBytes: 1_500 }],
    ['half open', { kind: 'hang' }],
  ] as const)('in the middle (%s) fails the run, removes nothing and is right again by itself', async (_what, fault) => {
    const way = await faultyTcp({ port: server.port });
    const { host, before } = await refreshed({ port: way.port, connectTimeoutSeconds: 1, statementTimeoutSeconds: 1 });
    way.fail(fault);
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
    way.fail({ kind: 'none' });
    expect((await host.refresh()).failure).toBeUndefined();
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await host.stop();
    await way[Symbol.asyncDispose]();
  });

  it.each([
    ['sessions are ended', () => server.sql('postgres', endSessions), async () => undefined],
    ['the server stops', () => server.stop(), () => server.start()],
    ['the server restarts', () => server.restart(), async () => undefined],
    [
      'the user may not log in any more',
      () => server.sql('postgres', 'ALTER ROLE reader NOLOGIN', endSessions),
      () => server.sql('postgres', 'ALTER ROLE reader LOGIN'),
    ],
    [
      'the catalogs may not be read any more',
      () => server.sql('shop', 'REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC'),
      () => server.sql('shop', 'GRANT SELECT ON pg_catalog.pg_class TO PUBLIC'),
    ],
  ])('in the middle (%s) fails the run, removes nothing and is right again by itself', async (_what, fail, mend) => {
    const { host, before } = await refreshed();
    let isBroken = false;
    const run = await host.refresh({
      async onMessage(message) {
        if (isBroken || message.type !== 'scope.complete' || message.scope !== 'database:postgres') return;
        isBroken = true;
        await fail();
      },
    });
    expect(isBroken).toBe(true);
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect([run.removed, JSON.stringify([...host.elements()])]).toEqual([[], before]);
    await mend();
    expect((await host.refresh()).failure).toBeUndefined();
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await host.stop();
  });

  it('in one database (closed, or gone, while others were listed) keeps what is known of it and reads the others', async () => {
    const { host } = await refreshed();
    const tables = (database: string): number =>
      [...host.elements().keys()].filter((name) => name.startsWith(`RelationalTable::src:${database}/`)).length;
    let isClosed = false;
    const run = await host.refresh({
      async onMessage(message) {
        if (isClosed || message.type !== 'scope.complete' || message.scope !== 'databases') return;
        isClosed = true;
        await server.sql('postgres', 'REVOKE CONNECT ON DATABASE shop FROM PUBLIC');
      },
    });
    await server.sql('postgres', 'GRANT CONNECT ON DATABASE shop TO PUBLIC');
    expect(run.failure).toBeUndefined();
    expect(run.findings).toMatchObject([{ code: 'DATABASE_CLOSED' }, { code: 'DATABASE_CLOSED' }]);
    expect([run.removed, tables('shop')]).toEqual([[], 2]);
    expect(run.completed).toContain('database:postgres');
    await host.stop();
  });

  it('in one database (it takes no further log-ins) keeps none of the others from being followed and read', async () => {
    const { host } = await refreshed({ pollSeconds: 1 });
    await server.sql(
      'postgres',
      'ALTER DATABASE closed CONNECTION LIMIT 0',
      'GRANT CONNECT ON DATABASE closed TO PUBLIC',
    );
    const looked = host.nextChange(20_000);
    await server.sql('shop', 'CREATE TABLE fresh (id integer)');
    expect(await looked).toContain('database:shop');
    for (const incremental of [true, false]) {
      const run = await host.refresh({ incremental });
      expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining('closed') });
      expect([run.removed, run.completed]).toEqual([[], expect.arrayContaining(['database:shop'])]);
    }
    expect([...host.elements().keys()]).toContain('RelationalTable::src:shop/public/fresh');
    await server.sql('postgres', 'ALTER DATABASE closed CONNECTION LIMIT -1');
    await server.sql('postgres', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    await server.sql('shop', 'DROP TABLE fresh');
    expect((await host.refresh()).failure).toBeUndefined();
    await host.stop();
  });

  it('keeps to so many sessions at a time, over all connectors of the process', async () => {
    const hosts = Array.from({ length: 4 }, () =>
      recordingHost(postgresqlConnector, asReader({ sessionsAtOnce: 1, include: ['shop/**'] })),
    );
    let most = 0;
    const look = async (): Promise<void> => {
      const [row] = await server.query<{ readonly count: number }>('postgres', countSessions);
      most = Math.max(most, row?.count ?? 0);
    };
    const runs = await Promise.all(hosts.map((host) => host.refresh({ onMessage: look })));
    expect(runs.map(({ failure }) => failure)).toEqual([undefined, undefined, undefined, undefined]);
    expect(most).toBe(1);
    for (const host of hosts) await host.stop();
  });
});

const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'isthmus%'`;
const countSessions = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'isthmus%'`;
