import { elements, links, reads, related } from '../row-makers.js';
import { governanceReadRows } from './lineage-rows.js';

const write = { direction: 'write' } as const;
const read = { direction: 'read' } as const;
const actionLinks = {
  assignees: { relationship: 'AssignmentScope', at: 1 },
  requesters: { relationship: 'ActionRequester', at: 1 },
  sponsors: { relationship: 'Actions', at: 1 },
  targets: { relationship: 'ActionTarget', at: 2 },
} as const;

/** Who does what about which elements. */
export const actionRows = [
  {
    name: 'createToDo',
    verb: 'create',
    type: 'ToDo',
    links: actionLinks,
    set: { activityStatus: 'REQUESTED' },
    ...write,
  },
  { name: 'updateToDo', verb: 'update', type: 'ToDo', ...write },
  {
    name: 'closeToDo',
    verb: 'update',
    type: 'ToDo',
    set: { activityStatus: 'COMPLETED' },
    stamp: 'completionTime',
    ...write,
  },
  { name: 'deleteToDo', verb: 'delete', type: 'ToDo', ...write },
  ...reads('ToDo', 'ToDos', 'ToDo', {}),
  {
    name: 'findOpenToDos',
    verb: 'find',
    type: 'ToDo',
    where: { activityStatus: ['REQUESTED', 'APPROVED', 'WAITING', 'ACTIVATING', 'IN_PROGRESS', 'PAUSED'] },
    ...read,
  },
  ...related('getActionsOfAssignee', 'AssignmentScope', 1, 'Action'),
  ...related('getAssigneesOfAction', 'AssignmentScope', 2, 'Referenceable'),
  ...related('getActionsOfSponsor', 'Actions', 1, 'Action'),
  ...related('getActionsOfRequester', 'ActionRequester', 1, 'Action'),
  ...links('ActionAssignment', 'AssignmentScope'),
  ...links('ActionTarget', 'ActionTarget'),
  ...related('getActionTargets', 'ActionTarget', 1, 'OpenMetadataRoot'),
  ...related('getActionsOfTarget', 'ActionTarget', 2, 'Action'),
] as const;

/** What went wrong, and what it touches. */
export const incidentRows = [
  { name: 'updateIncidentReport', verb: 'update', type: 'IncidentReport', ...write },
  { name: 'deleteIncidentReport', verb: 'delete', type: 'IncidentReport', ...write },
  ...reads('IncidentReport', 'IncidentReports', 'IncidentReport', {}),
  ...links('ImpactedResource', 'ImpactedResource'),
  ...related('getImpactedResources', 'ImpactedResource', 2, 'Referenceable'),
  ...related('getIncidentsOfResource', 'ImpactedResource', 1, 'IncidentReport'),
  ...links('IncidentOriginator', 'ReportOriginator'),
  ...links('IncidentDependency', 'ReportDependency'),
] as const;

/** What engines are asked to do. */
export const engineActionRows = [
  {
    name: 'initiateEngineAction',
    verb: 'create',
    type: 'EngineAction',
    links: { requesters: actionLinks.requesters, targets: actionLinks.targets },
    set: { activityStatus: 'APPROVED' },
    ...write,
  },
  {
    name: 'cancelEngineAction',
    verb: 'update',
    type: 'EngineAction',
    set: { activityStatus: 'CANCELLED' },
    stamp: 'completionTime',
    ...write,
  },
  ...governanceReadRows,
] as const;

/** What surveys have found, and what people say of it. */
export const annotationRows = [
  ...reads('Annotation', 'Annotations', 'Annotation', {}),
  ...related('getAnnotationsOfElement', 'AssociatedAnnotation', 1, 'Annotation'),
  ...related('getAnnotationsOfReport', 'ReportedAnnotation', 1, 'Annotation'),
  {
    name: 'createAnnotationReview',
    verb: 'create',
    type: 'AnnotationReview',
    parent: { relationship: 'ActionTarget', at: 2, needed: true, anchors: false },
    links: { assignees: actionLinks.assignees },
    ...write,
  },
  { name: 'updateAnnotationReview', verb: 'update', type: 'AnnotationReview', ...write },
  { name: 'deleteAnnotationReview', verb: 'delete', type: 'AnnotationReview', ...write },
  ...reads('AnnotationReview', 'AnnotationReviews', 'AnnotationReview', {}),
  ...related('getReviewsOfAnnotation', 'ActionTarget', 2, 'AnnotationReview'),
  ...elements('RequestForAction', 'RequestsForAction', 'RequestForAction', {
    parent: { relationship: 'AssociatedAnnotation', at: 1, needed: false, anchors: true },
    links: { targets: { relationship: 'RequestForActionTarget', at: 2 } },
  }),
  ...related('getTargetsOfRequestForAction', 'RequestForActionTarget', 1, 'Referenceable'),
] as const;

export const stewardshipRows = [...actionRows, ...incidentRows, ...engineActionRows, ...annotationRows] as const;
