import type { NounRows } from '../noun-row.js';
import { assetAttributes, embeddedType, owned, primitive, schemaAttributes } from './common-rows.js';

/** Brokers, topics, their types of events, and who reads and writes them. */
export const topicNouns = {
  broker: {
    type: 'SoftwareServer',
    attributes: { ...assetAttributes, userId: 'text' },
    parts: { broker: { type: 'EventBroker', relationship: 'SupportedSoftwareCapability', given: 'always' } },
  },
  topic: {
    type: 'Topic',
    attributes: { ...assetAttributes, topicType: 'text' },
    parents: { broker: { ...owned, holder: 'EventBroker' } },
    parts: { eventTypes: { type: 'EventTypeList', relationship: 'Schema', given: 'always' } },
  },
  eventType: {
    type: 'EventType',
    attributes: { encodingStandard: 'text', namespacePath: 'text', usage: 'text' },
    parents: { topic: { relationship: 'SchemaTypeOption', holder: 'EventTypeList', anchor: 'Topic' } },
    parts: {
      fields: {
        type: 'EventSchemaAttribute',
        relationship: 'AttributeForSchema',
        given: 'list',
        placedBy: 'position',
        attributes: schemaAttributes,
        classified: embeddedType,
        classifications: primitive,
        nestedBy: 'NestedSchemaAttribute',
      },
    },
  },
  /** A client, e.g. a consumer group. */
  client: {
    type: 'DeployedSoftwareComponent',
    attributes: { ...assetAttributes, implementationLanguage: 'text' },
    links: {
      reads: {
        relationship: 'DataFlow',
        to: 'Topic',
        selfAtEnd1: false,
        attributes: { label: 'text', formula: 'text' },
      },
      writes: { relationship: 'DataFlow', to: 'Topic', attributes: { label: 'text', formula: 'text' } },
    },
  },
} as const satisfies NounRows;
