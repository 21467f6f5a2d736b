import { defineConnector, Type } from '@isthmus/connector-sdk';

/** A provider whose connectors take any configuration and do nothing at all. */
export function idleConnector(provider) {
  return defineConnector({
    kind: 'files',
    provider,
    version: 1,
    configuration: Type.Object({}, { additionalProperties: true }),
    fromConnection: ({ configurationProperties }) => ({ ...configurationProperties }),
    create: () => ({ refresh: async () => undefined, reconfigure: async () => 'applied' }),
  });
}
