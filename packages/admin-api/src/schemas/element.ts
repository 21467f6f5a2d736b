import type { Properties } from '@isthmus/model';
import { Type } from 'typebox';
import { freeForm, name, named, oneOf, ref, time } from './vocabulary.js';

const versions = Type.Object({
  createdBy: Type.String(),
  updatedBy: Type.Optional(Type.String()),
  createTime: time('when it was made'),
  updateTime: Type.Optional(time('last change')),
  version: Type.Integer({ description: 'starts at 1, grows by one per change' }),
});

const properties = freeForm<Properties>('by property name; dates are epoch milliseconds as the store holds them');

export const ElementSchema = named(
  'Element',
  Type.Object(
    {
      guid: Type.String(),
      typeName: Type.String(),
      superTypeNames: Type.Array(Type.String(), { description: 'nearest first' }),
      status: oneOf(['ACTIVE', 'INVALID', 'DELETED', 'UNKNOWN', 'OTHER'], 'status in the store'),
      origin: Type.Object({
        originCategory: Type.String(),
        homeMetadataCollectionId: Type.String(),
        homeMetadataCollectionName: Type.String(),
      }),
      versions,
      classifications: Type.Array(Type.Object({ classificationName: Type.String(), properties })),
      properties,
      effectiveFrom: Type.Optional(time('not effective before')),
      effectiveTo: Type.Optional(time('not effective after')),
    },
    { description: 'An open metadata element' },
  ),
);

export const ElementPageSchema = named(
  'ElementPage',
  Type.Object({
    items: Type.Array(ref(ElementSchema)),
    startFrom: Type.Integer(),
    pageSize: Type.Integer(),
    nextStartFrom: Type.Optional(Type.Integer({ description: 'pass as `startFrom`; absent on the last page' })),
  }),
);

export const ElementWithRelatedSchema = named(
  'ElementWithRelated',
  Type.Object({
    element: ref(ElementSchema),
    moreRelated: Type.Boolean({ description: 'whether there are more than `related` holds' }),
    related: Type.Array(
      Type.Object({
        relationship: Type.Object({ guid: Type.String(), typeName: Type.String(), properties, versions }),
        element: ref(ElementSchema),
        elementAtEnd1: Type.Boolean({ description: 'whether the related element lies at end 1' }),
      }),
    ),
  }),
);

export const elementListQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: 2048, description: 'text to find; empty: everything' })),
    type: Type.Optional(name('only elements of this type and its subtypes')),
    startFrom: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'default 0' })),
    pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'default 50' })),
  },
  { additionalProperties: false },
);

const elementName = Type.String({ minLength: 1, maxLength: 8192, description: 'qualified name of the element' });

export const elementParameters = Type.Object({ qualifiedName: elementName });

export const elementQuery = Type.Object({ qualifiedName: elementName }, { additionalProperties: false });
