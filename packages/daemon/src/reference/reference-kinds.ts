import {
  classificationWords,
  elementWords,
  instead,
  linkWords,
  publishWords,
  type ReferenceGroup,
  readWords,
} from './reference-groups.js';

const perCall = instead('`home: "source"` in the input of a write');

const dataAssets = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'Data assets',
  operations: {
    ...elementWords('DataAsset', 'DataAssets'),
    ...publishWords('DataAsset'),
    'for manager': ['getDataAssetsOfManager'],
    ...classificationWords('reference data', 'ReferenceData'),
    'relate by relationship type': ['linkElements'],
  },
});

const processes = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'Processes',
  operations: {
    ...elementWords('Process', 'Processes'),
    ...publishWords('Process'),
    status: ['setProcessStatus'],
    ...linkWords('parent', 'SubProcess'),
    'for manager': ['getProcessesOfManager'],
    'parent of a process': ['getProcessParent'],
    'sub processes': ['getSubProcesses'],
  },
});

const ports = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'Ports',
  operations: {
    ...elementWords('Port', 'Ports'),
    'create port alias': ['createPortAlias'],
    ...linkWords('process', 'PortToProcess'),
    ...linkWords('delegation', 'PortDelegation'),
    'schema type': instead('PortSchema was removed in 6.1: `linkSchemaType`'),
    'for process': ['getPortsOfProcess'],
    'of a port (use)': ['getProcessOfPort', 'getPortsThatDelegateTo'],
  },
});

const lineage = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'Lineage links',
  operations: {
    ...linkWords('data flow', 'DataFlow'),
    'data flow: consumers, suppliers': ['getDataFlowConsumers', 'getDataFlowSuppliers'],
    ...linkWords('control flow', 'ControlFlow'),
    'control flow: targets, sources': ['getControlFlowTargets', 'getControlFlowSources'],
    ...linkWords('process call', 'ProcessCall'),
    'process call: called, callers': ['getProcessesCalled', 'getProcessCallers'],
    ...linkWords('lineage mapping', 'LineageMapping'),
    'lineage mapping: targets, sources': ['getLineageMappingTargets', 'getLineageMappingSources'],
    ...linkWords('data mapping (6.1)', 'DataMapping'),
    ...linkWords('ultimate source (6.1)', 'UltimateSource'),
    ...linkWords('ultimate destination (6.1)', 'UltimateDestination'),
  },
});

const securityGroups = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'Security groups',
  operations: {
    ...elementWords('SecurityGroup', 'SecurityGroups'),
    'by distinguished name': ['getSecurityGroupsByDistinguishedName'],
    'elements governed': ['getGovernedElements'],
    ...linkWords('associated group', 'SecurityList'),
    'membership of a user (6.1)': ['setSecurityListMembership', 'clearSecurityListMembership'],
  },
});

const userIdentities = (kind: ReferenceGroup['kind']): ReferenceGroup => ({
  kind,
  group: 'User identities',
  operations: {
    ...elementWords('UserIdentity', 'UserIdentities'),
    'create for a profile': ['createUserIdentity'],
    'by user id': ['getUserIdentitiesByUserId'],
    ...linkWords('profile', 'UserIdentity'),
  },
});

