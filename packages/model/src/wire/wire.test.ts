import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Properties, PropertyValue } from '../elements.js';
import { standardTypes } from '../type-system/standard-types.js';
import type { AttributeType } from '../type-system/type-system.js';
import { unwrapProperties } from './unwrap-properties.js';
import { wrapProperties } from './wrap-properties.js';

const types = standardTypes();
const string = (value: unknown) => ({
  class: 'PrimitiveTypePropertyValue',
  typeName: 'string',
  primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
  primitiveValue: value,
});

describe('wrapProperties', () => {
  it('writes maps as a real server does, with the derived members', () => {
    expect(
      wrapProperties(types, 'DataFile', { qualifiedName: 'lab:map', additionalProperties: { a: '1', b: '2' } }),
    ).toEqual({
      propertyValueMap: {
        qualifiedName: string('lab:map'),
        additionalProperties: {
          class: 'MapTypePropertyValue',
          typeName: 'map<string,string>',
          mapValues: {
            propertyValueMap: { a: string('1'), b: string('2') },
            propertyCount: 2,
            propertiesAsStrings: { a: '1', b: '2' },
            propertyNames: ['a', 'b'],
          },
          mapElementCount: 2,
        },
      },
      propertyCount: 2,
      propertiesAsStrings: { qualifiedName: 'lab:map', additionalProperties: '{a=1, b=2}' },
      propertyNames: ['qualifiedName', 'additionalProperties'],
    });
  });

  it('writes enums, dates and arrays as a real server does', () => {
    const { propertyValueMap } = wrapProperties(types, 'RegisteredIntegrationConnector', {
      permittedSynchronization: 'FROM_THIRD_PARTY',
      startDate: 4070908800000,
    });
    expect(propertyValueMap).toEqual({
      permittedSynchronization: {
        class: 'EnumTypePropertyValue',
        typeName: 'PermittedSynchronization',
        symbolicName: 'FROM_THIRD_PARTY',
      },
      startDate: {
        class: 'PrimitiveTypePropertyValue',
        typeName: 'date',
        primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_DATE',
        primitiveValue: 4070908800000,
      },
    });
    expect(wrapProperties(types, 'DataFile', { authors: ['x', 'y'] }).propertyValueMap.authors).toEqual({
      class: 'ArrayTypePropertyValue',
      typeName: 'array<string>',
      arrayCount: 2,
      arrayValues: {
        propertyValueMap: { 0: string('x'), 1: string('y') },
        propertyCount: 2,
        propertiesAsStrings: { 0: 'x', 1: 'y' },
        propertyNames: ['0', '1'],
      },
    });
  });

  it('refuses what the type does not have or hold', () => {
    expect(() => wrapProperties(types, 'DataFile', { nope: 1 })).toThrow(
      expect.objectContaining({ code: 'PROPERTY_UNKNOWN' }),
    );
    expect(() => wrapProperties(types, 'DataFile', { displayName: 1 })).toThrow(
      expect.objectContaining({ code: 'PROPERTY_TYPE_WRONG' }),
    );
  });
});

describe('unwrapProperties', () => {
  const one = (value: unknown) => unwrapProperties({ propertyValueMap: { p: value } }).p;
  const primitive = (category: string, primitiveValue: unknown) => ({
    class: 'PrimitiveTypePropertyValue',
    primitiveTypeCategory: `OM_PRIMITIVE_TYPE_${category}`,
    primitiveValue,
  });

  it.each([
    ['no properties at all', undefined],
    ['null', null],
    ['an object without a map', { class: 'NewElementProperties' }],
    ['a null map', { propertyValueMap: null }],
    ['a null value', { propertyValueMap: { p: null } }],
    ['a value without content', { propertyValueMap: { p: primitive('STRING', null) } }],
  ])('takes %s for nothing', (_name, wire) => expect(unwrapProperties(wire)).toEqual({}));

  it.each([
    [primitive('DATE', 1_700_000_000_000), 1_700_000_000_000],
    [primitive('DATE', '1700000000000'), 1_700_000_000_000],
    [primitive('DATE', '2026-11-21T02:13:35.316+00:00'), Date.UTC(2026, 10, 21, 2, 13, 35, 316)],
    [primitive('INT', '7'), 7],
    [primitive('BOOLEAN', 'true'), true],
    [{ typeName: 'date', primitiveValue: '2001-01-01' }, Date.UTC(2001, 0, 1)],
    [{ symbolicName: 'DRAFT' }, 'DRAFT'],
    [{ arrayValues: { propertyValueMap: { 1: string('b'), 0: string('a'), 10: string('c') } } }, ['a', 'b', 'c']],
    [{ class: 'MapTypePropertyValue', mapValues: { propertyValueMap: { k: string('v') } } }, { k: 'v' }],
  ])('reads %j', (wire, value) => expect(one(wire)).toEqual(value));

  it.each([
    ['a bare value', 'text'],
    ['an unknown class', { class: 'Nope', primitiveValue: 1 }],
    ['an object without any member known', {}],
    ['a date that is none', primitive('DATE', 'yesterday')],
    ['a number that is none', primitive('INT', 'seven')],
    ['a blank number', primitive('INT', ' ')],
    ['an object as primitive', primitive('STRING', { a: 1 })],
    ['an array with a name among its positions', { arrayValues: { propertyValueMap: { first: string('a') } } }],
    ['an enum by number', { class: 'EnumTypePropertyValue', symbolicName: 3 }],
  ])('refuses %s', (_name, wire) => {
    expect(() => one(wire)).toThrow(expect.objectContaining({ code: 'PROPERTY_TYPE_WRONG' }));
  });
});

describe('wrapping and unwrapping', () => {
  it('gives back what went in, for every type and over JSON', () => {
    const typeNames = types.list().map((type) => type.name);
    const anything = fc.constantFrom(...typeNames).chain((typeName) => {
      const attributes = types.attributes(typeName);
      const properties = fc.record(
        Object.fromEntries(
          attributes.map((attribute) => [attribute.name, arbitraryOf(types.attributeType(attribute.type))]),
        ),
        { requiredKeys: [] },
      );
      return fc.tuple(
        fc.constant(typeName),
        properties.map((record): Properties => JSON.parse(JSON.stringify(record))),
      );
    });
    fc.assert(
      fc.property(anything, ([typeName, properties]) => {
        const wire = JSON.parse(JSON.stringify(wrapProperties(types, typeName, properties)));
        expect(unwrapProperties(wire)).toEqual(properties);
        expect(wire.propertyCount).toBe(Object.keys(properties).length);
      }),
    );
  });
});

function arbitraryOf(type: AttributeType): fc.Arbitrary<PropertyValue> {
  switch (type.kind) {
    case 'enum':
      return fc.constantFrom(...type.facts.values.map((value) => value.name));
    case 'array':
      return fc.array(primitiveOf(type.element.name), { maxLength: 15 });
    case 'map':
      return fc.dictionary(fc.string(), primitiveOf(type.value.name), { maxKeys: 5 });
    case 'primitive':
      return primitiveOf(type.facts.name);
  }
}

function primitiveOf(name: string): fc.Arbitrary<PropertyValue> {
  switch (name) {
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'long':
    case 'date':
      return fc.integer({ min: 0, max: 4_102_444_800_000 });
    case 'float':
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'object':
      return fc.letrec<{ value: PropertyValue }>((tie) => ({
        value: fc.oneof(
          { maxDepth: 2 },
          fc.string(),
          fc.boolean(),
          fc.integer(),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
        ),
      })).value;
    default:
      return fc.string();
  }
}
