import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import type { Bean } from './request-beans.js';

/** Connectors that documents name. They are Egeria's: documents that leave here have to make sense to its servers. */
export type KnownConnector =
  | 'console'
  | 'slf4j'
  | 'files'
  | 'eventTopic'
  | 'inMemoryTopic'
  | 'kafkaTopic'
  | 'inMemoryRepository'
  | 'graphRepository'
  | 'remoteRepository'
  | 'enterpriseTopic';

interface ConnectorFacts {
  readonly guid?: string;
  readonly provider: string;
  readonly displayName: string | Readonly<Record<EgeriaRelease, string>>;
  readonly description: string | Readonly<Record<EgeriaRelease, string>>;
  readonly qualifiedName: Readonly<Record<EgeriaRelease, string>>;
  /** Beside the interfaces that every connector of a release has. */
  readonly interfaces: readonly string[];
  /** Where 6.1 says that its code lies and what it is for. */
  readonly source?: { readonly folder: string; readonly implementationType: string };
  readonly properties?: readonly string[];
  /** Members that 4.3 alone tells. */
  readonly only43?: Bean;
}

const odpi = 'org.odpi.openmetadata';
const auditLogStore = `${odpi}.repositoryservices.connectors.stores.auditlogstore.OMRSAuditLogStore`;
const auditLogging = `${odpi}.frameworks.auditlog.AuditLoggingComponent`;
const topic = `${odpi}.repositoryservices.connectors.openmetadatatopic.OpenMetadataTopic`;
const virtual = `${odpi}.frameworks.connectors.VirtualConnectorExtension`;
const secure = `${odpi}.frameworks.connectors.SecureConnectorExtension`;
const collection = `${odpi}.repositoryservices.connectors.stores.metadatacollectionstore.repositoryconnector.OMRSMetadataCollectionManager`;
const auditLogs = `${odpi}.adapters.repositoryservices.auditlogstore`;

