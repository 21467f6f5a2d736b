import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { ServerDocument } from '../server-kind.js';
import { refused } from './admin-failures.js';
import { type AdminCall, type AdminRoute, parameter } from './admin-route.js';
import { withRepositoryServices } from './audit-log-destinations.js';
import { keptConnection } from './connections.js';
import { without } from './document-sections.js';
import { integrationServiceConfig, integrationServices } from './integration-service-registry.js';
import { type Bean, bean, beanBody, beanList, textMember, wrong } from './request-beans.js';

const root = '/integration-services';
const configClass = 'IntegrationServiceConfig';
const updated = 'updated configuration for integration services.';
const removed = 'removed configuration for integration services.';

/** 4.3's statically configured integration services. */
export const integrationServiceRoutes: readonly AdminRoute[] = [
  {
    ...of43('GET', root),
    answer: 'RegisteredOMAGServicesResponse',
    handle: ({ document }) => listed(configured(document()).map(registration)),
  },
  {
    ...of43('GET', `${root}/configuration`),
    answer: 'IntegrationServicesResponse',
    handle: ({ document }) => listed(configured(document())),
  },
  {
    ...of43('GET', `${root}/:serviceURLMarker/configuration`),
    answer: 'IntegrationServiceConfigResponse',
    handle: (call) => {
      const service = serviceOf(call);
      const found = configured(call.document()).find((other) => markerOf(other) === service.marker);
      return { config: found ?? integrationServiceConfig(service) };
    },
  },
  { ...of43('POST', `${root}/:serviceURLMarker`), handle: setOne },
  {
    ...of43('POST', `${root}/configuration`),
    handle: (call) => put(call, keptConfig(beanBody(call.request, configClass))),
  },
  {
    ...of43('POST', `${root}/configuration/all`),
    async handle(call) {
      const configs = beanList(call.request, configClass).map((config) => {
        if (config === null) throw wrong('shape', 'an integration service is missing');
        return keptConfig(config);
      });
      await call.edit(updated, (document) => withServices(withRepositoryServices(document, call.manners), configs));
      return undefined;
    },
  },
  {
    ...of43('DELETE', root),
    async handle(call) {
      await call.edit(removed, (document) => without(document, 'integrationServicesConfig'));
      return undefined;
    },
  },
  {
    ...of43('DELETE', `${root}/:serviceURLMarker`),
    async handle(call) {
      const marker = parameter(call.request, 'serviceURLMarker');
      await call.edit(updated, (document) =>
        withServices(
          document,
          configured(document).filter((config) => markerOf(config) !== marker),
        ),
      );
      return undefined;
    },
  },
];

function of43(method: AdminRoute['method'], path: string) {
  return { method, path, release: '4.3' } as const;
}

async function setOne(call: AdminCall): Promise<undefined> {
  const service = serviceOf(call);
  const sent = beanBody(call.request, 'IntegrationServiceRequestBody');
  const connectors = sent.integrationConnectorConfigs;
  if (!Array.isArray(connectors) || connectors.length === 0)
    throw refused('OMAG-ADMIN-400-037', 'the service has no integration connectors', 'integrationConnectorConfigs');
  return put(call, keptConfig({ ...integrationServiceConfig(service), ...sent, class: configClass }));
}

async function put(call: AdminCall, config: Bean): Promise<undefined> {
  for (const [member, id] of [
    ['omagserverPlatformRootURL', 'OMAG-ADMIN-400-039'],
    ['omagserverName', 'OMAG-ADMIN-400-040'],
  ] as const)
    if (config[member] === undefined || config[member] === '')
      throw refused(id, `the integration service has no ${member}`, member);
  await call.edit(updated, (document) =>
    withServices(withRepositoryServices(document, call.manners), [
      ...configured(document).filter((other) => markerOf(other) !== markerOf(config)),
      config,
    ]),
  );
}

/** @throws OMAG-ADMIN-400-008 for a service that 4.3 does not have */
function serviceOf({ request }: AdminCall) {
  const marker = parameter(request, 'serviceURLMarker');
  const found = integrationServices.find((service) => service.marker === marker);
  if (found !== undefined) return found;
  throw refused(
    'OMAG-ADMIN-400-008',
    `no integration service ${marker.slice(0, 100)} is registered`,
    'serviceURLMarker',
  );
}

function keptConfig(sent: Bean): Bean {
  const { integrationConnectorConfigs: connectors = [], integrationServiceOptions: options, ...rest } = sent;
  if (!Array.isArray(connectors)) throw wrong('shape', 'integrationConnectorConfigs has to be a list');
  const kept = connectors.map((connector: unknown) => keptConnector(bean(connector, ['IntegrationConnectorConfig'])));
  return {
    ...rest,
    ...clientMembers(sent),
    ...(isRecord(options) && Object.keys(options).length > 0 ? { integrationServiceOptions: options } : {}),
    ...(kept.length === 0 ? {} : { integrationConnectorConfigs: kept }),
  };
}

function clientMembers(sent: Bean): Bean {
  const members = (['omagserverPlatformRootURL', 'omagserverName'] as const).map(
    (member) => [member, textMember(sent, member)] as const,
  );
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function keptConnector(sent: Bean): Bean {
  return {
    connectorId: randomUUID(),
    refreshTimeInterval: 0,
    usesBlockingCalls: false,
    generateIntegrationReports: false,
    ...sent,
    ...(sent.connection === undefined ? {} : { connection: keptConnection(sent.connection) }),
  };
}

function withServices(document: ServerDocument, configs: readonly Bean[]): ServerDocument {
  return { ...document, integrationServicesConfig: configs };
}

function configured({ integrationServicesConfig: services }: ServerDocument): readonly Bean[] {
  return Array.isArray(services) ? services.filter(isRecord) : [];
}

function markerOf(config: Bean): unknown {
  return config.integrationServiceURLMarker;
}

function registration(config: Bean): Bean {
  return {
    serviceId: config.integrationServiceId,
    serviceName: config.integrationServiceFullName,
    serviceDevelopmentStatus: config.integrationServiceDevelopmentStatus,
    serviceURLMarker: config.integrationServiceURLMarker,
  };
}

function listed(services: readonly Bean[]): Bean {
  return services.length === 0 ? {} : { services };
}
