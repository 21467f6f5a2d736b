import { definedTexts } from '@isthmus/connector-sdk/helpers';
import protobuf from 'protobufjs';
import { type EventField, type EventFields, FieldBudget, SchemaUnreadable, type TypeFacts } from './event-fields.js';

interface Reading {
  /** Messages that are being described: one that contains itself is only named. */
  readonly open: Set<protobuf.ReflectionObject>;
  readonly budget: FieldBudget;
}

/** Of the first message of a .proto file, which is the one that records hold unless they say otherwise. */
export function protobufFields(text: string, referenced: ReadonlyMap<string, string>): EventFields {
  const root = new protobuf.Root();
  for (const [name, other] of referenced) parsed(other, root, name);
  const packageName = parsed(text, root, 'the schema').package;
  settle(root);
  const message = firstMessage(text, packageName, root);
  const reading: Reading = { open: new Set(), budget: new FieldBudget() };
  const facts = ofMessage(message, reading);
  return {
    name: message.name,
    namespace: packageName,
    description: message.comment ?? undefined,
    fields: facts.fields ?? [],
    isCut: reading.budget.isUsedUp,
  };
}

function parsed(text: string, root: protobuf.Root, name: string): protobuf.IParserResult {
  try {
    return protobuf.parse(text, root, { keepCase: true, alternateCommentMode: true });
  } catch (error) {
    throw new SchemaUnreadable(`${name} is no .proto file: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

/** Finds out what each field is by the rules of its file's edition; types that are not at hand do not matter here. */
function settle(root: protobuf.Root): void {
  try {
    root.resolveAll();
  } catch {
    // such a type is only named
  }
}

/** In the order of the file: the parsed tree is kept in the order of names. */
function firstMessage(text: string, packageName: string | undefined, root: protobuf.Root): protobuf.Type {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\]|\\.)*"/g, ' ');
  const name = /(?:^|[;{}\s])message\s+(\w+)\s*\{/.exec(bare)?.[1];
  const found =
    name === undefined ? undefined : root.lookup(packageName === undefined ? name : `${packageName}.${name}`);
  if (!(found instanceof protobuf.Type)) throw new SchemaUnreadable('it declares no message');
  return found;
}

function ofMessage(message: protobuf.Type, reading: Reading): TypeFacts {
  const dataType = message.fullName.replace(/^\./, '');
  if (reading.open.has(message)) return { dataType, additionalProperties: { recursive: 'true' } };
  reading.open.add(message);
  const fields = reading.budget.deeper(() => message.fieldsArray.flatMap((field) => fieldOf(field, reading)));
  reading.open.delete(message);
  return { dataType, ...(fields === undefined ? {} : { fields }) };
}

function fieldOf(field: protobuf.Field, reading: Reading): readonly EventField[] {
  if (!reading.budget.take()) return [];
  const { additionalProperties, ...facts } = typeOf(field, reading);
  // `optional` of proto3 is kept as a choice of one
  const isChosen = field.partOf !== null && field.partOf !== undefined && !field.partOf.isProto3Optional;
  return [
    {
      name: field.name,
      description: field.comment ?? undefined,
      ...facts,
      // whether it can be told that it was not set
      isNullable: field.hasPresence && !field.required && !field.repeated,
      defaultValue: field.options?.default === undefined ? undefined : String(field.options.default),
      additionalProperties: definedTexts({
        ...additionalProperties,
        number: String(field.id),
        oneOf: isChosen ? field.partOf?.name : undefined,
      }),
    },
  ];
}

function typeOf(field: protobuf.Field, reading: Reading): TypeFacts {
  const facts = ofName(field.type, field.parent, reading);
  if (field instanceof protobuf.MapField) return { ...facts, dataType: `map<${field.keyType}, ${facts.dataType}>` };
  return field.repeated ? { ...facts, dataType: `array<${facts.dataType}>` } : facts;
}

/** Types of files that are not at hand, as Google's own may be, are only named. */
function ofName(name: string, from: protobuf.NamespaceBase | null, reading: Reading): TypeFacts {
  const found = from?.lookup(name, [protobuf.Type, protobuf.Enum]);
  if (found instanceof protobuf.Type) return ofMessage(found, reading);
  if (found instanceof protobuf.Enum)
    return {
      dataType: `enum ${found.fullName.replace(/^\./, '')}`,
      additionalProperties: definedTexts({ symbols: Object.keys(found.values).join(', ') }),
    };
  return { dataType: name };
}
