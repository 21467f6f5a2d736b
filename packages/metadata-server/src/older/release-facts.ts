/** Types of 4.3 that were replaced in 6.1 by one with another GUID and the same meaning. */
export const newerTypes: Readonly<Record<string, string>> = {
  SoftwareServerCapability: 'SoftwareCapability',
  ConnectionToAsset: 'AssetConnection',
  ConnectionEndpoint: 'ConnectToEndpoint',
  AssetZoneMembership: 'ZoneMembership',
  AssetOwnership: 'Ownership',
  AssetOrigin: 'DigitalResourceOrigin',
  DataStoreEncoding: 'DataAssetEncoding',
  DataContentForDataSet: 'DataSetContent',
  IncidentOriginator: 'ReportOriginator',
  IncidentDependency: 'ReportDependency',
  RelatedIntegrationReport: 'ReportSubject',
  PersonalContribution: 'Contribution',
};

/** 6.1's names of 4.3's properties, the likeliest first; for types of 6.1 that lack the old name. */
export const newerPropertyNames: Readonly<Record<string, readonly string[]>> = {
  name: ['displayName'],
  title: ['displayName'],
  tagName: ['displayName'],
  zoneName: ['displayName'],
  dataFieldName: ['displayName'],
  keyword: ['displayName'],
  tagDescription: ['description'],
  dataFieldDescription: ['description'],
  summary: ['description'],
  text: ['description'],
  version: ['versionIdentifier'],
  versionNumber: ['versionIdentifier'],
  schemaVersion: ['versionIdentifier'],
  capabilityVersion: ['versionIdentifier'],
  serverVersion: ['versionIdentifier'],
  platformVersion: ['versionIdentifier'],
  databaseVersion: ['versionIdentifier'],
  referenceVersion: ['versionIdentifier'],
  currentVersion: ['versionIdentifier'],
  type: ['deployedImplementationType'],
  capabilityType: ['category'],
  instance: ['databaseInstance'],
  id: ['identifier'],
  createTime: ['storeCreateTime'],
  modifiedTime: ['storeUpdateTime'],
  sourceCreateTime: ['resourceCreateTime'],
  sourceUpdateTime: ['resourceUpdateTime'],
  startDate: ['startTime', 'plannedStartDate'],
  plannedEndDate: ['plannedCompletionDate'],
  completionDate: ['completionTime'],
  timeZone: ['timezone'],
  status: ['membershipStatus', 'termRelationshipStatus', 'termAssignmentStatus'],
  levelIdentifier: ['confidenceLevel', 'confidentialityLevel', 'criticalityLevel'],
  basisIdentifier: ['retentionBasis'],
  severityIdentifier: ['severityLevel'],
  severityLevelIdentifier: ['severityLevel'],
  groups: ['securityGroups'],
  qualifiedName: ['label'],
  stopTime: ['connectorShutdownDate'],
  generateIntegrationReport: ['generateConnectorActivityReports'],
};

/** The same of single types, by 6.1's name, where the general rule would be wrong. */
export const newerPropertiesOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ExternalId: { identifier: 'key' },
  DataAssetEncoding: {
    encoding: 'encodingType',
    language: 'encodingLanguage',
    description: 'encodingDescription',
    properties: 'encodingProperties',
  },
};

/** Versions of types of 4.3 that were changed since they were made; all others are at 1. */
export const olderTypeVersions: Readonly<Record<string, number>> = {
  Anchors: 2,
  Confidentiality: 3,
  ConnectorType: 2,
  DataFile: 2,
  FileSystem: 2,
};
