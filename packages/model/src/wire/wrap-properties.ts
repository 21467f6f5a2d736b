import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue } from '../elements.js';
import type { AttributeType, TypeSystem } from '../type-system/type-system.js';
import { isPlainObject, valueFault } from '../type-system/validators.js';
import type { WireProperties, WirePropertyValue } from './wire-properties.js';

/**
 * Plain properties of an element, relationship or classification as a real server sends them, with the derived
 * members (`propertyCount`, `propertyNames`, `propertiesAsStrings`).
 *
 * @throws TYPE_UNKNOWN, PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG
 */
export function wrapProperties(types: TypeSystem, typeName: string, properties: Properties): WireProperties {
  const wrapped: [string, WirePropertyValue][] = [];
  for (const [name, value] of Object.entries(properties)) {
    const attribute = types.attribute(typeName, name);
    if (attribute === undefined) {
      throw new IsthmusError('PROPERTY_UNKNOWN', `${typeName} has no property ${name}`, {
        details: { typeName, property: name },
      });
    }
    wrapped.push([name, wrapValue(types.attributeType(attribute.type), value, name)]);
  }
  return collect(wrapped);
}

/** One value of a known attribute type. `property` names it in errors. @throws PROPERTY_TYPE_WRONG */
export function wrapValue(type: AttributeType, value: PropertyValue, property: string): WirePropertyValue {
  const fault = valueFault(type, value);
  if (fault !== undefined) {
    throw new IsthmusError('PROPERTY_TYPE_WRONG', `property ${property} ${fault}`, {
      details: { property, expected: type.facts.name },
    });
  }
  switch (type.kind) {
    case 'enum':
      return { class: 'EnumTypePropertyValue', typeName: type.facts.name, symbolicName: String(value) };
    case 'array': {
      const items = isArray(value) ? value : [];
      return wrapArray(type.facts.name, items, (item) => wrapPrimitive(type.element, item));
    }
    case 'map':
      return wrapMap(type.facts.name, isMap(value) ? value : {}, (item) => wrapPrimitive(type.value, item));
    case 'primitive':
      return wrapPrimitive(type.facts, value);
  }
}

/** A value whose type nothing tells, as values of `map<string,object>`: the type follows from the value. */
export function wrapUntyped(value: PropertyValue): WirePropertyValue {
  if (isArray(value)) return wrapArray('array<object>', value, wrapUntyped);
  if (isMap(value)) return wrapMap('map<string,object>', value, wrapUntyped);
  if (typeof value === 'boolean') return primitive('boolean', value);
  if (typeof value === 'string') return primitive('string', value);
  if (!Number.isInteger(value)) return primitive('double', value);
  return primitive(Math.abs(value) < 2 ** 31 ? 'int' : 'long', value);
}

function wrapPrimitive(
  facts: { readonly name: string; readonly category: string },
  value: PropertyValue,
): WirePropertyValue {
  if (facts.name === 'object' || isArray(value) || isMap(value)) return wrapUntyped(value);
  return {
    class: 'PrimitiveTypePropertyValue',
    typeName: facts.name,
    primitiveTypeCategory: facts.category,
    primitiveValue: value,
  };
}

function primitive(typeName: string, value: string | number | boolean): WirePropertyValue {
  return {
    class: 'PrimitiveTypePropertyValue',
    typeName,
    primitiveTypeCategory: `OM_PRIMITIVE_TYPE_${typeName.toUpperCase()}`,
    primitiveValue: value,
  };
}

function wrapArray(
  typeName: string,
  items: readonly PropertyValue[],
  wrap: (item: PropertyValue) => WirePropertyValue,
): WirePropertyValue {
  return {
    class: 'ArrayTypePropertyValue',
    typeName,
    arrayCount: items.length,
    arrayValues: collect(items.map((item, index) => [String(index), wrap(item)])),
  };
}

function wrapMap(
  typeName: string,
  map: Readonly<Record<string, PropertyValue>>,
  wrap: (item: PropertyValue) => WirePropertyValue,
): WirePropertyValue {
  const entries = Object.entries(map);
  return {
    class: 'MapTypePropertyValue',
    typeName,
    mapValues: collect(entries.map(([key, item]) => [key, wrap(item)])),
    mapElementCount: entries.length,
  };
}

function collect(entries: readonly (readonly [string, WirePropertyValue])[]): WireProperties {
  return {
    propertyValueMap: ownProperties(entries),
    propertyCount: entries.length,
    propertiesAsStrings: ownProperties(entries.map(([name, value]) => [name, wireAsString(value)])),
    propertyNames: entries.map(([name]) => name),
  };
}

/** `Object.fromEntries` defines own members, so that a key like `__proto__` stays data. */
function ownProperties<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}

/** How Java prints the value: `{a=1, b=2}`, `[x, y]`. */
function wireAsString(value: WirePropertyValue): string {
  switch (value.class) {
    case 'PrimitiveTypePropertyValue':
      return String(value.primitiveValue);
    case 'EnumTypePropertyValue':
      return value.symbolicName;
    case 'ArrayTypePropertyValue':
      return `[${Object.values(value.arrayValues.propertyValueMap).map(wireAsString).join(', ')}]`;
    case 'MapTypePropertyValue':
      return `{${Object.entries(value.mapValues.propertyValueMap)
        .map(([key, item]) => `${key}=${wireAsString(item)}`)
        .join(', ')}}`;
  }
}

function isArray(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

function isMap(value: PropertyValue): value is Readonly<Record<string, PropertyValue>> {
  return isPlainObject(value);
}
