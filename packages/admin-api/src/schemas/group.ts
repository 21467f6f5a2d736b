import { Type } from 'typebox';
import { ErrorReportSchema } from './problem.js';
import { name, named, oneOf, ref, time } from './vocabulary.js';

export const GroupSchema = named(
  'Group',
  Type.Object(
    {
      server: Type.String({ description: 'metadata access server that holds the group' }),
      qualifiedName: Type.String(),
      guid: Type.Optional(Type.String()),
      displayName: Type.Optional(Type.String()),
      description: Type.Optional(Type.String()),
      state: oneOf(
        ['loading', 'in-step', 'from-journal', 'waiting-for-confirmation', 'rejected', 'missing'],
        'from-journal: the server is away, the last accepted list runs; rejected: a list was not accepted, what ran still runs',
      ),
      conditions: Type.Array(
        Type.Object({
          type: oneOf(['Reachable', 'Found', 'ListAccepted', 'ConfirmationNeeded'], 'what the condition is about'),
          status: Type.Boolean(),
          since: time('when it became so'),
          reason: Type.Optional(ref(ErrorReportSchema)),
          message: Type.Optional(Type.String()),
        }),
      ),
      lastReadAt: Type.Optional(time('last answer of the server')),
      acceptedAt: Type.Optional(time('when the list that runs was accepted')),
      nextReadAt: Type.Optional(time('next poll')),
      connectorCount: Type.Integer({ minimum: 0 }),
      pending: Type.Optional(
        Type.Object(
          {
            stops: Type.Array(Type.String(), { description: 'connectors that would stop' }),
            total: Type.Integer({ description: 'connectors in the group now' }),
            since: time('since when it waits'),
          },
          { description: 'change that waits for confirmation' },
        ),
      ),
    },
    { description: 'An integration group that the daemon watches' },
  ),
);

export const GroupListSchema = named('GroupList', Type.Object({ items: Type.Array(ref(GroupSchema)) }));

export const NewGroupSchema = Type.Object(
  {
    qualifiedName: name('unique name, e.g. IntegrationGroup::Sales'),
    displayName: Type.Optional(Type.String({ maxLength: 500 })),
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
  },
  { additionalProperties: false },
);

export const groupParameters = Type.Object({ name: name('qualified name of the group') });
