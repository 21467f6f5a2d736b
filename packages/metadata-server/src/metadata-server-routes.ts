import { standardTypes } from '@isthmus/model/standard-types';
import {
  addFace,
  egeriaErrorHandler,
  type FaceScope,
  type NamedServer,
  type RunningServers,
  runningServerOf,
} from '@isthmus/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toEgeriaFailure } from './failures.js';
import { MetadataServer } from './metadata-server.js';
import { addCatalogTargetList, addCatalogTargets, addCatalogTargetsByLink } from './older/catalog-target-routes.js';
import { addFileCatalogue } from './older/file-catalogue-routes.js';
import { addGroupMaintenance } from './older/governance-engine-routes.js';
import { addIntegrationReports } from './older/integration-report-routes.js';
import { addNewSource, addSourceByName, addSourceKinds } from './older/metadata-source-routes.js';
import { addRepositoryCalls } from './older/repository-routes.js';
import { addStewardshipCalls } from './older/stewardship-routes.js';
import { addOlderElementReads, addOlderRelationshipReads } from './older/store-read-routes.js';
import {
  addOlderClassificationCalls,
  addOlderElementWrites,
  addOlderRelationshipWrites,
} from './older/store-write-routes.js';
import { addValidMetadataValues } from './older/valid-value-routes.js';
import { Fields } from './requests/fields.js';
import { addAnchorSearches } from './routes/anchor-search-routes.js';
import { addClassificationCalls } from './routes/classification-routes.js';
import type { StoreFaces } from './routes/egeria-call.js';
import { addElementReads, addElementSearches } from './routes/element-read-routes.js';
import { addElementWrites } from './routes/element-write-routes.js';
import { addConnectionCalls, addGroupCalls } from './routes/group-routes.js';
import { addIsthmusCalls } from './routes/isthmus-routes.js';
import { addLogRecordCall } from './routes/log-record-route.js';
import { addMultiLanguageCalls } from './routes/multi-language-routes.js';
import { addAssetCatalogTopic, addGovernanceEngineTopic, addOutTopicCall } from './routes/out-topic-route.js';
import { addRelatedElements, addRelationshipReads } from './routes/relationship-read-routes.js';
import { addRelationshipWrites } from './routes/relationship-write-routes.js';
import { addTemplateCall } from './routes/template-routes.js';
import { addTypeCalls } from './routes/type-routes.js';

type Service = (scope: FaceScope, faces: StoreFaces) => void;

/** Largest element that is accepted: descriptions and maps may be long. */
const largestBodyBytes = 4 * 1_048_576;

/** Egeria's access services that metadata access servers offer, by their part of the path. */
const services: Readonly<Record<string, readonly Service[]>> = {
  'open-metadata-store': [
    addTypeCalls,
    addElementReads,
    addElementSearches,
    addAnchorSearches,
    addElementWrites,
    addTemplateCall,
    addMultiLanguageCalls,
    addLogRecordCall,
    addClassificationCalls,
    addRelatedElements,
    addRelationshipReads,
    addRelationshipWrites,
    addOutTopicCall,
  ],
  'governance-configuration-service': [addGroupCalls],
  'open-governance-service': [addOutTopicCall],
  'connected-asset': [addConnectionCalls],
};

/** What 4.3 has besides, by the path below `open-metadata`. */
const olderServices: Readonly<Record<string, readonly Service[]>> = {
  'access-services/governance-engine': [
    addOlderGroupCalls,
    addGroupMaintenance,
    addCatalogTargets,
    addGovernanceEngineTopic,
  ],
  'access-services/asset-catalog': [addAssetCatalogTopic],
  'framework-services/:serviceMarker/open-metadata-store': [
    addOlderElementReads,
    addOlderElementWrites,
    addOlderClassificationCalls,
    addOlderRelationshipReads,
    addOlderRelationshipWrites,
    addValidMetadataValues,
    addStewardshipCalls,
    (scope, faces) => addMultiLanguageCalls(scope, faces, '4.3'),
    (scope, faces) => addLogRecordCall(scope, faces, '4.3'),
  ],
  // 5.3's daemons read groups here.
  'framework-services/:serviceMarker/governance-configuration-service': [
    addOlderGroupCalls,
    addGroupMaintenance,
    addCatalogTargetsByLink,
  ],
  'framework-services/:serviceMarker/open-integration': [
    addCatalogTargetList,
    addSourceByName,
    addNewSource,
    addIntegrationReports,
  ],
  'access-services/data-manager': [addSourceByName, addSourceKinds, addFileCatalogue],
  'repository-services': [addRepositoryCalls],
};

/** The faces of every metadata access server of the process: Egeria 6.1's API and our own. */
export async function metadataServerRoutes(http: FastifyInstance, servers: RunningServers): Promise<void> {
  const faces: StoreFaces = { types: standardTypes(), of: (request) => serverOf(servers, request).face() };
  const all = [
    ...Object.entries(services).map(([service, adders]) => [`access-services/${service}`, adders] as const),
    ...Object.entries(olderServices),
  ];
  for (const [service, adders] of all) {
    const root = `/servers/:serverName/open-metadata/${service}/users/:userId`;
    const prepare = (scope: FastifyInstance) => scope.setErrorHandler(egeriaErrorHandler(toEgeriaFailure));
    addFace(http, { root, answersOtherVerbs: false, bodyLimitBytes: largestBodyBytes, prepare }, (scope) => {
      for (const add of adders) add(scope, faces);
    });
  }
  await http.register(async (scope) => addIsthmusCalls(scope, faces));
}

function serverOf(servers: RunningServers, request: FastifyRequest): MetadataServer {
  const name = Fields.of(request.params)?.text('serverName') ?? '';
  return runningServerOf(servers, name, isMetadataServer, 'Open Metadata Store Services');
}

function isMetadataServer(server: NamedServer): server is MetadataServer {
  return server instanceof MetadataServer;
}

function addOlderGroupCalls(scope: FaceScope, faces: StoreFaces): void {
  addGroupCalls(scope, faces, '4.3');
}
