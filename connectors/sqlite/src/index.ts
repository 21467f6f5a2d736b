import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, sqliteConfiguration, sqliteNames } from './sqlite-config.js';
import { SqliteConnector } from './sqlite-connector.js';

export { type SqliteConfiguration, sqliteConfiguration } from './sqlite-config.js';

export const sqliteConnector = defineConnector({
  kind: 'database',
  provider: 'sqlite',
  version: 1,
  configuration: sqliteConfiguration,
  fromConnection,
  targets: true,
  boundary: ({ root, include, exclude }) => ({ root, include, exclude }),
  naming: ({ qualifiedNames }) => sqliteNames.shape(qualifiedNames),
  create: (context, configuration) => new SqliteConnector(context, configuration),
});
