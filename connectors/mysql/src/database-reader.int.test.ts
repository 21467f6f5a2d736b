import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namesQuery } from './catalog-queries.js';
import { type Asked, readDatabase } from './database-reader.js';
import { Session } from './session.js';
import { describeEachServer } from './testing-kinds.js';
import { nastyStatements } from './testing-schema.js';
import type { TestServer } from './testing-server.js';

describeEachServer((start, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.sql(...nastyStatements(kind));
  });
  afterAll(() => server.close());

  describe('a database that is changed while it is read', () => {
    /** Reads it, with statements after questions. */
    const readWhile = async (statementAfter: (question: string, time: number) => string | undefined, user = {}) => {
      const session = await Session.open(server.configuration(user), 'isthmus test', new AbortController().signal);
      const asked = new Map<string, number>();
      const changing: Asked = {
        abilities: session.abilities,
        async rows<T>(sql: string, values?: Parameters<Asked['rows']>[1]) {
          const rows = await session.rows<T>(sql, values);
          const time = (asked.get(sql) ?? 0) + 1;
          asked.set(sql, time);
          const statement = statementAfter(sql, time);
          if (statement !== undefined) await server.sql(statement);
          return rows;
        },
      };
      const told: string[] = [];
      const { isCertain, isStill } = await readDatabase(
        changing,
        'other',
        { statistics: false, tablesAtOnce: 1 },
        async ({ relations }) => {
          for (const { name, columns } of relations) told.push(`${name} (${columns.map((column) => column.name)})`);
        },
      );
      await session[Symbol.asyncDispose]();
      return { told, isCertain, isStill };
    };
    const before = ['of_view (id)', 'refers (id,up)'];
    const isColumns = (question: string): boolean => question.includes('information_schema.COLUMNS');

    it('is told with what came meanwhile, once each', async () => {
      const found = await readWhile((question, time) =>
        question === namesQuery && time === 1 ? 'CREATE TABLE other.a_new (id int)' : undefined,
      );
      expect(found).toEqual({ told: [...before, 'a_new (id)'], isCertain: true, isStill: true });
      await server.sql('DROP TABLE other.a_new');
    });

    it('is not certain when something comes each time', async () => {
      const found = await readWhile((question, time) =>
        question === namesQuery ? `CREATE TABLE other.meanwhile_${time} (id int)` : undefined,
      );
      expect(found).toMatchObject({ isCertain: false });
      expect(found.told).toEqual([...before, 'meanwhile_1 (id)', 'meanwhile_2 (id)']);
      await server.sql('DROP TABLE other.meanwhile_1, other.meanwhile_2, other.meanwhile_3, other.meanwhile_4');
    });

    it('is certain without what went before it was told, and has to be read again for what went after that', async () => {
      await server.sql('CREATE TABLE other.early (id int)', 'CREATE TABLE other.zlate (id int)');
      const early = await readWhile((question, time) =>
        question === namesQuery && time === 1 ? 'DROP TABLE other.early' : undefined,
      );
      expect(early).toEqual({ told: [...before, 'zlate (id)'], isCertain: true, isStill: true });
      await server.sql('CREATE TABLE other.early (id int)');
      const late = await readWhile((question, time) =>
        isColumns(question) && time === 3 ? 'DROP TABLE other.early' : undefined,
      );
      expect(late).toEqual({ told: ['early (id)', ...before, 'zlate (id)'], isCertain: true, isStill: false });
      await server.sql('DROP TABLE other.zlate');
    });

    it('is not read by two moments: a table that is changed in between is read again', async () => {
      const found = await readWhile((question, time) =>
        isColumns(question) && time === 2 ? 'ALTER TABLE other.refers ADD COLUMN more int' : undefined,
      );
      expect(found).toEqual({ told: ['of_view (id)', 'refers (id,up,more)'], isCertain: true, isStill: true });
      await server.sql('ALTER TABLE other.refers DROP COLUMN more');
    });

    it('is not certain of a table that is changed at each reading', async () => {
      const found = await readWhile((question, time) =>
        isColumns(question) && time > 1 ? `ALTER TABLE other.refers ADD COLUMN more_${time} int` : undefined,
      );
      expect(found.isCertain).toBe(false);
      expect(found.told).toHaveLength(2);
      for (const time of [2, 3, 4]) await server.sql(`ALTER TABLE other.refers DROP COLUMN more_${time}`);
    });

    it('is certain where only another one is changed each time', async () => {
      const found = await readWhile((question, time) =>
        isColumns(question) || question === namesQuery
          ? `CREATE TABLE \`empty\`.meanwhile_${isColumns(question)}_${time} (id int)`
          : undefined,
      );
      expect(found).toEqual({ told: before, isCertain: true, isStill: true });
      await server.sql('DROP DATABASE `empty`', 'CREATE DATABASE `empty`');
    });

    it('is not certain when the rights of the user are changed meanwhile', async () => {
      const user = { user: 'given', password: 'g1ven-secret' };
      await server.sql("CREATE USER given@'%' IDENTIFIED BY 'g1ven-secret'", "GRANT SELECT ON other.* TO given@'%'");
      const found = await readWhile(
        (question, time) =>
          isColumns(question) && time === 1 ? "GRANT SELECT, SHOW VIEW ON nasty.* TO given@'%'" : undefined,
        user,
      );
      expect(found).toEqual({ told: before, isCertain: false, isStill: true });
      expect(await readWhile(() => undefined, user)).toEqual({ told: before, isCertain: true, isStill: true });
      await server.sql("DROP USER given@'%'");
    });

    it('has its next piece read while one is told', async () => {
      const session = await Session.open(server.configuration(), 'isthmus test', new AbortController().signal);
      let columnsAsked = 0;
      let goesOn = (): void => undefined;
      const second = new Promise<void>((resolve) => {
        goesOn = resolve;
      });
      const counting: Asked = {
        abilities: session.abilities,
        rows: (sql, values) => {
          if (isColumns(sql)) columnsAsked += 1;
          if (columnsAsked === 2) goesOn();
          return session.rows(sql, values);
        },
      };
      let toldCount = 0;
      await readDatabase(counting, 'other', { statistics: false, tablesAtOnce: 1 }, async () => {
        toldCount += 1;
        if (toldCount === 1) await second;
      });
      expect([toldCount, columnsAsked]).toEqual([2, 2]);
      await session[Symbol.asyncDispose]();
    });

    it.each([1, 3, 10_000])('is the same read %i tables at once', async (tablesAtOnce) => {
      const session = await Session.open(server.configuration(), 'isthmus test', new AbortController().signal);
      const readBy = async (size: number) => {
        const all: unknown[] = [];
        await readDatabase(session, 'nasty', { statistics: false, tablesAtOnce: size }, async ({ relations }) => {
          expect(relations.length).toBeLessThanOrEqual(size);
          all.push(...relations);
        });
        return all;
      };
      const all = await readBy(tablesAtOnce);
      expect(all.length).toBeGreaterThan(15);
      expect(all).toEqual(await readBy(7));
      await session[Symbol.asyncDispose]();
    });
  });
});
