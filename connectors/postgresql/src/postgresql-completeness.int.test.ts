import { recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { postgresqlConnector } from './index.js';
import { dumpLinesOfCatalogue, linesOfCatalogue, linesOfServer } from './testing-completeness.js';
import { linesOfDump } from './testing-dump.js';
import { generatedStatements } from './testing-generated.js';
import { nastyStatements } from './testing-schema.js';
import { serverPrograms, startServer, type TestServer } from './testing-server.js';

const programs = serverPrograms();
if (programs === undefined) console.warn('SKIP connectors/postgresql: PostgreSQL is not installed');
// where no server is installed these are skipped aloud and counted; `npm run servers -- --install` brings one
const withServer = programs === undefined ? describe.skip : describe;
const seeds = [1, 20_261_130];
const tableCount = 250;

let server: TestServer;
if (programs !== undefined) {
  beforeAll(async () => {
    server = await startServer(programs);
    await server.sql('postgres', 'CREATE DATABASE nasty');
    await server.sql('nasty', ...nastyStatements);
    for (const seed of seeds) {
      await server.sql('postgres', `CREATE DATABASE generated_${seed}`);
      await server.sql(`generated_${seed}`, generatedStatements(seed, tableCount).join(';\n'));
    }
  });
  afterAll(() => server.close());
}

async function catalogued(database: string) {
  const host = recordingHost(postgresqlConnector, server.configuration({ include: [`${database}/**`] }));
  const run = await host.refresh();
  await host.stop();
  if (run.failure !== undefined) throw run.failure;
  expect(run.findings).toEqual([]);
  return host.elements();
}

withServer('what is catalogued, against other ways to the same', () => {
  it.each([
    ['nasty', 100],
    ...seeds.map((seed) => [`generated_${seed}`, 10 * tableCount] as const),
  ])('is of %s all that information_schema knows, and pg_dump would make again', async (database, leastLines) => {
    const elements = await catalogued(database);
    const known = await linesOfServer(server, database);
    expect(known.length).toBeGreaterThan(leastLines / 2);
    expect(linesOfCatalogue(elements, database)).toEqual(known);
    const place = ['-h', '127.0.0.1', '-p', String(server.port), '-U', server.superuser];
    const dumped = linesOfDump(await server.tool('pg_dump', '--schema-only', ...place, database));
    expect(dumped.length).toBeGreaterThan(leastLines);
    expect(differences(dumpLinesOfCatalogue(elements, database), dumped)).toEqual([]);
  });
});

/** The first of them: whole lists of thousands of lines say less. */
function differences(found: readonly string[], expected: readonly string[]): readonly string[] {
  const [has, wants] = [new Set(found), new Set(expected)];
  const both = [
    ...expected.filter((line) => !has.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !wants.has(line)).map((line) => `+ ${line}`),
  ];
  if (both.length === 0 && found.length !== expected.length)
    return [`${found.length} lines, not ${expected.length}: some are there twice`];
  return both.length <= 40 ? both : [...both.slice(0, 20), ...both.slice(-20)];
}
