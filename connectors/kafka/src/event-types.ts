import type { RegistryClient } from './registry-client.js';
import type { SchemaReference, SubjectRow } from './rows.js';
import { avroFields } from './schemas/avro-fields.js';
import { type EventFields, SchemaUnreadable } from './schemas/event-fields.js';
import { jsonSchemaFields } from './schemas/json-schema-fields.js';
import { protobufFields } from './schemas/protobuf-fields.js';

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
  const collect = async (references: readonly SchemaReference[]): Promise<void> => {
    for (const { name, subject, version } of references) {
      if (begun.has(name)) continue;
      begun.add(name);
      if (begun.size > mostReferences) throw new SchemaUnreadable(`it refers to more than ${mostReferences} schemas`);
      const found = await registry.schema(subject, [version], version);
      if (found === undefined)
        throw new SchemaUnreadable(`it refers to version ${version} of ${subject}, which is gone`);
      size += found.text.length;
      // what a schema is made of comes before it
      await collect(found.references);
      referenced.set(name, found.text);
    }
  };
  await collect(row.references);
  if (size > longestSchema)
    throw new SchemaUnreadable(`with all that it refers to it has more than ${longestSchema} characters`);
  return fieldsIn[row.type](row.text, referenced);
}