/** What each of the twelve contexts has of its own. */
export const kindReference: readonly ReferenceGroup[] = [
  {
    kind: 'database',
    group: 'Database',
    operations: {
      ...elementWords('Database', 'Databases'),
      ...publishWords('Database'),
      'mine (of its manager)': ['getDatabasesOfManager'],
    },
  },
  {
    kind: 'database',
    group: 'Schema',
    operations: {
      ...elementWords('DatabaseSchema', 'DatabaseSchemas'),
      ...publishWords('DatabaseSchema'),
      'of database': ['getDatabaseSchemasOfDatabase'],
    },
  },
  {
    kind: 'database',
    group: 'Schema type',
    operations: { create: ['createDatabaseSchemaType'], 'attach to database or schema': ['linkSchemaType'] },
  },
  {
    kind: 'database',
    group: 'Table',
    operations: {
      ...elementWords('DatabaseTable', 'DatabaseTables'),
      'of schema or asset': ['getDatabaseTablesOfSchema'],
    },
  },
  {
    kind: 'database',
    group: 'View',
    operations: {
      ...elementWords('DatabaseView', 'DatabaseViews'),
      'of schema or asset': ['getDatabaseTablesOfSchema'],
      ...linkWords('query target', 'QueryTarget'),
    },
  },
  {
    kind: 'database',
    group: 'Column',
    operations: {
      ...elementWords('DatabaseColumn', 'DatabaseColumns'),
      'of table': ['getDatabaseColumnsOfTable'],
      'derived columns': ['setCalculatedValue', 'linkQueryTarget'],
      'type of a column': ['setSchemaAttributeType'],
    },
  },
  {
    kind: 'database',
    group: 'Keys',
    operations: {
      'set primary key': ['setPrimaryKey'],
      'remove primary key': ['removePrimaryKey'],
      'add foreign key': ['linkForeignKey'],
      'remove foreign key': ['unlinkForeignKey'],
    },
  },
  {
    kind: 'files',
    group: 'Folders',
    operations: {
      'create nested folders from a path': ['createFolders'],
      'attach top level folder to file system': ['linkTopLevelFolder'],
      'detach top level folder': ['unlinkTopLevelFolder'],
      'by GUID': ['getFolder'],
      'by path name': ['getFoldersByPathName'],
      'top level': ['getTopLevelFolders'],
      nested: ['getNestedFolders'],
      'file systems and file managers': ['createFileSystem', 'createFileManager'],
    },
  },
  {
    kind: 'files',
    group: 'Data files',
    operations: {
      'add with folders and connection': ['addDataFile'],
      'create from template': ['createDataFileFromTemplate'],
      update: ['updateDataFile'],
      archive: ['archiveDataFile'],
      delete: ['deleteDataFile'],
      'by GUID': ['getDataFile'],
      'by path': ['getDataFilesByPathName'],
      'in folder': ['getFilesInFolder'],
      'top level': ['getTopLevelFiles'],
      'columns of a tabular file': ['createTabularFileSchema', 'createTabularFileColumn'],
    },
  },
  {
    kind: 'files',
    group: 'Data folders',
    operations: {
      add: ['addDataFolder'],
      'create from template': ['createDataFolderFromTemplate'],
      update: ['updateDataFolder'],
      archive: ['archiveDataFolder'],
      'attach file asset': ['linkLinkedFile'],
      'detach file asset': ['unlinkLinkedFile'],
    },
  },
  {
    kind: 'topic',
    group: 'Topic',
    operations: {
      ...elementWords('Topic', 'Topics'),
      ...publishWords('Topic'),
      'mine (of its broker)': ['getTopicsOfBroker'],
    },
  },
  {
    kind: 'topic',
    group: 'Event type',
    operations: {
      ...elementWords('EventType', 'EventTypes'),
      'for topic': ['getEventTypesOfTopic'],
      'for event set': ['getEventTypesOfSet'],
      'event set': ['createEventSet', 'linkEventTypeToSet'],
      'attributes (6.1)': ['createEventAttribute', 'getEventAttributesOfEventType'],
    },
  },
  {
    kind: 'api',
    group: 'API',
    operations: {
      ...elementWords('API', 'APIs'),
      ...publishWords('API'),
      'with endpoint': ['createAPI', 'linkAPIEndpoint'],
      'mine (of its manager)': ['getAPIsOfManager'],
      'set API manager as home': perCall,
    },
  },
  {
    kind: 'api',
    group: 'Operation',
    operations: { ...elementWords('APIOperation', 'APIOperations'), 'of API': ['getAPIOperationsOfAPI'] },
  },
  {
    kind: 'api',
    group: 'Parameter list',
    operations: {
      'create header, request, response': ['createAPIHeader', 'createAPIRequest', 'createAPIResponse'],
      'create from template': [
        'createAPIHeaderFromTemplate',
        'createAPIRequestFromTemplate',
        'createAPIResponseFromTemplate',
      ],
      update: ['updateAPIHeader', 'updateAPIRequest', 'updateAPIResponse'],
      remove: ['deleteAPIHeader', 'deleteAPIRequest', 'deleteAPIResponse'],
      find: ['findAPIHeaders', 'findAPIRequests', 'findAPIResponses'],
      'by name': ['getAPIHeadersByName', 'getAPIRequestsByName', 'getAPIResponsesByName'],
      'by GUID': ['getAPIHeader', 'getAPIRequest', 'getAPIResponse'],
      'of operation': ['getHeaderOfAPIOperation', 'getRequestOfAPIOperation', 'getResponsesOfAPIOperation'],
    },
  },
  {
    kind: 'api',
    group: 'Parameter',
    operations: {
      ...elementWords('APIParameter', 'APIParameters'),
      'set type': ['setSchemaAttributeType'],
      'clear type': ['clearSchemaAttributeType'],
      nested: ['createNestedAPIParameter', 'getNestedAPIParameters'],
    },
  },
  ...(
    [
      ['Form', 'Forms'],
      ['Report', 'Reports'],
      ['Query', 'Queries'],
    ] as const
  ).map(
    ([noun, plural]): ReferenceGroup => ({
      kind: 'display',
      group: noun,
      operations: {
        ...elementWords(noun, plural),
        ...publishWords(noun),
        'for application': [`get${plural}OfApplication`],
      },
    }),
  ),
  {
    kind: 'display',
    group: 'Data container',
    operations: {
      ...elementWords('DataContainer', 'DataContainers'),
      'create nested': ['createNestedDataContainer'],
      'for element': ['getDataContainersOfElement'],
      children: ['getNestedDataContainers'],
      parent: ['getParentOfDataContainer'],
    },
  },
  {
    kind: 'display',
    group: 'Data field',
    operations: {
      ...elementWords('DisplayField', 'DisplayFields'),
      'set type': ['setSchemaAttributeType'],
      children: ['getDisplayFieldsOfContainer'],
    },
  },
  {
    kind: 'infrastructure',
    group: 'Host',
    operations: {
      ...elementWords('Host', 'Hosts'),
      ...publishWords('Host'),
      'mine (of its manager)': ['getHostsOfManager'],
      ...linkWords('cluster member', 'HostClusterMember'),
      'cluster members': ['getHostClusterMembers'],
    },
  },
  {
    kind: 'infrastructure',
    group: 'Platform',
    operations: {
      ...elementWords('Platform', 'Platforms'),
      ...publishWords('Platform'),
      'mine (of its manager)': ['getPlatformsOfManager'],
    },
  },
  {
    kind: 'infrastructure',
    group: 'Server',
    operations: {
      ...elementWords('Server', 'Servers'),
      ...publishWords('Server'),
      'mine (of its manager)': ['getServersOfManager'],
      'server purpose': instead(
        'ServerPurpose and its subtypes were removed in 6.1: `deployedImplementationType` says it',
      ),
    },
  },
  {
    kind: 'infrastructure',
    group: 'Deployment',
    operations: {
      ...linkWords('deployment of an asset', 'Deployment'),
      deployed: ['getDeployedAssets'],
      destinations: ['getDeploymentDestinations'],
    },
  },
  {
    kind: 'infrastructure',
    group: 'Capability',
    operations: {
      ...elementWords('Capability', 'Capabilities'),
      'create with classification': ['createCapability'],
      ...linkWords('deployment', 'CapabilityDeployment'),
      'of infrastructure': ['getCapabilitiesOfInfrastructure'],
      'deployments of a capability': ['getInfrastructureOfCapability'],
    },
  },
  {
    kind: 'infrastructure',
    group: 'Server asset use',
    operations: {
      ...linkWords('use of an asset', 'CapabilityAssetUse'),
      'assets of a capability': ['getAssetsOfCapability'],
      'capabilities of an asset': ['getCapabilitiesOfAsset'],
    },
  },
  dataAssets('infrastructure'),
  processes('infrastructure'),
  lineage('infrastructure'),
  {
    kind: 'infrastructure',
    group: 'IT profiles',
    operations: {
      ...elementWords('ITProfile', 'ITProfiles'),
      ...linkWords('infrastructure', 'ITProfile'),
      'contact methods': ['createContactDetails', 'deleteContactDetails', 'getContactDetailsOfProfile'],
      'by user id': ['getUserIdentitiesByUserId', 'getProfileOfUserIdentity'],
    },
  },
  userIdentities('infrastructure'),
  dataAssets('lineage'),
  {
    kind: 'lineage',
    group: 'Schema',
    operations: {
      'schema types': ['createSchemaType', 'linkSchemaType'],
      attributes: ['createSchemaAttribute'],
      'calculated value': ['setCalculatedValue', 'clearCalculatedValue'],
      'primary key': ['setPrimaryKey', 'removePrimaryKey'],
      ...linkWords('foreign key', 'ForeignKey'),
    },
  },
  processes('lineage'),
  ports('lineage'),
  lineage('lineage'),
  {
    kind: 'lineage',
    group: 'Archive and quality',
    operations: {
      ...classificationWords('memento', 'Memento'),
      ...classificationWords('incomplete', 'Incomplete'),
      ...classificationWords('business significance', 'BusinessSignificance'),
    },
  },
  {
    kind: 'lineage',
    group: 'Governance reads',
    operations: {
      'governance action process': ['getGovernanceActionProcess', 'findGovernanceActionProcesses'],
      'governance action type': ['getGovernanceActionType', 'findGovernanceActionTypes'],
      'first step': ['getFirstStepOfProcess'],
      'next steps': ['getNextSteps'],
      'engine action by GUID': ['getEngineAction'],
      'all engine actions': ['findEngineActions'],
      'active engine actions': ['findActiveEngineActions'],
    },
  },
  {
    kind: 'lineage',
    group: 'OpenLineage and for lineage',
    operations: {
      'is for lineage, set for lineage': instead('`forLineage` in the input of each read'),
      'register listener, publish run event': instead(
        'hooks and events of a connector, in memory, not operations on metadata',
      ),
    },
  },
  {
    kind: 'catalog',
    group: 'Glossary',
    operations: {
      ...elementWords('Glossary', 'Glossaries'),
      taxonomy: ['setTaxonomy', 'clearTaxonomy'],
      'canonical vocabulary': ['setCanonicalVocabulary', 'clearCanonicalVocabulary'],
      'external glossary links': instead('removed in 6.1: `createExternalReference`, `linkExternalReference`'),
    },
  },
  {
    kind: 'catalog',
    group: 'Glossary category (a folder in 6.1)',
    operations: {
      ...elementWords('GlossaryFolder', 'GlossaryFolders'),
      ...linkWords('parent, term in category', 'GlossaryMember'),
      'of glossary': ['getFoldersOfGlossary'],
      'of term': ['getFoldersOfGlossaryTerm'],
    },
  },
  {
    kind: 'catalog',
    group: 'Glossary term',
    operations: {
      ...elementWords('GlossaryTerm', 'GlossaryTerms'),
      'controlled term, status': ['setGlossaryTermStatus'],
      'of glossary': ['getTermsOfGlossary'],
      ...linkWords('related term', 'RelatedTerm'),
      ...linkWords('synonym', 'Synonym'),
      ...linkWords('antonym', 'Antonym'),
      ...linkWords('preferred term', 'PreferredTerm'),
      ...linkWords('replacement term', 'ReplacementTerm'),
      ...linkWords('is a', 'TermIsA'),
      ...linkWords('used in context', 'TermUsedInContext'),
      'translation, valid value, has a, typed by, is a type of': instead(
        'these relationships of 4.3 were removed in 6.1: `linkRelatedTerm` with an `expression`',
      ),
      ...classificationWords('abstract concept', 'AbstractConcept'),
      ...classificationWords('data value', 'DataValueMeaning'),
      ...classificationWords('activity description', 'ActivityDescription'),
      ...classificationWords('context definition', 'ContextDefinition'),
      ...classificationWords('object identifier', 'ObjectIdentifier'),
      'spine object, spine attribute': instead('removed in 6.1'),
    },
  },
  dataAssets('catalog'),
  {
    kind: 'catalog',
    group: 'Data stores and data sets',
    operations: {
      'data store encoding': ['setDataAssetEncoding', 'clearDataAssetEncoding'],
      ...linkWords('content of a data set', 'DataSetContent'),
    },
  },
  processes('catalog'),
  ports('catalog'),
  lineage('catalog'),
  {
    kind: 'catalog',
    group: 'Stewardship',
    operations: {
      'data field: set, clear, find': [
        'linkDataFieldToSchemaAttribute',
        'unlinkDataFieldToSchemaAttribute',
        'findDataFields',
      ],
      'confidence, criticality, ownership and so on': ['setConfidence', 'setCriticality', 'setOwnership'],
    },
  },
  {
    kind: 'catalog',
    group: 'Exchanges that 4.3 left empty',
    operations: {
      'governance exchange': ['findGovernanceDefinitions', 'linkGovernanceDefinition'],
      'infrastructure exchange': ['findInfrastructureAssets'],
      'collaboration exchange': ['createComment', 'createInformalTag', 'addRating', 'addLike', 'createNoteLog'],
      'valid values exchange': ['createValidValue'],
    },
  },
  {
    kind: 'catalog',
    group: 'Connector factory',
    operations: {
      'a connector by name, by GUID, for an asset, from a connection': instead(
        'no live objects cross: `getConnectionsOfAsset` and what hangs on them tell how to make one',
      ),
    },
  },
  {
    kind: 'organization',
    group: 'Actor profiles',
    operations: {
      create: ['createActorProfile', 'createPerson', 'createTeam', 'createOrganization'],
      'with contribution record': ['createContributionRecord'],
      update: ['updateActorProfile'],
      delete: ['deleteActorProfile'],
      ...readWords('ActorProfile', 'ActorProfiles'),
      'contact methods': ['createContactDetails', 'updateContactDetails', 'deleteContactDetails'],
      ...linkWords('team hierarchy', 'Team'),
      'by user id': ['getUserIdentitiesByUserId', 'getProfileOfUserIdentity'],
      'by location (KnownLocation in 6.1)': ['getProfilesAtLocation'],
      ...linkWords('peer', 'Peer'),
    },
  },
  {
    kind: 'organization',
    group: 'Roles',
    operations: {
      create: ['createPersonRole'],
      update: ['updatePersonRole'],
      delete: ['deletePersonRole'],
      ...readWords('PersonRole', 'PersonRoles'),
      'appoint, update and end appointment': ['linkPersonRoleAppointment', 'unlinkPersonRoleAppointment'],
      'appointees by date': ['getAppointees'],
      'team player (TeamRoleAppointment in 6.1)': ['createTeamRole', 'linkTeamRoleAppointment'],
      'leadership or membership roles of a team': ['linkRoleScope', 'getRolesOfTeam'],
    },
  },
  userIdentities('organization'),
  securityGroups('organization'),
  securityGroups('security'),
  userIdentities('security'),
  {
    kind: 'security',
    group: 'Actor profiles and roles (to read)',
    operations: {
      ...readWords('ActorProfile', 'ActorProfiles'),
      'by user id': ['getUserIdentitiesByUserId', 'getProfileOfUserIdentity'],
      'role by GUID, by name, find': ['getPersonRole', 'getPersonRolesByName', 'findPersonRoles'],
      appointees: ['getAppointees'],
      'security tagged elements (6.1)': ['findElementsWithSecurityTags'],
    },
  },
  {
    kind: 'search',
    group: 'What an index needs (ours: Egeria has none)',
    operations: {
      'read elements': ['getAsset', 'findAssets', 'getGlossaryTerm'],
      'full scan by last update': ['scanElements'],
      'what was deleted': ['findMissingElements'],
      'what has changed': ['getChangedElements'],
    },
  },
  {
    kind: 'stewardship',
    group: 'To do',
    operations: {
      create: ['createToDo'],
      update: ['updateToDo'],
      close: ['closeToDo'],
      find: ['findToDos', 'findOpenToDos'],
      'for assignee': ['getActionsOfAssignee'],
      'for sponsor': ['getActionsOfSponsor'],
      ...linkWords('assignment', 'ActionAssignment'),
      ...linkWords('target', 'ActionTarget'),
      'targets of an action': ['getActionTargets'],
    },
  },
  {
    kind: 'stewardship',
    group: 'Incident',
    operations: {
      create: ['createIncidentReport'],
      update: ['updateIncidentReport'],
      ...readWords('IncidentReport', 'IncidentReports'),
      ...linkWords('impacted resource', 'ImpactedResource'),
      ...linkWords('originator', 'IncidentOriginator'),
      ...linkWords('dependency', 'IncidentDependency'),
    },
  },
  {
    kind: 'stewardship',
    group: 'Engine action',
    operations: {
      start: ['initiateEngineAction'],
      watch: ['getEngineAction', 'findActiveEngineActions'],
      cancel: ['cancelEngineAction'],
    },
  },
  {
    kind: 'stewardship',
    group: 'Annotation review, request for action',
    operations: {
      'annotations to review': ['findAnnotations', 'getAnnotationsOfElement', 'getAnnotationsOfReport'],
      review: ['createAnnotationReview', 'updateAnnotationReview', 'getReviewsOfAnnotation'],
      'request for action': ['createRequestForAction', 'findRequestsForAction', 'getTargetsOfRequestForAction'],
      'note logs': ['createNoteLog', 'createNoteLogEntry', 'getNoteLogEntries'],
    },
  },
];
