import { describe, expect, it } from '@jest/globals';
import { standardTypes } from './standard-types.js';
import { TypeSystem } from './type-system.js';
import { checkClassification, checkEnds, checkProperties } from './validators.js';

const types = standardTypes();
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return Object(error).code;
  }
  return undefined;
};

describe('TypeSystem', () => {
  it('holds the types of 6.1', () => {
    expect(types.release).toBe('6.1');
    expect(types.list('ENTITY_DEF')).toHaveLength(340);
    expect(types.list('RELATIONSHIP_DEF')).toHaveLength(196);
    expect(types.list('CLASSIFICATION_DEF')).toHaveLength(84);
    expect(types.listAttributeTypes()).toHaveLength(13 + 9 + 28);
  });

  it('finds every type by its name and its GUID', () => {
    for (const type of types.list()) {
      expect(types.find(type.name)).toBe(type);
      expect(types.findByGuid(type.guid)).toBe(type);
    }
    for (const type of types.listAttributeTypes()) {
      expect(types.findAttributeType(type.facts.name)).toBe(type);
      expect(types.findAttributeTypeByGuid(type.facts.guid)).toBe(type);
    }
  });

  it('names supertypes nearest first, and subtypes of any depth', () => {
    expect(types.superTypes('DataFile')).toEqual([
      'DataStore',
      'DataAsset',
      'Asset',
      'Referenceable',
      'OpenMetadataRoot',
    ]);
    expect(types.subtypes('Asset')).toEqual(expect.arrayContaining(['DataFile', 'CSVFile', 'IntegrationConnector']));
    expect(types.subtypes('CSVFile')).toEqual([]);
    expect(types.isSubtypeOf('CSVFile', 'Asset')).toBe(true);
    expect(types.isSubtypeOf('Asset', 'CSVFile')).toBe(false);
  });

  it('agrees with itself: a subtype has the ancestor among its supertypes, and its attributes', () => {
    for (const { name } of types.list()) {
      for (const below of types.subtypes(name)) {
        expect(types.superTypes(below)).toContain(name);
        const inherited = new Set(types.attributes(below).map((attribute) => attribute.name));
        for (const attribute of types.attributes(name)) expect(inherited).toContain(attribute.name);
      }
    }
  });

  it('knows attributes with their types', () => {
    expect(types.attribute('CSVFile', 'qualifiedName')).toMatchObject({
      type: 'string',
      unique: true,
      cardinality: 'ONE_ONLY',
    });
    expect(types.attribute('CSVFile', 'nope')).toBeUndefined();
    expect(types.attributeType('map<string,long>')).toMatchObject({ kind: 'map', value: { name: 'long' } });
    expect(types.enumValues('PermittedSynchronization')).toEqual([
      'BOTH_DIRECTIONS',
      'TO_THIRD_PARTY',
      'FROM_THIRD_PARTY',
      'OTHER',
    ]);
  });

  it('knows where classifications and relationships belong', () => {
    expect(types.classificationApplies('Anchors', 'DataFile')).toBe(true);
    expect(types.classificationApplies('PrimaryKey', 'DataFile')).toBe(false);
    const file = types.relationshipsOf('DataFile').map(({ type, end }) => `${type.name} ${end}`);
    expect(file).toEqual(expect.arrayContaining(['NestedFile 2', 'DataFlow 1', 'DataFlow 2']));
    expect(file).not.toContain('NestedFile 1');
    expect(types.domain('DataFile')).toBe('Asset');
    expect(types.domain('IntegrationGroup')).toBe('SoftwareCapability');
    expect(types.domain('TabularColumn')).toBe('SchemaElement');
    expect(types.domain('Connection')).toBe('Connection');
  });

  it('refuses unknown names and the wrong category', () => {
    expect(codeOf(() => types.get('Nope'))).toBe('TYPE_UNKNOWN');
    expect(codeOf(() => types.isSubtypeOf('DataFile', 'Nope'))).toBe('TYPE_UNKNOWN');
    expect(codeOf(() => types.entity('NestedFile'))).toBe('TYPE_UNSUITABLE');
    expect(codeOf(() => types.relationship('DataFile'))).toBe('TYPE_UNSUITABLE');
    expect(codeOf(() => types.classification('DataFile'))).toBe('TYPE_UNSUITABLE');
  });

  it('refuses a document that refers to what it does not define', () => {
    const broken = { name: 'A', guid: 'a', superType: 'B', attributes: [] };
    const document = {
      release: 'x',
      primitives: [],
      collections: [],
      enums: [],
      entities: [broken],
      relationships: [],
      classifications: [],
    };
    expect(codeOf(() => new TypeSystem(document))).toBe('TYPE_UNKNOWN');
  });
});

