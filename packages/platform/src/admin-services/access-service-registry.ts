import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import type { Bean } from './request-beans.js';

interface AccessServiceFacts {
  readonly id: number;
  readonly status: 'STABLE' | 'TECHNICAL_PREVIEW' | 'IN_DEVELOPMENT';
  readonly name: string;
  readonly marker: string;
  readonly description: string;
  readonly adminClass: string;
  readonly wiki: string;
  readonly fullName?: string;
  /** 6.1 alone has one without topic. */
  readonly topic?: false;
}

const odpi = 'org.odpi.openmetadata';
const site = 'https://egeria-project.org/services';

const services: Readonly<Record<EgeriaRelease, readonly AccessServiceFacts[]>> = {
  '4.3': [
    omas(200, 'IN_DEVELOPMENT', 'Asset Catalog', 'Search and understand your assets'),
    omas(201, 'STABLE', 'Asset Consumer', 'Access assets through connectors'),
    omas(204, 'TECHNICAL_PREVIEW', 'Asset Manager', 'Manage metadata from a third party asset manager'),
    omas(205, 'STABLE', 'Asset Owner', 'Manage an asset'),
    omas(207, 'IN_DEVELOPMENT', 'Community Profile', 'Define personal profile and collaborate'),
    omas(208, 'IN_DEVELOPMENT', 'IT Infrastructure', 'Manage information about the deployed IT infrastructure'),
    omas(
      210,
      'TECHNICAL_PREVIEW',
      'Data Manager',
      'Capture changes to the data stores and data set managed by a data manager such as a database server, content manager or file system.',
    ),
    omas(212, 'IN_DEVELOPMENT', 'Data Science', 'Create and manage data science definitions and models'),
    omas(219, 'IN_DEVELOPMENT', 'Governance Engine', 'Set up an operational governance engine'),
    omas(222, 'IN_DEVELOPMENT', 'Security Manager', 'Manages exchange of metadata with a security service'),
    omas(225, 'IN_DEVELOPMENT', 'Stewardship Action', 'Manage exceptions and actions from open governance'),
  ],
  '6.1': [
    {
      id: 100,
      status: 'STABLE',
      name: 'Connected Asset Services',
      marker: 'connected-asset',
      description: 'Common metadata services for the Open Connector Framework (OCF).',
      adminClass: `${odpi}.frameworkservices.ocf.metadatamanagement.admin.OCFOperationalServices`,
      wiki: `${site}/ocf-metadata-management`,
      topic: false,
    },
    {
      id: 102,
      status: 'STABLE',
      name: 'Open Metadata Store Services',
      marker: 'open-metadata-store',
      description:
        'Provides generic open metadata retrieval and management services for the Open Frameworks and Open Metadata Access Services (OMASs).',
      adminClass: `${odpi}.frameworkservices.omf.admin.OMFOperationalServices`,
      wiki: `${site}/oms-metadata-management`,
    },
    {
      id: 101,
      status: 'STABLE',
      name: 'Open Governance Framework Services',
      marker: 'open-governance-service',
      description: 'Support open governance services.',
      adminClass: `${odpi}.frameworkservices.gaf.admin.GAFOperationalServices`,
      wiki: `${site}/gaf-metadata-management`,
    },
  ],
};

export function accessServices(release: EgeriaRelease): readonly AccessServiceFacts[] {
  return services[release];
}

/** The section of a document that configures a service, without its topic. */
export function accessServiceConfig(service: AccessServiceFacts): Bean {
  return {
    class: 'AccessServiceConfig',
    accessServiceId: service.id,
    accessServiceDevelopmentStatus: service.status,
    accessServiceAdminClass: service.adminClass,
    accessServiceName: service.name,
    ...(service.fullName === undefined ? {} : { accessServiceFullName: service.fullName }),
    accessServiceURLMarker: service.marker,
    accessServiceDescription: service.description,
    accessServiceWiki: service.wiki,
    accessServiceOperationalStatus: 'ENABLED',
  };
}

/** A service of 4.3, whose other names follow from its own. */
function omas(id: number, status: AccessServiceFacts['status'], name: string, description: string): AccessServiceFacts {
  const words = name.split(' ');
  const marker = words.join('-').toLowerCase();
  const folder = words.join('').toLowerCase();
  return {
    id,
    status,
    name,
    fullName: `${name} OMAS`,
    marker,
    description,
    adminClass: `${odpi}.accessservices.${folder}.admin.${words.join('')}Admin`,
    wiki: `${site}/omas/${marker}/overview/`,
  };
}
