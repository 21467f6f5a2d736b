import { elements, links, ownedByCapability, partOf, partOfSchema, publishing, related } from '../row-makers.js';

const nestedContainer = partOf('NestedSchemaAttribute', 1);

export const displayRows = [
  ...elements('Form', 'Forms', 'Form', ownedByCapability),
  ...publishing('Form', 'Form'),
  ...related('getFormsOfApplication', 'CapabilityAssetUse', 1, 'Form'),
  ...elements('Report', 'Reports', 'Report', ownedByCapability),
  ...publishing('Report', 'Report'),
  ...related('getReportsOfApplication', 'CapabilityAssetUse', 1, 'Report'),
  ...links('ReportOriginator', 'ReportOriginator'),
  ...links('ReportSubject', 'ReportSubject'),
  ...links('ReportDependency', 'ReportDependency'),
  ...elements('Query', 'Queries', 'InformationView', ownedByCapability),
  ...publishing('Query', 'InformationView'),
  ...related('getQueriesOfApplication', 'CapabilityAssetUse', 1, 'InformationView'),
  ...elements(
    'DataContainer',
    'DataContainers',
    'DisplayDataContainer',
    partOfSchema('AttributeForSchema', 'DisplayDataSchemaType'),
  ),
  {
    name: 'createNestedDataContainer',
    verb: 'create',
    type: 'DisplayDataContainer',
    direction: 'write',
    ...nestedContainer,
  },
  ...related('getDataContainersOfElement', 'AttributeForSchema', 1, 'DisplayDataContainer', 'DisplayDataSchemaType'),
  ...related('getNestedDataContainers', 'NestedSchemaAttribute', 1, 'DisplayDataContainer'),
  ...related('getParentOfDataContainer', 'NestedSchemaAttribute', 2, 'DisplayDataContainer'),
  ...elements('DisplayField', 'DisplayFields', 'DisplayDataField', nestedContainer),
  ...related('getDisplayFieldsOfContainer', 'NestedSchemaAttribute', 1, 'DisplayDataField'),
] as const;
