import type { StoreFace } from '../routes/egeria-call.js';
import type { StoredChange } from '../store/element-store.js';
import type { Json } from './element-view.js';

/**
 * A change as Egeria 6.1's OpenMetadataOutTopicEvent, with its number. Headers hold GUID and type alone: who wants
 * more reads the element, as it is now. The types of a relationship's ends are those that the relationship asks for.
 */
export function changeEvent({ types, views }: StoreFace, change: StoredChange): Json {
  const definition = types.find(change.typeName);
  const ends = definition?.category === 'RELATIONSHIP_DEF' ? definition : undefined;
  const end = (guid: string | undefined, entityType: string | undefined) =>
    guid === undefined || entityType === undefined ? undefined : header(guid, views.type(entityType));
  return {
    sequence: change.sequence,
    eventVersionId: 1,
    eventType: change.eventType,
    eventTime: change.time,
    elementHeader: header(change.guid, {
      typeId: definition?.guid,
      typeName: change.typeName,
      superTypeNames: change.superTypeNames,
      typeVersion: 1,
      typeCategory: definition?.category,
    }),
    classificationName: change.classificationName,
    endOneElementHeader: end(change.end1Guid, ends?.end1.entityType),
    endTwoElementHeader: end(change.end2Guid, ends?.end2.entityType),
  };
}

function header(guid: string, type: Json): Json {
  return { class: 'ElementHeader', headerVersion: 0, guid, type };
}
