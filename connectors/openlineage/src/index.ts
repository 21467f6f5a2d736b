import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, openLineageConfiguration, openLineageNames } from './openlineage-config.js';
import { OpenLineageConnector } from './openlineage-connector.js';

export { type OpenLineageConfiguration, openLineageConfiguration } from './openlineage-config.js';

export const openLineageConnector = defineConnector({
  kind: 'lineage',
  provider: 'openlineage',
  version: 1,
  configuration: openLineageConfiguration,
  fromConnection,
  boundary: ({ folder, runs, unify, include, exclude }) => ({ folder, runs, unify, include, exclude }),
  naming: ({ qualifiedNames }) => openLineageNames.shape(qualifiedNames),
  create: (context, configuration) => new OpenLineageConnector(context, configuration),
});
