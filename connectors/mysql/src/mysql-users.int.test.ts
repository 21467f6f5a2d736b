import { recordingHost, relationalLines } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlConnector } from './index.js';
import { linesOfServer } from './testing-completeness.js';
import { describeEachServer } from './testing-kinds.js';
import { refreshed } from './testing-refreshed.js';
import { nastyStatements } from './testing-schema.js';
import type { TestServer } from './testing-server.js';

describeEachServer((start, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.sql(
      ...nastyStatements(kind),
      "CREATE USER reader@'%' IDENTIFIED BY 'r3ader-secret'",
      "GRANT SELECT, SHOW VIEW ON *.* TO reader@'%'",
      "CREATE USER blind@'%' IDENTIFIED BY 'bl1nd-secret'",
      "GRANT REFERENCES ON *.* TO blind@'%'",
    );
  });
  afterAll(() => server.close());

  const databases = ['nasty', 'Sch.ema / `quoted` 100% ü', 'other', 'Other', 'empty'];

  async function expectEverything(elements: Parameters<typeof relationalLines>[0], names: readonly string[]) {
    for (const name of names) expect(relationalLines(elements, name)).toEqual(await linesOfServer(server, name));
  }

  describe('a user', () => {
    it('needs SELECT and SHOW VIEW alone, and sees what others own', async () => {
      const { host, run } = await refreshed(server.configuration({ user: 'reader', password: 'r3ader-secret' }));
      expect(run.findings.map(({ code }) => code)).toEqual(['VIEW_UNREADABLE']);
      await expectEverything(host.elements(), databases);
      const { host: all } = await refreshed(server.configuration());
      expect(JSON.stringify([...host.elements()])).toBe(JSON.stringify([...all.elements()]));
      await host.stop();
      await all.stop();
    });

    it('who may not read rows sees everything but the texts of views by REFERENCES alone', async () => {
      const { host, run } = await refreshed(server.configuration({ user: 'blind', password: 'bl1nd-secret' }));
      expect(new Set(run.findings.map(({ code }) => code))).toEqual(new Set(['VIEW_UNREADABLE', 'VIEW_TEXT_HIDDEN']));
      await expectEverything(host.elements(), databases);
      await host.stop();
    });

    it('who loses rights loses nothing in the catalogue, and goes on when they are back', async () => {
      await server.sql(
        "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'",
        "GRANT SELECT, SHOW VIEW ON nasty.* TO partly@'%'",
        "GRANT SELECT, SHOW VIEW ON other.* TO partly@'%'",
      );
      const { host } = await refreshed(server.configuration({ user: 'partly', password: 'partly-secret' }));
      const before = JSON.stringify([...host.elements()]);
      await server.sql("REVOKE SELECT, SHOW VIEW ON nasty.* FROM partly@'%'");
      const run = await host.refresh();
      expect(run.failure).toBeUndefined();
      expect(run.removed).toEqual([]);
      expect(JSON.stringify([...host.elements()])).toBe(before);
      await server.sql("GRANT SELECT, SHOW VIEW ON nasty.made TO partly@'%'");
      expect((await host.refresh()).removed).toEqual([]);
      await server.sql("GRANT SELECT, SHOW VIEW ON nasty.* TO partly@'%'");
      await server.sql('CREATE TABLE nasty.once (id int)');
      await host.refresh();
      await server.sql('DROP TABLE nasty.once');
      expect((await host.refresh()).removed).toContain('RelationalTable::src:nasty/once');
      expect(JSON.stringify([...host.elements()])).toBe(before);
      await host.stop();
      await server.sql("DROP USER partly@'%'");
    });

    // MySQL gives nothing to everybody at once
    const givesToAll = kind === 'MariaDB' ? it : undefined;
    givesToAll?.(
      'who sees by what everybody may loses nothing when that is taken away, and no right by getting more',
      async () => {
        await server.sql(
          'CREATE DATABASE open',
          'CREATE TABLE open.one (id int)',
          'CREATE TABLE open.two (id int)',
          "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'",
          "GRANT REFERENCES ON open.one TO partly@'%'",
          'GRANT SELECT, SHOW VIEW ON open.* TO PUBLIC',
        );
        const { host } = await refreshed(
          server.configuration({ user: 'partly', password: 'partly-secret', include: ['open/**'] }),
        );
        expect([...host.elements().keys()]).toContain('RelationalTable::src:open/two');
        await server.sql('REVOKE SELECT, SHOW VIEW ON open.* FROM PUBLIC');
        expect((await host.refresh()).removed).toEqual([]);
        await server.sql("GRANT SELECT, SHOW VIEW ON *.* TO partly@'%'", 'DROP TABLE open.two');
        const run = await host.refresh();
        expect(run.findings).toEqual([]);
        expect(run.removed).toContain('RelationalTable::src:open/two');
        await host.stop();
        await server.sql("DROP USER partly@'%'", 'DROP DATABASE open');
      },
    );

    it('who sees less of a table or a view than before takes nothing of it out of the catalogue', async () => {
      await server.sql(
        'CREATE DATABASE narrow',
        'CREATE TABLE narrow.t (id int, a int, b int)',
        'CREATE VIEW narrow.v AS SELECT id FROM narrow.t',
        "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'",
        "GRANT SELECT (id, a) ON narrow.t TO partly@'%'",
        "GRANT SELECT, SHOW VIEW ON narrow.v TO partly@'%'",
      );
      const configuration = server.configuration({ user: 'partly', password: 'partly-secret' });
      const { host } = await refreshed(configuration);
      const before = JSON.stringify([...host.elements()]);
      expect(before).toContain('CalculatedValue');
      await server.sql("REVOKE SELECT (a) ON narrow.t FROM partly@'%'", "REVOKE SHOW VIEW ON narrow.v FROM partly@'%'");
      const run = await host.refresh();
      expect(run.findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['TABLE_PARTLY_HIDDEN', 'VIEW_PARTLY_HIDDEN']),
      );
      expect(JSON.stringify([...host.elements()])).toBe(before);
      await server.sql("GRANT SELECT (a, b) ON narrow.t TO partly@'%'", "GRANT SHOW VIEW ON narrow.v TO partly@'%'");
      await host.refresh();
      expect(host.elements().has('RelationalColumn::src:narrow/t/b')).toBe(true);
      await server.sql('ALTER TABLE narrow.t DROP COLUMN a');
      await host.refresh();
      expect(host.elements().has('RelationalColumn::src:narrow/t/a')).toBe(false);
      await host.stop();
      await server.sql('DROP DATABASE narrow', "DROP USER partly@'%'");
    });

    it('whose rights are taken away in the middle of a run loses nothing in the catalogue', async () => {
      await server.sql(
        "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'",
        "GRANT SELECT, SHOW VIEW ON *.* TO partly@'%'",
      );
      const { host } = await refreshed(server.configuration({ user: 'partly', password: 'partly-secret' }));
      const before = [...host.elements().keys()];
      let taken = false;
      const run = await host.refresh({
        async onMessage(message) {
          if (taken || message.type !== 'scope.keep' || !message.scope.startsWith('database:')) return;
          taken = true;
          await server.sql("REVOKE SELECT, SHOW VIEW ON *.* FROM partly@'%'");
        },
      });
      expect(taken).toBe(true);
      expect(run.removed).toEqual([]);
      expect((await host.refresh()).removed).toEqual([]);
      expect([...host.elements().keys()]).toEqual(before);
      await host.stop();
      await server.sql("DROP USER partly@'%'");
    });

    it('can change nothing: every session is read-only, named and bounded', async () => {
      const host = recordingHost(mysqlConnector, server.configuration({ statementTimeoutSeconds: 7 }));
      await host.start();
      await server.sql('SET GLOBAL general_log = ON', "SET GLOBAL log_output = 'TABLE'");
      expect((await host.refresh()).failure).toBeUndefined();
      await server.sql('SET GLOBAL general_log = OFF');
      const said = await server.query<{ readonly said: string }>(
        "SELECT CONVERT(argument USING utf8mb4) AS said FROM mysql.general_log WHERE argument LIKE '/* isthmus mysql */%'",
      );
      const statements = said.map((one) => one.said.replace('/* isthmus mysql */ ', '').trim());
      expect(statements).toEqual(expect.arrayContaining(['SET SESSION TRANSACTION READ ONLY']));
      expect(
        statements.filter((one) =>
          one.includes(kind === 'MySQL' ? 'max_execution_time = 7000' : 'max_statement_time = 7'),
        ).length,
      ).toBeGreaterThan(0);
      expect(statements.filter((one) => !/^(SELECT|SHOW|SET SESSION)\b/.test(one))).toEqual([]);
      await host.stop();
    });
  });
});
