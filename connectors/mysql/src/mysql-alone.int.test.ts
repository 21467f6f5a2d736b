import { testAuthority } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeEachServer } from './testing-kinds.js';
import { refreshed } from './testing-refreshed.js';
import { nastyStatements } from './testing-schema.js';
import type { TestServer } from './testing-server.js';

// what MySQL has and MariaDB has not
describeEachServer(
  (start, kind) => {
    let server: TestServer;
    beforeAll(async () => {
      server = await start();
      await server.sql(...nastyStatements(kind), "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret'");
    });
    afterAll(() => server.close());
    const partly = () => server.configuration({ user: 'partly', password: 'partly-secret' });

    describe('what is catalogued of MySQL', () => {
      it('is written as in statements: defaults, checks, formulas, indexes over expressions, spatial systems', async () => {
        const { host } = await refreshed(server.configuration({ include: ['nasty/**'] }));
        const table = host.elements().get('RelationalTable::src:nasty/of_mysql');
        const column = (name: string) => host.elements().get(`RelationalColumn::src:nasty/of_mysql/${name}`);
        const made = await server.query<Readonly<Record<string, string>>>('SHOW CREATE TABLE nasty.of_mysql');
        const statement = made[0]?.['Create Table'] ?? '';
        const facts = table?.properties.additionalProperties as Readonly<Record<string, string>>;
        expect(facts['check lax']).toBe('(`id` > 0) NOT ENFORCED');
        for (const [name, of] of [
          ['check worded', (text: string) => `CONSTRAINT \`worded\` CHECK (${text})`],
          [
            'index lowered',
            (text: string) => text.replace('btree (', '(').replace('id DESC', '`id` DESC').replace(', ', ','),
          ],
          ['index many', (text: string) => text.replace('btree ', '')],
          ['index places', () => 'SPATIAL KEY `places` (`place`)'],
        ] as const)
          expect(statement).toContain(of(facts[name] ?? 'nothing'));
        expect(facts['index places']).toBe('spatial (place)');
        const defaultOf = (name: string) => column(name)?.classifications?.TypeEmbeddedAttribute?.defaultValue;
        expect(statement).toContain(`\`of_doc\` json DEFAULT (${defaultOf('of_doc')})`);
        expect(['raw', 'flags', 'said'].map(defaultOf)).toEqual(['0x6162', "b'101'", "'current_timestamp'"]);
        expect(statement).toContain(
          `GENERATED ALWAYS AS (${column('drawn')?.classifications?.CalculatedValue?.formula})`,
        );
        expect(column('place')?.properties.additionalProperties).toMatchObject({ spatialSystem: '4326' });
        const reads = (view: string) =>
          host
            .elements()
            .get(`RelationalTable::src:nasty/${view}`)
            ?.links?.map(({ qualifiedName }) => qualifiedName);
        expect(reads('of_documents')).toEqual(['RelationalTable::src:nasty/of_mysql']);
        expect(reads('beside')?.sort()).toEqual(['member', 'team'].map((one) => `RelationalTable::src:nasty/${one}`));
        await host.stop();
      });

      it('has the estimates of now, not those that the server keeps for a day', async () => {
        const estimate = "SELECT TABLE_ROWS AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'rows_of'";
        await server.sql('CREATE DATABASE rows_of', 'CREATE TABLE rows_of.t (id int)', 'ANALYZE TABLE rows_of.t');
        expect(await server.query(estimate)).toEqual([{ n: 0 }]);
        await server.sql(`INSERT INTO rows_of.t VALUES ${Array.from({ length: 600 }, () => '(1)').join(', ')}`);
        expect(await server.query(estimate)).toEqual([{ n: 0 }]);
        const { host } = await refreshed(server.configuration({ include: ['rows_of/**'], statistics: true }));
        expect(host.elements().get('RelationalTable::src:rows_of/t')?.properties.additionalProperties).toMatchObject({
          estimatedRows: '600',
        });
        // and those that it keeps stay as they are: this session writes nothing
        expect(await server.query(estimate)).toEqual([{ n: 0 }]);
        await host.stop();
      });
    });

    describe('a user of MySQL', () => {
      it('who sees by a role loses nothing when the role, or its being taken by itself, is taken away', async () => {
        await server.sql(
          'CREATE ROLE viewers',
          'GRANT SELECT, SHOW VIEW ON nasty.* TO viewers',
          "GRANT viewers TO partly@'%'",
          "SET DEFAULT ROLE viewers TO partly@'%'",
        );
        const { host, run } = await refreshed(partly());
        expect(run.completed).toContain('database:nasty');
        const before = JSON.stringify([...host.elements()]);
        expect(before).toContain('nasty/of_mysql');
        for (const [take, give] of [
          ["SET DEFAULT ROLE NONE TO partly@'%'", "SET DEFAULT ROLE viewers TO partly@'%'"],
          ["REVOKE viewers FROM partly@'%'", "GRANT viewers TO partly@'%'"],
          ['REVOKE SELECT, SHOW VIEW ON nasty.* FROM viewers', 'GRANT SELECT, SHOW VIEW ON nasty.* TO viewers'],
        ] as const) {
          await server.sql(take);
          const less = await host.refresh();
          expect([less.failure, less.removed]).toEqual([undefined, []]);
          expect(JSON.stringify([...host.elements()])).toBe(before);
          await server.sql(give, "SET DEFAULT ROLE viewers TO partly@'%'");
          expect((await host.refresh()).completed).toContain('database:nasty');
        }
        await server.sql('CREATE TABLE nasty.once (id int)');
        await host.refresh();
        await server.sql('DROP TABLE nasty.once');
        expect((await host.refresh()).removed).toContain('RelationalTable::src:nasty/once');
        await host.stop();
        await server.sql('DROP ROLE viewers');
      });

      it('loses nothing when names in grants are patterns no longer, or a database is taken out of all', async () => {
        await server.sql("GRANT SELECT, SHOW VIEW ON `nas%`.* TO partly@'%'");
        const { host } = await refreshed(partly());
        const before = JSON.stringify([...host.elements()]);
        expect(before).toContain('nasty/of_mysql');
        try {
          await server.sql('SET GLOBAL partial_revokes = ON');
          const blind = await host.refresh();
          expect([blind.failure, blind.removed]).toEqual([undefined, []]);
          await server.sql(
            "GRANT SELECT, SHOW VIEW ON *.* TO partly@'%'",
            "REVOKE SELECT, SHOW VIEW ON nasty.* FROM partly@'%'",
          );
          expect((await host.refresh()).removed).toEqual([]);
          for (const [key] of new Map(JSON.parse(before))) expect(host.elements().has(String(key))).toBe(true);
          await server.sql("GRANT SELECT, SHOW VIEW ON nasty.* TO partly@'%'");
        } finally {
          await server.sql("REVOKE ALL PRIVILEGES, GRANT OPTION FROM partly@'%'", 'SET GLOBAL partial_revokes = OFF');
        }
        await host.stop();
      });

      it.each(['off', 'require'] as const)('logs in by caching_sha2_password anew, with tls %s', async (tls) => {
        await server.sql(
          "ALTER USER partly@'%' IDENTIFIED WITH caching_sha2_password BY 'partly-secret'",
          'FLUSH PRIVILEGES',
        );
        await server.sql("GRANT SELECT, SHOW VIEW ON other.* TO partly@'%'");
        const own = tls === 'off' ? server : await secured();
        const { host, run } = await refreshed({ ...partly(), port: own.port, tls });
        expect(run.completed).toContain('database:other');
        await host.stop();
        if (own !== server) await own.close();
      });
    });

    async function secured() {
      const own = await start(testAuthority().issue(['localhost']));
      await own.sql(
        'CREATE DATABASE other',
        'CREATE TABLE other.t (id int)',
        "CREATE USER partly@'%' IDENTIFIED BY 'partly-secret' REQUIRE SSL",
      );
      await own.sql("GRANT SELECT, SHOW VIEW ON other.* TO partly@'%'");
      return own;
    }
  },
  ['MySQL'],
);
