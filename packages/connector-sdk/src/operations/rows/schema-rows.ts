import { elements, links, partOf, reads, related } from '../row-makers.js';

const underAnAsset = { parent: { relationship: 'Schema', at: 1, needed: false, anchors: true } } as const;

/** Block B-SCH: schema types. */
export const schemaTypeRows = [
  ...elements('SchemaType', 'SchemaTypes', 'SchemaType', underAnAsset),
  ...elements('PrimitiveSchemaType', 'PrimitiveSchemaTypes', 'PrimitiveSchemaType', underAnAsset),
  ...elements('LiteralSchemaType', 'LiteralSchemaTypes', 'LiteralSchemaType', underAnAsset),
  {
    name: 'createEnumSchemaType',
    verb: 'create',
    type: 'EnumSchemaType',
    direction: 'write',
    ...underAnAsset,
    links: { validValues: { relationship: 'ValidValuesAssignment', at: 2 } },
  },
  ...reads('EnumSchemaType', 'EnumSchemaTypes', 'EnumSchemaType', {}),
  ...elements('StructSchemaType', 'StructSchemaTypes', 'StructSchemaType', underAnAsset),
  {
    name: 'createSchemaTypeChoice',
    verb: 'create',
    type: 'SchemaTypeChoice',
    direction: 'write',
    ...underAnAsset,
    links: { options: { relationship: 'SchemaTypeOption', at: 2 } },
  },
  ...reads('SchemaTypeChoice', 'SchemaTypeChoices', 'SchemaTypeChoice', {}),
  {
    name: 'createMapSchemaType',
    verb: 'create',
    type: 'MapSchemaType',
    direction: 'write',
    ...underAnAsset,
    links: {
      from: { relationship: 'MapFromElementType', at: 2 },
      to: { relationship: 'MapToElementType', at: 2 },
    },
  },
  ...reads('MapSchemaType', 'MapSchemaTypes', 'MapSchemaType', {}),
  {
    name: 'createExternalSchemaType',
    verb: 'create',
    type: 'ExternalSchemaType',
    direction: 'write',
    ...underAnAsset,
    links: { external: { relationship: 'LinkedExternalSchemaType', at: 2 } },
  },
  ...links('SchemaType', 'Schema'),
  ...links('SchemaTypeOption', 'SchemaTypeOption'),
  ...links('MapFromElementType', 'MapFromElementType'),
  ...links('MapToElementType', 'MapToElementType'),
  ...links('ExternalSchemaType', 'LinkedExternalSchemaType'),
  ...related('getSchemaTypeOfElement', 'Schema', 1, 'SchemaType'),
  ...related('getSchemaTypeOptions', 'SchemaTypeOption', 1, 'SchemaType'),
  ...related('getElementsOfSchemaType', 'Schema', 2, 'Referenceable'),
] as const;

/** Block B-ATT: schema attributes. */
export const schemaAttributeRows = [
  ...elements('SchemaAttribute', 'SchemaAttributes', 'SchemaAttribute', partOf('AttributeForSchema', 1)),
  {
    name: 'createNestedSchemaAttribute',
    verb: 'create',
    type: 'SchemaAttribute',
    direction: 'write',
    ...partOf('NestedSchemaAttribute', 1),
  },
  ...related('getAttributesOfSchemaType', 'AttributeForSchema', 1, 'SchemaAttribute'),
  ...related('getNestedSchemaAttributes', 'NestedSchemaAttribute', 1, 'SchemaAttribute'),
  ...related('getParentOfNestedSchemaAttribute', 'NestedSchemaAttribute', 2, 'SchemaAttribute'),
  ...related('getSchemaTypeOfAttribute', 'AttributeForSchema', 2, 'SchemaType'),
  { name: 'setSchemaAttributeType', verb: 'classify', type: 'TypeEmbeddedAttribute', direction: 'write' },
  { name: 'clearSchemaAttributeType', verb: 'declassify', type: 'TypeEmbeddedAttribute', direction: 'write' },
  { name: 'setCalculatedValue', verb: 'classify', type: 'CalculatedValue', direction: 'write' },
  { name: 'clearCalculatedValue', verb: 'declassify', type: 'CalculatedValue', direction: 'write' },
  ...links('QueryTarget', 'DerivedSchemaTypeQueryTarget'),
  ...related('getQueryTargets', 'DerivedSchemaTypeQueryTarget', 1, 'SchemaElement'),
  ...links('GraphEdge', 'GraphEdgeLink'),
] as const;

export const schemaRows = [...schemaTypeRows, ...schemaAttributeRows] as const;