const facts: Readonly<Record<KnownConnector, ConnectorFacts>> = {
  console: auditLogDestination('Console', {
    guid: '4afac741-3dcc-4c60-a4ca-a6dede994e3f',
    provider: `${auditLogs}.console.ConsoleAuditLogStoreProvider`,
    displayName: 'Console Audit Log Destination Connector',
    description: {
      '4.3': 'Connector supports logging of audit log messages to stdout.',
      '6.1': 'Connector supports writing audit log messages to the console.',
    },
    folder: 'console',
  }),
  slf4j: auditLogDestination('SLF4J', {
    guid: 'e8303911-ba1c-4640-974e-c4d57ee1b310',
    provider: `${auditLogs}.slf4j.SLF4JAuditLogStoreProvider`,
    displayName: 'SLF4J Audit Log Destination Connector',
    description: 'Connector supports logging of audit log messages to the slf4j logger ecosystem.',
    folder: 'slf4j',
  }),
  files: auditLogDestination('Files', {
    guid: '3afcc741-5dcc-4c60-a4ca-a6dede994e3f',
    provider: `${auditLogs}.file.FileBasedAuditLogStoreProvider`,
    displayName: 'File-based Audit Log Destination Connector',
    description:
      'Connector supports the distribution of audit log record to a directory where each file is a JSON formatted log record.',
    folder: 'file',
  }),
  eventTopic: auditLogDestination('EventTopic', {
    guid: 'e92e8bc3-c3ef-404d-933f-9819083c0386',
    provider: `${auditLogs}.eventtopic.EventTopicAuditLogStoreProvider`,
    displayName: 'Event Topic Audit Log Destination Connector',
    description: 'Connector supports the distribution of audit log record to an event topic.',
    folder: 'event-topic',
    more: [virtual],
  }),
  inMemoryTopic: {
    guid: 'ed8e682b-2fec-4403-b551-02f8c46322ef',
    provider: `${odpi}.adapters.eventbus.topic.inmemory.InMemoryOpenMetadataTopicProvider`,
    displayName: 'In Memory Open Metadata Topic Connector',
    description: {
      '4.3': 'In Memory Open Metadata Topic Connector supports string based events over an in memory event bus.',
      '6.1': 'Connector supports publishing and subscribing to string based events using an in-memory topic.',
    },
    qualifiedName: {
      '4.3': 'Egeria:OpenMetadataTopicConnector:InMemory',
      '6.1': 'Egeria::RuntimeConnector::OpenMetadataTopicConnector::InMemory',
    },
    interfaces: [auditLogging, 'java.lang.Runnable', topic],
    source: topicSource('inmemory'),
  },
  kafkaTopic: {
    guid: '3851e8d0-e343-400c-82cb-3918fed81da6',
    provider: `${odpi}.adapters.eventbus.topic.kafka.KafkaOpenMetadataTopicProvider`,
    displayName: 'Apache Kafka Open Metadata Topic Connector',
    description:
      'Apache Kafka Open Metadata Topic Connector supports string based events over an Apache Kafka event bus.',
    qualifiedName: {
      '4.3': 'Egeria:OpenMetadataTopicConnector:Kafka',
      '6.1': 'Egeria::RuntimeConnector::OpenMetadataTopicConnector::Kafka',
    },
    interfaces: [topic, auditLogging],
    source: topicSource('kafka'),
    properties: ['producer', 'consumer', 'local.server.id', 'sleepTime', 'eventDirection'],
    only43: {
      supportedAssetTypeName: 'KafkaTopic',
      expectedDataFormat: 'PLAINTEXT',
      connectorInterfaces: [`${odpi}.frameworks.connectors.Connector`, topic, auditLogging],
    },
  },
  inMemoryRepository: {
    guid: '65cc9091-757f-4bcd-b937-426160be8bc2',
    provider: `${odpi}.adapters.repositoryservices.inmemory.repositoryconnector.InMemoryOMRSRepositoryConnectorProvider`,
    displayName: {
      '4.3': 'In Memory OMRS Repository Connector',
      '6.1': 'In Memory Open Metadata Repository Connector',
    },
    description:
      'Native open metadata repository connector that maps open metadata calls to a set of in memory hash maps - demo use only.',
    qualifiedName: {
      '4.3': 'Egeria:OMRSRepositoryConnector:InMemory',
      '6.1': 'Egeria::OpenMetadataRepositoryConnector::InMemory',
    },
    interfaces: [auditLogging, collection],
    source: repositorySource('inmemory-repository-connector'),
  },
  graphRepository: {
    provider: `${odpi}.adapters.repositoryservices.graphrepository.repositoryconnector.GraphOMRSRepositoryConnectorProvider`,
    displayName: 'Graph OMRS Repository Connector',
    description: 'Native open metadata repository connector that keeps metadata on disk.',
    qualifiedName: {
      '4.3': 'Egeria:OMRSRepositoryConnector:Graph',
      '6.1': 'Egeria::OpenMetadataRepositoryConnector::Graph',
    },
    interfaces: [auditLogging, collection],
  },
  remoteRepository: {
    guid: '75ea56d1-656c-43fb-bc0c-9d35c5553b9e',
    provider: `${odpi}.adapters.repositoryservices.rest.repositoryconnector.OMRSRESTRepositoryConnectorProvider`,
    displayName: 'REST Cohort Member Client Connector',
    description:
      'Cohort member client connector that provides access to open metadata located in a remote repository via REST calls.',
    qualifiedName: {
      '4.3': 'Egeria:OMRSRepositoryConnector:CohortMemberClient:REST',
      '6.1': 'Egeria::OpenMetadataRepositoryConnector::CohortMemberClient::REST',
    },
    interfaces: [auditLogging, collection],
    source: repositorySource('omrs-rest-repository-connector'),
  },
  enterpriseTopic: {
    provider: `${odpi}.repositoryservices.connectors.omrstopic.OMRSTopicProvider`,
    displayName: 'OMRS Topic Connector',
    description:
      'Provides access to the OMRS Topic that is used to exchange events between members of a cohort, or to notify Open Metadata Access Services (OMASs) of changes to metadata in the enterprise.',
    qualifiedName: {
      '4.3': `${odpi}.repositoryservices.connectors.omrstopic.OMRSTopicProvider`,
      '6.1': `${odpi}.repositoryservices.connectors.omrstopic.OMRSTopicProvider`,
    },
    interfaces: [
      auditLogging,
      `${odpi}.repositoryservices.connectors.openmetadatatopic.OpenMetadataTopicListener`,
      virtual,
      `${odpi}.repositoryservices.connectors.omrstopic.OMRSTopic`,
    ],
  },
};

