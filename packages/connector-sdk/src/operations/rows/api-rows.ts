import { elements, links, ownedByCapability, partOf, partOfSchema, publishing, related } from '../row-makers.js';

export const apiRows = [
  ...elements('API', 'APIs', 'DeployedAPI', {
    ...ownedByCapability,
    links: { endpoints: { relationship: 'APIEndpoint', at: 2 } },
  }),
  ...publishing('API', 'DeployedAPI'),
  ...related('getAPIsOfManager', 'CapabilityAssetUse', 1, 'DeployedAPI'),
  ...links('APIEndpoint', 'APIEndpoint'),
  ...related('getEndpointsOfAPI', 'APIEndpoint', 1, 'Endpoint'),
  ...related('getAPIsOfEndpoint', 'APIEndpoint', 2, 'DeployedAPI'),
  ...elements('APIOperation', 'APIOperations', 'APIOperation', partOfSchema('APIOperations', 'APISchemaType')),
  ...related('getAPIOperationsOfAPI', 'APIOperations', 1, 'APIOperation', 'APISchemaType'),
  ...elements('APIHeader', 'APIHeaders', 'APIParameterList', partOf('APIHeader', 1)),
  ...elements('APIRequest', 'APIRequests', 'APIParameterList', partOf('APIRequest', 1)),
  ...elements('APIResponse', 'APIResponses', 'APIParameterList', partOf('APIResponse', 1)),
  ...related('getHeaderOfAPIOperation', 'APIHeader', 1, 'APIParameterList'),
  ...related('getRequestOfAPIOperation', 'APIRequest', 1, 'APIParameterList'),
  ...related('getResponsesOfAPIOperation', 'APIResponse', 1, 'APIParameterList'),
  ...elements('APIParameter', 'APIParameters', 'APIParameter', partOf('AttributeForSchema', 1)),
  {
    name: 'createNestedAPIParameter',
    verb: 'create',
    type: 'APIParameter',
    direction: 'write',
    ...partOf('NestedSchemaAttribute', 1),
  },
  ...related('getAPIParametersOfList', 'AttributeForSchema', 1, 'APIParameter'),
  ...related('getNestedAPIParameters', 'NestedSchemaAttribute', 1, 'APIParameter'),
] as const;
