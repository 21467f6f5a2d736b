import type { NounRows } from '../noun-row.js';
import { assetAttributes, embeddedType, mappedFrom, primitive, schemaAttributes } from './common-rows.js';
import { activityStatuses } from './symbols.js';

const flow = {
  relationship: 'DataFlow',
  to: 'DataSet',
  attributes: { label: 'text', description: 'text', formula: 'text', formulaType: 'text' },
} as const;

/** What a process does with data, and which it sets off. */
const flows = {
  reads: { ...flow, selfAtEnd1: false },
  writes: flow,
  calls: {
    relationship: 'ProcessCall',
    to: 'DeployedSoftwareComponent',
    attributes: { label: 'text', lineNumber: 'text' },
  },
  followedBy: {
    relationship: 'ControlFlow',
    to: 'DeployedSoftwareComponent',
    attributes: { label: 'text', guard: 'text', mandatoryGuard: 'flag' },
  },
} as const;

/** Jobs, their runs, the data that they read and write, down to columns. */
export const lineageNouns = {
  job: {
    type: 'DeployedSoftwareComponent',
    attributes: { ...assetAttributes, implementationLanguage: 'text', formula: 'text', formulaType: 'text' },
    parents: {
      job: {
        relationship: 'ProcessHierarchy',
        holder: 'DeployedSoftwareComponent',
        properties: { containmentType: 'OWNED' },
      },
    },
    links: flows,
  },
  run: {
    type: 'TransientEmbeddedProcess',
    attributes: {
      ...assetAttributes,
      startTime: 'time',
      completionTime: 'time',
      activityStatus: activityStatuses,
      formula: 'text',
    },
    parents: {
      job: {
        relationship: 'ProcessHierarchy',
        holder: 'DeployedSoftwareComponent',
        properties: { containmentType: 'OWNED' },
      },
    },
    links: flows,
  },
  dataset: {
    type: 'DataSet',
    subtypes: 'any',
    attributes: { ...assetAttributes, formula: 'text', formulaType: 'text' },
    parts: {
      schemaType: {
        type: 'TabularSchemaType',
        relationship: 'Schema',
        given: 'always',
        parts: {
          columns: {
            type: 'TabularColumn',
            relationship: 'AttributeForSchema',
            given: 'list',
            placedBy: 'position',
            attributes: schemaAttributes,
            classified: embeddedType,
            classifications: primitive,
            /** Names of dataset and column. */
            links: { mappedFrom: { ...mappedFrom, to: 'TabularColumn' } },
          },
        },
      },
    },
    links: { mappedFrom: { ...mappedFrom, to: 'DataSet' } },
  },
} as const satisfies NounRows;
