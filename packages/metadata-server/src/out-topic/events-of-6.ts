import type { StoredClassification, StoredElement } from '../store/element-store.js';
import type { BeanViews } from '../views/bean-view.js';
import type { ElementViews, Json } from '../views/element-view.js';
import type { ChangeFacts } from './change-facts.js';

export interface Views6 {
  readonly views: ElementViews;
  readonly beans: BeanViews;
}

/** A change as Egeria 6.1's `OpenMetadataOutTopicEvent`; times are still ISO 8601. */
export function event6({ views, beans }: Views6, { change, ...facts }: ChangeFacts): Json {
  const { element, previousElement, link, previousLink, ends } = facts;
  const event = { eventVersionId: 1, eventType: change.eventType, eventTime: change.time };
  const end = (which: 'endOne' | 'endTwo', of: StoredElement | undefined, guid: string | undefined) => ({
    [`${which}ElementHeader`]: of
      ? beans.header(of)
      : guid === undefined
        ? undefined
        : { class: 'ElementHeader', guid },
    [`${which}ElementProperties`]: of && views.element(of).elementProperties,
  });
  if (change.end1Guid !== undefined)
    return {
      ...event,
      elementHeader: link
        ? {
            class: 'ElementHeader',
            ...views.header(
              link.relationship.status,
              link.relationship.typeName,
              link.relationship.origin,
              link.relationship.versions,
            ),
            guid: change.guid,
          }
        : bareHeader(views, change),
      elementProperties: link && views.link(link).relationshipProperties,
      previousElementProperties: previousLink && views.link(previousLink).relationshipProperties,
      ...end('endOne', link?.end1 ?? ends?.end1, change.end1Guid),
      ...end('endTwo', link?.end2 ?? ends?.end2, change.end2Guid),
    };
  const name = change.classificationName;
  return {
    ...event,
    elementHeader: element ? beans.header(element) : bareHeader(views, change),
    elementProperties: element && views.element(element).elementProperties,
    previousElementHeader: previousElement && beans.header(previousElement),
    previousElementProperties: previousElement && views.element(previousElement).elementProperties,
    classificationName: name,
    classificationProperties: propertiesOf(views, classificationOf(element, name)),
    previousClassificationProperties: propertiesOf(views, classificationOf(previousElement, name)),
  };
}

/** Of something that is known no more. */
function bareHeader(views: ElementViews, change: ChangeFacts['change']): Json {
  return { class: 'ElementHeader', headerVersion: 0, type: views.type(change.typeName), guid: change.guid };
}

export function classificationOf(
  element: StoredElement | undefined,
  name: string | undefined,
): StoredClassification | undefined {
  return element?.classifications.find(({ classificationName }) => classificationName === name);
}

function propertiesOf(views: ElementViews, classification: StoredClassification | undefined): unknown {
  return classification && views.classification(classification).classificationProperties;
}
