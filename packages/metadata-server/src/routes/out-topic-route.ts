import type { FastifyInstance } from 'fastify';
import { addCall, needText, type StoreFaces } from './egeria-call.js';

const javaExtensions = [
  'org.odpi.openmetadata.frameworks.connectors.VirtualConnectorExtension',
  'org.odpi.openmetadata.frameworks.connectors.SecureConnectorExtension',
  'org.odpi.openmetadata.frameworks.auditlog.AuditLoggingComponent',
];
const topicConnectors = 'org.odpi.openmetadata.repositoryservices.connectors.openmetadatatopic';
const common = {
  class: 'ConnectorType',
  headerVersion: 0,
  versionIdentifier: '6.1',
  supportedAssetTypeName: 'DeployedConnector',
  supportedDeployedImplementationType: 'Open Metadata Topic Connector',
  connectorFrameworkName: 'Open Connector Framework (OCF)',
  connectorInterfaceLanguage: 'Java',
};
const sources = 'https://github.com/odpi/egeria/tree/main/open-metadata-implementation';

/**
 * The topic that a Java daemon subscribes to. There is no Kafka behind this server: daemons are given Egeria's
 * in-memory topic, which they can open and which stays silent; they find changes by polling, ours by the change feed.
 */
export function addOutTopicCall(scope: FastifyInstance, faces: StoreFaces): void {
  const definition = {
    method: 'GET',
    path: '/topics/out-topic-connection/:callerId',
    answer: 'OCFConnectionResponse',
    role: 'viewer',
  } as const;
  addCall(scope, faces, definition, async ({ face, path }) => ({
    connection: outTopicConnection(face.serverName, needText(path, 'callerId')),
  }));
}

function outTopicConnection(serverName: string, callerId: string): Readonly<Record<string, unknown>> {
  return {
    class: 'VirtualConnection',
    headerVersion: 0,
    qualifiedName: 'OutTopicConnector.Open Governance Framework Services',
    displayName: 'OutTopicConnector.Open Governance Framework Services',
    description: 'Client-side topic connection.',
    connectorType: {
      ...common,
      guid: '09f48b14-cce9-4339-a170-63b3be3422f3',
      qualifiedName: 'Egeria::OpenMetadataTopicConnector::Kafka::GAFTopic::Client',
      displayName: 'GAF Out Topic Client Connector',
      description: 'Connector supports the receipt of events from the GAF Services.',
      url: `${sources}/access-services/gaf-metadata-management/gaf-topic-connectors`,
      connectorProviderClassName:
        'org.odpi.openmetadata.frameworkservices.gaf.connectors.outtopic.GAFOutTopicClientProvider',
      connectorInterfaces: [
        ...javaExtensions,
        javaExtensions[0],
        javaExtensions[0],
        `${topicConnectors}.OpenMetadataTopicListener`,
        'org.odpi.openmetadata.frameworks.openmetadata.events.OpenMetadataEventInterface',
      ],
    },
    embeddedConnections: [
      {
        class: 'EmbeddedConnection',
        headerVersion: 0,
        position: 0,
        displayName: 'Topic Event Bus',
        embeddedConnection: eventBusConnection(serverName, callerId),
      },
    ],
  };
}

function eventBusConnection(serverName: string, callerId: string): Readonly<Record<string, unknown>> {
  return {
    class: 'Connection',
    headerVersion: 0,
    displayName: 'Kafka Event Bus Connection',
    connectorType: {
      ...common,
      guid: 'ed8e682b-2fec-4403-b551-02f8c46322ef',
      qualifiedName: 'Egeria::RuntimeConnector::OpenMetadataTopicConnector::InMemory',
      displayName: 'In Memory Open Metadata Topic Connector',
      description: 'Connector supports publishing and subscribing to string based events using an in-memory topic.',
      url: `${sources}/adapters/open-connectors/event-bus-connectors/open-metadata-topic-connectors/inmemory-open-metadata-topic-connector`,
      connectorProviderClassName:
        'org.odpi.openmetadata.adapters.eventbus.topic.inmemory.InMemoryOpenMetadataTopicProvider',
      connectorInterfaces: [...javaExtensions, 'java.lang.Runnable', `${topicConnectors}.OpenMetadataTopic`],
    },
    endpoint: {
      class: 'Endpoint',
      headerVersion: 0,
      networkAddress: `egeria.omag.server.${serverName}.omas.opengovernanceservice.outTopic`,
    },
    configurationProperties: { 'local.server.id': callerId, eventDirection: 'inOnly' },
  };
}
