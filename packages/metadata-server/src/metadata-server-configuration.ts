import { type Static, Type } from 'typebox';
import { outTopicConfiguration } from './out-topic/out-topic-configuration.js';

/** Configuration of a server of kind `metadata-store`. */
export const metadataServerConfiguration = Type.Object(
  {
    dataDirectory: Type.String({
      minLength: 1,
      description: 'Directory of the process; the store lies in servers/<name>/store.db below it.',
    }),
    metadataCollectionName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'Told as origin of elements. Default: the name of the server.',
      }),
    ),
    maxPageSize: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 1_000,
      description: 'Most elements in one answer.',
    }),
    retainedChanges: Type.Integer({
      minimum: 1_000,
      maximum: 10_000_000,
      default: 200_000,
      description: 'Changes kept for the change feed; who lags behind further reads everything once.',
    }),
    retainedVersions: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 50,
      description: 'Former versions kept of each element, classification and relationship.',
    }),
    publishZones: Type.Array(Type.String({ minLength: 1 }), {
      maxItems: 100,
      default: [],
      description: 'Governance zones that `publish` gives an element.',
    }),
    outTopic: Type.Optional(outTopicConfiguration),
    inMemory: Type.Boolean({
      default: false,
      description: 'The store is empty at each start and nothing of it is kept after a stop.',
    }),
  },
  { additionalProperties: false },
);

export type MetadataServerConfiguration = Static<typeof metadataServerConfiguration>;
