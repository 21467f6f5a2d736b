import { describeConnectorContract, faultyTcp } from '@isthmus/connector-testing';
import { afterAll, beforeAll } from '@jest/globals';
import { mysqlConnector } from './index.js';
import { quoted } from './testing-completeness.js';
import { describeEachServer } from './testing-kinds.js';
import type { TestServer } from './testing-server.js';

const password = 'never-told-4711';

describeEachServer((start) => {
  let server: TestServer;
  let databases = 0;
  beforeAll(async () => {
    server = await start();
    await server.sql(
      `CREATE USER teller@'%' IDENTIFIED BY '${password}'`,
      "GRANT SELECT, SHOW VIEW ON *.* TO teller@'%'",
    );
  });
  afterAll(() => server.close());

  /** A database of its own for each test, behind a way that can fail. */
  async function database() {
    databases += 1;
    const name = `contract_${databases}`;
    await server.sql(
      `CREATE DATABASE ${name}`,
      `CREATE TABLE ${name}.a (x int)`,
      `CREATE TABLE ${name}.b (x int, y enum('p','q'))`,
      `CREATE TABLE ${name}.c (x int)`,
    );
    const way = await faultyTcp({ port: server.port });
    return {
      configuration: server.configuration({ port: way.port, include: [`${name}/**`], user: 'teller', password }),
      break: async () => {
        way.fail({ kind: 'refuse' });
        way.reset();
      },
      breakHalfway: async () => way.fail({ kind: 'cut', afterBytes: 5_000 }),
      mend: async () => way.fail({ kind: 'none' }),
      delay: async (delayMs: number) => way.fail(delayMs === 0 ? { kind: 'none' } : { kind: 'delay', delayMs }),
      grow: (count: number) =>
        server.sql(
          ...Array.from({ length: count }, (_, number) => `CREATE TABLE ${name}.t${number} (x int) ENGINE=MEMORY`),
        ),
      async addOddNames() {
        const odd = ['a:b', 'a b', ' a b', 'A:b', 'a/b', 'a%3Ab', '"', "'", '`', 'ü', '#1', '-', '.', 'a.b', '\\'];
        await server.sql(...odd.map((one) => `CREATE TABLE ${name}.${quoted(one)} (x int)`));
        return odd.length;
      },
      change: () => server.sql(`ALTER TABLE ${name}.a COMMENT 'quite another'`),
      remove: () => server.sql(`DROP TABLE ${name}.c`),
      rename: () => server.sql(`RENAME TABLE ${name}.b TO ${name}.z`),
      fingerprint: () => server.dump(name),
      async close() {
        await way[Symbol.asyncDispose]();
        await server.sql(`DROP DATABASE ${name}`);
      },
    };
  }

  // rights to a part are tried beside, with real users
  describeConnectorContract(mysqlConnector, database, { without: ['forbid'] });
});
