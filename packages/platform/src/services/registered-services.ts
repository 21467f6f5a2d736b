import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import type { ServiceRoute } from './server-routes.js';
import { type RegisteredService, servicesElsewhere } from './services-elsewhere.js';

type Status = RegisteredService['serviceDevelopmentStatus'];
type Services = Readonly<Record<string, readonly RegisteredService[]>>;

const accessServer = 'Metadata Access Server';
const stable = (serviceId: number, serviceName: string, serviceURLMarker?: string, serverType?: string) => ({
  serviceId,
  serviceName,
  serviceDevelopmentStatus: 'STABLE' as const,
  ...(serviceURLMarker === undefined ? {} : { serviceURLMarker }),
  ...(serverType === undefined ? {} : { serverType }),
});
const integrator = (serviceId: number, name: string, serviceDevelopmentStatus: Status): RegisteredService => ({
  serviceId,
  serviceName: `${name} Integrator OMIS`,
  serviceDevelopmentStatus,
  serviceURLMarker: `${name.toLowerCase()}-integrator`,
});

/** The services of each release that this platform really has, by their part of the path, in Egeria's numbers and words. */
const registered: Readonly<Record<EgeriaRelease, Services>> = {
  '4.3': {
    'access-services': [],
    'engine-services': [],
    'integration-services': [
      integrator(611, 'Infrastructure', 'IN_DEVELOPMENT'),
      integrator(605, 'Files', 'TECHNICAL_PREVIEW'),
      integrator(602, 'Topic', 'TECHNICAL_PREVIEW'),
      integrator(601, 'API', 'TECHNICAL_PREVIEW'),
      integrator(608, 'Security', 'IN_DEVELOPMENT'),
      integrator(610, 'Search', 'IN_DEVELOPMENT'),
      integrator(604, 'Database', 'TECHNICAL_PREVIEW'),
      integrator(606, 'Lineage', 'IN_DEVELOPMENT'),
      integrator(600, 'Catalog', 'IN_DEVELOPMENT'),
      integrator(609, 'Analytics', 'IN_DEVELOPMENT'),
      integrator(603, 'Display', 'TECHNICAL_PREVIEW'),
      integrator(607, 'Organization', 'IN_DEVELOPMENT'),
    ],
    'view-services': [],
    'governance-services': [
      {
        serviceId: 193,
        serviceName: 'Integration Daemon Services',
        serviceDevelopmentStatus: 'TECHNICAL_PREVIEW',
      },
    ],
    'common-services': [
      stable(180, 'Open Metadata Repository Services (OMRS)', 'repository-services'),
      stable(181, 'Administration Services', 'admin-services'),
      stable(182, 'Connected Asset Services', 'connected-asset'),
      stable(183, 'Open Metadata Security Services'),
      stable(184, 'Governance Action Framework Services', 'open-metadata-store'),
      stable(185, 'Platform Services', 'platform-services'),
      stable(186, 'Open Integration Service', 'open-integration-service'),
      stable(187, 'Server Operations', 'server-operations'),
      {
        serviceId: 188,
        serviceName: 'Open Metadata Store Services',
        serviceDevelopmentStatus: 'IN_DEVELOPMENT',
        serviceURLMarker: 'open-metadata-store',
      },
    ],
  },
  '6.1': {
    'access-services': [
      stable(100, 'Connected Asset Services', 'connected-asset', accessServer),
      stable(102, 'Open Metadata Store Services', 'open-metadata-store', accessServer),
      stable(101, 'Open Governance Framework Services', 'open-governance-service', accessServer),
    ],
    'engine-services': [],
    'view-services': [],
    'governance-services': [
      {
        ...stable(193, 'Integration Daemon Services', 'integration-daemon', 'Integration Daemon'),
        partnerServiceName: 'Open Metadata Store Services',
        partnerServerType: accessServer,
      },
    ],
    'common-services': [
      stable(180, 'Open Metadata Repository Services (OMRS)', 'repository-services'),
      stable(181, 'Administration Services', 'admin-services'),
      stable(185, 'Platform Services', 'platform-services'),
      stable(187, 'Server Operations', 'server-operations'),
    ],
  },
};

/** Lists of the registered services: all, and each group of them. */
export function registeredServices(): readonly ServiceRoute[] {
  const read = { method: 'GET', answer: 'RegisteredOMAGServicesResponse', role: 'viewer' } as const;
  const path = '/registered-services';
  return (['4.3', '6.1'] as const).flatMap((release): ServiceRoute[] => [
    {
      ...read,
      path,
      release,
      handle: () => listOf(Object.keys(registered[release]).flatMap((group) => servicesOf(release, group))),
    },
    ...Object.keys(registered[release]).map(
      (group): ServiceRoute => ({
        ...read,
        path: `${path}/${group}`,
        release,
        handle: () => listOf(servicesOf(release, group)),
      }),
    ),
  ]);
}

/** Those that are here, and those that the release has besides, which say that they are not implemented. */
function servicesOf(release: EgeriaRelease, group: string): readonly RegisteredService[] {
  const here = registered[release][group] ?? [];
  const others = servicesElsewhere[release][group] ?? [];
  return group === 'governance-services' ? [...here, ...others].sort(byNumber) : [...here, ...others];
}

function byNumber(one: RegisteredService, other: RegisteredService): number {
  return one.serviceId - other.serviceId;
}

function listOf(services: readonly RegisteredService[]) {
  return services.length === 0 ? {} : { services };
}
