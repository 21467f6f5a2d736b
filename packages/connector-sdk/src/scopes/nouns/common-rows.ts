import { keyPatterns } from './symbols.js';

export const assetAttributes = {
  deployedImplementationType: 'text',
  resourceName: 'text',
  namespacePath: 'text',
} as const;

export const capabilityAttributes = {
  deployedImplementationType: 'text',
  patchLevel: 'text',
} as const;

/** What is inside of an attribute of a schema, beside its type. */
export const schemaAttributes = {
  isNullable: 'flag',
  length: 'number',
  minimumLength: 'number',
  precision: 'number',
  nativeClass: 'text',
  aliases: 'texts',
} as const;

/** The type of an attribute of a schema, as its source calls it. */
export const embeddedType = {
  TypeEmbeddedAttribute: { dataType: 'text', defaultValue: 'text', fixedValue: 'text' },
} as const;

export const primitive = { TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType' } } as const;

/** What a server or tool is the owner of. */
export const owned = { relationship: 'CapabilityAssetUse', properties: { useType: 'OWNS' } } as const;

/** An element's identifiers elsewhere. */
export const externalIds = {
  type: 'ExternalId',
  relationship: 'ExternalIdLink',
  given: 'list',
  attributes: {
    key: 'text',
    keyPattern: keyPatterns,
    externalInstanceTypeName: 'text',
    externalInstanceCreatedBy: 'text',
    externalInstanceCreationTime: 'time',
    externalInstanceLastUpdatedBy: 'text',
    externalInstanceLastUpdateTime: 'time',
    externalInstanceVersion: 'number',
  },
} as const;

/** Data that is made from other data: the other is at end 1. */
export const mappedFrom = {
  relationship: 'DataMapping',
  selfAtEnd1: false,
  attributes: { label: 'text', description: 'text', formula: 'text', formulaType: 'text', query: 'text' },
} as const;
