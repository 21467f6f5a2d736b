import { elements, links, ownedByCapability, partOf, partOfSchema, publishing, related } from '../row-makers.js';

export const topicRows = [
  ...elements('Topic', 'Topics', 'Topic', ownedByCapability),
  ...publishing('Topic', 'Topic'),
  ...related('getTopicsOfBroker', 'CapabilityAssetUse', 1, 'Topic'),
  ...elements('EventType', 'EventTypes', 'EventType', partOfSchema('SchemaTypeOption', 'EventTypeList')),
  ...related('getEventTypesOfTopic', 'SchemaTypeOption', 1, 'EventType', 'EventTypeList'),
  ...elements('EventSet', 'EventSets', 'EventSet', {}),
  ...links('EventTypeToSet', 'CollectionMembership'),
  ...related('getEventTypesOfSet', 'CollectionMembership', 1, 'EventType'),
  ...elements('EventAttribute', 'EventAttributes', 'EventSchemaAttribute', partOf('AttributeForSchema', 1)),
  ...related('getEventAttributesOfEventType', 'AttributeForSchema', 1, 'EventSchemaAttribute'),
] as const;
