import { faultyTcp, recordingHost, relationalLines } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { namesQuery } from './catalog-queries.js';
import { type Asked, readDatabase } from './database-reader.js';
import { mysqlConnector } from './index.js';
import type { MysqlConfiguration } from './mysql-config.js';
import { Session } from './session.js';
import { linesOfServer } from './testing-completeness.js';
import { generatedStatements, nastyStatements } from './testing-schema.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

jest.setTimeout(120_000);

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/mysql: MariaDB is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;

let server: TestServer;
if (programs !== undefined) {
  beforeAll(async () => {
    server = await startServer(programs);
    await server.sql(...nastyStatements);
    await server.sql(
      "CREATE USER reader@'%' IDENTIFIED BY 'r3ader-secret'",
      "GRANT SELECT, SHOW VIEW ON *.* TO reader@'%'",
      "CREATE USER blind@'%' IDENTIFIED BY 'bl1nd-secret'",
      "GRANT REFERENCES ON *.* TO blind@'%'",
    );
  });
  afterAll(() => server.close());
}

async function refreshed(configuration: MysqlConfiguration) {
  const host = recordingHost(mysqlConnector, configuration, { source: 'src' });
  await host.start();
  const run = await host.refresh();
  if (run.failure !== undefined) throw run.failure;
  return { host, run };
}

const databases = ['nasty', 'Sch.ema / `quoted` 100% ü', 'other', 'Other', 'empty'];

async function expectEverything(elements: Parameters<typeof relationalLines>[0], names: readonly string[]) {
  for (const name of names) expect(relationalLines(elements, name)).toEqual(await linesOfServer(server, name));
}

withServer('what is catalogued of a server', () => {
  it('is every table, column in its order, type, nullability and key that SHOW CREATE TABLE tells', async () => {
    const { host, run } = await refreshed(server.configuration());
    expect(run.findings.map(({ code, message }) => [code, message])).toEqual([
      ['VIEW_UNREADABLE', expect.stringContaining('view broken of nasty')],
    ]);
    const expected = await linesOfServer(server, 'nasty');
    expect(expected.length).toBeGreaterThan(100);
    await expectEverything(host.elements(), databases);
    expect(run.completed).toEqual(expect.arrayContaining(['databases', 'database:nasty', 'database:empty']));
    await host.stop();
  });

  it('is the same of a large generated schema', async () => {
    for (const seed of [1, 4711]) await server.sql(...generatedStatements(`made_${seed}`, 150, seed));
    const { host, run } = await refreshed(server.configuration({ include: ['made_*/**'] }));
    expect(run.findings).toEqual([]);
    expect((await linesOfServer(server, 'made_1')).length).toBeGreaterThan(1_500);
    await expectEverything(host.elements(), ['made_1', 'made_4711']);
    await host.stop();
    for (const seed of [1, 4711]) await server.sql(`DROP DATABASE made_${seed}`);
  });

  it('is described down to defaults, formulas, comments, partitions, values and what views read', async () => {
    const { host } = await refreshed(server.configuration({ include: ['nasty/**', 'other/**'], statistics: true }));
    const of = (type: string, ...names: string[]) => host.elements().get(`${type}::src:${names.join('/')}`);
    const column = (...names: string[]) => of('RelationalColumn', 'nasty', ...names);
    const defaultOf = (...names: string[]) => column(...names)?.classifications?.TypeEmbeddedAttribute?.defaultValue;
    expect(column('made', 'gross')?.classifications?.CalculatedValue).toMatchObject({
      formula: expect.stringContaining('`net` * 1.19'),
    });
    expect(column('made', 'gross')?.properties.additionalProperties).toMatchObject({ generated: 'stored', scale: '4' });
    expect(column('made', 'id')?.properties.additionalProperties).toEqual({ autoIncrement: 'true' });
    expect(column('made', 'net')?.properties).toMatchObject({ precision: 9, isNullable: false });
    expect(column('made', 'at')?.properties.additionalProperties).toMatchObject({
      onUpdate: expect.stringMatching(/current_timestamp/i),
    });
    expect(column('made', 'hidden')?.properties.additionalProperties).toEqual({ invisible: 'true' });
    expect(['net', 'word', 'nothing', 'stamp'].map((name) => defaultOf('made', name))).toEqual([
      '0.50',
      "'NULL'",
      undefined,
      "'2020-01-01 00:00:00'",
    ]);
    expect(of('RelationalTable', 'nasty', 'made')?.properties).toMatchObject({
      description: 'what is made',
      additionalProperties: { 'check positive': '`net` >= 0', engine: 'InnoDB', estimatedRows: '0' },
    });
    expect(of('RelationalTable', 'nasty', 'member')?.properties.additionalProperties).toMatchObject({
      'foreign key in: team': 'ON DELETE CASCADE ON UPDATE SET NULL',
      'index words': 'fulltext (note)',
      'index part': 'btree (note(10), id DESC)',
    });
    expect(of('RelationalTable', 'nasty', 'team')?.properties.additionalProperties).toMatchObject({
      'unique both_of': 'id, lead_id',
      'unique lead_id': 'lead_id',
    });
    expect(of('RelationalTable', 'nasty', 'sales')?.properties.additionalProperties).toMatchObject({
      kind: 'partitioned table',
      partitionKey: 'RANGE COLUMNS (`day`)',
      'partition p2025': "'2026-01-01'",
      'partition rest': 'MAXVALUE',
    });
    expect(of('RelationalTable', 'nasty', 'spread')?.properties.additionalProperties).toMatchObject({
      subpartitionKey: 'HASH (`id`)',
      partitionCount: '2',
    });
    const queries = (...names: string[]) =>
      of('RelationalTable', ...names)
        ?.links?.map(({ qualifiedName }) => qualifiedName.split('::src:')[1])
        .sort();
    expect(queries('nasty', 'readers')).toEqual(['nasty/member', 'nasty/team']);
    expect(queries('other', 'of_view')).toEqual(['nasty/readers', 'other/refers']);
    expect(queries('nasty', 'odd view')).toEqual(['Other/only_here', 'nasty/sales']);
    expect(of('RelationalTable', 'nasty', 'checked')?.properties.additionalProperties).toMatchObject({
      checkOption: 'CASCADED',
    });
    const values = [...host.elements().values()].filter(({ qualifiedName }) =>
      qualifiedName.startsWith('ValidValueDefinition::src:nasty/every_type/ac/'),
    );
    expect(values.map(({ properties }) => properties.preferredValue)).toEqual([
      'sad',
      'so: so',
      'a/b',
      'ü',
      '',
      "it's",
      'back\\slash',
    ]);
    expect(column('every_type', 'ac')?.links).toMatchObject([
      { qualifiedName: 'ValidValueDefinition::src:nasty/every_type/ac' },
    ]);
    await host.stop();
  });

  it('is what the patterns say', async () => {
    const { host } = await refreshed(server.configuration({ include: ['nas*/m*'], exclude: ['nasty/made'] }));
    const tables = [...host.elements().values()].filter(({ typeName }) => typeName === 'RelationalTable');
    expect(tables.map(({ properties }) => properties.displayName)).toEqual(['member']);
    await host.stop();
  });
});

