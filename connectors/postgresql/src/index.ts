import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, postgresqlConfiguration, postgresqlNames } from './postgresql-config.js';
import { PostgresqlConnector } from './postgresql-connector.js';
import { replacedConnections } from './replaced-connections.js';

export { type PostgresqlConfiguration, postgresqlConfiguration } from './postgresql-config.js';

export const postgresqlConnector = defineConnector({
  kind: 'database',
  provider: 'postgresql',
  version: 1,
  configuration: postgresqlConfiguration,
  fromConnection,
  replaces: replacedConnections,
  targets: true,
  boundary: ({ host, port, serverName, include, exclude }) => ({ host, port, serverName, include, exclude }),
  naming: ({ qualifiedNames, serverName }) => postgresqlNames.shape(qualifiedNames, serverName),
  create: (context, configuration) => new PostgresqlConnector(context, configuration),
});
