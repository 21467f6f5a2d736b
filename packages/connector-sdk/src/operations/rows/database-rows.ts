import { elements, ownedByCapability, partOf, partOfSchema, publishing, reads, related } from '../row-makers.js';
import { keyRows } from './lineage-rows.js';

const tableType = { TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' } } as const;
const underTheSchema = partOfSchema('AttributeForSchema', 'RelationalDBSchemaType');
const view = { ...underTheSchema, classifications: { ...tableType, CalculatedValue: {} } } as const;

export const databaseRows = [
  ...elements('Database', 'Databases', 'Database', ownedByCapability),
  ...publishing('Database', 'Database'),
  ...related('getDatabasesOfManager', 'CapabilityAssetUse', 1, 'Database'),
  ...elements('DatabaseSchema', 'DatabaseSchemas', 'DeployedDatabaseSchema', {
    parent: { relationship: 'DataSetContent', at: 2, needed: true, anchors: false },
  }),
  ...publishing('DatabaseSchema', 'DeployedDatabaseSchema'),
  ...related('getDatabaseSchemasOfDatabase', 'DataSetContent', 2, 'DeployedDatabaseSchema'),
  ...elements('DatabaseSchemaType', 'DatabaseSchemaTypes', 'RelationalDBSchemaType', {
    parent: { relationship: 'Schema', at: 1, needed: true, anchors: true },
  }),
  ...elements('DatabaseTable', 'DatabaseTables', 'RelationalTable', { ...underTheSchema, classifications: tableType }),
  ...related('getDatabaseTablesOfSchema', 'AttributeForSchema', 1, 'RelationalTable', 'RelationalDBSchemaType'),
  { name: 'createDatabaseView', verb: 'create', type: 'RelationalTable', direction: 'write', ...view },
  {
    name: 'createDatabaseViewFromTemplate',
    verb: 'createFromTemplate',
    type: 'RelationalTable',
    direction: 'write',
    ...view,
  },
  { name: 'updateDatabaseView', verb: 'update', type: 'RelationalTable', direction: 'write' },
  { name: 'deleteDatabaseView', verb: 'delete', type: 'RelationalTable', direction: 'write' },
  ...reads('DatabaseView', 'DatabaseViews', 'RelationalTable', { classifications: { CalculatedValue: {} } }),
  ...elements('DatabaseColumn', 'DatabaseColumns', 'RelationalColumn', partOf('NestedSchemaAttribute', 1)),
  ...related('getDatabaseColumnsOfTable', 'NestedSchemaAttribute', 1, 'RelationalColumn'),
  ...keyRows,
] as const;
