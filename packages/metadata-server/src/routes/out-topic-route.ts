import { kafkaPropertiesOf, openKafkaProperties } from '@isthmus/model';
import type { FaceScope } from '@isthmus/platform';
import {
  type EventRelease,
  type OutTopicConfiguration,
  serviceMarkers,
  topicName,
} from '../out-topic/out-topic-configuration.js';
import type { Json } from '../views/element-view.js';
import { addCall, needText, type StoreFace, type StoreFaces } from './egeria-call.js';

const ocf = 'org.odpi.openmetadata.frameworks.connectors';
const topicConnectors = 'org.odpi.openmetadata.repositoryservices.connectors.openmetadatatopic';
const eventBuses = 'org.odpi.openmetadata.adapters.eventbus.topic';
const auditLogging = 'org.odpi.openmetadata.frameworks.auditlog.AuditLoggingComponent';
const sources = 'https://github.com/odpi/egeria/tree/main/open-metadata-implementation';
const busSources = `${sources}/adapters/open-connectors/event-bus-connectors/open-metadata-topic-connectors`;

/** A service with an out topic, and what a Java client makes its listener of. */
interface TopicService {
  readonly name: string;
  /** Part of the topic's name. */
  readonly marker: string;
  readonly listener: Json;
}

/** How connections are told in one release. */
interface Dialect {
  readonly release: EventRelease;
  /** Of the bus, by the kind of bus. */
  readonly bus: (kind: BusKind) => Json;
  readonly connectorType: Json;
  /** On every connection that is no element. */
  readonly header: (typeName: string, typeId: string) => Json;
  /** Member of an endpoint. */
  readonly address: string;
}

interface BusKind {
  readonly name: 'Kafka' | 'InMemory';
  readonly guid: string;
  readonly provider: string;
  readonly displayName: string;
  readonly description: Readonly<Record<EventRelease, string>>;
}

const inMemory: BusKind = {
  name: 'InMemory',
  guid: 'ed8e682b-2fec-4403-b551-02f8c46322ef',
  provider: `${eventBuses}.inmemory.InMemoryOpenMetadataTopicProvider`,
  displayName: 'In Memory Open Metadata Topic Connector',
  description: {
    '4.3': 'In Memory Open Metadata Topic Connector supports string based events over an in memory event bus.',
    '6.1': 'Connector supports publishing and subscribing to string based events using an in-memory topic.',
  },
};
const kafka: BusKind = {
  name: 'Kafka',
  guid: '3851e8d0-e343-400c-82cb-3918fed81da6',
  provider: `${eventBuses}.kafka.KafkaOpenMetadataTopicProvider`,
  displayName: 'Kafka Open Metadata Topic Connector',
  description: {
    '4.3': 'Kafka Open Metadata Topic Connector supports string based events over an Apache Kafka event bus.',
    '6.1': 'Connector supports publishing and subscribing to string based events using an Apache Kafka topic.',
  },
};

const framework = {
  connectorFrameworkName: 'Open Connector Framework (OCF)',
  connectorInterfaceLanguage: 'Java',
};
const dialects: Readonly<Record<EventRelease, Dialect>> = {
  '6.1': {
    release: '6.1',
    header: () => ({}),
    address: 'networkAddress',
    connectorType: {
      ...framework,
      versionIdentifier: '6.1',
      supportedAssetTypeName: 'DeployedConnector',
      supportedDeployedImplementationType: 'Open Metadata Topic Connector',
    },
    bus: ({ name, provider }) => ({
      qualifiedName: `Egeria::RuntimeConnector::OpenMetadataTopicConnector::${name}`,
      url: `${busSources}/${name.toLowerCase()}-open-metadata-topic-connector`,
      connectorProviderClassName: provider,
      connectorInterfaces: [
        `${ocf}.VirtualConnectorExtension`,
        `${ocf}.SecureConnectorExtension`,
        auditLogging,
        'java.lang.Runnable',
        `${topicConnectors}.OpenMetadataTopic`,
      ],
    }),
  },
  '4.3': {
    release: '4.3',
    header: (typeName, typeId) => ({ type: { typeId, typeName, typeVersion: 1 } }),
    address: 'address',
    connectorType: framework,
    bus: ({ name, provider }) => ({
      qualifiedName: `Egeria:OpenMetadataTopicConnector:${name}`,
      connectorProviderClassName: provider,
      connectorInterfaces: [
        `${ocf}.SecureConnectorExtension`,
        auditLogging,
        'java.lang.Runnable',
        `${topicConnectors}.OpenMetadataTopic`,
      ],
    }),
  },
};

const governanceServices: TopicService = {
  name: 'Open Governance Framework Services',
  marker: serviceMarkers['6.1'],
  listener: {
    guid: '09f48b14-cce9-4339-a170-63b3be3422f3',
    qualifiedName: 'Egeria::OpenMetadataTopicConnector::Kafka::GAFTopic::Client',
    displayName: 'GAF Out Topic Client Connector',
    description: 'Connector supports the receipt of events from the GAF Services.',
    url: `${sources}/access-services/gaf-metadata-management/gaf-topic-connectors`,
    connectorProviderClassName:
      'org.odpi.openmetadata.frameworkservices.gaf.connectors.outtopic.GAFOutTopicClientProvider',
    connectorInterfaces: [
      `${ocf}.VirtualConnectorExtension`,
      `${ocf}.SecureConnectorExtension`,
      auditLogging,
      `${ocf}.VirtualConnectorExtension`,
      `${ocf}.VirtualConnectorExtension`,
      `${topicConnectors}.OpenMetadataTopicListener`,
      'org.odpi.openmetadata.frameworks.openmetadata.events.OpenMetadataEventInterface',
    ],
  },
};
/** Both have an out topic that a daemon of 4.3 asks for at its start; changes are told on the first. */
const governanceEngine: TopicService = {
  name: 'Governance Engine OMAS',
  marker: serviceMarkers['4.3'],
  listener: listenerOf43('GovernanceEngine', '76395ced-d0a8-493b-bc22-83b65d98b977'),
};
const assetCatalog: TopicService = {
  name: 'Asset Catalog OMAS',
  marker: 'assetcatalog',
  listener: listenerOf43('AssetCatalog', '785fdb3d-34b7-47e0-bc73-5969610331d4'),
};

