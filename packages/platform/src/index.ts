import './http/fastify-types.js';

export { type Account, type ActsFor, type Caller, type Role, roles, type User } from './accounts.js';
export { addAdminServices } from './admin-services/index.js';
export { type ServerType, serverTypeOf } from './admin-services/server-classification.js';
export { type AuditedCall, CallAudit, type NumberedCall } from './audit/call-audit.js';
export { checkDocument, documentVersions } from './documents/document-check.js';
export { type GroupFault, groupFaults } from './documents/group-faults.js';
export { resolveDocument } from './documents/resolve-document.js';
export type {
  AuditLine,
  AuditTrail,
  DocumentChange,
  DocumentRevision,
  ServerDocuments,
  StoredDocument,
} from './documents/server-documents.js';
export { type DocumentLimits, SqliteServerDocuments } from './documents/sqlite-server-documents.js';
export {
  bodyMissing,
  type EgeriaEnvelope,
  EgeriaError,
  type EgeriaFailure,
  egeriaAnswer,
  egeriaErrorHandler,
  egeriaFailure,
  type FailureMapping,
  serverNotRunning,
  serviceNotOffered,
} from './egeria/egeria-answer.js';
export {
  type EgeriaException,
  type EgeriaManners,
  type EgeriaRelease,
  type EgeriaSetting,
  egeriaManners,
  egeriaReleases,
} from './egeria/egeria-manners.js';
export { addFace } from './egeria/face.js';
export type { FaceScope } from './egeria/face-table.js';
export { inJavaHashOrder } from './egeria/java-order.js';
export { withOtherVerbs } from './egeria/other-verbs.js';
export { sendSpringError, toEgeriaTime } from './egeria/spring-error.js';
export { mayActAs, mayActFor, quickStartCaller, requireRole } from './http/authentication.js';
export { httpStatusOf } from './http/error-status.js';
export { createHttpHost, type HttpHost, type HttpHostOptions, type HttpRoute } from './http/http-host.js';
export { isOwnUrl, type PublicNames } from './http/own-url.js';
export { sendPlainText } from './http/plain-text.js';
export { type Problem, problemErrorHandler, problemMediaType, sendProblem, toProblem } from './http/problem.js';
export type { SiteOptions } from './http/site-check.js';
export { waitSignal } from './http/waiting.js';
export { changeUsers } from './identity/change-users.js';
export { createIdentity, type Identity, type IdentityOptions, type InitialUser } from './identity/identity.js';
export { requireSuitable } from './identity/log-in.js';
export { hashPassword } from './identity/password-hash.js';
export { readUsers, type UserEntries, type UserEntry, userNamePattern, usersFileOf } from './identity/users-format.js';
export type {
  NamedServer,
  Readiness,
  RunningServers,
  ServerDocument,
  ServerKind,
  ServerStatus,
} from './server-kind.js';
export { checkConfiguration } from './servers/check-configuration.js';
export { configurationError } from './servers/configuration-error.js';
export type { ServerFacts, ServerPeriod } from './servers/hosted-server.js';
export { runningServerOf } from './servers/running-server.js';
export { serverFolder } from './servers/server-folder.js';
export { ServerRegistry, type ServerRegistryParts, type ServerSpecification } from './servers/server-registry.js';
export { addPlatformServices, type PlatformServicesParts } from './services/platform-services.js';
export { viewsRoot } from './services/runtime-manager.js';
export { serverGuid, serverNameOf } from './services/server-guid.js';
