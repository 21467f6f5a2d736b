import { faultyTcp, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import { serverPrograms, startServer, type TestServer, until } from './testing-server.js';

jest.setTimeout(240_000);

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/postgresql: PostgreSQL is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;

let primary: TestServer;
let standby: TestServer;
let other: TestServer;
if (programs !== undefined) {
  beforeAll(async () => {
    primary = await startServer(programs);
    await primary.sql('postgres', 'CREATE DATABASE shop');
    await primary.sql('shop', 'CREATE TABLE orders (id integer PRIMARY KEY)', 'CREATE TABLE old (id integer)');
    standby = await primary.standby('max_standby_streaming_delay=0');
    other = await primary.standby();
  });
  afterAll(async () => {
    for (const server of [other, standby, primary]) await server.close();
  });
}

/** What was done at the primary so far can be seen at the standby. */
async function replayed(server: TestServer): Promise<void> {
  const [row] = await primary.query<{ readonly at: string }>('postgres', 'SELECT pg_current_wal_lsn()::text AS at');
  await until(async () => {
    const [told] = await server.query<{ readonly isThere: boolean }>(
      'postgres',
      `SELECT pg_last_wal_replay_lsn() >= '${row?.at}' AS "isThere"`,
    );
    return told?.isThere === true;
  });
}

withServer('a hot standby', () => {
  it('is read and followed like its primary', async () => {
    const host = recordingHost(postgresqlConnector, standby.configuration({ pollSeconds: 1, include: ['shop/**'] }));
    await host.start();
    expect((await host.refresh()).failure).toBeUndefined();
    expect([...host.elements().keys()]).toContain('RelationalTable::test:shop/public/orders');
    await primary.sql('shop', 'ALTER TABLE orders ADD COLUMN note text');
    expect(await host.nextChange(20_000)).toEqual(['database:shop']);
    expect((await host.refresh({ requested: ['database:shop'] })).failure).toBeUndefined();
    expect([...host.elements().keys()]).toContain('RelationalColumn::test:shop/public/orders/note');
    await host.stop();
  });

  it('that ends the reading for what it has to replay removes nothing, and the next run is right', async () => {
    const host = recordingHost(postgresqlConnector, standby.configuration({ include: ['shop/**'] }));
    await host.start();
    expect((await host.refresh()).failure).toBeUndefined();
    let isHit = false;
    const run = await host.refresh({
      async onMessage(message) {
        if (isHit || message.type !== 'scope.complete' || message.scope !== 'database:shop') return;
        isHit = true;
        await primary.sql('shop', 'DROP TABLE old', 'VACUUM FULL pg_attribute');
        await replayed(standby);
      },
    });
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE', retryable: true });
    expect(String(run.failure)).toContain('conflict with recovery');
    expect(run.removed).toEqual([]);
    const next = await host.refresh();
    expect(next.failure).toBeUndefined();
    expect([...next.removed].sort()).toEqual([
      'RelationalColumn::test:shop/public/old/id',
      'RelationalTable::test:shop/public/old',
    ]);
    await host.stop();
  });

  it('that is behind another one at the same address takes nothing away that was shown already', async () => {
    const target = { port: standby.port };
    const way = await faultyTcp(target);
    try {
      const host = recordingHost(
        postgresqlConnector,
        primary.configuration({ host: way.host, port: way.port, include: ['shop/**'] }),
      );
      await host.start();
      await other.sql('postgres', 'SELECT pg_wal_replay_pause()');
      await primary.sql('shop', 'CREATE TABLE fresh (id integer)');
      await primary.sql('postgres', 'CREATE DATABASE late');
      await replayed(standby);
      expect((await host.refresh()).failure).toBeUndefined();
      const before = JSON.stringify([...host.elements()]);
      expect(before).toContain('shop/public/fresh');

      target.port = other.port;
      const run = await host.refresh();
      expect(String(run.failure)).toMatch(/it is a standby and \d+ bytes behind what was read at this address before/);
      expect([run.removed, JSON.stringify([...host.elements()])]).toEqual([[], before]);

      await other.sql('postgres', 'SELECT pg_wal_replay_resume()');
      await replayed(other);
      expect(await host.refresh()).toMatchObject({ failure: undefined, removed: [], changed: [] });
      // what is the primary now shows what there is, however far the others had got
      await other.promote();
      expect(await host.refresh()).toMatchObject({ failure: undefined, removed: [], changed: [] });
      await host.stop();
    } finally {
      await way[Symbol.asyncDispose]();
    }
  });
});
