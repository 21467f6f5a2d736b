import { elements, links, related } from '../row-makers.js';
import { classificationRows } from './classification-rows.js';
import { connectionRows } from './connection-rows.js';
import { schemaRows } from './schema-rows.js';
import { validValueRows } from './valid-value-rows.js';

const read = { direction: 'read' } as const;
const write = { direction: 'write' } as const;
const anything = 'OpenMetadataRoot';

/** Elements, links and classifications of any type, as the store has them. */
export const storeRows = [
  { name: 'createElement', verb: 'create', ...write },
  { name: 'createElementFromTemplate', verb: 'createFromTemplate', ...write },
  { name: 'updateElement', verb: 'update', type: anything, ...write },
  { name: 'deleteElement', verb: 'delete', type: anything, ...write },
  { name: 'archiveElement', verb: 'archive', type: anything, ...write },
  { name: 'setEffectivity', verb: 'setEffectivity', type: anything, ...write },
  { name: 'publishElement', verb: 'publish', type: anything, ...write },
  { name: 'withdrawElement', verb: 'withdraw', type: anything, ...write },
  { name: 'getElement', verb: 'get', type: anything, ...read },
  { name: 'findElements', verb: 'find', type: anything, ...read },
  {
    name: 'getElementsByName',
    verb: 'findByName',
    type: 'Referenceable',
    names: ['qualifiedName', 'displayName', 'identifier'],
    ...read,
  },
  { name: 'getRelatedElements', verb: 'related', type: anything, ...read },
  { name: 'getElementHistory', verb: 'history', type: anything, ...read },
  { name: 'linkElements', verb: 'link', ...write },
  { name: 'updateElementsLink', verb: 'updateLink', ...write },
  { name: 'unlinkElements', verb: 'unlink', ...write },
  { name: 'getLink', verb: 'getLink', ...read },
  { name: 'classifyElement', verb: 'classify', ...write },
  { name: 'declassifyElement', verb: 'declassify', ...write },
] as const;

/** Where metadata comes from, and how the third party knows an element. */
export const sourceRows = [
  { name: 'setUpMetadataSource', verb: 'create', type: 'SoftwareCapability', ...write },
  { name: 'addExternalIdentifier', verb: 'addExternalIdentifier', type: anything, ...write },
  { name: 'removeExternalIdentifier', verb: 'removeExternalIdentifier', type: anything, ...write },
  { name: 'confirmSynchronization', verb: 'confirmSynchronization', type: anything, ...write },
  ...related('getExternalIdentifiers', 'ExternalIdLink', 1, 'ExternalId'),
  { name: 'findElementsByExternalIdentifier', verb: 'findByExternalIdentifier', type: anything, ...read },
] as const;

/** What the connector reports, asks for and notes. */
export const reportRows = [
  {
    name: 'publishActivityReport',
    verb: 'create',
    type: 'ConnectorActivityReport',
    parent: { relationship: 'ReportSubject', at: 1, needed: false, anchors: true, connector: true },
    ...write,
  },
  ...related('getActivityReports', 'ReportSubject', 1, 'ConnectorActivityReport'),
  {
    name: 'createIncidentReport',
    verb: 'create',
    type: 'IncidentReport',
    parent: { relationship: 'ReportOriginator', at: 1, needed: false, anchors: false, connector: true },
    links: {
      impactedResources: { relationship: 'ImpactedResource', at: 1 },
      previousIncidents: { relationship: 'ReportDependency', at: 1 },
    },
    ...write,
  },
  {
    name: 'openToDo',
    verb: 'create',
    type: 'ToDo',
    parent: { relationship: 'ActionRequester', at: 1, needed: false, anchors: false, connector: true },
    links: {
      causes: { relationship: 'Actions', at: 1 },
      assignees: { relationship: 'AssignmentScope', at: 1 },
      targets: { relationship: 'ActionTarget', at: 2 },
    },
    set: { activityStatus: 'REQUESTED' },
    ...write,
  },
  ...elements('NoteLog', 'NoteLogs', 'NoteLog', {
    parent: { relationship: 'AttachedNoteLog', at: 1, needed: true, anchors: true },
  }),
  ...related('getNoteLogsOfElement', 'AttachedNoteLog', 1, 'NoteLog'),
  {
    name: 'createNoteLogEntry',
    verb: 'create',
    type: 'Action',
    parent: { relationship: 'AttachedNoteLogEntry', at: 1, needed: true, anchors: 'parent' },
    ...write,
  },
  ...related('getNoteLogEntries', 'AttachedNoteLogEntry', 1, 'Action'),
  {
    name: 'registerContextEvent',
    verb: 'create',
    type: 'ContextEvent',
    links: {
      timelineEffects: { relationship: 'ContextEventForTimelineEffects', at: 1 },
      impacts: { relationship: 'ContextEventImpact', at: 1 },
      evidence: { relationship: 'ContextEventEvidence', at: 2 },
    },
    ...write,
  },
] as const;

/** Texts in other languages. */
export const translationRows = [
  { name: 'setTranslation', verb: 'setTranslation', type: anything, ...write },
  { name: 'clearTranslation', verb: 'clearTranslation', type: anything, ...write },
  { name: 'getTranslation', verb: 'getTranslation', type: anything, ...read },
  { name: 'getTranslations', verb: 'getTranslations', type: anything, ...read },
] as const;

/** Values that a property of metadata may have. */
export const metadataValueRows = [
  { name: 'setUpValidMetadataValue', verb: 'setMetadataValue', type: 'ValidMetadataValue', ...write },
  { name: 'clearValidMetadataValue', verb: 'clearMetadataValue', type: 'ValidMetadataValue', ...write },
  { name: 'validateMetadataValue', verb: 'validateMetadataValue', type: 'ValidMetadataValue', ...read },
  { name: 'getValidMetadataValues', verb: 'getMetadataValues', type: 'ValidMetadataValue', ...read },
] as const;

/** External references and what hangs on them. */
export const referenceRows = [
  ...elements('ExternalReference', 'ExternalReferences', 'ExternalReference', {}),
  ...links('ExternalReference', 'ExternalReferenceLink'),
  ...related('getExternalReferencesOfElement', 'ExternalReferenceLink', 1, 'ExternalReference'),
] as const;

/** What every context has. */
export const baseRows = [
  ...storeRows,
  ...sourceRows,
  ...reportRows,
  ...translationRows,
  ...metadataValueRows,
  ...referenceRows,
  ...connectionRows,
  ...schemaRows,
  ...validValueRows,
  ...classificationRows,
] as const;
