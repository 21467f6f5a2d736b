import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import { configurationError } from '../servers/configuration-error.js';
import { accessServiceConfig, accessServices } from './access-service-registry.js';
import { type AdminCall, type AdminRoute, parameter } from './admin-route.js';
import { withRepositoryServices } from './audit-log-destinations.js';
import { connectionClasses, topicConnection } from './connections.js';
import { connectorType } from './connector-types.js';
import { servicesOf, without, withServerId, withServices } from './document-sections.js';
import { type Bean, beanList, jsonBody, wrong } from './request-beans.js';

type Service = ReturnType<typeof accessServices>[number];

const root = '/access-services';
const updated = [
  'updated configuration for access services.',
  'updated configuration for enterprise repository services (used by access services).',
];
const removed = [
  'removed configuration for access services.',
  'removed configuration for enterprise repository services (used by access services).',
];

/** The access services of a metadata access store, and the enterprise access that they stand on. */
export const accessServiceRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: root,
    answer: 'RegisteredOMAGServicesResponse',
    handle: ({ document }) => listed('services', configured(document()).map(registration)),
  },
  {
    method: 'GET',
    path: `${root}/configuration`,
    answer: 'AccessServicesResponse',
    handle: ({ document }) => listed('services', configured(document())),
  },
  { method: 'POST', path: `${root}/configuration`, handle: setSection },
  {
    method: 'GET',
    path: `${root}/topic-names`,
    answer: 'StringMapResponse',
    handle: ({ document }) => ({ stringMap: Object.fromEntries(configured(document()).flatMap(topicNames)) }),
  },
  { method: 'POST', path: root, handle: (call) => addAll(call, true) },
  { method: 'POST', path: `${root}/no-topics`, handle: (call) => addAll(call, false) },
  { method: 'DELETE', path: root, handle: (call) => remove(call) },
  {
    method: 'GET',
    path: `${root}/:serviceURLMarker`,
    release: '6.1',
    answer: 'AccessServiceResponse',
    handle: (call) => {
      const { marker } = serviceOf(call);
      const config = configured(call.document()).find((other) => other.accessServiceURLMarker === marker);
      return config === undefined ? {} : { config };
    },
  },
  { method: 'POST', path: `${root}/:serviceURLMarker`, handle: (call) => addOne(call, true) },
  { method: 'POST', path: `${root}/:serviceURLMarker/no-topics`, handle: (call) => addOne(call, false) },
  { method: 'DELETE', path: `${root}/:serviceURLMarker`, handle: (call) => remove(call, serviceOf(call)) },
];

async function addAll(call: AdminCall, topics: boolean): Promise<undefined> {
  checkOptions(call);
  await call.edit(updated, (stored) => {
    const document = withServerId(withRepositoryServices(stored, call.manners));
    if (topics && !isRecord(document.eventBusConfig))
      throw configurationError(
        'OMAG-ADMIN-400-017',
        'the server has no event bus, which the topics of its services need',
      );
    const services = accessServices(call.manners.release).map((service) => configOf(document, service, call, topics));
    return withEnterpriseAccess({ ...document, accessServicesConfig: services }, call);
  });
}

/** Without an event bus the service gets no topic: one alone may be there for its calls. */
async function addOne(call: AdminCall, topics: boolean): Promise<undefined> {
  const service = serviceOf(call);
  checkOptions(call);
  await call.edit(updated, (stored) => {
    const document = withServerId(withRepositoryServices(stored, call.manners));
    const config = configOf(document, service, call, topics && isRecord(document.eventBusConfig));
    const others = configured(document).filter((other) => other.accessServiceURLMarker !== service.marker);
    return withEnterpriseAccess({ ...document, accessServicesConfig: [...others, config] }, call);
  });
}

async function setSection(call: AdminCall): Promise<undefined> {
  const sent = beanList(call.request, 'AccessServiceConfig').map((config) => {
    if (config === null) throw wrong('shape', 'an access service is missing');
    return config;
  });
  await call.edit(updated, (stored) => {
    const document = withServerId(withRepositoryServices(stored, call.manners));
    return withEnterpriseAccess({ ...document, accessServicesConfig: sent }, call);
  });
}

