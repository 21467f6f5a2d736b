import type { CatalogTarget } from '@isthmus/connector-sdk';
import { faultyTcp, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/postgresql: PostgreSQL is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;

let server: TestServer;
if (programs !== undefined) {
  beforeAll(async () => {
    server = await startServer(programs);
    for (const name of ['shop', 'crm']) await server.sql('postgres', `CREATE DATABASE ${name}`);
    for (const name of ['shop', 'crm'])
      await server.sql(name, 'CREATE SCHEMA s', `CREATE TABLE s.${name}_table (id integer)`);
  });
  afterAll(() => server.close());
}

withServer('a change', () => {
  it('is noticed by a look at the catalogs, and only the database that changed is read again', async () => {
    const host = recordingHost(postgresqlConnector, server.configuration({ pollSeconds: 1 }));
    await host.start();
    await host.refresh();
    // at once: what the run has read is what the first look is held against
    await server.sql('shop', 'CREATE TABLE s.fresh (id integer)');
    const scopes = await host.nextChange(20_000);
    expect(scopes).toEqual(['database:shop']);
    const run = await host.refresh({ requested: scopes ?? [] });
    expect(run.changed.some((name) => name.includes('fresh'))).toBe(true);
    expect(run.completed).not.toContain('database:crm');
    await host.stop();
  });

  it('is not what ANALYZE and VACUUM do, and is what a new, a dropped and a renamed thing are', async () => {
    const host = recordingHost(postgresqlConnector, server.configuration({ pollSeconds: 1 }));
    await host.start();
    await host.refresh();
    await server.sql('shop', 'ANALYZE', 'VACUUM');
    await server.sql('crm', 'ALTER TABLE s.crm_table RENAME COLUMN id TO number');
    expect(await host.nextChange(20_000)).toEqual(['database:crm']);
    await host.refresh({ requested: ['database:crm'] });
    const columns = [...host.elements().keys()].filter((name) => name.startsWith('RelationalColumn::test:crm/'));
    expect(columns).toEqual(['RelationalColumn::test:crm/s/crm_table/number']);
    await server.sql('postgres', 'CREATE DATABASE late');
    expect(await host.nextChange(20_000)).toEqual(['database:late']);
    await host.refresh({ requested: ['database:late'] });
    await server.sql('postgres', 'DROP DATABASE late');
    expect(await host.nextChange(20_000)).toEqual(['databases']);
    const last = await host.refresh({ requested: ['databases'] });
    expect(last.removed).toContain('Database::test:late');
    await host.stop();
  });
});

withServer('another server at the same address', () => {
  it('removes nothing', async () => {
    if (programs === undefined) return;
    const other = await startServer(programs);
    const target = { port: server.port };
    const way = await faultyTcp(target);
    try {
      const host = recordingHost(
        postgresqlConnector,
        server.configuration({ host: way.host, port: way.port, include: ['shop/**'] }),
      );
      await host.start();
      expect((await host.refresh()).failure).toBeUndefined();
      const before = JSON.stringify([...host.elements()]);
      expect(before).toContain('shop_table');
      target.port = other.port;
      for (const statement of ['', 'CREATE DATABASE shop']) {
        if (statement !== '') await other.sql('postgres', statement);
        expect((await host.refresh({ incremental: true })).removed).toEqual([]);
      }
      await host.stop();
    } finally {
      await way[Symbol.asyncDispose]();
      await other.close();
    }
  });
});

withServer('a database that is closed, or made a template,', () => {
  it('is kept with all that is known of it, told, and followed again once it is offered again', async () => {
    await server.sql('postgres', 'CREATE DATABASE hr');
    await server.sql('hr', 'CREATE TABLE people (id integer)');
    const host = recordingHost(postgresqlConnector, server.configuration({ include: ['hr/**', 'crm/**'] }));
    await host.start();
    await host.refresh();
    const before = JSON.stringify([...host.elements()]);
    expect(before).toContain('people');
    for (const [away, back] of [
      ['ALLOW_CONNECTIONS false', 'ALLOW_CONNECTIONS true'],
      ['IS_TEMPLATE true', 'IS_TEMPLATE false'],
    ]) {
      await server.sql('postgres', `ALTER DATABASE hr ${away}`);
      for (const incremental of [true, true]) {
        const run = await host.refresh({ incremental });
        expect(run).toMatchObject({ failure: undefined, removed: [], findings: [{ code: 'DATABASE_CLOSED' }] });
      }
      expect(JSON.stringify([...host.elements()])).toBe(before);
      await server.sql('postgres', `ALTER DATABASE hr ${back}`);
    }
    await server.sql('postgres', 'DROP DATABASE hr');
    expect((await host.refresh()).removed).toContain('Database::test:hr');
    await host.stop();
  });
});

withServer('a run that may go on from the last one', () => {
  it('says nothing while nothing was changed, and lists everything otherwise', async () => {
    const host = recordingHost(postgresqlConnector, server.configuration({ include: ['crm/**'] }));
    await host.start();
    await host.refresh();
    const before = JSON.stringify([...host.elements()]);
    const still = await host.refresh({ incremental: true });
    expect([still.failure, still.kept, still.sent, still.completed]).toEqual([undefined, [], [], []]);
    await server.sql('crm', 'CREATE TABLE s.next ()', 'DROP TABLE s.crm_table');
    const next = await host.refresh({ incremental: true });
    expect(next.sent).toEqual(['schema:crm/s RelationalTable:crm/s/next']);
    expect(next.removed).toContain('RelationalTable::test:crm/s/crm_table');
    await server.sql('crm', 'DROP TABLE s.next', 'CREATE TABLE s.crm_table (number integer)');
    await host.refresh({ incremental: true });
    expect(JSON.stringify([...host.elements()])).toBe(before);
    await host.stop();
  });
});

withServer('catalog targets', () => {
  const target = (
    name: string,
    typeName: string,
    properties: Record<string, string>,
    changes: Partial<PostgresqlConfiguration> = {},
  ): CatalogTarget<PostgresqlConfiguration> => ({
    name,
    element: { guid: `guid of ${name}`, typeName, properties },
    configuration: server.configuration({ pollSeconds: 1, ...changes }),
    source: `test/${name}`,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    templates: {},
  });

  it('are databases and servers, each with a configuration and a memory of its own', async () => {
    const host = recordingHost(postgresqlConnector, server.configuration({ pollSeconds: 1 }));
    await host.start();
    const shop = target('one', 'RelationalDatabase', { resourceName: 'shop' });
    const all = target('two', 'SoftwareServer', {}, { exclude: ['shop/**', 'postgres/**'], serverName: 'second' });
    await host.connector.targetsChanged?.(
      { added: [shop, all], changed: [], removed: [] },
      AbortSignal.timeout(60_000),
    );
    for (const each of [shop, all]) {
      const run = await host.refresh({ target: each });
      expect(run.failure).toBeUndefined();
    }
    const tables = () => [...host.elements().keys()].filter((name) => name.startsWith('RelationalTable::')).sort();
    expect(tables()).toEqual([
      'RelationalTable::test/one:shop/s/fresh',
      'RelationalTable::test/one:shop/s/shop_table',
      'RelationalTable::test/two:crm/s/crm_table',
    ]);
    expect(host.elements().has('SoftwareServer::test/two:second')).toBe(true);
    await server.sql('crm', 'CREATE TABLE s.later ()');
    expect(await host.nextChange(20_000)).toEqual(['database:crm']);
    await host.refresh({ target: all, requested: ['database:crm'] });
    expect(tables()).toContain('RelationalTable::test/two:crm/s/later');
    await host.connector.targetsChanged?.({ added: [], changed: [], removed: ['one'] }, AbortSignal.timeout(60_000));
    expect(tables()).toHaveLength(4);
    await host.stop();
  });
});
