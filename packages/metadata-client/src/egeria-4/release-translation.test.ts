import type { Properties } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differencesOf43 } from './release-differences.js';
import { ReleaseTranslation } from './release-translation.js';

const names = new ReleaseTranslation(standardTypes(), standardTypes('4.3'), differencesOf43);

describe('names of 6.1 in those of 4.3', () => {
  it.each([
    ['IntegrationGroup', { displayName: 'g', description: 'd' }, 'IntegrationGroup', { name: 'g', description: 'd' }],
    ['Connection', { displayName: 'c' }, 'Connection', { displayName: 'c' }],
    ['Endpoint', { displayName: 'e', networkAddress: '/x' }, 'Endpoint', { name: 'e', networkAddress: '/x' }],
    ['Report', { displayName: 'r' }, 'DeployedReport', { name: 'r' }],
    ['TabularFileColumn', { displayName: 'id' }, 'TabularFileColumn', { displayName: 'id' }],
  ])('say %s as %j in words of 4.3', (type, properties, otherType, otherProperties) => {
    const said = names.entity(type, properties);
    expect(said).toEqual({ typeName: otherType, properties: otherProperties });
    expect(names.entityBack(said.typeName, said.properties, [])).toMatchObject({ typeName: type, properties });
  });

  it('keep a type and its properties that 4.3 lacks beside the properties that it has', () => {
    const properties = { qualifiedName: 'q', fileExtension: 'xml', additionalProperties: { mine: '1' } };
    const said = names.entity('XMLFile', properties);
    expect(said).toEqual({
      typeName: 'DataFile',
      properties: {
        qualifiedName: 'q',
        additionalProperties: { mine: '1', 'isthmus.fileExtension': 'xml', 'isthmus.openMetadataType': 'XMLFile' },
      },
    });
    expect(names.entityBack('DataFile', said.properties, [])).toEqual({
      typeName: 'XMLFile',
      properties,
      superTypeNames: ['DataFile', 'DataStore', 'DataAsset', 'Asset', 'Referenceable', 'OpenMetadataRoot'],
    });
  });

  it('do not believe a kept type that would not be written so', () => {
    const lie = { additionalProperties: { 'isthmus.openMetadataType': 'IntegrationGroup' } };
    expect(names.entityBack('DataFile', lie, [])).toMatchObject({ typeName: 'DataFile', properties: {} });
  });

  it('say registrations, with the values of enumerations', () => {
    const properties = {
      permittedSynchronization: 'FROM_THIRD_PARTY',
      metadataCollectionQualifiedName: 'lab:source',
      connectorShutdownDate: 1_700_000_000_000,
      generateConnectorActivityReports: true,
    };
    const said = names.properties('RegisteredIntegrationConnector', properties);
    expect(said).toEqual({
      permittedSynchronization: 'FromThirdParty',
      metadataSourceQualifiedName: 'lab:source',
      stopTime: 1_700_000_000_000,
      generateIntegrationReport: true,
    });
    expect(names.propertiesBack('RegisteredIntegrationConnector', said)).toEqual(properties);
  });

  it('turn relationships round whose ends were exchanged, and refuse those that 4.3 cannot say', () => {
    expect(names.relationshipType('ConnectToEndpoint')).toEqual({ typeName: 'ConnectionEndpoint', swapped: true });
    expect(names.relationshipTypeBack('ConnectionToAsset')).toEqual({ typeName: 'AssetConnection', swapped: true });
    expect(names.relationshipType('NestedFile')).toEqual({ typeName: 'NestedFile', swapped: false });
    expect(() => names.relationshipType('MonitoredResource')).toThrow(
      expect.objectContaining({ code: 'TYPE_UNKNOWN' }),
    );
    expect(() => names.entity('Nonsense', {})).toThrow(expect.objectContaining({ code: 'TYPE_UNKNOWN' }));
    expect(names.hasClassification('DataScope')).toBe(false);
    expect(names.classificationTypeBack('LatestChange')).toBeUndefined();
    expect(names.classificationTypeBack('AssetZoneMembership')).toBe('ZoneMembership');
  });

  it('read what only 4.3 has as the nearest that both have', () => {
    const read = names.entityBack('KafkaTopic', { name: 't', partitions: 3 }, ['Topic', 'DataSet', 'Asset']);
    expect(read).toMatchObject({ typeName: 'KafkaTopic', properties: { displayName: 't', partitions: 3 } });
    expect(read.superTypeNames).toContain('Topic');
  });

  it('lose nothing on the way there and back of any type that keeps additional properties', () => {
    const types = names.here.list('ENTITY_DEF').filter(({ name }) => {
      const texts = names.here.attributes(name).some((attribute) => attribute.name === 'additionalProperties');
      return texts && names.there.attribute(names.entityType(name).typeName, 'additionalProperties') !== undefined;
    });
    const anything = fc.constantFrom(...types).chain(({ name }) => {
      const texts = names.here.attributes(name).filter(({ type }) => type === 'string');
      const values = Object.fromEntries(texts.map((attribute) => [attribute.name, fc.string()]));
      return fc.tuple(fc.constant(name), fc.record(values, { requiredKeys: [] }));
    });
    fc.assert(
      fc.property(anything, ([typeName, record]) => {
        const properties: Properties = JSON.parse(JSON.stringify(record));
        const said = names.entity(typeName, properties);
        expect(names.entityBack(said.typeName, said.properties, [])).toMatchObject({ typeName, properties });
        expect(names.roundTrip(typeName, properties)).toEqual(properties);
      }),
    );
  });
});
