import type { OlderFace } from '../older/older-face.js';
import type { ChangeEventType, StoredChange, StoredClassification } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import type { ChangeFacts } from './change-facts.js';
import { classificationOf } from './events-of-6.js';

type Subject = 'element' | 'relationship' | 'classification';

const eventTypes: Readonly<Record<ChangeEventType, Readonly<Record<Subject, string>>>> = {
  NEW_ELEMENT_CREATED: types('NEW_ELEMENT', 'NEW_RELATIONSHIP', 'NEW_CLASSIFICATION'),
  ELEMENT_RESTORED: types('NEW_ELEMENT', 'NEW_RELATIONSHIP', 'NEW_CLASSIFICATION'),
  ELEMENT_UPDATED: updated(),
  ELEMENT_TYPE_CHANGED: updated(),
  ELEMENT_DELETED: types('DELETED_ELEMENT', 'DELETED_RELATIONSHIP', 'DELETED_CLASSIFICATION'),
  ELEMENT_CLASSIFIED: types('UPDATED_ELEMENT_PROPERTIES', 'UPDATED_RELATIONSHIP_PROPERTIES', 'NEW_CLASSIFICATION'),
  ELEMENT_RECLASSIFIED: updated(),
  ELEMENT_DECLASSIFIED: types(
    'UPDATED_ELEMENT_PROPERTIES',
    'UPDATED_RELATIONSHIP_PROPERTIES',
    'DELETED_CLASSIFICATION',
  ),
};

/**
 * A change as Egeria 4.3's Governance Engine OMAS tells it, in its names of types and properties; times are still
 * ISO 8601. The element before an update is told as it was: a real 4.3 repeats the updated one.
 */
export function event4(face: Pick<OlderFace, 'names' | 'views'>, facts: ChangeFacts): Json {
  return {
    class: 'WatchdogGovernanceServiceEvent',
    eventVersionId: 1,
    eventType: 'WATCHDOG_GOVERNANCE_SERVICE_EVENT',
    watchdogGovernanceEvent: watchdogEvent(face, facts),
  };
}

function watchdogEvent({ names, views }: Pick<OlderFace, 'names' | 'views'>, { change, ...facts }: ChangeFacts): Json {
  const { element, previousElement, link, previousLink } = facts;
  const of = eventTypes[change.eventType];
  if (change.end1Guid !== undefined) {
    return {
      class: 'WatchdogRelatedElementsEvent',
      eventType: of.relationship,
      relatedMetadataElements: link ? views.link(link) : bareLink({ names, views }, change),
      previousRelatedMetadataElements: previousLink && views.link(previousLink),
    };
  }
  const metadataElement = element
    ? views.element(element)
    : { class: 'OpenMetadataElement', headerVersion: 0, type: views.type(change.typeName), elementGUID: change.guid };
  const name = change.classificationName;
  if (name === undefined)
    return {
      class: 'WatchdogMetadataElementEvent',
      eventType: of.element,
      metadataElement,
      previousMetadataElement: previousElement && views.element(previousElement),
    };
  const [now, before] = [classificationOf(element, name), classificationOf(previousElement, name)];
  return {
    class: 'WatchdogClassificationEvent',
    eventType: of.classification,
    metadataElement,
    changedClassification: classificationView(views, now ?? before),
    previousClassification: now && classificationView(views, before),
  };
}

/** Of a relationship that is known no more: the status is what a real server calls it then. */
function bareLink({ names, views }: Pick<OlderFace, 'names' | 'views'>, change: StoredChange): Json {
  const { name, swapsEnds } = names.olderType(change.typeName);
  const [end1, end2] = swapsEnds ? [change.end2Guid, change.end1Guid] : [change.end1Guid, change.end2Guid];
  const definition = names.older.find(name);
  const labels = definition?.category === 'RELATIONSHIP_DEF' ? definition : undefined;
  return {
    class: 'RelatedMetadataElements',
    headerVersion: 0,
    status: 'UNKNOWN',
    type: views.type(change.typeName),
    versions: { updatedBy: change.userId, updateTime: change.time, version: 0 },
    relationshipGUID: change.guid,
    relationshipType: views.type(change.typeName),
    labelAtEnd1: labels?.end1.attributeName,
    elementGUIDAtEnd1: end1,
    labelAtEnd2: labels?.end2.attributeName,
    elementGUIDAtEnd2: end2,
  };
}

function classificationView(
  views: OlderFace['views'],
  classification: StoredClassification | undefined,
): Json | undefined {
  return classification && views.classification(classification);
}

function types(element: string, relationship: string, classification: string): Readonly<Record<Subject, string>> {
  return { element, relationship, classification };
}

function updated(): Readonly<Record<Subject, string>> {
  return types('UPDATED_ELEMENT_PROPERTIES', 'UPDATED_RELATIONSHIP_PROPERTIES', 'UPDATED_CLASSIFICATION_PROPERTIES');
}
