import type { PropertyValue } from '@isthmus/model';
import { Type } from 'typebox';
import { leftOut } from './connector.js';
import { name, named, oneOf, ref, time } from './vocabulary.js';

const anyValue = (description: string) => Type.Unsafe<PropertyValue>({ description });

export const ConflictSchema = named(
  'Conflict',
  Type.Object(
    {
      id: Type.String(),
      kind: oneOf(
        ['field', 'element'],
        'field: both sides have set it and the policy asks; element: it was there before and is only reported',
      ),
      target: Type.Optional(Type.String({ description: 'catalog target in which it was found' })),
      qualifiedName: Type.String(),
      at: time('since when'),
      field: Type.Optional(Type.String({ description: 'e.g. displayName, additionalProperties.size' })),
      hubValue: Type.Optional(anyValue('value in the metadata access server')),
      sourceValue: Type.Optional(anyValue('value in the source; absent: it has none')),
      by: Type.Optional(Type.String({ description: 'who changed the element last, as far as that is known' })),
      scope: Type.Optional(Type.String({ description: 'of an element: part of the source in which it was found' })),
      key: Type.Optional(Type.String({ description: 'of an element: name of the item within its scope' })),
    },
    { description: 'Something that a connector holds back until people decide' },
  ),
);

export const ConflictPageSchema = named(
  'ConflictPage',
  Type.Object({
    items: Type.Array(ref(ConflictSchema)),
    nextAfter: Type.Optional(Type.String({ description: 'pass as `after`; absent on the last page' })),
  }),
);

export const KeptConflictSchema = named(
  'KeptConflict',
  Type.Object(
    {
      target: Type.Optional(Type.String({ description: 'catalog target of the connector' })),
      qualifiedName: Type.String(),
      field: Type.Optional(Type.String({ description: 'e.g. displayName; absent: the whole element is left alone' })),
    },
    { description: 'What stays as the metadata access server has it, by a decision that can be taken back' },
  ),
);

export const KeptConflictPageSchema = named(
  'KeptConflictPage',
  Type.Object({
    items: Type.Array(ref(KeptConflictSchema)),
    nextAfter: Type.Optional(Type.String({ description: 'pass as `after`; absent on the last page' })),
  }),
);

export const keptConflictQuery = Type.Object(
  {
    group: Type.Optional(name('qualified name of the group: tells connectors of one name apart')),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$', description: '`nextAfter` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'default 100' })),
  },
  { additionalProperties: false },
);

export const conflictQuery = Type.Object(
  {
    group: Type.Optional(name('qualified name of the group: tells connectors of one name apart')),
    after: Type.Optional(Type.String({ maxLength: 100, description: '`nextAfter` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'default 100' })),
  },
  { additionalProperties: false },
);

export const ResolveConflictsSchema = Type.Object(
  {
    take: oneOf(
      ['source', 'mine'],
      'source: its values are written, elements are adopted; mine: what the metadata access server has stays until the source has another value',
    ),
    ids: Type.Optional(
      Type.Array(Type.String({ maxLength: 100 }), {
        minItems: 1,
        maxItems: 1000,
        description: 'default: all that wait, at most 1,000 at a time',
      }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 1000, description: 'why; kept with the decision' })),
  },
  { additionalProperties: false },
);

export const ReleaseConflictsSchema = Type.Object(
  {
    qualifiedName: Type.String({ minLength: 1, maxLength: 32_768, description: 'of the element' }),
    field: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_000, description: 'e.g. displayName; default: all of the element' }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 1000, description: 'why; kept with the decision' })),
  },
  { additionalProperties: false },
);

export const ResolvedSchema = named(
  'ResolvedConflicts',
  Type.Object({
    count: Type.Integer({ minimum: 0, description: 'conflicts that were decided, or decisions that were taken back' }),
    runId: Type.Optional(Type.String({ description: 'the run that carries it out; absent: none is needed' })),
    see: Type.Optional(Type.String({ description: 'path that shows the run' })),
    leftOut,
  }),
);
