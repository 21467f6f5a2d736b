import type { NounRows } from '../noun-row.js';
import {
  assetAttributes,
  capabilityAttributes,
  embeddedType,
  owned,
  primitive,
  schemaAttributes,
} from './common-rows.js';

const field = {
  type: 'DisplayDataField',
  given: 'list',
  placedBy: 'position',
  attributes: { ...schemaAttributes, inputField: 'flag' },
  classified: embeddedType,
  classifications: primitive,
} as const;

const parents = { application: { ...owned, holder: 'Application' } } as const;

const parts = {
  shown: {
    type: 'DisplayDataSchemaType',
    relationship: 'Schema',
    given: 'always',
    parts: {
      containers: {
        type: 'DisplayDataContainer',
        relationship: 'AttributeForSchema',
        given: 'list',
        placedBy: 'position',
        attributes: schemaAttributes,
        nestedBy: 'NestedSchemaAttribute',
        parts: { fields: { ...field, relationship: 'NestedSchemaAttribute' } },
      },
      fields: { ...field, relationship: 'AttributeForSchema' },
    },
  },
} as const;

/** Forms, reports and queries of an application, with the fields that they show. */
export const displayNouns = {
  application: { type: 'Application', attributes: capabilityAttributes },
  form: { type: 'Form', attributes: assetAttributes, parents, parts, mark: 'form' },
  report: {
    type: 'Report',
    attributes: {
      ...assetAttributes,
      purpose: 'text',
      createdTime: 'time',
      lastModifiedTime: 'time',
      lastModifier: 'text',
    },
    parents,
    parts,
    mark: 'report',
  },
  query: {
    type: 'InformationView',
    attributes: { ...assetAttributes, formula: 'text', formulaType: 'text' },
    parents,
    parts,
    mark: 'query',
  },
} as const satisfies NounRows;
