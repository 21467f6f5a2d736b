import type { NounRows } from '../noun-row.js';
import {
  assetAttributes,
  capabilityAttributes,
  embeddedType,
  owned,
  primitive,
  schemaAttributes,
} from './common-rows.js';

/** What an attribute holds, where that is described as a schema of its own. */
const ofSchema = { schema: { relationship: 'LinkedExternalSchemaType', to: 'SchemaType' } } as const;

const parameterList = {
  type: 'APIParameterList',
  given: 'one',
  attributes: { required: 'flag', encodingStandard: 'text', usage: 'text' },
  parts: {
    parameters: {
      type: 'APIParameter',
      relationship: 'AttributeForSchema',
      given: 'list',
      placedBy: 'position',
      attributes: { ...schemaAttributes, parameterType: 'text' },
      classified: embeddedType,
      classifications: primitive,
      nestedBy: 'NestedSchemaAttribute',
      links: ofSchema,
    },
  },
} as const;

/** APIs, where they answer, their operations and what these take and give, and the schemas that these share. */
export const apiNouns = {
  manager: { type: 'APIManager', attributes: capabilityAttributes },
  api: {
    type: 'DeployedAPI',
    attributes: { ...assetAttributes, implementationLanguage: 'text', expectedBehaviour: 'text' },
    parents: { manager: { ...owned, holder: 'APIManager' } },
    parts: {
      operations: { type: 'APISchemaType', relationship: 'Schema', given: 'always' },
      endpoints: {
        type: 'Endpoint',
        relationship: 'APIEndpoint',
        given: 'list',
        attributes: { networkAddress: 'text', protocol: 'text', encryptionMethod: 'text' },
      },
    },
  },
  /** A schema that several operations or other schemas may use, e.g. one below `components` of an OpenAPI document. */
  schema: {
    type: 'StructSchemaType',
    root: 'SchemaType',
    subtypes: ['StructSchemaType', 'SchemaTypeChoice', 'EnumSchemaType', 'PrimitiveSchemaType'],
    attributes: { namespacePath: 'text', encodingStandard: 'text', usage: 'text' },
    parents: { api: { relationship: 'SchemaTypeOption', holder: 'APISchemaType', anchor: 'DeployedAPI' } },
    parts: {
      fields: {
        type: 'SchemaAttribute',
        relationship: 'AttributeForSchema',
        given: 'list',
        placedBy: 'position',
        attributes: schemaAttributes,
        classified: embeddedType,
        classifications: primitive,
        nestedBy: 'NestedSchemaAttribute',
        links: ofSchema,
      },
    },
    links: { options: { relationship: 'SchemaTypeOption', to: 'SchemaType' } },
  },
  operation: {
    type: 'APIOperation',
    attributes: { path: 'text', command: 'text', usage: 'text', encodingStandard: 'text' },
    parents: { api: { relationship: 'APIOperations', holder: 'APISchemaType', anchor: 'DeployedAPI' } },
    parts: {
      header: { ...parameterList, relationship: 'APIHeader' },
      request: { ...parameterList, relationship: 'APIRequest' },
      response: { ...parameterList, relationship: 'APIResponse' },
    },
  },
} as const satisfies NounRows;
