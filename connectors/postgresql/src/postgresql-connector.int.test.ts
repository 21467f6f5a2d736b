import { describeConnectorContract, faultyTcp, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { linesOfCatalogue, linesOfServer } from './testing-completeness.js';
import { nastyStatements } from './testing-schema.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

jest.setTimeout(120_000);

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/postgresql: PostgreSQL is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;

let server: TestServer;
if (programs !== undefined) {
  beforeAll(async () => {
    server = await startServer(programs);
    await server.sql('postgres', 'CREATE DATABASE nasty', `COMMENT ON DATABASE nasty IS 'hard to read'`);
    await server.sql('nasty', ...nastyStatements);
    await server.sql('postgres', `CREATE ROLE reader LOGIN PASSWORD 'r3ader-secret'`);
  });
  afterAll(() => server.close());
}

async function refreshed(configuration: PostgresqlConfiguration) {
  const host = recordingHost(postgresqlConnector, configuration, { source: 'src' });
  await host.start();
  const run = await host.refresh();
  if (run.failure !== undefined) throw run.failure;
  return { host, run };
}

withServer('what is catalogued of a server', () => {
  it('is every table, column in its order, nullability and key that information_schema knows', async () => {
    const { host, run } = await refreshed(server.configuration());
    expect(run.findings).toEqual([]);
    const expected = await linesOfServer(server, 'nasty');
    expect(expected.length).toBeGreaterThan(100);
    expect(linesOfCatalogue(host.elements(), 'nasty')).toEqual(expected);
    await host.stop();
  });

  it('is described down to defaults, formulas, identities, comments, partitions and what views read', async () => {
    const { host } = await refreshed(server.configuration({ include: ['nasty/**'] }));
    const of = (type: string, ...names: string[]) => host.elements().get(`${type}::src:nasty/${names.join('/')}`);
    expect(of('RelationalColumn', 'public', 'made', 'gross')?.classifications?.CalculatedValue).toMatchObject({
      formula: expect.stringContaining('net * 1.19'),
    });
    expect(of('RelationalColumn', 'public', 'made', 'id')?.properties.additionalProperties).toEqual({
      identity: 'always',
    });
    expect(of('RelationalColumn', 'public', 'made', 'net')?.properties).toMatchObject({
      precision: 9,
      isNullable: false,
    });
    expect(of('RelationalColumn', 'public', 'member', 'boss')?.properties.description).toBe('the one above');
    expect(of('RelationalTable', 'public', 'sales_2025')?.properties.additionalProperties).toMatchObject({
      kind: 'partitioned table',
      inheritsFrom: 'public.sales',
      partitionBound: "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
      partitionKey: 'LIST (region)',
    });
    expect(of('RelationalTable', 'public', 'lines')?.properties.additionalProperties).toMatchObject({
      kind: 'foreign table',
      foreignServer: 'files',
    });
    expect(
      of('RelationalTable', 'public', 'readers')
        ?.links?.map(({ qualifiedName }) => qualifiedName)
        .sort(),
    ).toEqual(['RelationalTable::src:nasty/public/member', 'RelationalTable::src:nasty/public/team']);
    expect(of('RelationalTable', 'public', 'kept')?.classifications?.CalculatedValue).toMatchObject({
      formula: expect.stringMatching(/sum\(.*amount\)/),
    });
    expect(of('ValidValueDefinition', 'public', 'positive')?.properties).toMatchObject({ dataType: 'integer' });
    expect(of('RelationalColumn', 'public', 'every_type', 'ai')?.links).toMatchObject([
      { qualifiedName: 'ValidValueDefinition::src:nasty/public/mood' },
    ]);
    expect(of('RelationalColumn', 'public', 'every_type', 'aj')?.links).toHaveLength(1);
    await host.stop();
  });

  it('is told in one snapshot: what is made meanwhile does not break the certificate', async () => {
    const { host } = await refreshed(server.configuration());
    let made = 0;
    const run = await host.refresh({
      async onMessage(message) {
        if (message.type !== 'scope.keep' || made > 3) return;
        made += 1;
        await server.sql('nasty', `CREATE TABLE other.meanwhile_${made} ()`);
      },
    });
    expect(run.failure).toBeUndefined();
    expect(run.findings).toEqual([]);
    for (let number = 1; number <= made; number += 1) await server.sql('nasty', `DROP TABLE other.meanwhile_${number}`);
    await host.stop();
  });

  it('is what the patterns say, and databases without a match are left alone', async () => {
    const { host } = await refreshed(
      server.configuration({ include: ['nasty/pub*/m*'], exclude: ['nasty/public/made'] }),
    );
    const tables = [...host.elements().values()].filter(({ typeName }) => typeName === 'RelationalTable');
    expect(tables.map(({ properties }) => properties.displayName)).toEqual(['member']);
    expect([...host.elements().keys()].filter((name) => name.includes(':postgres'))).toEqual([]);
    await host.stop();
  });
});

withServer('a user', () => {
  it('needs CONNECT alone, and sees what others own', async () => {
    const { host } = await refreshed(server.configuration({ user: 'reader' }));
    expect(linesOfCatalogue(host.elements(), 'nasty')).toEqual(await linesOfServer(server, 'nasty'));
    await host.stop();
  });

  it('who loses a database loses nothing of it in the catalogue', async () => {
    const { host } = await refreshed(server.configuration({ user: 'reader' }));
    const before = [...host.elements().keys()];
    await server.sql('postgres', 'REVOKE CONNECT ON DATABASE nasty FROM PUBLIC');
    try {
      const run = await host.refresh();
      expect(run.failure).toBeUndefined();
      expect(run.findings).toMatchObject([{ severity: 'warning', code: 'DATABASE_CLOSED' }]);
      expect(run.removed).toEqual([]);
      expect([...host.elements().keys()]).toEqual(before);
    } finally {
      await server.sql('postgres', 'GRANT CONNECT ON DATABASE nasty TO PUBLIC');
      await host.stop();
    }
  });

  it('can change nothing: every session is read-only, named and bounded', async () => {
    const { host } = await refreshed(server.configuration());
    let sessions: readonly Record<string, unknown>[] = [];
    await host.refresh({
      async onMessage() {
        if (sessions.length > 0) return;
        sessions = await server.query(
          'postgres',
          `SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'isthmus%'`,
        );
      },
    });
    expect(sessions).toEqual([{ application_name: 'isthmus postgresql' }]);
    await host.stop();
  });
});

withServer('a probe', () => {
  const probe = async (changes: Partial<PostgresqlConfiguration>) => {
    const host = recordingHost(postgresqlConnector, server.configuration(changes));
    const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
    await host.stop();
    return steps.map(({ name, ok, message }) => `${ok ? 'ok' : 'FAILS'} ${name}: ${message}`);
  };

  it('goes all five steps when all is well', async () => {
    const steps = await probe({});
    expect(steps.map((step) => step.split(':')[0])).toEqual([
      'ok resolve',
      'ok reach',
      'ok authenticate',
      'ok authorise',
      'ok sample',
    ]);
  });

  it.each([
    ['a name that nobody knows', { host: 'no-such-host.invalid' }, /^FAILS resolve: .*correct `host`/],
    ['a port where nothing listens', { port: 1 }, /^FAILS reach: nothing listens.*correct `port`/],
    ['a database that is not there', { database: 'nowhere' }, /^FAILS authorise: there is no database nowhere/],
    [
      'TLS that the server does not speak',
      { tls: 'require' as const },
      /^FAILS reach: the server speaks no TLS.*set `tls` to off/,
    ],
    ['an unknown role', { user: 'nobody' }, /^FAILS authenticate: nobody was refused.*correct `user`/],
  ])('shows %s in its step, with what to do', async (_what, changes, expected) => {
    expect((await probe(changes)).at(-1)).toMatch(expected);
  });

  it('shows rights that are missing, and another kind of server', async () => {
    await server.sql('postgres', 'CREATE DATABASE closed', 'REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
    expect((await probe({ user: 'reader', database: 'closed' })).at(-1)).toMatch(
      /^FAILS authorise: .*GRANT CONNECT ON DATABASE "closed" TO "reader"/,
    );
    await server.sql('postgres', 'DROP DATABASE closed');
    const { createServer } = await import('node:http');
    const web = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const address = web.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect((await probe({ port })).at(-1)).toMatch(/^FAILS reach: .*does not (speak like PostgreSQL|answer)/);
    web.closeAllConnections();
    web.close();
  });
});

withServer('a source that breaks', () => {
  it.each([
    ['cut', { kind: 'cut', afterBytes: 6_000 }],
    ['half open', { kind: 'hang' }],
  ] as const)('in the middle (%s) fails the run, removes nothing and is right again by itself', async (_what, fault) => {
    const way = await faultyTcp({ port: server.port });
    const { host } = await refreshed(
      server.configuration({ port: way.port, connectTimeoutSeconds: 1, statementTimeoutSeconds: 1 }),
    );
    const before = JSON.stringify([...host.elements()]);
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

  it('survives a restart and sessions that are ended in the middle of a run', async () => {
    const { host } = await refreshed(server.configuration());
    let ended = false;
    const run = await host.refresh({
      async onMessage(message) {
        if (message.type !== 'scope.keep' || ended || !message.scope.startsWith('schema:')) return;
        ended = true;
        await server.sql(
          'postgres',
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'isthmus%'`,
        );
      },
    });
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(run.removed).toEqual([]);
    await server.restart();
    const after = await host.refresh();
    expect(after.failure).toBeUndefined();
    expect(after.removed).toEqual([]);
    await host.stop();
  });
});

withServer('a change', () => {
  it('is noticed by a look at the catalogs, and only the database that changed is read again', async () => {
    const host = recordingHost(postgresqlConnector, server.configuration({ pollSeconds: 1 }));
    await host.start();
    await host.refresh();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await server.sql('nasty', 'CREATE TABLE other.fresh (id integer)');
    const scopes = await host.nextChange(20_000);
    expect(scopes).toEqual(['database:nasty']);
    const run = await host.refresh({ requested: scopes ?? [] });
    expect(run.changed.some((name) => name.includes('fresh'))).toBe(true);
    expect(run.completed).not.toContain('database:postgres');
    await server.sql('nasty', 'DROP TABLE other.fresh');
    await host.stop();
  });
});

let contractDatabases = 0;
if (programs !== undefined) {
  describeConnectorContract(
    postgresqlConnector,
    async () => {
      contractDatabases += 1;
      const database = `contract_${contractDatabases}`;
      await server.sql('postgres', `CREATE DATABASE ${database}`);
      await server.sql(
        database,
        'CREATE TABLE a (x integer)',
        'CREATE TABLE b (x integer)',
        'CREATE SCHEMA s',
        'CREATE TABLE s.c (x integer)',
      );
      const way = await faultyTcp({ port: server.port });
      return {
        configuration: server.configuration({
          port: way.port,
          include: [`${database}/**`],
          password: 'never-told-4711',
        }),
        break: async () => {
          way.fail({ kind: 'refuse' });
          way.reset();
        },
        breakHalfway: async () => way.fail({ kind: 'cut', afterBytes: 2_000 }),
        mend: async () => way.fail({ kind: 'none' }),
        delay: async (delayMs) => way.fail(delayMs === 0 ? { kind: 'none' } : { kind: 'delay', delayMs }),
        grow: (count) =>
          server.sql(
            database,
            `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('CREATE TABLE s.t%s ()', i); END LOOP; END $$`,
          ),
        async addOddNames() {
          const odd = ['a:b', 'a b', ' a b', 'A:b', 'a/b', 'a%3Ab', '"', "'", 'ü', '📚', '#1', '-', '.', 'a.b'];
          for (const name of odd) await server.sql(database, `CREATE TABLE s."${name.replaceAll('"', '""')}" ()`);
          return odd.length;
        },
        change: () => server.sql(database, `COMMENT ON TABLE a IS 'quite another'`),
        remove: () => server.sql(database, 'DROP TABLE s.c'),
        rename: () => server.sql(database, 'ALTER TABLE b RENAME TO z'),
        async fingerprint() {
          const dump = await server.tool(
            'pg_dump',
            '-h',
            '127.0.0.1',
            '-p',
            String(server.port),
            '-U',
            server.superuser,
            database,
          );
          // these hold a word that is made up anew each time
          return dump.replace(/^\\(un)?restrict .*$/gm, '');
        },
        async close() {
          await way[Symbol.asyncDispose]();
          await server.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
        },
      };
    },
    // rights to a part are tried above, with real roles
    { without: ['forbid'] },
  );
}
