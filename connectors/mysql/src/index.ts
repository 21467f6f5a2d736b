import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, mysqlConfiguration, mysqlNames } from './mysql-config.js';
import { MysqlConnector } from './mysql-connector.js';

export { type MysqlConfiguration, mysqlConfiguration } from './mysql-config.js';

export const mysqlConnector = defineConnector({
  kind: 'database',
  provider: 'mysql',
  version: 1,
  configuration: mysqlConfiguration,
  fromConnection,
  targets: true,
  boundary: ({ host, port, serverName, include, exclude }) => ({ host, port, serverName, include, exclude }),
  naming: ({ qualifiedNames, serverName }) => mysqlNames.shape(qualifiedNames, serverName),
  create: (context, configuration) => new MysqlConnector(context, configuration),
});