withServer('a database that is changed while it is read', () => {
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
        ? `CREATE TABLE empty.meanwhile_${isColumns(question)}_${time} (id int)`
        : undefined,
    );
    expect(found).toEqual({ told: before, isCertain: true, isStill: true });
    await server.sql('DROP DATABASE empty', 'CREATE DATABASE empty');
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

withServer('another, empty server at the same address', () => {
  it('removes nothing', async () => {
    if (programs === undefined) return;
    const other = await startServer(programs);
    const target = { port: server.port };
    const way = await faultyTcp(target);
    try {
      const { host } = await refreshed(server.configuration({ port: way.port, include: ['nasty/**', 'other/**'] }));
      const before = JSON.stringify([...host.elements()]);
      target.port = other.port;
      const run = await host.refresh();
      expect(run.failure).toBeUndefined();
      expect(run.removed).toEqual([]);
      expect(JSON.stringify([...host.elements()])).toBe(before);
      target.port = server.port;
      await server.sql('CREATE TABLE other.once (id int)');
      await host.refresh();
      await server.sql('DROP TABLE other.once');
      expect((await host.refresh()).removed).toContain('RelationalTable::src:other/once');
      await host.stop();
    } finally {
      await way[Symbol.asyncDispose]();
      await other.close();
    }
  });
});

withServer('a user', () => {
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

  it('who sees by what everybody may loses nothing when that is taken away, and no right by getting more', async () => {
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
  });

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
    expect(statements.filter((one) => one.includes('max_statement_time = 7')).length).toBeGreaterThan(0);
    expect(statements.filter((one) => !/^(SELECT|SHOW|SET SESSION)\b/.test(one))).toEqual([]);
    await host.stop();
  });
});
