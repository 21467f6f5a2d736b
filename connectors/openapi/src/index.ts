import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, openapiConfiguration, openapiNames } from './openapi-config.js';
import { OpenapiConnector } from './openapi-connector.js';

export { type OpenapiConfiguration, openapiConfiguration } from './openapi-config.js';

/** Catalogues what OpenAPI and Swagger documents say of APIs. */
export const openapiConnector = defineConnector({
  kind: 'api',
  provider: 'openapi',
  version: 1,
  targets: true,
  configuration: openapiConfiguration,
  fromConnection,
  boundary: ({ locations, include, exclude, references, referenceOrigins }) => ({
    locations,
    include,
    exclude,
    references,
    referenceOrigins,
  }),
  naming: ({ qualifiedNames }) => openapiNames.shape(qualifiedNames),
  create: (context, configuration) => new OpenapiConnector(context, configuration),
});
