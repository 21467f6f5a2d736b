import type { EgeriaRelease } from '../egeria/egeria-manners.js';

export interface RegisteredService {
  readonly serviceId: number;
  readonly serviceName: string;
  readonly serviceDevelopmentStatus: DevelopmentStatus;
  readonly serviceURLMarker?: string;
  readonly serverType?: string;
  readonly partnerServiceName?: string;
  readonly partnerServerType?: string;
  /** Told of services alone that this platform does not have. */
  readonly serviceOperationalStatus?: 'NOT_IMPLEMENTED';
}

type DevelopmentStatus = 'STABLE' | 'TECHNICAL_PREVIEW' | 'IN_DEVELOPMENT';

/**
 * Services that a platform of the release knows and this one does not have: people who look for one see that it is not
 * implemented here. Egeria's order, which is that of a hash table.
 */
export const servicesElsewhere: Readonly<
  Record<EgeriaRelease, Readonly<Record<string, readonly RegisteredService[]>>>
> = {
  '4.3': {
    'engine-services': [
      elsewhere(401, 'Governance Action OMES', 'IN_DEVELOPMENT', 'governance-action'),
      elsewhere(402, 'Repository Governance OMES', 'IN_DEVELOPMENT', 'repository-governance'),
      elsewhere(400, 'Asset Analysis OMES', 'IN_DEVELOPMENT', 'asset-analysis'),
    ],
    'view-services': [
      elsewhere(803, 'Dynamic Infrastructure and Operations OMVS', 'TECHNICAL_PREVIEW', 'dino'),
      elsewhere(800, 'Glossary Author OMVS', 'IN_DEVELOPMENT', 'glossary-author'),
      elsewhere(801, 'Repository Explorer OMVS', 'TECHNICAL_PREVIEW', 'rex'),
      elsewhere(806, 'Glossary Workflow OMVS', 'IN_DEVELOPMENT', 'glossary-workflow'),
      elsewhere(807, 'My Profile OMVS', 'IN_DEVELOPMENT', 'my-profile'),
      elsewhere(802, 'Type Explorer OMVS', 'TECHNICAL_PREVIEW', 'tex'),
      elsewhere(804, 'Server Author OMVS', 'IN_DEVELOPMENT', 'server-author'),
      elsewhere(805, 'Glossary Browser OMVS', 'IN_DEVELOPMENT', 'glossary-browser'),
    ],
    'governance-services': [
      elsewhere(190, 'Open Lineage Services', 'STABLE', 'open-lineage'),
      elsewhere(191, 'Conformance Suite Services', 'STABLE', 'conformance-suite'),
      elsewhere(192, 'Data Engine Proxy Services', 'STABLE'),
      elsewhere(194, 'Engine Host Services', 'TECHNICAL_PREVIEW'),
    ],
  },
  '6.1': {
    'engine-services': [
      engine(120, 'Governance Action'),
      engine(122, 'Repository Governance', 'Open Metadata Repository Services (OMRS)', 'IN_DEVELOPMENT'),
      engine(124, 'Survey Action'),
      engine(125, 'Watchdog Action'),
    ],
    'view-services': [
      view(233, 'Community Matters'),
      view(204, 'Product Catalog'),
      view(230, 'Classification Explorer'),
      view(201, 'Asset Maker'),
      view(225, 'Governance Officer'),
      view(223, 'People Organizer'),
      view(240, 'External Links'),
      view(239, 'Lineage Linker'),
      view(206, 'Glossary Manager'),
      view(203, 'Product Manager'),
      view(232, 'Actor Manager'),
      view(235, 'Connection Maker'),
      view(219, 'DevOps Pipeline', 'IN_DEVELOPMENT'),
      view(207, 'My Profile'),
      view(231, 'Time Keeper'),
      view(226, 'Data Designer'),
      view(234, 'Subject Area'),
      view(213, 'Project Manager'),
      view(208, 'Asset Catalog'),
      view(202, 'Metadata Expert'),
      view(215, 'Template Manager'),
      view(210, 'Automated Curation'),
      view(209, 'Collection Manager'),
      view(236, 'Schema Maker'),
      view(241, 'Digital Business'),
      view(237, 'Location Arena'),
      view(212, 'Action Author'),
      view(238, 'Multi Language', 'IN_DEVELOPMENT'),
      view(211, 'Feedback Manager'),
      view(221, 'Privacy Officer'),
      partlyHere(view(224, 'Runtime Manager')),
      view(216, 'Reference Data'),
      view(220, 'Security Officer'),
      view(228, 'Notification Manager'),
      view(222, 'Data Officer', 'IN_DEVELOPMENT'),
      view(214, 'Data Discovery'),
      view(229, 'Solution Architect'),
      view(242, 'Data Engineer'),
      view(217, 'Valid Metadata'),
    ],
    'governance-services': [
      {
        ...elsewhere(191, 'Conformance Suite Services', 'STABLE', 'conformance-suite'),
        serverType: 'Conformance Test Server',
      },
      {
        ...elsewhere(194, 'Engine Host Services', 'STABLE', 'engine-host'),
        serverType: 'Engine Host Server',
        ...partner('Open Metadata Store Services'),
      },
    ],
  },
};

function elsewhere(
  serviceId: number,
  serviceName: string,
  serviceDevelopmentStatus: DevelopmentStatus,
  serviceURLMarker?: string,
): RegisteredService {
  return {
    serviceId,
    serviceName,
    serviceDevelopmentStatus,
    ...(serviceURLMarker === undefined ? {} : { serviceURLMarker }),
    serviceOperationalStatus: 'NOT_IMPLEMENTED',
  };
}

function engine(
  serviceId: number,
  name: string,
  partnerServiceName = 'Open Governance Framework Services',
  status: DevelopmentStatus = 'STABLE',
): RegisteredService {
  return {
    ...elsewhere(serviceId, `${name} OMES`, status, markerOf(name)),
    serverType: 'Engine Host Server',
    ...partner(partnerServiceName),
  };
}

function view(serviceId: number, name: string, status: DevelopmentStatus = 'STABLE'): RegisteredService {
  return {
    ...elsewhere(serviceId, `${name} API`, status, markerOf(name)),
    serverType: 'View Server',
    ...partner('Open Metadata Store Services'),
  };
}

/** What of it operators' clients use is here. */
function partlyHere({ serviceOperationalStatus: _status, ...service }: RegisteredService): RegisteredService {
  return service;
}

function partner(partnerServiceName: string) {
  return { partnerServiceName, partnerServerType: 'Metadata Access Server' };
}

function markerOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
