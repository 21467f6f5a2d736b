import { standardTypes } from '@isthmus/model/standard-types';
import { describe, expect, it } from '@jest/globals';
import { standardNames } from './release-names.js';

const names = standardNames();
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return Object(error).code;
  }
  return undefined;
};

describe('the names of 4.3', () => {
  it('find the type that is the same in 6.1, by GUID or by what replaced it', () => {
    expect(names.newerType('DataFile').name).toBe('DataFile');
    expect(names.newerType('DeployedReport').name).toBe('Report');
    expect(names.newerType('SoftwareServerCapability').name).toBe('SoftwareCapability');
    expect(codeOf(() => names.newerType('KafkaTopic'))).toBe('TYPE_UNKNOWN');
    expect(codeOf(() => names.newerType('NoSuchType'))).toBe('TYPE_UNKNOWN');
  });

  it('do not take a type for another one that only has the same name', () => {
    expect(names.newerType('GovernanceAction').name).toBe('EngineAction');
    expect(codeOf(() => names.newerType('CloudService'))).toBe('TYPE_UNKNOWN');
  });

  it.each([
    ['ConnectionToAsset', 'AssetConnection', true],
    ['ConnectionEndpoint', 'ConnectToEndpoint', true],
    ['AssetLocation', 'KnownLocation', true],
    ['PersonRoleAppointment', 'PersonRoleAppointment', true],
    ['DataContentForDataSet', 'DataSetContent', true],
    ['RelatedIntegrationReport', 'ReportSubject', false],
    ['Synonym', 'Synonym', false],
    ['NestedFile', 'NestedFile', false],
    ['FolderHierarchy', 'FolderHierarchy', false],
    ['RegisteredIntegrationConnector', 'RegisteredIntegrationConnector', false],
  ])('know that %s is %s, and whether its ends are exchanged: %p', (older, name, swapsEnds) => {
    expect(names.newerType(older)).toEqual({ name, swapsEnds });
    expect(names.olderType(name)).toEqual({ name: older, swapsEnds });
  });

  it('call an entity of 6.1 that 4.3 does not have by its nearest supertype there', () => {
    expect(names.olderType('SoftwareCapability').name).toBe('SoftwareCapability');
    expect(names.olderType('DataAsset').name).toBe('Asset');
  });

  it('lead every type that both have there and back', () => {
    for (const { name } of standardTypes('4.3').list()) {
      if (codeOf(() => names.newerType(name)) !== undefined) continue;
      const newer = names.newerType(name).name;
      expect(names.newerType(names.olderType(newer).name).name).toBe(newer);
    }
  });

  it('carry properties over, with the symbols of enums, and back', () => {
    const older = {
      connectorName: 'c',
      stopTime: 1_700_000_000_000,
      permittedSynchronization: 'FromThirdParty',
      generateIntegrationReport: true,
    };
    const newer = {
      connectorName: 'c',
      connectorShutdownDate: 1_700_000_000_000,
      permittedSynchronization: 'FROM_THIRD_PARTY',
      generateConnectorActivityReports: true,
    };
    expect(names.newerProperties('RegisteredIntegrationConnector', older)).toEqual(newer);
    expect(names.olderProperties('RegisteredIntegrationConnector', newer)).toEqual(older);
    expect(names.newerProperties('DataFile', { name: 'a.csv' })).toEqual({ displayName: 'a.csv' });
    expect(names.olderProperties('DataFile', { displayName: 'a.csv', fileExtension: 'csv' })).toEqual({
      name: 'a.csv',
    });
  });

  it('refuse a property that has no place any more rather than lose it', () => {
    expect(codeOf(() => names.newerProperties('DataFile', { owner: 'erin' }))).toBe('PROPERTY_UNKNOWN');
    expect(codeOf(() => names.newerProperties('DataFile', { nope: 'x' }))).toBe('PROPERTY_UNKNOWN');
  });
});
