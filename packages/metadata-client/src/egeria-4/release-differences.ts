/**
 * What one release calls otherwise than 6.1, as far as the type systems do not tell it themselves: types of one GUID and
 * attributes of one name are the same in both.
 */
export interface ReleaseDifferences {
  /** By 6.1's name. `swapped`: what lies at end 1 in 6.1 lies at end 2 there. */
  readonly relationships: Readonly<Record<string, { readonly typeName: string; readonly swapped?: true }>>;
  /** By 6.1's name. */
  readonly classifications: Readonly<Record<string, string>>;
  /** Attributes of 6.1, with what they may be called in a type that has not the name itself; the first that it has counts. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Attributes of single types of 6.1, where the general rule would be wrong; undefined: the other release has none. */
  readonly attributesOf: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>;
  /** Values of enums of 6.1 that are called otherwise there by more than their writing. */
  readonly symbols: Readonly<Record<string, string>>;
  /** Classifications that the other release writes by itself and that say nothing about the element. */
  readonly ownClassifications: readonly string[];
}

/** From the definitions of both releases; ends were compared one by one where their types differ. */
export const differencesOf43: ReleaseDifferences = {
  relationships: {
    AssetConnection: { typeName: 'ConnectionToAsset', swapped: true },
    ConnectToEndpoint: { typeName: 'ConnectionEndpoint', swapped: true },
    KnownLocation: { typeName: 'AssetLocation', swapped: true },
    PersonRoleAppointment: { typeName: 'PersonRoleAppointment', swapped: true },
    MetadataCohortPeer: { typeName: 'MetadataCohortPeer', swapped: true },
    GovernedBy: { typeName: 'GovernedBy', swapped: true },
    DataSetContent: { typeName: 'DataContentForDataSet', swapped: true },
    // Of incidents and of what connectors did: 4.3 has links for these reports alone.
    ReportOriginator: { typeName: 'IncidentOriginator' },
    ReportDependency: { typeName: 'IncidentDependency' },
    ReportSubject: { typeName: 'RelatedIntegrationReport' },
    Contribution: { typeName: 'PersonalContribution' },
  },
  classifications: {
    ZoneMembership: 'AssetZoneMembership',
    DigitalResourceOrigin: 'AssetOrigin',
    DataAssetEncoding: 'DataStoreEncoding',
  },
  attributes: {
    displayName: ['name', 'title', 'dataFieldName', 'tagName', 'keyword'],
    description: ['dataFieldDescription', 'tagDescription'],
    versionIdentifier: [
      'capabilityVersion',
      'versionNumber',
      'schemaVersion',
      'databaseVersion',
      'serverVersion',
      'platformVersion',
      'referenceVersion',
      'currentVersion',
    ],
    deployedImplementationType: ['capabilityType'],
    databaseInstance: ['instance'],
    startTime: ['startDate'],
    completionTime: ['completionDate'],
    timezone: ['timeZone'],
    plannedStartDate: ['startDate'],
    plannedCompletionDate: ['plannedEndDate'],
    resourceProperties: ['dataSourceProperties'],
    resourceCreateTime: ['sourceCreateTime'],
    resourceUpdateTime: ['sourceUpdateTime'],
    encodingType: ['encoding'],
    encodingLanguage: ['language'],
    encodingDescription: ['description'],
    encodingProperties: ['properties'],
    membershipStatus: ['status'],
    termRelationshipStatus: ['status'],
    termAssignmentStatus: ['status'],
    // By it several links of one type between the same elements are told apart.
    label: ['qualifiedName'],
    confidenceLevel: ['levelIdentifier'],
    criticalityLevel: ['levelIdentifier'],
    retentionBasis: ['basisIdentifier'],
    severityLevel: ['severityLevelIdentifier', 'severityIdentifier'],
    securityGroups: ['groups'],
    connectorShutdownDate: ['stopTime'],
    generateConnectorActivityReports: ['generateIntegrationReport'],
  },
  attributesOf: {
    ExternalId: { key: 'identifier', identifier: undefined },
    // 4.3 has an enum of the same name beside the number.
    Confidentiality: { confidentialityLevel: 'levelIdentifier' },
    // What 4.3 calls the metadata source of a registration is the collection that its elements belong to.
    RegisteredIntegrationConnector: {
      metadataCollectionQualifiedName: 'metadataSourceQualifiedName',
      metadataSourceQualifiedName: undefined,
    },
  },
  symbols: {
    TWO_STARS: 'TwoStar',
    THREE_STARS: 'ThreeStar',
    FOUR_STARS: 'FourStar',
    FIVE_STARS: 'FiveStar',
    STANDARD_COMMENT: 'GeneralComment',
    USAGE_EXPERIENCE: 'Experience',
    // Of members of a collection: 4.3 has the same place in the order under this name.
    PROPOSED: 'Assigned',
    UNSORTED: 'Ignore',
    NEW_ANNOTATION: 'New',
    REVIEWED_ANNOTATION: 'Reviewed',
    APPROVED_ANNOTATION: 'Approved',
    ACTIONED_ANNOTATION: 'Actioned',
    INVALID_ANNOTATION: 'Invalid',
    IGNORE_ANNOTATION: 'Ignore',
  },
  ownClassifications: ['LatestChange'],
};
