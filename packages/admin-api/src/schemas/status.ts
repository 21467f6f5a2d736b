import { omisKinds } from '@isthmus/model';
import { Type } from 'typebox';
import { GroupSchema } from './group.js';
import { ErrorReportSchema } from './problem.js';
import { freeForm, named, oneOf, ref, time } from './vocabulary.js';

export const StatusSchema = named(
  'Status',
  Type.Object(
    {
      name: Type.String({ description: 'name of the integration daemon' }),
      version: Type.String({ description: 'version of Isthmus' }),
      state: oneOf(['starting', 'running', 'stopping', 'stopped'], 'what the daemon does'),
      startedAt: time('when the daemon started'),
      time: time('clock of the daemon when it answered'),
      metadataServer: Type.Object(
        {
          name: Type.String(),
          url: Type.String(),
          reachable: Type.Optional(Type.Boolean({ description: 'absent: not tried yet' })),
          since: Type.Optional(time('since when it is so')),
          problem: Type.Optional(ref(ErrorReportSchema)),
          outTopic: Type.Optional(
            Type.Object(
              {
                state: oneOf(['listening', 'away'], 'whether events are heard'),
                topic: Type.Optional(Type.String()),
                since: time('since when it is so'),
                events: Type.Integer({ description: 'events heard since the start' }),
                malformed: Type.Integer({ description: 'of them those that could not be read' }),
                problem: Type.Optional(ref(ErrorReportSchema)),
              },
              { description: 'Kafka topic of its changes; absent: it has none, or none is needed' },
            ),
          ),
        },
        { description: 'metadata access server that the daemon reads and writes' },
      ),
      groups: Type.Array(ref(GroupSchema)),
      connectorCounts: freeForm<Readonly<Record<string, number>>>('number of connectors by state'),
      conflicts: Type.Array(
        Type.Object({
          connectorGuid: Type.String(),
          connectorName: Type.Optional(Type.String({ description: 'absent: the connector is no longer there' })),
          fields: Type.Integer({ description: 'fields that both sides have set' }),
          elements: Type.Integer({ description: 'elements that were there before and are only reported' }),
        }),
        { description: 'connectors that hold something back until people decide' },
      ),
      servers: Type.Array(
        Type.Object({
          name: Type.String(),
          kind: Type.String(),
          state: oneOf(['stopped', 'starting', 'running', 'stopping', 'failed'], 'what the server does'),
          ready: Type.Boolean(),
          message: Type.Optional(Type.String()),
        }),
        { description: 'named servers of the process' },
      ),
      eventLoopDelayMs: Type.Optional(
        Type.Object(
          { p50: Type.Number(), p99: Type.Number(), max: Type.Number() },
          { description: 'how long the event loop of the process was held up' },
        ),
      ),
    },
    { description: 'The daemon at a glance' },
  ),
);

export const ProviderListSchema = named(
  'ProviderList',
  Type.Object({
    items: Type.Array(
      Type.Object({
        provider: Type.String({ description: 'what `provider` of a connector names' }),
        kind: oneOf([...omisKinds, 'unknown'], 'OMIS kind; `unknown` where the manifest names none'),
        state: oneOf(
          ['ready', 'not-loaded', 'unusable'],
          '`not-loaded`: no connector has needed its code yet, so nobody knows whether it can be loaded',
        ),
        packageName: Type.String(),
        version: Type.String(),
        sdk: Type.String({ description: 'range of connector-sdk versions that it was written for' }),
        replaces: Type.Array(Type.String(), { description: 'Java provider class names' }),
        configuration: Type.Optional(freeForm<unknown>('JSON Schema of the configuration, once known')),
        remarks: Type.Optional(Type.Array(Type.String(), { description: 'what its manifest says that nobody reads' })),
        problem: Type.Optional(ref(ErrorReportSchema)),
      }),
    ),
  }),
);
