import type { FastifyInstance } from 'fastify';
import type { ServerDocuments } from '../documents/server-documents.js';
import { accessServiceRoutes } from './access-services.js';
import { addAdminRoutes } from './admin-route.js';
import { auditLogRoutes } from './audit-log-destinations.js';
import { documentHistoryRoutes } from './document-history.js';
import { eventBusRoutes } from './event-bus.js';
import { integrationGroupRoutes } from './integration-groups.js';
import { integrationServiceRoutes } from './integration-services.js';
import { localRepositoryRoutes } from './local-repository.js';
import { securityConnectionRoutes } from './security-connection.js';
import { serverBasicsRoutes } from './server-basics.js';
import { classificationRoutes } from './server-classification.js';
import { storeRoutes } from './stores.js';
import { wholeDocumentRoutes } from './whole-document.js';

/** Egeria's admin services over the stored documents, in the path forms of both releases. */
export function addAdminServices(http: FastifyInstance, documents: ServerDocuments): void {
  addAdminRoutes(http, documents, [
    ...integrationGroupRoutes,
    ...serverBasicsRoutes,
    ...eventBusRoutes,
    ...auditLogRoutes,
    ...wholeDocumentRoutes,
    ...documentHistoryRoutes,
    ...classificationRoutes,
    ...localRepositoryRoutes,
    ...accessServiceRoutes,
    ...integrationServiceRoutes,
    ...securityConnectionRoutes,
    ...storeRoutes,
  ]);
}
