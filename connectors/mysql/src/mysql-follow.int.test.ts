import { faultyTcp, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlConnector } from './index.js';
import { MysqlServer } from './mysql-server.js';
import { describeEachServer } from './testing-kinds.js';
import { refreshed } from './testing-refreshed.js';
import { nastyStatements } from './testing-schema.js';
import type { TestServer } from './testing-server.js';

describeEachServer((start, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.sql(...nastyStatements(kind));
  });
  afterAll(() => server.close());

  describe('a source that breaks', () => {
    it.each([
      ['cut', { kind: 'cut', afterBytes: 12_000 }],
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

    it('survives KILL CONNECTION and a crash of the server in the middle of a run', async () => {
      const { host } = await refreshed(server.configuration());
      const before = JSON.stringify([...host.elements()]);
      for (const end of ['kill', 'crash'] as const) {
        let ended = false;
        const run = await host.refresh({
          async onMessage(message) {
            if (ended || message.type !== 'scope.keep' || message.scope !== 'databases') return;
            ended = true;
            if (end === 'crash') await server.stop();
            else if (end === 'kill') void killing();
          },
        });
        if (end === 'crash') {
          expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE' });
          await server.start();
        }
        expect(run.removed).toEqual([]);
        const after = await host.refresh();
        expect(after.failure).toBeUndefined();
        expect(JSON.stringify([...host.elements()])).toBe(before);
      }
      await host.stop();
    });
  });

  /** Ends each session of the connector as soon as it is seen. */
  async function killing(): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      const found = await server.query<{ readonly id: number }>(
        "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE INFO LIKE '/* isthmus%' OR (COMMAND = 'Sleep' AND USER = 'root')",
      );
      for (const { id } of found) await server.sql(`KILL CONNECTION ${id}`).catch(() => undefined);
      if (found.length > 0) return;
    }
  }

  describe('a change', () => {
    it.each([
      ['a table', 'CREATE TABLE other.fresh (id int)', 'DROP TABLE other.fresh'],
      ['a column', 'ALTER TABLE other.refers ADD COLUMN fresh int', 'ALTER TABLE other.refers DROP COLUMN fresh'],
      ['a comment', "ALTER TABLE other.refers COMMENT 'fresh'", "ALTER TABLE other.refers COMMENT ''"],
    ])('of %s is noticed by counters, and only the database that changed is read again', async (_what, make, undo) => {
      const host = recordingHost(mysqlConnector, server.configuration({ pollSeconds: 1 }), { source: 'src' });
      await host.start();
      await host.refresh();
      await server.sql(make);
      const startedAt = performance.now();
      const scopes = await host.nextChange(20_000);
      expect(scopes).toEqual(['database:other']);
      const run = await host.refresh({ requested: scopes ?? [] });
      console.info(`seen and read ${Math.round(performance.now() - startedAt)} ms after the statement, poll 1 s`);
      expect(run.changed.length).toBeGreaterThan(0);
      expect(run.completed).not.toContain('database:nasty');
      await server.sql(undo);
      await host.stop();
    });
  });

  describe('a look for changes', () => {
    it('asks for counters alone while no statement was counted', async () => {
      const followed = new MysqlServer(server.configuration(), 'isthmus test', () => 0);
      const signal = new AbortController().signal;
      const before = await followed.fingerprints(signal);
      for (let look = 0; look < 3; look += 1) await followed.fingerprints(signal);
      await server.sql('TRUNCATE mysql.general_log', "SET GLOBAL log_output = 'TABLE'", 'SET GLOBAL general_log = ON');
      expect(await followed.fingerprints(signal)).toEqual(before);
      await server.sql('SET GLOBAL general_log = OFF');
      const asked = await server.query<{ readonly text: string }>(
        "SELECT CONVERT(argument USING utf8mb4) AS text FROM mysql.general_log WHERE argument LIKE '/* isthmus test */%'",
      );
      expect(asked.some(({ text }) => text.includes('Com_create_table'))).toBe(true);
      expect(asked.filter(({ text }) => text.includes('CRC32'))).toEqual([]);
    });
  });

  describe('a run that may go on from the last one', () => {
    const goingOn = { incremental: true };

    it('says nothing while nothing was changed, and lists everything otherwise', async () => {
      const { host } = await refreshed(server.configuration({ include: ['other/**'] }));
      const before = JSON.stringify([...host.elements()]);
      for (const _again of [1, 2]) {
        const still = await host.refresh(goingOn);
        expect([still.failure, still.kept, still.sent, still.completed]).toEqual([undefined, [], [], []]);
      }
      await server.sql('CREATE TABLE other.next (id int)', 'ALTER TABLE other.refers ADD COLUMN more int');
      const next = await host.refresh(goingOn);
      expect(next.completed).toContain('database:other');
      expect([...host.elements().keys()]).toContain('RelationalColumn::src:other/next/id');
      await server.sql('DROP TABLE other.next', 'ALTER TABLE other.refers DROP COLUMN more');
      expect((await host.refresh(goingOn)).removed).toContain('RelationalTable::src:other/next');
      expect(JSON.stringify([...host.elements()])).toBe(before);
      await host.stop();
    });

    it('lists what was left when the one before failed halfway, though it looks as it did long before', async () => {
      const way = await faultyTcp({ port: server.port });
      const { host } = await refreshed(server.configuration({ port: way.port, include: ['other/**'] }));
      await server.sql('ALTER TABLE other.refers ADD COLUMN more int');
      const halfway = await host.refresh({
        async onMessage(message) {
          if (message.type !== 'scope.put' || !message.scope.startsWith('database:')) return;
          way.fail({ kind: 'refuse' });
          way.reset();
        },
      });
      expect(halfway.failure).toBeDefined();
      way.fail({ kind: 'none' });
      await server.sql('ALTER TABLE other.refers DROP COLUMN more');
      expect((await host.refresh(goingOn)).completed).toContain('database:other');
      expect([...host.elements().keys()]).not.toContain('RelationalColumn::src:other/refers/more');
      await host.stop();
      await way[Symbol.asyncDispose]();
    });

    it('tells each time what people should know, and reads each time what is seen in part', async () => {
      const { host } = await refreshed(server.configuration({ include: ['nasty/**'] }));
      expect((await host.refresh(goingOn)).findings).toMatchObject([{ code: 'VIEW_UNREADABLE' }]);
      await host.stop();
      await server.sql(
        "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'",
        "GRANT SELECT (id) ON other.refers TO partly@'%'",
      );
      const user = { user: 'partly', password: 'partly-secret' };
      const { host: partly } = await refreshed(server.configuration(user));
      expect((await partly.refresh(goingOn)).completed).toContain('database:other');
      await server.sql("GRANT SELECT, SHOW VIEW ON other.* TO partly@'%'");
      expect((await partly.refresh(goingOn)).completed).toContain('database:other');
      expect((await partly.refresh(goingOn)).completed).toEqual([]);
      await server.sql("REVOKE SELECT, SHOW VIEW ON other.* FROM partly@'%'");
      const less = await partly.refresh(goingOn);
      expect([less.failure, less.removed]).toEqual([undefined, []]);
      expect(less.completed).toContain('databases');
      await partly.stop();
      await server.sql("DROP USER partly@'%'");
    });
  });

  describe('what is gone', () => {
    it('goes with the certificate of its database or of the server', async () => {
      await server.sql(
        'CREATE DATABASE short_lived',
        'CREATE TABLE short_lived.a (id int)',
        'CREATE TABLE short_lived.b (id int)',
      );
      const { host } = await refreshed(server.configuration());
      await server.sql('DROP TABLE short_lived.a');
      const one = await host.refresh();
      expect(one.removed.filter((name) => name.startsWith('RelationalTable'))).toEqual([
        'RelationalTable::src:short_lived/a',
      ]);
      await server.sql('DROP DATABASE short_lived');
      const other = await host.refresh();
      expect(other.removed).toEqual(
        expect.arrayContaining(['Database::src:short_lived', 'RelationalTable::src:short_lived/b']),
      );
      expect(other.removed.filter((name) => !name.includes('short_lived'))).toEqual([]);
      await host.stop();
    });
  });

  describe('catalog targets', () => {
    it('are servers of their own, each with what its configuration says', async () => {
      const host = recordingHost(mysqlConnector, server.configuration({ host: 'no-such-host.invalid' }), {
        source: 'src',
      });
      const targetOf = (name: string, include: readonly string[]) => ({
        name,
        element: { guid: name, typeName: 'SoftwareServer', properties: {} },
        configuration: server.configuration({ include: [...include] }),
        source: `src/${name}`,
        permittedSynchronization: 'BOTH_DIRECTIONS' as const,
        templates: {},
      });
      await host.start();
      for (const [name, include] of [
        ['one', ['other/**']],
        ['two', ['nasty/made']],
      ] as const) {
        const run = await host.refresh({ target: targetOf(name, include) });
        expect([run.failure, run.findings]).toEqual([undefined, []]);
      }
      const tables = [...host.elements().keys()].filter((name) => name.startsWith('RelationalTable'));
      expect(tables.sort()).toEqual([
        'RelationalTable::src/one:other/of_view',
        'RelationalTable::src/one:other/refers',
        'RelationalTable::src/two:nasty/made',
      ]);
      await host.stop();
    });
  });
});
