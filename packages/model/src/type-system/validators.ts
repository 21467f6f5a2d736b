import { IsthmusError } from '@isthmus/kernel';
import type { Properties } from '../elements.js';
import type { AttributeType, TypeSystem } from './type-system.js';
import type { AttributeFacts } from './types-document.js';

/**
 * Holds properties against their type.
 *
 * @param whole - the properties are all that the element will have: what must be there must be there
 * @throws PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG, PARAMETER_MISSING
 */
export function checkProperties(types: TypeSystem, typeName: string, properties: Properties, whole: boolean): void {
  for (const [name, value] of Object.entries(properties)) checkProperty(types, typeName, name, value);
  if (whole) for (const attribute of types.attributes(typeName)) checkPresent(typeName, attribute, properties);
}

/** @throws PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG */
export function checkProperty(types: TypeSystem, typeName: string, name: string, value: unknown): void {
  const attribute = types.attribute(typeName, name);
  if (attribute === undefined) throw unknownProperty(types, typeName, name);
  const fault = valueFault(types.attributeType(attribute.type), value);
  if (fault === undefined) return;
  throw new IsthmusError('PROPERTY_TYPE_WRONG', `property ${name} of ${typeName} ${fault}`, {
    details: { typeName, property: name, expected: attribute.type },
    next: `send a value of type ${attribute.type}`,
  });
}

/**
 * Whether a relationship of this type may lead from an element of type `end1Type` to one of `end2Type`.
 *
 * @throws TYPE_UNSUITABLE
 */
export function checkEnds(types: TypeSystem, relationshipType: string, end1Type: string, end2Type: string): void {
  const { end1, end2 } = types.relationship(relationshipType);
  if (types.isSubtypeOf(end1Type, end1.entityType) && types.isSubtypeOf(end2Type, end2.entityType)) return;
  throw new IsthmusError(
    'TYPE_UNSUITABLE',
    `${relationshipType} leads from ${end1.entityType} to ${end2.entityType}, not from ${end1Type} to ${end2Type}`,
    {
      details: { typeName: relationshipType, end1TypeName: end1Type, end2TypeName: end2Type },
      next: 'use elements of these types, or the other relationship type that links them; mind which is end 1',
    },
  );
}

/** Whether an element may have several parents of this kind; of a type that is not known it may. */
export function maySeveralHold(
  types: TypeSystem,
  parent: { readonly relationshipTypeName: string; readonly parentAtEnd1?: boolean },
): boolean {
  const type = types.find(parent.relationshipTypeName);
  if (type?.category !== 'RELATIONSHIP_DEF') return true;
  return (parent.parentAtEnd1 === false ? type.end2 : type.end1).cardinality !== 'AT_MOST_ONE';
}

/** @throws TYPE_UNSUITABLE */
export function checkClassification(types: TypeSystem, classification: string, entityType: string): void {
  if (types.classificationApplies(classification, entityType)) return;
  const valid = types.classification(classification).validEntityTypes;
  throw new IsthmusError('TYPE_UNSUITABLE', `${classification} cannot be attached to ${entityType}`, {
    details: { typeName: classification, elementTypeName: entityType, validEntityTypes: valid },
    next: `attach it to an element of type ${valid.join(', ')}`,
  });
}

/** What is wrong with a plain value of this type, as the end of a sentence; undefined = nothing. */
export function valueFault(type: AttributeType, value: unknown): string | undefined {
  switch (type.kind) {
    case 'primitive':
      return primitiveFault(type.facts.name, value);
    case 'enum':
      if (typeof value === 'string' && type.facts.values.some((known) => known.name === value)) return undefined;
      return `must be one of ${type.facts.values.map((known) => known.name).join(', ')}`;
    case 'array': {
      if (!Array.isArray(value)) return `must be an array (${type.facts.name})`;
      return value.map((item) => primitiveFault(type.element.name, item)).find((fault) => fault !== undefined);
    }
    case 'map': {
      if (!isPlainObject(value)) return `must be a map (${type.facts.name})`;
      return Object.values(value)
        .map((item) => primitiveFault(type.value.name, item))
        .find((fault) => fault !== undefined);
    }
  }
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function primitiveFault(name: string, value: unknown): string | undefined {
  const fits = primitiveChecks[name];
  return fits === undefined || fits(value) ? undefined : `must be ${primitiveWords[name] ?? `of type ${name}`}`;
}

const primitiveChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isJson,
  boolean: (value) => typeof value === 'boolean',
  byte: (value) => isInteger(value, 2 ** 7),
  char: (value) => typeof value === 'string' && value.length === 1,
  short: (value) => isInteger(value, 2 ** 15),
  int: (value) => isInteger(value, 2 ** 31),
  long: (value) => isInteger(value, 2 ** 63),
  biginteger: (value) => isInteger(value, Number.MAX_VALUE),
  float: (value) => typeof value === 'number' && Number.isFinite(value),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  bigdecimal: (value) => typeof value === 'number' && Number.isFinite(value),
  string: (value) => typeof value === 'string',
  date: (value) => isInteger(value, 8.64e15 + 1),
};

const primitiveWords: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  byte: 'an integer of 8 bits',
  char: 'a string of one character',
  short: 'an integer of 16 bits',
  int: 'an integer of 32 bits',
  long: 'an integer of 64 bits',
  float: 'a number',
  double: 'a number',
  string: 'a string',
  date: 'a date in epoch milliseconds',
  object: 'a value that JSON can hold',
};

function isInteger(value: unknown, bound: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -bound && value < bound;
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (isPlainObject(value)) return Object.values(value).every(isJson);
  return typeof value === 'string' || typeof value === 'boolean';
}

function checkPresent(typeName: string, attribute: AttributeFacts, properties: Properties): void {
  if (attribute.cardinality !== 'ONE_ONLY' && attribute.cardinality !== 'AT_LEAST_ONE_UNORDERED') return;
  const value = properties[attribute.name];
  if (value !== undefined && value !== '') return;
  throw new IsthmusError('PARAMETER_MISSING', `${typeName} needs the property ${attribute.name}`, {
    details: { typeName, parameter: attribute.name, property: attribute.name },
    next: `send the property ${attribute.name}`,
  });
}

function unknownProperty(types: TypeSystem, typeName: string, name: string): IsthmusError {
  const lower = name.toLowerCase();
  const near = types.attributes(typeName).find((attribute) => attribute.name.toLowerCase() === lower);
  const hint = near === undefined ? 'correct the property name' : `the property is called ${near.name}`;
  const additional = types.attribute(typeName, 'additionalProperties');
  return new IsthmusError('PROPERTY_UNKNOWN', `${typeName} has no property ${name}`, {
    details: { typeName, property: name },
    next: additional === undefined || near !== undefined ? hint : `${hint}, or put it into additionalProperties`,
  });
}
