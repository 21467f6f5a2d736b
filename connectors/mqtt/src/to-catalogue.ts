import type { OmisScopes } from '@isthmus/connector-sdk';
import { decodedName, definedTexts, encodedName, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import { fieldsOf, shapeText, type ToldField, typeName } from './payload-shape.js';
import type { TopicEntry } from './topic-book.js';

type Told<N extends 'broker' | 'topic' | 'eventType'> = Versioned<Parameters<OmisScopes['topic'][N]>[0]>;
type Fields = NonNullable<Told<'eventType'>['fields']>;

export const scopeOfBroker = 'broker';
export const scopeOfTopics = 'topics';
export const payloadName = 'payload';

/** Names of topics, of the keys that scopes know them by. */
export function topicsIn(keys: readonly string[], brokerName: string): readonly string[] {
  const beginning = `Topic:${encodedName(brokerName)}/`;
  return keys.flatMap((key) => (key.startsWith(beginning) ? decodedName(key.slice(beginning.length)) : []));
}

export function toBroker(brokerName: string, version: string | undefined): Told<'broker'> {
  return versioned({
    names: [brokerName],
    deployedImplementationType: 'MQTT Broker',
    versionIdentifier: version,
    opens: scopeOfTopics,
  });
}

export function toTopic(brokerName: string, { name, isRetained }: TopicEntry): Told<'topic'> {
  return versioned({
    names: [brokerName, name],
    deployedImplementationType: 'MQTT Topic',
    topicType: name.split('/').some((level) => level.endsWith('+') || level === '#') ? 'topic filter' : 'topic',
    additionalProperties: definedTexts({ retained: isRetained ? 'true' : undefined }),
  });
}

/** Undefined: nothing was seen of its payloads. */
export function toEventType(brokerName: string, entry: TopicEntry): Told<'eventType'> | undefined {
  const { name, encodings, contentTypes, shape } = entry;
  if (encodings.size === 0) return undefined;
  const isJson = encodings.has('JSON');
  return versioned({
    names: [brokerName, name, payloadName],
    encodingStandard: [...encodings].sort().join(', '),
    additionalProperties: definedTexts({
      contentType: contentTypes.size === 0 ? undefined : [...contentTypes].sort().join(', '),
      dataType: isJson ? typeName(shape) : undefined,
      // what a later instance begins with, so that a field that is rare does not go with a restart
      shape: isJson ? shapeText(shape) : undefined,
    }),
    fields: isJson ? fieldsOf(shape).map(toField) : [],
  });
}

function toField({ name, dataType, isNullable, fields }: ToldField): Fields[number] {
  return { name, dataType, isNullable, fields: fields.map(toField) };
}
