import type { NounRows } from '../noun-row.js';
import { assetAttributes, embeddedType, mappedFrom, owned, primitive, schemaAttributes } from './common-rows.js';

const schemaType = { type: 'RelationalDBSchemaType', relationship: 'Schema' } as const;

const column = {
  type: 'RelationalColumn',
  relationship: 'NestedSchemaAttribute',
  given: 'list',
  placedBy: 'position',
  attributes: schemaAttributes,
  classified: { ...embeddedType, CalculatedValue: { formula: 'text', formulaType: 'text' } },
  classifications: primitive,
  links: {
    /** The set of values that it takes, e.g. an enumeration. */
    validValues: {
      relationship: 'ValidValuesAssignment',
      to: 'ValidValueDefinition',
      attributes: { strictRequirement: 'flag' },
    },
    /** Columns that it is computed from: names of database, schema, table and column. */
    mappedFrom: { ...mappedFrom, to: 'RelationalColumn' },
  },
} as const;

const inSchema = { relationship: 'AttributeForSchema', holder: 'RelationalDBSchemaType' } as const;

const table = {
  type: 'RelationalTable',
  attributes: { aliases: 'texts' },
  classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' } },
  parents: {
    schema: { ...inSchema, anchor: 'DeployedDatabaseSchema' },
    database: { ...inSchema, mark: 'database', anchor: 'Database' },
  },
  parts: { columns: column },
} as const;

/** Servers, databases, schemas, tables, views and the sets of values that columns take. */
export const databaseNouns = {
  server: {
    type: 'SoftwareServer',
    attributes: { ...assetAttributes, userId: 'text' },
    parts: { manager: { type: 'DatabaseManager', relationship: 'SupportedSoftwareCapability', given: 'always' } },
  },
  database: {
    type: 'RelationalDatabase',
    root: 'Database',
    subtypes: ['Database', 'RelationalDatabase'],
    attributes: {
      ...assetAttributes,
      databaseInstance: 'text',
      importedFrom: 'text',
      pathName: 'text',
      storeCreateTime: 'time',
      storeUpdateTime: 'time',
    },
    parents: { server: { ...owned, holder: 'DatabaseManager' } },
    /** `hasTables`: tables lie in the database itself, not in schemas. */
    parts: { hasTables: { ...schemaType, given: 'flag' } },
    mark: 'database',
  },
  schema: {
    type: 'DeployedDatabaseSchema',
    attributes: assetAttributes,
    parents: { database: { relationship: 'DataSetContent', holder: 'Database', parentAtEnd1: false } },
    parts: { tables: { ...schemaType, given: 'always' } },
  },
  table,
  view: {
    ...table,
    classified: { CalculatedValue: { formula: 'text', formulaType: 'text' } },
    links: {
      /** Tables and views that it reads. */
      queries: {
        relationship: 'DerivedSchemaTypeQueryTarget',
        to: 'RelationalTable',
        attributes: { query: 'text', queryType: 'text' },
      },
      /** Columns of tables and views that it uses, wherever in its text. */
      queryColumns: {
        relationship: 'DerivedSchemaTypeQueryTarget',
        to: 'RelationalColumn',
        attributes: { query: 'text', queryType: 'text' },
      },
      mappedFrom: { ...mappedFrom, to: 'RelationalTable' },
    },
  },
  /** An enumeration or a domain: the values that columns take. */
  valueSet: {
    type: 'ValidValueDefinition',
    attributes: { usage: 'text', scope: 'text', dataType: 'text', isCaseSensitive: 'flag', namespacePath: 'text' },
    parts: {
      values: {
        type: 'ValidValueDefinition',
        relationship: 'ValidValueMember',
        given: 'list',
        placedBy: 'ordinal',
        attributes: { preferredValue: 'text', dataType: 'text', usage: 'text' },
      },
    },
  },
} as const satisfies NounRows;
