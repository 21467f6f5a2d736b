import { describeConnectorContract, faultyTcp, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { linesOfCatalogue, linesOfServer } from './testing-completeness.js';
import { nastyStatements } from './testing-schema.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

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
    const reads = (...names: string[]) =>
      of('RelationalTable', ...names)
        ?.links?.map(({ qualifiedName }) => qualifiedName.replace('Relational', '').replace('::src:nasty/', ' '))
        .sort();
    expect(reads('public', 'readers')).toEqual([
      'Column public/member/id',
      'Column public/member/team_id',
      'Column public/team/id',
      'Column public/team/region',
      'Table public/member',
      'Table public/team',
    ]);
    expect(reads('other', 'of_view')).toEqual([
      'Column other/refers/id',
      'Column public/readers/id',
      'Table other/refers',
      'Table public/readers',
    ]);
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

  it('links views to columns of what is catalogued alone, and to none where a view names none', async () => {
    await server.sql('nasty', 'CREATE VIEW public.many AS SELECT count(*) AS n FROM public.team, pg_class');
    const include = ['readers', 'many', 'team'].map((name) => `nasty/public/${name}`);
    const { host } = await refreshed(server.configuration({ include }));
    const columns = (name: string) =>
      host
        .elements()
        .get(`RelationalTable::src:nasty/public/${name}`)
        ?.links?.filter(({ qualifiedName }) => qualifiedName.startsWith('RelationalColumn'))
        .map(({ qualifiedName }) => qualifiedName.split('/').slice(2).join('/'));
    expect(columns('readers')?.sort()).toEqual(['team/id', 'team/region']);
    expect(columns('many')).toEqual([]);
    await host.stop();
    await server.sql('nasty', 'DROP VIEW public.many');
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
    const { host } = await refreshed(server.configuration({ user: 'reader', password: 'r3ader-secret' }));
    expect(linesOfCatalogue(host.elements(), 'nasty')).toEqual(await linesOfServer(server, 'nasty'));
    await host.stop();
  });

  it('who loses a database loses nothing of it in the catalogue', async () => {
    const { host } = await refreshed(server.configuration({ user: 'reader', password: 'r3ader-secret' }));
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

let contractDatabases = 0;
withServer('the contract', () => {
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
        'CREATE FOREIGN DATA WRAPPER nothing',
        'CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing',
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
        // foreign tables take no files
        grow: (count) =>
          server.sql(
            database,
            `DO $$ BEGIN FOR i IN 1..${count} LOOP EXECUTE format('CREATE FOREIGN TABLE s.t%s () SERVER nowhere', i); END LOOP; END $$`,
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
});
