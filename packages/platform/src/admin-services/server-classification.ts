import { isRecord } from '../documents/document-check.js';
import { EgeriaError } from '../egeria/egeria-answer.js';
import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import { configurationError } from '../servers/configuration-error.js';
import type { AdminRoute } from './admin-route.js';
import { servicesOf } from './document-sections.js';
import type { Bean } from './request-beans.js';

/** Kinds of servers that a document may describe and this platform runs. */
export type ServerType = 'Integration Daemon' | 'Metadata Access Store' | 'Metadata Access Point';

interface TypeFacts {
  readonly super?: string;
  readonly wiki: string;
  readonly description: string;
}

const types: Readonly<Record<string, TypeFacts>> = {
  'Open Metadata and Governance (OMAG) Server': {
    wiki: 'omag-server',
    description: 'Generic name for a server that runs on the OMAG Platform.',
  },
  'Governance Server': {
    super: 'Open Metadata and Governance (OMAG) Server',
    wiki: 'governance-server',
    description: 'Server that hosts integration, management or governance function.',
  },
  'Integration Daemon': {
    super: 'Governance Server',
    wiki: 'integration-daemon',
    description:
      'Governance server that hosts connectors that are exchanging metadata with third party technology.  These servers typically do not have their own API which is why they are called daemons.',
  },
  'Cohort Member': {
    super: 'Open Metadata and Governance (OMAG) Server',
    wiki: 'cohort-member',
    description: 'OMAG Server that is capable of joining one or more open metadata repository cohorts.',
  },
  'Metadata Access Server': {
    super: 'Cohort Member',
    wiki: 'metadata-access-server',
    description:
      'Server that provides specialist APIs for accessing and storing metadata inopen metadata repositories connected through one or more open metadata repository cohorts.',
  },
  'Metadata Access Store': {
    super: 'Metadata Access Server',
    wiki: 'metadata-access-store',
    description: 'Server that is a metadata access server with its own native open metadata repository.',
  },
  'Metadata Access Point': {
    super: 'Metadata Access Server',
    wiki: 'metadata-access-point',
    description: 'Server that is a metadata access server without a repository of its own.',
  },
};

/** Sections of servers that this platform does not run, beside those that it does. */
const otherSections = [
  'viewServicesConfig',
  'engineHostServicesConfig',
  'governanceEnginesConfig',
  'conformanceSuiteConfig',
];

export const classificationRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/server-type-classification',
    answer: 'ServerClassificationResponse',
    handle: ({ document, manners }) => ({
      serverTypeClassification: summary(serverTypeOf(document()), manners.release),
    }),
  },
];

/**
 * What kind of server a document describes. An empty list of groups is one of a daemon that has nothing to do yet.
 *
 * @throws OMAG-ADMIN-400-010, -019, -031, -035 (`configurationError`) when it describes none or several
 */
export function serverTypeOf(document: ServerDocument): ServerType {
  const has = (section: string): boolean => document[section] !== undefined && document[section] !== null;
  const isDaemon = has('dynamicIntegrationGroupsConfig') || has('integrationServicesConfig');
  const isStore = has('accessServicesConfig');
  const others = otherSections.filter(has);
  if (!has('repositoryServicesConfig')) {
    if (isDaemon || isStore || others.length > 0)
      throw configurationError('OMAG-ADMIN-400-010', 'the document has no section of repository services');
    throw configurationError('OMAG-ADMIN-400-019', 'the document configures no services');
  }
  if (isDaemon && (isStore || others.length > 0))
    throw configurationError(
      'OMAG-ADMIN-400-031',
      'the document configures an integration daemon and services of other servers',
    );
  if (isDaemon) return 'Integration Daemon';
  const hasRepository = isRecord(servicesOf(document).localRepositoryConfig);
  if (others.length > 0 || (!isStore && !hasRepository))
    throw new EgeriaError({
      code: 400,
      messageId: 'OMAG-ADMIN-400-035',
      message: 'the document describes no kind of server that this platform runs',
      exception: 'adminInvalidParameter',
    });
  return hasRepository ? 'Metadata Access Store' : 'Metadata Access Point';
}

function summary(name: string, release: EgeriaRelease): Bean {
  const found = types[name];
  if (found === undefined) return {};
  const own = release === '4.3' ? { class: 'ServerTypeClassificationSummary', relatedHTTPCode: 200 } : {};
  const text = found.description;
  return {
    ...own,
    serverTypeName: name,
    // its sentences end without a stop
    serverTypeDescription: release === '4.3' ? text.replace(/\.$/, '') : text,
    ...(found.super === undefined ? {} : { serverSuperType: summary(found.super, release) }),
    serverTypeWiki: `https://egeria-project.org/concepts/${found.wiki}/`,
  };
}