describe('the validators', () => {
  const check = (properties: Record<string, never>, whole = false) =>
    codeOf(() => checkProperties(types, 'DataFile', properties, whole));

  it.each([
    [{ displayName: 'x' }, undefined],
    [{ displayName: 5 }, 'PROPERTY_TYPE_WRONG'],
    [{ displayName: null }, 'PROPERTY_TYPE_WRONG'],
    [{ nope: 'x' }, 'PROPERTY_UNKNOWN'],
    [{ storeCreateTime: 1_700_000_000_000 }, undefined],
    [{ storeCreateTime: '2026-01-01' }, 'PROPERTY_TYPE_WRONG'],
    [{ storeCreateTime: 1.5 }, 'PROPERTY_TYPE_WRONG'],
    [{ additionalProperties: { a: 'b' } }, undefined],
    [{ additionalProperties: { a: 1 } }, 'PROPERTY_TYPE_WRONG'],
    [{ additionalProperties: ['a'] }, 'PROPERTY_TYPE_WRONG'],
    [{ authors: ['a', 'b'] }, undefined],
    [{ authors: 'a' }, 'PROPERTY_TYPE_WRONG'],
    [{ authors: [1] }, 'PROPERTY_TYPE_WRONG'],
    [{ contentStatus: 'DRAFT' }, undefined],
    [{ contentStatus: 'draft' }, 'PROPERTY_TYPE_WRONG'],
  ])('hold %j against DataFile', (properties, code) => expect(check(Object(properties))).toBe(code));

  it.each([
    [2 ** 31 - 1, undefined],
    [2 ** 31, 'PROPERTY_TYPE_WRONG'],
    [-(2 ** 31), undefined],
    [0.5, 'PROPERTY_TYPE_WRONG'],
    [Number.NaN, 'PROPERTY_TYPE_WRONG'],
    ['1', 'PROPERTY_TYPE_WRONG'],
  ])('hold the int %p to its bounds', (length, code) =>
    expect(codeOf(() => checkProperties(types, 'TabularColumn', Object({ length }), false))).toBe(code));

  it('ask for what must be there, only when the properties are all there is', () => {
    expect(check({})).toBeUndefined();
    expect(check({}, true)).toBe('PARAMETER_MISSING');
    expect(check(Object({ qualifiedName: '' }), true)).toBe('PARAMETER_MISSING');
    expect(check(Object({ qualifiedName: 'x' }), true)).toBeUndefined();
  });

  it('name the property, the type and the next step', () => {
    expect(() => checkProperties(types, 'DataFile', { displayname: 'x' }, false)).toThrow(
      expect.objectContaining({
        message: 'DataFile has no property displayname',
        next: 'the property is called displayName',
        details: { typeName: 'DataFile', property: 'displayname' },
      }),
    );
  });

  it('hold ends and classifications against their types, subtypes included', () => {
    expect(codeOf(() => checkEnds(types, 'NestedFile', 'FileFolder', 'CSVFile'))).toBeUndefined();
    expect(codeOf(() => checkEnds(types, 'NestedFile', 'CSVFile', 'FileFolder'))).toBe('TYPE_UNSUITABLE');
    expect(codeOf(() => checkClassification(types, 'Confidentiality', 'CSVFile'))).toBeUndefined();
    expect(codeOf(() => checkClassification(types, 'PrimaryKey', 'CSVFile'))).toBe('TYPE_UNSUITABLE');
  });
});
