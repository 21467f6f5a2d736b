import { defined, type Fields, fieldsOf, isFields, listOf, shortened, textOf, textsOf } from './json.js';
import type { FieldModel, SchemaModel } from './model.js';
import { below, type Place, type References, referenceOf } from './references.js';
import { ownName, type SchemaNames, shortName } from './schema-names.js';

/** So deep schemas that are written in place are described; below, their type alone is told. */
const deepest = 10;
/** Fields of one thing. */
const mostFields = 1_500;

/** What a schema holds: shared by attributes and by schemas themselves. */
type Content = Pick<
  FieldModel,
  'dataType' | 'schema' | 'fields' | 'facts' | 'defaultValue' | 'fixedValue' | 'length' | 'minimumLength'
> & { readonly isNullable: boolean; readonly description: string | undefined };

/** Describes schemas. What they refer to is told as a schema of its own, so that circles end by themselves. */
export class SchemaReader {
  #left = mostFields;
  #missedBefore = 0;
  /** Things of which fields were left out. */
  readonly cut: string[] = [];

  constructor(
    private readonly references: References,
    private readonly names: SchemaNames,
  ) {}

  /** From here on fields count towards another thing. */
  begin(): void {
    this.#left = mostFields;
    this.#missedBefore = this.references.missedCount;
  }

  /** Whether the thing that was begun has more fields than are told. */
  get isCut(): boolean {
    return this.#left < 0;
  }

  /** Whether something of the thing that was begun lies in a document of which it is not known what it says. */
  get isPartial(): boolean {
    return this.references.missedCount > this.#missedBefore;
  }

  /** @param place - of a schema, or of what is described like one */
  field(name: string, place: Place, isRequired: boolean, depth = 0): FieldModel {
    const { isNullable, ...content } = this.content(place, depth);
    return { name, ...content, isNullable: isNullable || !isRequired };
  }

  /** A schema that bears a name. */
  schema(name: string, place: Place): SchemaModel {
    this.begin();
    const content = this.content(place, 0, true);
    const alternatives = referenceOf(place.value) === undefined ? this.#options(place) : [place];
    const options = alternatives.flatMap((option) => this.#target(option) ?? []);
    return {
      name,
      displayName: ownName(place.pointer) ?? shortName(place),
      description: content.description,
      kind: alternatives.length > 0 ? 'choice' : kindOf(fieldsOf(place.value), content.fields.length > 0),
      dataType: referenceOf(place.value) === undefined ? content.dataType : this.#typeName(place),
      facts: content.facts,
      // what is one of several named ones is told by these
      fields: options.length > 0 ? this.#properties(place, 0) : content.fields,
      options: options.map((target) => this.names.of(target)),
    };
  }

  /** @param isNamed - the schema has just been given its name: it is not led back to it */
  content(place: Place, depth: number, isNamed = false): Content {
    const { value } = place;
    const own = fieldsOf(value);
    const alone = isNamed ? undefined : this.#alone(place);
    if (alone !== undefined) {
      const target = this.#target(alone);
      return {
        ...this.#said(own),
        dataType: target === undefined ? (referenceOf(alone.value) ?? 'any') : shortName(target),
        fields: [],
        ...(target === undefined ? {} : { schema: this.names.of(target) }),
      };
    }
    const said = this.#said(own);
    const elements = this.#elements(place, own, depth);
    if (elements !== undefined) return { ...said, ...elements };
    const options = this.#options(place);
    const properties = this.#properties(place, depth);
    if (options.length > 0) {
      const dataType = shortened(options.map((option) => this.#typeName(option)).join(' | '));
      return { ...said, dataType, fields: [...properties, ...this.#optionFields(options, depth)] };
    }
    return { ...said, dataType: typeName(own, properties.length > 0), fields: properties };
  }

  /** A reference, also where it is wrapped to say something beside it. */
  #alone(place: Place): Place | undefined {
    if (referenceOf(place.value) !== undefined) return place;
    const own = fieldsOf(place.value);
    const [first, ...more] = listOf(own.allOf);
    return more.length === 0 && referenceOf(first) !== undefined && own.properties === undefined
      ? below(place, 'allOf', '0')
      : undefined;
  }

  /** What a reference leads to in one step: that bears a name, whatever it refers to itself. */
  #target(place: Place): Place | undefined {
    const reference = referenceOf(place.value);
    return reference === undefined ? undefined : this.references.follow(place.uri, reference, 'schema');
  }

  /** Of an array, or of a map. */
  #elements(place: Place, own: Fields, depth: number): Pick<Content, 'dataType' | 'fields' | 'schema'> | undefined {
    const isArray = typesOf(own).includes('array') || own.items !== undefined;
    const isMap = isFields(own.additionalProperties) && own.properties === undefined && own.allOf === undefined;
    if (!isArray && !isMap) return undefined;
    if (isArray && !isFields(own.items)) return { dataType: 'array', fields: [] };
    const inner = below(place, isArray ? 'items' : 'additionalProperties');
    const { dataType, fields, schema } =
      depth < deepest
        ? this.content(inner, depth + 1)
        : { dataType: this.#typeName(inner), fields: [], schema: undefined };
    return {
      dataType: isArray ? `array<${dataType}>` : `map<string, ${dataType}>`,
      fields,
      ...(schema === undefined ? {} : { schema }),
    };
  }

  #options(place: Place): readonly Place[] {
    const own = fieldsOf(place.value);
    const word = Array.isArray(own.oneOf) ? 'oneOf' : 'anyOf';
    return listOf(own[word])
      .map((_, position) => below(place, word, String(position)))
      .filter(({ value }) => !isNull(value));
  }

  /** Alternatives that hold something: what they are stands in the type's name. */
  #optionFields(options: readonly Place[], depth: number): readonly FieldModel[] {
    if (depth >= deepest) return [];
    return options.flatMap((option) => {
      const field = this.#counted(() => this.field(this.#typeName(option), option, true, depth + 1));
      return field === undefined || (field.schema === undefined && field.fields.length === 0) ? [] : [field];
    });
  }

  /** Own ones and those of everything that it is composed of. */
  #properties(place: Place, depth: number, seen: Set<string> = new Set()): readonly FieldModel[] {
    const identity = `${place.uri}#${place.pointer}`;
    if (depth >= deepest || seen.has(identity)) return [];
    seen.add(identity);
    const own = fieldsOf(place.value);
    const required = new Set(textsOf(own.required));
    const fields = new Map<string, FieldModel>();
    for (const [position] of listOf(own.allOf).entries()) {
      const part = this.references.resolve(below(place, 'allOf', String(position)), 'schema');
      if (part === undefined) continue;
      for (const field of this.#properties(part, depth, seen)) fields.set(field.name, field);
    }
    for (const name of Object.keys(fieldsOf(own.properties))) {
      const inner = below(place, 'properties', name);
      const field = this.#counted(() => this.field(name, inner, required.has(name), depth + 1));
      if (field !== undefined) fields.set(name, field);
    }
    // what is composed may be made mandatory afterwards
    return [...fields.values()].map((field) =>
      required.has(field.name) && field.isNullable === true && !Object.hasOwn(field.facts, 'nullable')
        ? { ...field, isNullable: false }
        : field,
    );
  }

  #counted<T>(make: () => T): T | undefined {
    this.#left -= 1;
    return this.#left < 0 ? undefined : make();
  }

