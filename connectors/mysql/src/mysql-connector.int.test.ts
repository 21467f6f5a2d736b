import { faultyTcp, relationalLines } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linesOfServer } from './testing-completeness.js';
import { describeEachServer } from './testing-kinds.js';
import { refreshed } from './testing-refreshed.js';
import { generatedStatements, nastyStatements } from './testing-schema.js';
import type { TestServer } from './testing-server.js';

describeEachServer((start, kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    await server.sql(...nastyStatements(kind));
  });
  afterAll(() => server.close());

  const databases = ['nasty', 'Sch.ema / `quoted` 100% ü', 'other', 'Other', 'empty'];

  async function expectEverything(elements: Parameters<typeof relationalLines>[0], names: readonly string[]) {
    for (const name of names) expect(relationalLines(elements, name)).toEqual(await linesOfServer(server, name));
  }

  describe('what is catalogued of a server', () => {
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
      expect(column('made', 'gross')?.properties.additionalProperties).toMatchObject({
        generated: 'stored',
        scale: '4',
      });
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
        additionalProperties: {
          'check positive': kind === 'MySQL' ? '(`net` >= 0)' : '`net` >= 0',
          engine: 'InnoDB',
          estimatedRows: '0',
        },
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

  describe('another, empty server at the same address', () => {
    it('removes nothing', async () => {
      const other = await start();
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
});
