/** A member of a bean of 4.3 and the stored property that it shows. */
export interface BeanMember {
  readonly member: string;
  readonly property: string;
  /** Default `text`. */
  readonly kind?: 'text' | 'flag' | 'integer' | 'date' | 'texts' | 'textMap' | 'map' | 'direction';
}

/** Of several lines for one member, or for one property, the first counts that has a value. */
export type BeanMembers = readonly BeanMember[];

const referenceable: BeanMembers = [
  { member: 'qualifiedName', property: 'qualifiedName' },
  { member: 'additionalProperties', property: 'additionalProperties', kind: 'textMap' },
];
const described: BeanMembers = [
  { member: 'displayName', property: 'displayName' },
  { member: 'description', property: 'description' },
];

export const groupMembers: BeanMembers = [
  ...referenceable,
  ...described,
  { member: 'typeDescription', property: 'deployedImplementationType' },
  { member: 'version', property: 'versionIdentifier' },
  { member: 'patchLevel', property: 'patchLevel' },
  { member: 'source', property: 'source' },
];

export const connectorMembers: BeanMembers = [
  ...referenceable,
  ...described,
  // What 5.3 calls it; those of 4.3 pass over it.
  { member: 'name', property: 'displayName' },
  { member: 'versionIdentifier', property: 'versionIdentifier' },
  { member: 'usesBlockingCalls', property: 'usesBlockingCalls', kind: 'flag' },
];

export const registrationMembers: BeanMembers = [
  { member: 'connectorName', property: 'connectorName' },
  { member: 'connectorUserId', property: 'connectorUserId' },
  // What daemons of 6.1 read; the other is what its own name says and what some tools write.
  { member: 'metadataSourceQualifiedName', property: 'metadataCollectionQualifiedName' },
  { member: 'metadataSourceQualifiedName', property: 'metadataSourceQualifiedName' },
  { member: 'startDate', property: 'startDate', kind: 'date' },
  { member: 'stopDate', property: 'connectorShutdownDate', kind: 'date' },
  { member: 'refreshTimeInterval', property: 'refreshTimeInterval', kind: 'integer' },
  { member: 'permittedSynchronization', property: 'permittedSynchronization', kind: 'direction' },
  { member: 'generateIntegrationReports', property: 'generateConnectorActivityReports', kind: 'flag' },
];

export const connectionMembers: BeanMembers = [
  ...referenceable,
  ...described,
  { member: 'userId', property: 'userId' },
  { member: 'clearPassword', property: 'clearPassword' },
  { member: 'encryptedPassword', property: 'encryptedPassword' },
  { member: 'configurationProperties', property: 'configurationProperties', kind: 'map' },
  { member: 'securedProperties', property: 'securedProperties', kind: 'textMap' },
];

export const endpointMembers: BeanMembers = [
  ...referenceable,
  ...described,
  { member: 'address', property: 'networkAddress' },
  { member: 'protocol', property: 'protocol' },
  { member: 'encryptionMethod', property: 'encryptionMethod' },
];

export const connectorTypeMembers: BeanMembers = [
  ...referenceable,
  ...described,
  { member: 'supportedAssetTypeName', property: 'supportedAssetTypeName' },
  { member: 'expectedDataFormat', property: 'expectedDataFormat' },
  { member: 'connectorProviderClassName', property: 'connectorProviderClassName' },
  { member: 'connectorFrameworkName', property: 'connectorFrameworkName' },
  { member: 'connectorInterfaceLanguage', property: 'connectorInterfaceLanguage' },
  { member: 'connectorInterfaces', property: 'connectorInterfaces', kind: 'texts' },
  { member: 'targetTechnologySource', property: 'targetTechnologySource' },
  { member: 'targetTechnologyName', property: 'targetTechnologyName' },
  { member: 'targetTechnologyInterfaces', property: 'targetTechnologyInterfaces', kind: 'texts' },
  { member: 'targetTechnologyVersions', property: 'targetTechnologyVersions', kind: 'texts' },
  { member: 'recognizedAdditionalProperties', property: 'recognizedAdditionalProperties', kind: 'texts' },
  { member: 'recognizedConfigurationProperties', property: 'recognizedConfigurationProperties', kind: 'texts' },
  { member: 'recognizedSecuredProperties', property: 'recognizedSecuredProperties', kind: 'texts' },
];

export const embeddedMembers: BeanMembers = [
  { member: 'position', property: 'position', kind: 'integer' },
  { member: 'displayName', property: 'displayName' },
  { member: 'arguments', property: 'arguments', kind: 'map' },
];

export const catalogTargetMembers: BeanMembers = [
  { member: 'catalogTargetName', property: 'catalogTargetName' },
  { member: 'metadataSourceQualifiedName', property: 'metadataSourceQualifiedName' },
  { member: 'connectionName', property: 'connectionName' },
  { member: 'configurationProperties', property: 'configurationProperties', kind: 'map' },
  { member: 'templateProperties', property: 'templates', kind: 'textMap' },
  { member: 'permittedSynchronization', property: 'permittedSynchronization', kind: 'direction' },
];

export const validValueMembers: BeanMembers = [
  ...described,
  { member: 'usage', property: 'usage' },
  { member: 'scope', property: 'scope' },
  { member: 'preferredValue', property: 'preferredValue' },
  { member: 'additionalProperties', property: 'additionalProperties', kind: 'textMap' },
];

export const incidentMembers: BeanMembers = [
  ...referenceable,
  { member: 'domainIdentifier', property: 'domainIdentifier', kind: 'integer' },
  { member: 'background', property: 'background' },
  { member: 'incidentClassifiers', property: 'incidentClassifiers', kind: 'map' },
];

export const toDoMembers: BeanMembers = [
  ...referenceable,
  { member: 'title', property: 'displayName' },
  { member: 'instructions', property: 'description' },
  { member: 'category', property: 'category' },
  { member: 'priority', property: 'priority', kind: 'integer' },
  { member: 'dueDate', property: 'dueTime', kind: 'date' },
];

const assetMembers: BeanMembers = [
  ...referenceable,
  { member: 'displayName', property: 'displayName' },
  { member: 'name', property: 'resourceName' },
  // what the asset is called besides, where its own name says nothing
  { member: 'name', property: 'displayName' },
  { member: 'description', property: 'description' },
  { member: 'versionIdentifier', property: 'versionIdentifier' },
  { member: 'pathName', property: 'pathName' },
];

export const folderMembers: BeanMembers = assetMembers;

export const dataFileMembers: BeanMembers = [
  ...assetMembers,
  { member: 'fileName', property: 'fileName' },
  { member: 'fileType', property: 'fileType' },
  { member: 'fileExtension', property: 'fileExtension' },
];
