import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue } from '../elements.js';
import { isPlainObject } from '../type-system/validators.js';

/**
 * Plain properties out of Egeria's wrapped ones. Lenient where real clients differ: the markers `class` of the map
 * itself, derived members, dates as epoch milliseconds or ISO 8601, numbers as strings, no map at all. Null values
 * count as absent. Whether the values fit their type is checked by whoever knows the type.
 *
 * @throws PROPERTY_TYPE_WRONG when a value is not wrapped or its wrapping makes no sense
 */
export function unwrapProperties(wire: unknown): Properties {
  if (wire === undefined || wire === null) return {};
  if (!isPlainObject(wire)) throw wrong('properties', 'must be an object with a propertyValueMap');
  const map = wire.propertyValueMap;
  if (map === undefined || map === null) return {};
  if (!isPlainObject(map)) throw wrong('propertyValueMap', 'must be an object');
  return unwrapMap(map);
}

/** One wrapped value; undefined for null and for a value without content. @throws PROPERTY_TYPE_WRONG */
export function unwrapValue(wire: unknown, property: string): PropertyValue | undefined {
  if (wire === undefined || wire === null) return undefined;
  if (!isPlainObject(wire)) throw wrong(property, 'must be a wrapped value with a class');
  switch (kindOf(wire)) {
    case 'PrimitiveTypePropertyValue':
      return unwrapPrimitive(wire, property);
    case 'EnumTypePropertyValue':
      return text(wire.symbolicName, property, 'symbolicName');
    case 'ArrayTypePropertyValue':
      return unwrapArray(unwrapProperties(wire.arrayValues), property);
    case 'MapTypePropertyValue':
      return unwrapProperties(wire.mapValues);
    case 'StructTypePropertyValue':
      return unwrapProperties(wire.attributes);
    default:
      throw wrong(property, `has the unknown class ${String(wire.class)}`);
  }
}

function unwrapMap(map: Readonly<Record<string, unknown>>): Properties {
  const entries: [string, PropertyValue][] = [];
  for (const [name, value] of Object.entries(map)) {
    const plain = unwrapValue(value, name);
    if (plain !== undefined) entries.push([name, plain]);
  }
  return Object.fromEntries(entries);
}

/** Some clients leave the class out; then the members tell. */
function kindOf(wire: Readonly<Record<string, unknown>>): unknown {
  if (wire.class !== undefined) return wire.class;
  if ('primitiveValue' in wire) return 'PrimitiveTypePropertyValue';
  if ('symbolicName' in wire) return 'EnumTypePropertyValue';
  if ('arrayValues' in wire) return 'ArrayTypePropertyValue';
  if ('mapValues' in wire) return 'MapTypePropertyValue';
  return undefined;
}

function unwrapPrimitive(wire: Readonly<Record<string, unknown>>, property: string): PropertyValue | undefined {
  const value = wire.primitiveValue;
  if (value === undefined || value === null) return undefined;
  const category = String(wire.primitiveTypeCategory ?? `OM_PRIMITIVE_TYPE_${String(wire.typeName).toUpperCase()}`);
  if (category === 'OM_PRIMITIVE_TYPE_DATE') return unwrapDate(value, property);
  if (typeof value === 'string' && numeric.has(category)) return unwrapNumber(value, property);
  if (category === 'OM_PRIMITIVE_TYPE_BOOLEAN' && typeof value !== 'boolean') {
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong(property, 'must be true or false');
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw wrong(property, 'has a primitiveValue that is no string, number or boolean');
}

const numeric: ReadonlySet<string> = new Set(
  ['BYTE', 'SHORT', 'INT', 'LONG', 'FLOAT', 'DOUBLE', 'BIGINTEGER', 'BIGDECIMAL'].map(
    (name) => `OM_PRIMITIVE_TYPE_${name}`,
  ),
);

function unwrapNumber(value: string, property: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) throw wrong(property, `must be a number, not ${JSON.stringify(value)}`);
  return number;
}

/** Epoch milliseconds of a date in any of the forms that Egeria's clients send. @throws PROPERTY_TYPE_WRONG */
export function unwrapDate(value: unknown, property: string): number {
  const time = typeof value === 'number' ? value : parseDate(value);
  if (Number.isInteger(time)) return time;
  throw wrong(property, 'must be a date: epoch milliseconds or ISO 8601');
}

function parseDate(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN;
  if (/^-?\d+$/.test(value)) return Number(value);
  return /^[+-]?\d{4,6}-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
}

/** Values of an array are keyed by their position. */
function unwrapArray(values: Properties, property: string): readonly PropertyValue[] {
  const items = Object.entries(values).map(([key, value]) => ({ position: Number(key), value }));
  if (items.some(({ position }) => !Number.isInteger(position) || position < 0))
    throw wrong(property, 'has an array whose keys are not positions');
  return items.sort((one, other) => one.position - other.position).map(({ value }) => value);
}

function text(value: unknown, property: string, member: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(property, `has a ${member} that is no string`);
}

function wrong(property: string, fault: string): IsthmusError {
  return new IsthmusError('PROPERTY_TYPE_WRONG', `${property} ${fault}`, {
    details: { property },
    next: 'wrap each value, for example {"class":"PrimitiveTypePropertyValue","typeName":"string","primitiveTypeCategory":"OM_PRIMITIVE_TYPE_STRING","primitiveValue":"text"}',
  });
}