/** The topic that a daemon of 6.1 subscribes to. */
export function addOutTopicCall(scope: FaceScope, faces: StoreFaces): void {
  const definition = { method: 'GET', path, answer: 'OCFConnectionResponse', role: 'viewer' } as const;
  addCall(scope, faces, definition, async (call) => ({
    connection: outTopicConnection(dialects['6.1'], governanceServices, call.face, needText(call.path, 'callerId')),
  }));
}

/** The topic that a daemon of 4.3 subscribes to. */
export function addGovernanceEngineTopic(scope: FaceScope, faces: StoreFaces): void {
  addTopicOf43(scope, faces, governanceEngine);
}

/** The topic of the search that a daemon of 4.3 offers its connectors: it does not start without an answer. */
export function addAssetCatalogTopic(scope: FaceScope, faces: StoreFaces): void {
  addTopicOf43(scope, faces, assetCatalog);
}

function addTopicOf43(scope: FaceScope, faces: StoreFaces, service: TopicService): void {
  const definition = { method: 'GET', path, answer: 'ConnectionResponse', role: 'viewer', release: '4.3' } as const;
  addCall(scope, faces, definition, async (call) => ({
    connection: outTopicConnection(dialects['4.3'], service, call.face, needText(call.path, 'callerId')),
  }));
}

const path = '/topics/out-topic-connection/:callerId';

/**
 * Without Kafka daemons are given Egeria's in-memory topic, which they can open and which stays silent: they find
 * changes by polling, ours by the change feed.
 */
function outTopicConnection(dialect: Dialect, service: TopicService, face: StoreFace, callerId: string): Json {
  const { header, release } = dialect;
  return {
    class: 'VirtualConnection',
    headerVersion: 0,
    ...header('VirtualConnection', '82f9c664-e59d-484c-a8f3-17088c23a2f3'),
    ...(release === '4.3' && { origin: { originCategory: 'CONFIGURATION' } }),
    qualifiedName: `OutTopicConnector.${service.name}`,
    displayName: `OutTopicConnector.${service.name}`,
    description: 'Client-side topic connection.',
    connectorType: connectorType(dialect, service.listener),
    embeddedConnections: [
      {
        class: 'EmbeddedConnection',
        headerVersion: 0,
        position: 0,
        displayName: 'Topic Event Bus',
        embeddedConnection: eventBusConnection(dialect, service, face, callerId),
      },
    ],
  };
}

function eventBusConnection(
  dialect: Dialect,
  service: TopicService,
  { serverName, outTopic }: StoreFace,
  callerId: string,
): Json {
  const published = outTopic?.releases.includes(dialect.release) ? outTopic : undefined;
  const bus = published === undefined ? inMemory : kafka;
  const { guid, displayName, description } = bus;
  const topic = topicName(published?.topicRoot ?? 'egeria.omag', serverName, service.marker);
  return {
    class: 'Connection',
    headerVersion: 0,
    displayName: 'Kafka Event Bus Connection',
    connectorType: connectorType(dialect, {
      guid,
      displayName,
      description: description[dialect.release],
      ...dialect.bus(bus),
    }),
    endpoint: { class: 'Endpoint', headerVersion: 0, [dialect.address]: topic },
    configurationProperties: {
      ...(published && kafkaProperties(published)),
      'local.server.id': callerId,
      eventDirection: 'inOnly',
    },
  };
}

/** Whoever listens has a user of its own there: ours stays here. */
function kafkaProperties({ bootstrapServers, security }: OutTopicConfiguration): Json {
  const reached = openKafkaProperties(kafkaPropertiesOf(security));
  const brokers = { 'bootstrap.servers': bootstrapServers.join(','), ...reached };
  return { producer: brokers, consumer: brokers };
}

function connectorType(dialect: Dialect, own: Json): Json {
  return {
    class: 'ConnectorType',
    headerVersion: 0,
    ...dialect.header('ConnectorType', '954421eb-33a6-462d-a8ca-b5709a1bd0d4'),
    ...dialect.connectorType,
    ...own,
  };
}

function listenerOf43(service: string, guid: string): Json {
  const words = service.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  const root = `org.odpi.openmetadata.accessservices.${service.toLowerCase()}`;
  return {
    guid,
    qualifiedName: `${words} Out Topic Client Connector`,
    displayName: `${words} Out Topic Client Connector`,
    description: `Connector supports the receipt of events on the ${words} OMAS Out Topic.`,
    connectorProviderClassName: `${root}.connectors.outtopic.${service}OutTopicClientProvider`,
    connectorInterfaces: [
      `${ocf}.SecureConnectorExtension`,
      auditLogging,
      `${ocf}.VirtualConnectorExtension`,
      `${ocf}.VirtualConnectorExtension`,
      `${topicConnectors}.OpenMetadataTopicListener`,
      ...(service === 'AssetCatalog' ? [`${root}.api.AssetCatalogEventListener`] : []),
      `${root}.api.${service}EventInterface`,
    ],
  };
}
