import type { NounRows } from '../noun-row.js';
import {
  assetAttributes,
  capabilityAttributes,
  embeddedType,
  owned,
  primitive,
  schemaAttributes,
} from './common-rows.js';

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
    },
  },
} as const;

/** APIs, where they answer, their operations and what these take and give. */
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