async function remove(call: AdminCall, service?: Service): Promise<undefined> {
  await call.edit(service === undefined ? removed : updated.slice(0, 1), (document) => {
    const left =
      service === undefined
        ? []
        : configured(document).filter(({ accessServiceURLMarker }) => accessServiceURLMarker !== service.marker);
    if (left.length > 0) return { ...document, accessServicesConfig: left };
    const bare = without(document, 'accessServicesConfig');
    if (!isRecord(bare.repositoryServicesConfig)) return bare;
    return { ...bare, repositoryServicesConfig: without(servicesOf(bare), 'enterpriseAccessConfig') };
  });
}

/** @throws OMAG-ADMIN-400-005 for a service that the release does not have */
function serviceOf({ request, manners }: AdminCall): Service {
  const marker = parameter(request, 'serviceURLMarker');
  const found = accessServices(manners.release).find((service) => service.marker === marker);
  if (found !== undefined) return found;
  throw configurationError(
    'OMAG-ADMIN-400-005',
    `no access service ${marker.slice(0, 100)} is registered on this platform`,
  );
}

/** Options of services are read and passed over: none of ours has any. */
function checkOptions({ request }: AdminCall): void {
  const options = jsonBody(request, 'maybe');
  if (options !== undefined && !isRecord(options)) throw wrong('shape', 'the options of a service are an object');
}

function configOf(document: ServerDocument, service: Service, call: AdminCall, topics: boolean): Bean {
  const config = accessServiceConfig(service);
  if (!topics || service.topic === false) return config;
  const name = `server.${call.serverName}.omas.${service.marker.replaceAll('-', '')}.outTopic`;
  const { release } = call.manners;
  const direction = release === '4.3' ? { eventDirection: 'outOnly' } : {};
  return { ...config, accessServiceOutTopic: topicConnection(document, release, name, direction) };
}

function withEnterpriseAccess(document: ServerDocument, { serverName, manners }: AdminCall): ServerDocument {
  const services = servicesOf(document);
  if (isRecord(services.enterpriseAccessConfig)) return document;
  return withServices(document, { enterpriseAccessConfig: enterpriseAccess(document, serverName, manners) });
}

function enterpriseAccess(document: ServerDocument, name: string, { release }: EgeriaManners): Bean {
  const topic = `${name}.openmetadata.repositoryservices.enterprise.${name}.OMRSTopic`;
  const inMemory = topicConnection(
    { ...document, eventBusConfig: { connectorProvider: '.InMemoryOpenMetadataTopicProvider', topicURLRoot: name } },
    release,
    topic.slice(name.length + 1),
    { eventDirection: 'inOut' },
  );
  return {
    class: 'EnterpriseAccessConfig',
    enterpriseMetadataCollectionName: `${name} Enterprise Metadata Collection`,
    enterpriseMetadataCollectionId: randomUUID(),
    enterpriseOMRSTopicConnection: {
      class: connectionClasses[1],
      headerVersion: 0,
      displayName: 'Enterprise OMRS Topic Connection',
      connectorType: connectorType('enterpriseTopic', release),
      embeddedConnections: [
        {
          class: 'EmbeddedConnection',
          headerVersion: 0,
          position: 0,
          displayName: 'Enterprise OMRS Events',
          embeddedConnection: inMemory,
        },
      ],
    },
    enterpriseOMRSTopicProtocolVersion: 'V2',
  };
}

function configured({ accessServicesConfig: services }: ServerDocument): readonly Bean[] {
  return Array.isArray(services) ? services.filter(isRecord) : [];
}

function registration(config: Bean): Bean {
  return {
    serviceId: config.accessServiceId,
    serviceName: config.accessServiceFullName ?? config.accessServiceName,
    serviceDevelopmentStatus: config.accessServiceDevelopmentStatus,
    serviceURLMarker: config.accessServiceURLMarker,
  };
}

function topicNames({
  accessServiceName,
  accessServiceOutTopic: topic,
}: Bean): readonly (readonly [string, unknown])[] {
  if (!isRecord(topic) || !isRecord(topic.endpoint)) return [];
  return [[String(accessServiceName), topic.endpoint.networkAddress ?? topic.endpoint.address]];
}

function listed(member: string, items: readonly unknown[]): Bean {
  return items.length === 0 ? {} : { [member]: items };
}
