import { definedTexts } from '@isthmus/connector-sdk/helpers';
import {
  type EventField,
  type EventFields,
  FieldBudget,
  isRecord,
  numberOf,
  parsedJson,
  SchemaUnreadable,
  stringOf,
  type TypeFacts,
  textOf,
} from './event-fields.js';

type Schema = Readonly<Record<string, unknown>>;

interface Document {
  readonly root: unknown;
  /** Other documents by the names that references give them. */
  readonly others: ReadonlyMap<string, unknown>;
  /** References that are being followed: a schema that contains itself is only named. */
  readonly open: Set<unknown>;
  readonly budget: FieldBudget;
}

/** Keywords of drafts 4 to 2020-12 that say what an object holds; what only validates values is passed over. */
export function jsonSchemaFields(text: string, referenced: ReadonlyMap<string, string>): EventFields {
  const others = new Map([...referenced].map(([name, other]) => [name, parsedJson(other)]));
  const root = parsedJson(text);
  const document: Document = { root, others, open: new Set(), budget: new FieldBudget() };
  const facts = describe(root, document);
  const schema = isRecord(root) ? root : {};
  return {
    name: stringOf(schema.title),
    description: stringOf(schema.description),
    dataType: facts.dataType === 'object' ? undefined : facts.dataType,
    fields: facts.fields ?? [],
    isCut: document.budget.isUsedUp,
  };
}

function describe(schema: unknown, document: Document): TypeFacts {
  // `true` takes every value
  if (!isRecord(schema)) return { dataType: 'any' };
  const reference = stringOf(schema.$ref);
  if (reference !== undefined) return ofReference(reference, document);
  const facts = document.budget.deeper(() => ofSchema(schema, document));
  return facts ?? { dataType: stringOf(schema.type) ?? 'any' };
}

function ofReference(reference: string, document: Document): TypeFacts {
  const name = reference.split('/').at(-1) ?? reference;
  const found = resolved(reference, document);
  if (found === undefined) return { dataType: name };
  if (document.open.has(found.schema)) return { dataType: name, additionalProperties: { recursive: 'true' } };
  document.open.add(found.schema);
  try {
    return describe(found.schema, { ...document, root: found.root });
  } finally {
    document.open.delete(found.schema);
  }
}

function ofSchema(schema: Schema, document: Document): TypeFacts {
  const choice = listOf(schema.oneOf) ?? listOf(schema.anyOf);
  const types = typesOf(schema);
  const isNullable = types.includes('null');
  const [type = schema.properties === undefined && schema.allOf === undefined ? undefined : 'object', ...more] =
    types.filter((one) => one !== 'null');
  const common = { ...limits(schema), additionalProperties: extras(schema) };
  if (choice !== undefined && schema.properties === undefined) return { ...common, ...ofChoice(choice, document) };
  const nullable = isNullable ? { isNullable } : {};
  if (isNullable && type === undefined) return { ...common, ...nullable, dataType: 'null' };
  if (more.length > 0) return { ...common, ...nullable, dataType: `union<${[type, ...more].join(', ')}>` };
  if (type === 'array') return { ...common, ...nullable, ...ofArray(schema, document) };
  if (type === 'object') return { ...common, ...nullable, ...ofObject(schema, document) };
  return { ...common, ...nullable, dataType: type ?? typeOfValues(schema) };
}

function ofObject(schema: Schema, document: Document): TypeFacts {
  const fields = [...propertiesOf(schema, document, new Set())].flatMap(([name, { own, isRequired, from }]) =>
    fieldOf(name, own, isRequired, from),
  );
  const { additionalProperties: rest } = schema;
  if (fields.length === 0 && isRecord(rest)) {
    const inner = describe(rest, document);
    return { dataType: `map<${inner.dataType}>`, ...(inner.fields === undefined ? {} : { fields: inner.fields }) };
  }
  return { dataType: 'object', ...(fields.length === 0 ? {} : { fields }) };
}

interface Property {
  readonly own: unknown;
  readonly isRequired: boolean;
  /** The document in which its references mean something. */
  readonly from: Document;
}

/**
 * Of the schema and of all that it is put together from.
 *
 * @param seen - schemas that were looked at: what is put together of itself says nothing more by that
 */
