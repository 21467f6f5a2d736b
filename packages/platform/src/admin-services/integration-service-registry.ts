import type { Bean } from './request-beans.js';

type Status = 'TECHNICAL_PREVIEW' | 'IN_DEVELOPMENT';

interface IntegrationServiceFacts {
  readonly id: number;
  readonly marker: string;
  readonly name: string;
  readonly status: Status;
  readonly partner: string;
  readonly description: string;
  readonly synchronization: 'FROM_THIRD_PARTY' | 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY';
}

/** The integration services that 4.3 registers, by the number of each. */
export const integrationServices: readonly IntegrationServiceFacts[] = [
  service(
    600,
    'Catalog',
    'IN_DEVELOPMENT',
    'Asset Manager',
    'Exchange metadata with another catalog.',
    'BOTH_DIRECTIONS',
  ),
  service(601, 'API', 'TECHNICAL_PREVIEW', 'Data Manager', 'Extract metadata about APIs.'),
  service(602, 'Topic', 'TECHNICAL_PREVIEW', 'Data Manager', 'Extract metadata about event topics.'),
  service(603, 'Display', 'TECHNICAL_PREVIEW', 'Data Manager', 'Extract metadata about reports and forms.'),
  service(604, 'Database', 'TECHNICAL_PREVIEW', 'Data Manager', 'Extract metadata about databases.'),
  service(
    605,
    'Files',
    'TECHNICAL_PREVIEW',
    'Data Manager',
    'Extract metadata about files stored in a file system or file manager.',
  ),
  service(606, 'Lineage', 'IN_DEVELOPMENT', 'Asset Manager', 'Gather lineage from other tools.'),
  service(607, 'Organization', 'IN_DEVELOPMENT', 'Community Profile', 'Load people and their organization.'),
  service(
    608,
    'Security',
    'IN_DEVELOPMENT',
    'Security Manager',
    'Hand rules of access to an enforcing tool.',
    'TO_THIRD_PARTY',
  ),
  service(
    609,
    'Analytics',
    'IN_DEVELOPMENT',
    'Data Science',
    'Exchange metadata with analytics tools.',
    'BOTH_DIRECTIONS',
  ),
  service(610, 'Search', 'IN_DEVELOPMENT', 'Asset Catalog', 'Fill the index of a search tool.', 'TO_THIRD_PARTY'),
  service(
    611,
    'Infrastructure',
    'IN_DEVELOPMENT',
    'IT Infrastructure',
    'Extract metadata about deployed infrastructure.',
  ),
];

export function integrationServiceConfig(found: IntegrationServiceFacts): Bean {
  const word = found.name.split(' ')[0] ?? '';
  return {
    class: 'IntegrationServiceConfig',
    integrationServiceId: found.id,
    integrationServiceDevelopmentStatus: found.status,
    integrationServiceContextManagerClass: `org.odpi.openmetadata.integrationservices.${word.toLowerCase()}.contextmanager.${word}IntegratorContextManager`,
    integrationServiceName: found.name,
    integrationServiceFullName: `${found.name} OMIS`,
    integrationServiceURLMarker: found.marker,
    integrationServiceDescription: found.description,
    integrationServiceWiki: `https://egeria-project.org/services/omis/${found.marker}/overview/`,
    integrationServicePartnerOMAS: `${found.partner} OMAS`,
    defaultPermittedSynchronization: found.synchronization,
    integrationServiceOperationalStatus: 'ENABLED',
  };
}

function service(
  id: number,
  word: string,
  status: Status,
  partner: string,
  description: string,
  synchronization: IntegrationServiceFacts['synchronization'] = 'FROM_THIRD_PARTY',
): IntegrationServiceFacts {
  const marker = `${word.toLowerCase()}-integrator`;
  return { id, marker, name: `${word} Integrator`, status, partner, description, synchronization };
}
