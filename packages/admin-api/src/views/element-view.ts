import type { ElementVersions, MetadataElement, RelatedElement } from '@isthmus/model';
import type { Static } from 'typebox';
import type { ElementSchema, ElementWithRelatedSchema } from '../schemas/element.js';
import { optionalTime, present, toTime } from './fields.js';

export function toElement(element: MetadataElement): Static<typeof ElementSchema> {
  const { guid, typeName, superTypeNames, status, origin, versions, classifications, properties } = element;
  return present({
    guid,
    typeName,
    superTypeNames: [...superTypeNames],
    status,
    origin,
    versions: toVersions(versions),
    classifications: [...classifications],
    properties,
    effectiveFrom: optionalTime(element.effectiveFrom),
    effectiveTo: optionalTime(element.effectiveTo),
  });
}

export function toElementWithRelated(found: {
  readonly element: MetadataElement;
  readonly related: readonly RelatedElement[];
  readonly moreRelated?: boolean;
}): Static<typeof ElementWithRelatedSchema> {
  return {
    element: toElement(found.element),
    moreRelated: found.moreRelated === true || found.related.length > relatedMaximum,
    related: found.related.slice(0, relatedMaximum).map(({ relationship, element, elementAtEnd1 }) => ({
      relationship: { ...relationship, versions: toVersions(relationship.versions) },
      element: toElement(element),
      elementAtEnd1,
    })),
  };
}

/** An answer stays small enough to be made in one go, whatever the daemon hands over. */
const relatedMaximum = 500;

function toVersions({ createTime, updateTime, ...rest }: ElementVersions) {
  return present({ ...rest, createTime: toTime(createTime), updateTime: optionalTime(updateTime) });
}
