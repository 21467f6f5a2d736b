import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeProbeFaults, recordingHost, testAuthority } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mysqlConnector } from './index.js';
import type { MysqlConfiguration } from './mysql-config.js';
import { describeEachServer } from './testing-kinds.js';
import type { TestServer } from './testing-server.js';

const authority = testAuthority();
const secret = 'r3ader-secret';

describe('a server of another kind', () => {
  it('that waits to be spoken to is told apart from one that cannot be reached', async () => {
    const other = createServer(() => undefined);
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const host = recordingHost(mysqlConnector, {
      ...{ host: '127.0.0.1', port, user: 'reader', serverName: 'test', include: ['**'], exclude: [], tls: 'off' },
      ...{ statistics: false, connectTimeoutSeconds: 1, statementTimeoutSeconds: 5, sessionsAtOnce: 1, pollSeconds: 0 },
    });
    const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
    await host.stop();
    other.close();
    expect(steps.at(-1)?.message).toMatch(/does not speak like MySQL or MariaDB \(it takes connections.*`port`/);
  });
});

describeEachServer((start) => {
  let server: TestServer;
  let folder: string;
  const fileOf = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-mysql-faults-'));
    server = await start(authority.issue(['localhost']));
    await server.sql(
      'CREATE DATABASE shop',
      'CREATE TABLE shop.orders (id int)',
      `CREATE USER reader@'%' IDENTIFIED BY '${secret}' REQUIRE SSL`,
      "GRANT SELECT, SHOW VIEW ON *.* TO reader@'%'",
      `CREATE USER nothing@'%' IDENTIFIED BY '${secret}'`,
    );
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function secured(changes: Partial<MysqlConfiguration> = {}): Promise<MysqlConfiguration> {
    const caFile = await fileOf('authority.pem', authority.certificate);
    const own = { host: 'localhost', user: 'reader', password: secret, tls: 'verify', caFile } as const;
    return server.configuration({ ...own, ...changes });
  }

  describeProbeFaults(mysqlConnector, async () => {
    const other = await fileOf('other.pem', testAuthority().certificate);
    return {
      configuration: await secured(),
      secrets: [secret],
      faults: {
        name: { configuration: () => ({ host: 'no-such-host.invalid' }), advice: /`host`/ },
        port: { configuration: () => ({ port: 1 }), advice: /`port`/ },
        password: { configuration: () => ({ password: 'another-secret' }), advice: /`password`/ },
        rights: { configuration: () => ({ user: 'nothing' }), advice: /GRANT SELECT, SHOW VIEW ON/ },
        tls: { configuration: () => ({ caFile: other }), advice: /not trusted.*`caFile`/ },
        otherKind: {
          configuration: (port) => ({ port, host: '127.0.0.1', tls: 'off' as const, connectTimeoutSeconds: 1 }),
          advice: /MySQL or MariaDB.*`port`/,
        },
      },
    };
  });

  describe('TLS', () => {
    const last = async (configuration: MysqlConfiguration) => {
      const host = recordingHost(mysqlConnector, configuration);
      const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
      await host.stop();
      const step = steps.at(-1);
      return `${step?.ok === true ? 'ok' : 'FAILS'} ${step?.name}: ${step?.message}`;
    };

    it('is spoken with a server whose certificate is signed by a known authority, or any server where that is asked for', async () => {
      expect(await last(await secured())).toMatch(/^ok sample: 1 tables and views in shop/);
      expect(await last(await secured({ tls: 'require', host: '127.0.0.1' }))).toMatch(/^ok sample/);
      const host = recordingHost(mysqlConnector, await secured());
      await host.start();
      expect((await host.refresh()).failure).toBeUndefined();
      await host.stop();
    });

    it.each([
      ['by a user who must', { tls: 'off' as const }, /^FAILS authenticate: .*`tls`/],
      [
        'to an address, which no certificate of these is held against',
        { host: '127.0.0.1' },
        /^FAILS reach: .*write `host`/,
      ],
      ['with a file that is not there', { caFile: '/no/such/file.pem' }, /^FAILS reach: .*correct `caFile`/],
    ])('is told of in its step when it is not spoken as it has to be %s', async (_what, changes, expected) => {
      expect(await last(await secured(changes))).toMatch(expected);
    });
  });

  describe('a server with a certificate', () => {
    it.each([
      ['for another name', ['db.example.org'], undefined, /^FAILS reach: .*is for another name.*`host`/],
      ['that is out of date', ['localhost'], new Date('2020-01-02'), /^FAILS reach: .*is out of date/],
    ])('%s is not logged in to', async (_what, names, validUntil, expected) => {
      const other = await start(authority.issue(names, validUntil));
      try {
        const host = recordingHost(mysqlConnector, await secured({ port: other.port }));
        const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
        await host.stop();
        const step = steps.at(-1);
        expect(`${step?.ok === true ? 'ok' : 'FAILS'} ${step?.name}: ${step?.message}`).toMatch(expected);
      } finally {
        await other.close();
      }
    });

    it('that speaks no TLS is told of', async () => {
      const other = await start();
      try {
        const host = recordingHost(mysqlConnector, await secured({ port: other.port }));
        const steps = (await host.connector.probe?.(AbortSignal.timeout(30_000))) ?? [];
        await host.stop();
        expect(steps.at(-1)?.message).toMatch(/speaks no TLS.*set `tls` to off/);
      } finally {
        await other.close();
      }
    });
  });
});
