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

/** Types that have names, of the schema itself and of those that it refers to. */
interface Names {
  readonly types: Map<string, Schema>;
  /** Records that are being described: one that contains itself is only named. */
  readonly open: Set<string>;
  readonly budget: FieldBudget;
}

/** Specification: Apache Avro 1.12, "Schema Declaration". */
export function avroFields(text: string, referenced: ReadonlyMap<string, string>): EventFields {
  const names: Names = { types: new Map(), open: new Set(), budget: new FieldBudget() };
  for (const schema of referenced.values()) collect(parsedJson(schema), undefined, names, 0);
  // a subject may hold nothing but the name of a type: JSON, or, as some registries store it, the bare word
  const schema = /^[A-Za-z_][\w.]*$/.test(text) ? text : parsedJson(text);
  collect(schema, undefined, names, 0);
  const facts = describe(schema, undefined, names);
  const own = isRecord(schema) && schema.type === 'record' ? schema : undefined;
  const fullName = own === undefined ? undefined : fullNameOf(own, undefined);
  return {
    name: own === undefined ? undefined : stringOf(own.name)?.split('.').at(-1),
    namespace: fullName?.includes('.') === true ? fullName.slice(0, fullName.lastIndexOf('.')) : undefined,
    description: isRecord(schema) ? stringOf(schema.doc) : undefined,
    dataType: own === undefined ? facts.dataType : undefined,
    fields: facts.fields ?? [],
    isCut: names.budget.isUsedUp,
  };
}

const deepest = 200;

/** Remembers every named type, wherever it is declared. */
function collect(schema: unknown, namespace: string | undefined, names: Names, depth: number): void {
  if (depth > deepest) throw new SchemaUnreadable(`its types lie more than ${deepest} deep in each other`);
  if (Array.isArray(schema)) {
    for (const member of schema) collect(member, namespace, names, depth + 1);
    return;
  }
  if (!isRecord(schema)) return;
  const { type } = schema;
  if (type === 'record' || type === 'error' || type === 'enum' || type === 'fixed') {
    const name = fullNameOf(schema, namespace);
    names.types.set(name, schema);
    const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : undefined;
    for (const field of fieldsIn(schema)) collect(field.type, inner, names, depth + 1);
    return;
  }
  collect(type, namespace, names, depth + 1);
  collect(schema.items, namespace, names, depth + 1);
  collect(schema.values, namespace, names, depth + 1);
}

function describe(schema: unknown, namespace: string | undefined, names: Names): TypeFacts {
  if (Array.isArray(schema)) return ofUnion(schema, namespace, names);
  if (typeof schema === 'string') return ofName(schema, namespace, names);
  if (!isRecord(schema)) throw new SchemaUnreadable('a type is neither a name, nor a list, nor an object');
  const { type } = schema;
  if (type === 'record' || type === 'error') return ofRecord(schema, namespace, names);
  if (type === 'enum')
    return {
      dataType: `enum ${fullNameOf(schema, namespace)}`,
      additionalProperties: definedTexts({
        symbols: textOf(listed(schema.symbols)),
        enumDefault: textOf(schema.default),
      }),
    };
  if (type === 'fixed') {
    const facts = { dataType: `fixed ${fullNameOf(schema, namespace)}`, length: numberOf(schema.size) };
    return { ...facts, ...logical(schema) };
  }
  if (type === 'array') return contained('array', schema.items, namespace, names);
  if (type === 'map') return contained('map', schema.values, namespace, names);
  return { ...describe(type, namespace, names), ...logical(schema) };
}

function ofName(name: string, namespace: string | undefined, names: Names): TypeFacts {
  const full = name.includes('.') || namespace === undefined ? name : `${namespace}.${name}`;
  const found = names.types.get(full) ?? names.types.get(name);
  if (found === undefined) return { dataType: name };
  const key = names.types.has(full) ? full : name;
  return describe({ ...found, name: key, namespace: undefined }, undefined, names);
}

function ofRecord(schema: Schema, namespace: string | undefined, names: Names): TypeFacts {
  const name = fullNameOf(schema, namespace);
  if (names.open.has(name)) return { dataType: name, additionalProperties: { recursive: 'true' } };
  names.open.add(name);
  const inner = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : undefined;
  const fields = names.budget.deeper(() => fieldsIn(schema).flatMap((field) => fieldOf(field, inner, names)));
  names.open.delete(name);
  return { dataType: name, ...(fields === undefined ? {} : { fields }) };
}

function fieldOf(field: Schema, namespace: string | undefined, names: Names): readonly EventField[] {
  const name = stringOf(field.name);
  if (name === undefined) throw new SchemaUnreadable('a field has no name');
  if (!names.budget.take()) return [];
  const { isNullable = false, ...facts } = describe(field.type, namespace, names);
  const aliases = Array.isArray(field.aliases) ? field.aliases.filter((alias) => typeof alias === 'string') : [];
  return [
    {
      name,
      description: stringOf(field.doc),
      ...facts,
      isNullable,
      defaultValue: textOf(field.default),
      ...(aliases.length === 0 ? {} : { aliases }),
    },
  ];
}

/** Fields of the records of a union: its only record's own, those of several each below its name. */
function ofUnion(members: readonly unknown[], namespace: string | undefined, names: Names): TypeFacts {
  const isNullable = members.includes('null');
  const described = members.filter((member) => member !== 'null').map((member) => describe(member, namespace, names));
  const [only] = described;
  if (only === undefined) return { dataType: 'null', isNullable };
  if (described.length === 1) return { ...only, isNullable };
  const dataType = `union<${described.map((member) => member.dataType).join(', ')}>`;
  const records = described.filter(({ fields }) => fields !== undefined);
  const [record] = records;
  const fields =
    records.length === 1
      ? record?.fields
      : records.map((member): EventField => ({ ...member, name: member.dataType, isNullable: true }));
  return { dataType, isNullable, ...(fields === undefined || fields.length === 0 ? {} : { fields }) };
}

function contained(kind: 'array' | 'map', inner: unknown, namespace: string | undefined, names: Names): TypeFacts {
  const { dataType, fields, additionalProperties } = describe(inner, namespace, names);
  return { dataType: `${kind}<${dataType}>`, additionalProperties, ...(fields === undefined ? {} : { fields }) };
}

function logical(schema: Schema): Pick<TypeFacts, 'precision' | 'additionalProperties'> {
  const logicalType = stringOf(schema.logicalType);
  if (logicalType === undefined) return {};
  const isDecimal = logicalType === 'decimal';
  const scale = isDecimal ? String(numberOf(schema.scale) ?? 0) : undefined;
  const precision = isDecimal ? numberOf(schema.precision) : undefined;
  return {
    additionalProperties: definedTexts({ logicalType, scale }),
    ...(precision === undefined ? {} : { precision }),
  };
}

function fullNameOf(schema: Schema, namespace: string | undefined): string {
  const name = stringOf(schema.name);
  if (name === undefined || name === '') throw new SchemaUnreadable(`a ${String(schema.type)} has no name`);
  if (name.includes('.')) return name;
  const own = stringOf(schema.namespace) ?? namespace;
  return own === undefined || own === '' ? name : `${own}.${name}`;
}

function fieldsIn(schema: Schema): readonly Schema[] {
  if (schema.fields === undefined) return [];
  if (!Array.isArray(schema.fields) || !schema.fields.every(isRecord))
    throw new SchemaUnreadable('the fields of a record are no list of objects');
  return schema.fields;
}

function listed(symbols: unknown): string | undefined {
  return Array.isArray(symbols) ? symbols.join(', ') : undefined;
}
