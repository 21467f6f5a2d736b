import { describe, expect, it } from '@jest/globals';
import { fromConnection, placeIn } from './postgresql-config.js';
import { literal, replacedConnections } from './replaced-connections.js';
import { configurationOfTarget } from './target-database.js';

describe('the address of a connection', () => {
  it('is host, port and first database', () => {
    const connection = {
      providerName: 'postgresql',
      networkAddress: 'postgresql://app@db.example:6432/shop',
      configurationProperties: {},
    };
    expect(placeIn(connection)).toEqual({ host: 'db.example', port: 6432, database: 'shop', user: 'app' });
  });

  it('gives way to what the configuration says, without the reserved keys', () => {
    const connection = {
      providerName: 'postgresql',
      networkAddress: 'db:6432',
      userId: 'app',
      configurationProperties: { port: 5432, 'isthmus.schedule': '* * * * *' },
    };
    expect(fromConnection(connection)).toEqual({ host: 'db', port: 5432, user: 'app' });
  });
});

describe('a connection of a connector that is replaced', () => {
  const server = 'org.odpi.openmetadata.adapters.connectors.postgres.catalog.PostgresServerIntegrationProvider';
  const jdbc = 'org.odpi.openmetadata.adapters.connectors.integration.jdbc.JDBCIntegrationConnectorProvider';
  const taken = (providerName: string, configurationProperties = {}, networkAddress?: string) =>
    replacedConnections[providerName]?.({
      providerName,
      configurationProperties,
      ...(networkAddress === undefined ? {} : { networkAddress }),
    });

  it('names its server by placeholders, and databases by lists', () => {
    const properties = {
      hostIdentifier: 'db',
      portNumber: '5433',
      databaseUserId: 'egeria',
      databasePassword: `\${env:PW}`,
      serverName: 'orders',
      includeDatabaseList: 'shop, my[1]',
      excludeDatabaseList: ['old'],
      databaseCatalogTemplate: 'x',
      'isthmus.source': 's',
    };
    expect(taken(server, properties)).toEqual({
      host: 'db',
      port: '5433',
      user: 'egeria',
      password: `\${env:PW}`,
      serverName: 'orders',
      include: ['shop/**', String.raw`my\[1\]/**`],
      exclude: ['old/**'],
    });
    expect(taken(server, { includeDatabaseList: '*' }, 'db:5432')).toEqual({ host: 'db', port: 5432 });
  });

  it('is one database at a JDBC address, with schemas and tables by lists', () => {
    const address = 'jdbc:postgresql://db:5432/shop?ssl=false';
    const place = { host: 'db', port: 5432, database: 'shop' };
    expect(taken(jdbc, {}, address)).toEqual({ ...place, include: ['shop/*/*'] });
    const lists = { includeSchemaNames: ['a', 'b'], excludeSchemaNames: ['b'], excludeTableNames: 'old,older' };
    expect(taken(jdbc, lists, address)).toEqual({
      ...place,
      include: ['shop/a/*', 'shop/b/*'],
      exclude: ['shop/*/old', 'shop/*/older'],
    });
    const both = { includeTableNames: ['t'], includeViewNames: ['v'] };
    expect(taken(jdbc, both, address)).toEqual({ ...place, include: ['shop/*/t', 'shop/*/v'] });
  });

  it('keeps what there is no word for, so that the check of the configuration names it', () => {
    expect(taken(jdbc, { includeColumnNames: ['id'] }, 'jdbc:postgresql://db/shop')).toMatchObject({
      includeColumnNames: ['id'],
    });
  });

  it('of another kind of database is refused', () => {
    expect(() => taken(jdbc, {}, 'jdbc:mysql://db/shop')).toThrow(/jdbc:mysql: is no PostgreSQL.*provider/);
  });
});

describe('a catalog target', () => {
  const configuration = { include: ['**'], exclude: [], database: 'postgres' } as const;
  const of = (typeName: string, properties: Record<string, string>, include: readonly string[] = ['**']) => {
    const element = { guid: 'g', typeName, properties };
    const given = { ...complete, ...configuration, include: [...include], exclude: [] };
    const { database, include: taken } = configurationOfTarget({ element, configuration: given });
    return [database, ...taken];
  };
  const complete = {
    host: 'db',
    port: 5432,
    user: 'u',
    serverName: 's',
    tls: 'off' as const,
    statistics: true,
    connectTimeoutSeconds: 1,
    statementTimeoutSeconds: 1,
    sessionsAtOnce: 1,
    pollSeconds: 0,
  };

  it('that is a database is about that database alone, unless it says what to include', () => {
    expect(of('RelationalDatabase', { resourceName: 'my*shop' })).toEqual(['my*shop', String.raw`my\*shop/**`]);
    expect(of('RelationalDatabase', { resourceName: 'shop' }, ['shop/a/*'])).toEqual(['postgres', 'shop/a/*']);
  });

  it('that is anything else is about all that its configuration leads to', () => {
    expect(of('SoftwareServer', { resourceName: 'db' })).toEqual(['postgres', '**']);
    expect(of('RelationalDatabase', {})).toEqual(['postgres', '**']);
  });

  it('writes names as patterns that fit them alone', () => {
    expect(literal('a/b%*')).toBe(String.raw`a%2Fb%25\*`);
  });
});
