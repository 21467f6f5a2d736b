import type { NounRows } from '../noun-row.js';
import { assetAttributes, externalIds } from './common-rows.js';
import { activityStatuses, incidentLevels } from './symbols.js';

/** What a search engine gives back: by which identifier it knows an element. */
export const searchNouns = {
  identifier: {
    type: 'ExternalId',
    attributes: externalIds.attributes,
    links: {
      identifies: {
        relationship: 'ExternalIdLink',
        selfAtEnd1: false,
        attributes: { usage: 'text', source: 'text', lastSynchronized: 'time' },
      },
    },
  },
} as const satisfies NounRows;

/** What a tool of stewards gives back: what is to be done, and what has happened. */
export const stewardshipNouns = {
  toDo: {
    type: 'ToDo',
    attributes: {
      ...assetAttributes,
      situation: 'text',
      expectedBehaviour: 'text',
      priority: 'number',
      requestedTime: 'time',
      dueTime: 'time',
      startTime: 'time',
      completionTime: 'time',
      activityStatus: activityStatuses,
    },
    links: {
      /** Elements that it is to be done with. */
      about: { relationship: 'ActionTarget', attributes: { actionTargetName: 'text' } },
      assignedTo: { relationship: 'AssignmentScope', selfAtEnd1: false, attributes: { assignmentType: 'text' } },
      requestedBy: { relationship: 'ActionRequester', selfAtEnd1: false },
    },
  },
  incident: {
    type: 'IncidentReport',
    attributes: {
      ...assetAttributes,
      background: 'text',
      domainIdentifier: 'number',
      incidentStatus: incidentLevels,
      incidentClassifiers: 'numberMap',
      purpose: 'text',
      createdTime: 'time',
      completionTime: 'time',
    },
    links: {
      impacts: { relationship: 'ImpactedResource', selfAtEnd1: false, attributes: { severityLevel: 'number' } },
      reportedBy: { relationship: 'ReportOriginator', selfAtEnd1: false },
    },
  },
} as const satisfies NounRows;