/** The connector type of a connection, as documents of a release carry it. */
export function connectorType(known: KnownConnector, release: EgeriaRelease): Bean {
  const connector = facts[known];
  const { guid, qualifiedName, interfaces, properties, source } = connector;
  const connectorInterfaces = [...(release === '4.3' ? [secure] : [virtual, secure]), ...interfaces];
  return {
    class: 'ConnectorType',
    headerVersion: 0,
    ...(release === '4.3' ? { type: connectorTypeType } : {}),
    ...(guid === undefined ? {} : { guid }),
    qualifiedName: qualifiedName[release],
    displayName: ofRelease(connector.displayName, release),
    description: ofRelease(connector.description, release),
    ...(release === '4.3' || source === undefined ? {} : sourceMembers(source)),
    connectorProviderClassName: connector.provider,
    connectorFrameworkName: 'Open Connector Framework (OCF)',
    connectorInterfaceLanguage: 'Java',
    connectorInterfaces,
    ...(properties === undefined ? {} : { recognizedConfigurationProperties: properties }),
    ...(release === '4.3' ? connector.only43 : {}),
  };
}

const connectorTypeType = {
  typeId: '954421eb-33a6-462d-a8ca-b5709a1bd0d4',
  typeName: 'ConnectorType',
  typeVersion: 1,
} as const;

function sourceMembers({ folder, implementationType }: NonNullable<ConnectorFacts['source']>): Bean {
  return {
    versionIdentifier: '6.1',
    url: `https://github.com/odpi/egeria/tree/main/open-metadata-implementation/adapters/open-connectors/${folder}`,
    supportedAssetTypeName: 'DeployedConnector',
    supportedDeployedImplementationType: implementationType,
  };
}

function ofRelease(text: string | Readonly<Record<EgeriaRelease, string>>, release: EgeriaRelease): string {
  return typeof text === 'string' ? text : text[release];
}

function auditLogDestination(
  kind: string,
  own: Pick<ConnectorFacts, 'provider' | 'displayName' | 'description'> & {
    readonly guid: string;
    readonly folder: string;
    readonly more?: readonly string[];
  },
): ConnectorFacts {
  const { folder, more = [], ...rest } = own;
  return {
    ...rest,
    qualifiedName: {
      '4.3': `Egeria:AuditLogDestinationConnector:${kind}`,
      '6.1': `Egeria::AuditLogDestinationConnector::${kind}`,
    },
    interfaces: [auditLogStore, ...more],
    source: {
      folder: `repository-services-connectors/audit-log-connectors/audit-log-${folder}-connector`,
      implementationType: 'Audit Log Destination',
    },
    properties: ['supportedSeverities'],
  };
}

function topicSource(kind: string) {
  return {
    folder: `event-bus-connectors/open-metadata-topic-connectors/${kind}-open-metadata-topic-connector`,
    implementationType: 'Open Metadata Topic Connector',
  };
}

function repositorySource(folder: string) {
  return {
    folder: `repository-services-connectors/open-metadata-collection-store-connectors/${folder}`,
    implementationType: 'OMRS Repository Connector',
  };
}
