import { Type } from 'typebox';
import { named, ref, time } from './vocabulary.js';

export const AuditedCallSchema = named(
  'AuditedCall',
  Type.Object(
    {
      number: Type.Integer({ minimum: 1, description: 'counts the calls; never used twice' }),
      at: time('when it was answered'),
      by: Type.String({ description: 'who called' }),
      actingFor: Type.Optional(Type.String({ description: 'in whose name, where that is another' })),
      address: Type.String({ description: 'where the call came from' }),
      method: Type.String(),
      path: Type.String({ description: 'without its query' }),
      status: Type.Integer({ description: 'HTTP status, or the relatedHTTPCode in an answer in the words of Egeria' }),
      said: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), {
          description:
            'of a decision: `reason`, and what was chosen (`only`, `except`, `take`, `ids`, `confirmRemovals`); of more than 1,000 the first, beside their count',
        }),
      ),
    },
    { description: 'A call that changed something, or was refused to' },
  ),
);

export const AuditedCallListSchema = named(
  'AuditedCallList',
  Type.Object({ items: Type.Array(ref(AuditedCallSchema)) }),
);

export const auditQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most; default 100' })),
    before: Type.Optional(
      Type.Integer({ minimum: 1, description: 'only calls with a smaller number: the number of the last one seen' }),
    ),
  },
  { additionalProperties: false },
);
