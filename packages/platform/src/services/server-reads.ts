import { hideSecrets, hideVariables } from '../admin-services/document-secrets.js';
import { shownDocument } from '../admin-services/new-document.js';
import type { ServerDocuments } from '../documents/server-documents.js';
import { EgeriaError, serverNotRunning } from '../egeria/egeria-answer.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import { inJavaHashOrder } from '../egeria/java-order.js';
import { toEgeriaTime } from '../egeria/spring-error.js';
import type { ServerDocument } from '../server-kind.js';
import type { ServerFacts, ServerPeriod } from '../servers/hosted-server.js';
import type { ServerRegistry } from '../servers/server-registry.js';
import { type Members, pathText, type ServiceRoute } from './server-routes.js';

const operations = 'Server Operations';

/** What the platform services tell of servers. */
export function serverReads(servers: ServerRegistry, documents: ServerDocuments): readonly ServiceRoute[] {
  const read = { method: 'GET', role: 'viewer' } as const;
  const list = { ...read, answer: 'ServerListResponse' } as const;
  return [
    { ...list, path: '/servers', handle: () => namesOf(started(servers)) },
    { ...list, path: '/servers/active', handle: () => namesOf(started(servers).filter(isRunning)) },
    {
      ...read,
      path: '/servers/:serverName/is-known',
      answer: 'BooleanResponse',
      handle: (request) => ({ flag: known(servers, pathText(request, 'serverName')) !== undefined }),
    },
    {
      ...read,
      path: '/servers/:serverName/status',
      answer: 'ServerStatusResponse',
      handle: (request) => statusOf(servers, pathText(request, 'serverName')),
    },
    {
      ...read,
      path: '/servers/:serverName/services',
      answer: 'ServerServicesListResponse',
      handle: (request) => {
        const name = pathText(request, 'serverName');
        const { services } = running(servers, name, { serverName: name });
        return { serverName: name, serverServicesList: inJavaHashOrder([operations, ...services]) };
      },
    },
    ...instanceReads(servers, documents),
  ];
}

/** What server operations tell too. */
export function instanceReads(servers: ServerRegistry, documents: ServerDocuments): readonly ServiceRoute[] {
  const read = { method: 'GET', role: 'viewer' } as const;
  return [
    {
      ...read,
      path: '/servers/:serverName/instance/status',
      answer: 'OMAGServerStatusResponse',
      handle: (request) => ({ serverStatus: activeStatus(runningOrFailed(servers, pathText(request, 'serverName'))) }),
    },
    {
      ...read,
      path: '/servers/:serverName/instance/configuration',
      answer: 'OMAGServerConfigResponse',
      handle: (request) => {
        const facts = running(servers, pathText(request, 'serverName'));
        return { omagserverConfig: documentOf(facts, request.manners, documents) };
      },
    },
  ];
}

/** The services that started, without those that every server has. */
export function operationsReads(servers: ServerRegistry, documents: ServerDocuments): readonly ServiceRoute[] {
  const path = '/servers/:serverName/services';
  return [
    ...instanceReads(servers, documents),
    {
      method: 'GET',
      role: 'viewer',
      path,
      answer: 'ServerServicesListResponse',
      handle: (request) => {
        const name = pathText(request, 'serverName');
        return { serverName: name, serverServicesList: running(servers, name, { serverName: name }).services };
      },
    },
  ];
}

/** A server that is only configured is not known: Egeria knows what was started since its platform began, or was to be. */
function started(servers: ServerRegistry): readonly ServerFacts[] {
  return servers.known().filter(isKnown);
}

function known(servers: ServerRegistry, name: string): ServerFacts | undefined {
  const facts = servers.facts(name);
  return facts !== undefined && isKnown(facts) ? facts : undefined;
}

function isKnown({ periods, status }: ServerFacts): boolean {
  return periods.length > 0 || status.state === 'failed';
}

function isRunning({ status }: ServerFacts): boolean {
  return status.state === 'running';
}

/** @param members - what a failure carries besides */
function running(servers: ServerRegistry, name: string, members?: Members): ServerFacts {
  const facts = known(servers, name);
  if (facts === undefined || !isRunning(facts)) throw notRunning(name, members);
  return facts;
}

/** One that failed is told of with its reason. */
function runningOrFailed(servers: ServerRegistry, name: string): ServerFacts {
  const facts = servers.facts(name);
  return facts?.status.state === 'failed' ? facts : running(servers, name);
}

function notRunning(name: string, members: Members): EgeriaError {
  const { failure } = serverNotRunning(name);
  return new EgeriaError({ ...failure, ...(members && { members }) });
}

function namesOf(servers: readonly ServerFacts[]): Members {
  return servers.length === 0 ? {} : { serverList: servers.map(({ name }) => name) };
}

function statusOf(servers: ServerRegistry, name: string): Members {
  const facts = known(servers, name);
  // the Java bean counts as active until somebody says otherwise
  if (facts === undefined) throw notRunning(name, { serverName: name, active: true });
  const { periods, serverType } = facts;
  const active = isRunning(facts);
  const last = periods.at(-1);
  const ended = periods.filter(({ endedAt }) => endedAt !== undefined);
  return {
    serverName: name,
    serverType,
    ...(last !== undefined && last.endedAt === undefined
      ? { serverStartTime: toEgeriaTime(last.startedAt) }
      : { serverEndTime: last?.endedAt === undefined ? undefined : toEgeriaTime(last.endedAt) }),
    ...(ended.length === 0 ? {} : { serverHistory: ended.map(period) }),
    active,
    ...reasonOf(facts),
  };
}

function period({ startedAt, endedAt }: ServerPeriod) {
  return { startTime: toEgeriaTime(startedAt), endTime: endedAt === undefined ? undefined : toEgeriaTime(endedAt) };
}

function activeStatus(facts: ServerFacts) {
  const { name, serverType, services } = facts;
  return {
    serverName: name,
    serverType,
    serverActiveStatus: isRunning(facts) ? 'RUNNING' : 'INACTIVE',
    services: services.map((serviceName) => ({ serviceName, serviceStatus: 'RUNNING' })),
    ...reasonOf(facts),
  };
}

function reasonOf({ status }: ServerFacts) {
  return status.state === 'failed' ? { isthmusCode: status.code, isthmusMessage: status.message } : {};
}

/** A server of the process' own configuration has no document of Egeria's. Secrets are never shown. */
function documentOf(facts: ServerFacts, manners: EgeriaManners, documents: ServerDocuments): ServerDocument {
  const { name, serverType, document } = facts;
  if (document === undefined) return { class: 'OMAGServerConfig', localServerName: name, localServerType: serverType };
  const shown = shownDocument(hideVariables(document, documents.variables()), manners, documents.trail(name));
  return hideSecrets(shown);
}