  #typeName(place: Place): string {
    const alone = this.#alone(place);
    const target = alone === undefined ? undefined : this.#target(alone);
    if (target !== undefined) return shortName(target);
    const own = fieldsOf(place.value);
    return textOf(own.title) ?? typeName(own, own.properties !== undefined);
  }

  /** What a schema says of itself beside its type. */
  #said(own: Fields): Omit<Content, 'dataType' | 'schema' | 'fields'> {
    const { maxLength, minLength } = own;
    const isNullable = own.nullable === true || own['x-nullable'] === true || typesOf(own, true).includes('null');
    return {
      isNullable,
      description: described(own.description ?? own.title),
      defaultValue: jsonText(own.default),
      fixedValue: jsonText(own.const),
      ...(isCount(maxLength) ? { length: maxLength } : {}),
      ...(isCount(minLength) ? { minimumLength: minLength } : {}),
      facts: defined({
        ...factsOf(own),
        nullable: isNullable ? 'true' : undefined,
        values: Array.isArray(own.enum) ? own.enum.map((value) => jsonText(value) ?? 'null').join(', ') : undefined,
        discriminator: textOf(fieldsOf(own.discriminator).propertyName ?? own.discriminator),
      }),
    };
  }
}

const factNames = [
  'format',
  'pattern',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'readOnly',
  'writeOnly',
  'deprecated',
  'contentMediaType',
  'contentEncoding',
  'collectionFormat',
  'style',
  'explode',
] as const;

function factsOf(own: Fields): Record<string, string | undefined> {
  return Object.fromEntries(
    factNames.map((name) => [name, own[name] === false ? undefined : textOf(own[name])] as const),
  );
}

function typesOf(own: Fields, withNull = false): readonly string[] {
  const types = typeof own.type === 'string' ? [own.type] : textsOf(own.type);
  return withNull ? types : types.filter((type) => type !== 'null');
}

function typeName(own: Fields, hasFields: boolean): string {
  const types = typesOf(own);
  if (types.length > 0) return types.join(' | ');
  if (Array.isArray(own.enum)) return 'enum';
  return hasFields || own.properties !== undefined ? 'object' : 'any';
}

function kindOf(own: Fields, hasFields: boolean): SchemaModel['kind'] {
  if (hasFields) return 'struct';
  if (Array.isArray(own.enum)) return 'enum';
  return own.type === 'object' || own.properties !== undefined || own.allOf !== undefined ? 'struct' : 'plain';
}

function isNull(value: unknown): boolean {
  return isFields(value) && value.type === 'null';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

export function described(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : shortened(text);
}

function jsonText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return shortened(typeof value === 'string' ? value : JSON.stringify(value));
}
