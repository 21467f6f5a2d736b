import type { RegistryClient } from './registry-client.js';
import type { SchemaReference, SubjectRow } from './rows.js';
import { avroFields } from './schemas/avro-fields.js';
import { type EventFields, SchemaUnreadable } from './schemas/event-fields.js';
import { jsonSchemaFields } from './schemas/json-schema-fields.js';
import { protobufFields } from './schemas/protobuf-fields.js';
import { contextOf } from './subject-place.js';

/** What is understood without holding up others. */
const longestSchema = 512 * 1024;
const mostReferences = 200;

const fieldsIn = { AVRO: avroFields, JSON: jsonSchemaFields, PROTOBUF: protobufFields } as const;

/**
 * What a subject's schema says of its events, with the schemas that it refers to, and these to others.
 *
 * @throws SchemaUnreadable; SourceFault when the registry cannot be asked
 */
export async function eventFieldsOf(registry: Pick<RegistryClient, 'schema'>, row: SubjectRow): Promise<EventFields> {
  const referenced = new Map<string, string>();
  let size = row.text.length;
  const begun = new Set<string>();
  const collect = async (references: readonly SchemaReference[], context: string): Promise<void> => {
    for (const { name, subject: own, version } of references) {
      if (begun.has(name)) continue;
      // without a context of its own a reference means one beside the schema that has it
      const subject = contextOf(own) === '' ? `${context}${own}` : own;
      begun.add(name);
      if (begun.size > mostReferences) throw new SchemaUnreadable(`it refers to more than ${mostReferences} schemas`);
      const found = await registry.schema(subject, [version], version);
      if (found === undefined)
        throw new SchemaUnreadable(`it refers to version ${version} of ${subject}, which is gone`);
      size += found.text.length;
      if (size > longestSchema) throw tooLong();
      // what a schema is made of comes before it
      await collect(found.references, contextOf(subject));
      referenced.set(name, found.text);
    }
  };
  await collect(row.references, contextOf(row.subject));
  if (size > longestSchema) throw tooLong();
  try {
    return fieldsIn[row.type](row.text, referenced);
  } catch (error) {
    if (error instanceof RangeError) throw new SchemaUnreadable('it is nested too deeply');
    throw error;
  }
}

function tooLong(): SchemaUnreadable {
  return new SchemaUnreadable(`with all that it refers to it has more than ${longestSchema} characters`);
}