function propertiesOf(schema: Schema, document: Document, seen: Set<Schema>): ReadonlyMap<string, Property> {
  const found = new Map<string, Property>();
  if (seen.has(schema)) return found;
  seen.add(schema);
  for (const part of listOf(schema.allOf) ?? []) {
    const target = isRecord(part) && typeof part.$ref === 'string' ? resolved(part.$ref, document) : undefined;
    const from = target === undefined ? document : { ...document, root: target.root };
    const whole = target?.schema ?? part;
    if (isRecord(whole)) for (const [name, one] of propertiesOf(whole, from, seen)) found.set(name, one);
  }
  const required = new Set(listOf(schema.required) ?? []);
  const own = isRecord(schema.properties) ? schema.properties : {};
  for (const [name, property] of Object.entries(own))
    found.set(name, { own: property, isRequired: required.has(name), from: document });
  for (const [name, property] of found)
    if (required.has(name) && !property.isRequired) found.set(name, { ...property, isRequired: true });
  return found;
}

function fieldOf(name: string, schema: unknown, isRequired: boolean, document: Document): readonly EventField[] {
  if (!document.budget.take()) return [];
  const { isNullable = false, ...facts } = describe(schema, document);
  const said = isRecord(schema) ? schema : {};
  return [
    {
      name,
      description: stringOf(said.description) ?? stringOf(said.title),
      ...facts,
      isNullable: isNullable || !isRequired,
      defaultValue: textOf(said.default),
    },
  ];
}

function ofArray(schema: Schema, document: Document): TypeFacts {
  const items = isRecord(schema.items) ? describe(schema.items, document) : { dataType: 'any' };
  return { dataType: `array<${items.dataType}>`, ...(items.fields === undefined ? {} : { fields: items.fields }) };
}

/** As Avro's union: the fields of its only object, or those of several, each below what it is called. */
function ofChoice(choice: readonly unknown[], document: Document): TypeFacts {
  const described = choice.map((member) => ({ member, facts: describe(member, document) }));
  const isNullable = described.some(({ facts }) => facts.dataType === 'null' || facts.isNullable === true);
  const others = described.filter(({ facts }) => facts.dataType !== 'null');
  const [only] = others;
  if (only === undefined) return { dataType: 'null', isNullable: true };
  const nullable = isNullable ? { isNullable } : {};
  if (others.length === 1) return { ...only.facts, ...nullable };
  const names = others.map(({ member, facts }) => nameOf(member) ?? facts.dataType);
  const objects = others.flatMap(({ facts }, at) =>
    facts.fields === undefined ? [] : [{ ...facts, name: names[at] ?? facts.dataType, isNullable: true }],
  );
  const fields = objects.length === 1 ? objects[0]?.fields : objects;
  const isTold = fields !== undefined && fields.length > 0;
  return { dataType: `union<${names.join(', ')}>`, ...nullable, ...(isTold ? { fields } : {}) };
}

function nameOf(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined;
  return stringOf(schema.title) ?? stringOf(schema.$ref)?.split('/').at(-1);
}

function typesOf({ type }: Schema): readonly string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((one) => typeof one === 'string') : [];
}

/** Of a schema that lists its values and says no type. */
function typeOfValues(schema: Schema): string {
  const values = listOf(schema.enum) ?? ('const' in schema ? [schema.const] : []);
  const types = new Set(values.map((value) => (value === null ? 'null' : typeof value)));
  const [only] = types;
  return types.size === 1 && only !== undefined ? only : 'any';
}

function limits(schema: Schema): Pick<TypeFacts, 'length' | 'minimumLength'> {
  const length = numberOf(schema.maxLength);
  const minimumLength = numberOf(schema.minLength);
  return { ...(length === undefined ? {} : { length }), ...(minimumLength === undefined ? {} : { minimumLength }) };
}

function extras(schema: Schema): TypeFacts['additionalProperties'] {
  return definedTexts({
    format: stringOf(schema.format),
    pattern: textOf(stringOf(schema.pattern)),
    symbols: textOf(
      listOf(schema.enum)
        ?.map((value) => textOf(value))
        .join(', '),
    ),
    constant: textOf(schema.const),
  });
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

/** `#/definitions/x`, `other.json`, `other.json#/x`; addresses elsewhere are never followed. */
function resolved(
  reference: string,
  document: Document,
): { readonly schema: unknown; readonly root: unknown } | undefined {
  const [place = '', fragment = ''] = reference.split('#', 2);
  const root = place === '' ? document.root : (document.others.get(place) ?? document.others.get(reference));
  if (root === undefined) return undefined;
  let schema: unknown = root;
  for (const step of fragment.split('/').slice(1)) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(schema)) schema = schema[Number(key)];
    else schema = isRecord(schema) && Object.hasOwn(schema, key) ? schema[key] : undefined;
    if (schema === undefined) return undefined;
  }
  return { schema, root };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SchemaUnreadable(`the reference ${text.slice(0, 100)} cannot be read`);
  }
}
