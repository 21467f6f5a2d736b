import type { PropertyValue } from '@isthmus/model';
import { Type } from 'typebox';
import { ElementSchema } from './element.js';
import { named, oneOf, ref, time } from './vocabulary.js';

const RunMarkSchema = Type.Object({ runId: Type.String(), at: time('when it wrote') });

export const ExplanationSchema = named(
  'Explanation',
  Type.Object(
    {
      qualifiedName: Type.String(),
      element: Type.Optional(ref(ElementSchema)),
      holders: Type.Array(
        Type.Object({
          connectorGuid: Type.String(),
          connectorName: Type.Optional(Type.String({ description: 'absent: the connector is no longer there' })),
          target: Type.Optional(Type.String({ description: 'catalog target in which it was found' })),
          scope: Type.String({ description: 'part of the source in which it was found' }),
          key: Type.String({ description: 'name of the item within its scope' }),
          madeBy: Type.Optional(RunMarkSchema),
          wroteBy: Type.Optional(RunMarkSchema),
          notes: Type.Array(Type.String(), { description: 'why it is as it is though its source says otherwise' }),
        }),
        { description: 'items of connectors that hold it' },
      ),
      operated: Type.Array(
        Type.Object({
          connectorGuid: Type.String(),
          connectorName: Type.Optional(Type.String({ description: 'absent: the connector is no longer there' })),
          target: Type.Optional(Type.String({ description: 'catalog target of which it was a run' })),
          operation: Type.String({ description: 'operation of the context that wrote it last' }),
          madeBy: Type.Optional(RunMarkSchema),
          wroteBy: Type.Optional(RunMarkSchema),
        }),
        { description: 'connectors that wrote it by operations of their context' },
      ),
      former: Type.Optional(
        Type.Array(
          Type.Object({
            connectorGuid: Type.String(),
            connectorName: Type.Optional(Type.String({ description: 'absent: the connector is no longer there' })),
            target: Type.Optional(Type.String({ description: 'catalog target in which it was found' })),
            at: time('when it was let go'),
          }),
          {
            description:
              'connectors that wrote what it still says, and then removed it or let it go: it is back, as after the metadata server was restored',
          },
        ),
      ),
      fields: Type.Array(
        Type.Object({
          field: Type.String({ description: 'e.g. displayName, additionalProperties.size, @Confidentiality.level' }),
          value: Type.Unsafe<PropertyValue>({ description: 'as it is now' }),
          from: oneOf(
            ['source', 'person', 'pushed', 'kept', 'unknown'],
            'source: as a connector wrote it; person: set past the connectors; pushed: so too, and the source took it over; kept: the source says otherwise, but the policy lets it',
          ),
          connectorGuid: Type.Optional(Type.String({ description: 'the connector that writes the field' })),
          at: Type.Optional(time('kept: when it was set; pushed: when the source took it over')),
        }),
      ),
    },
    { description: 'Who holds an element, by which runs, and where its fields are from' },
  ),
);
