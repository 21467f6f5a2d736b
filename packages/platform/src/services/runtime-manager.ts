import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { adminErrorHandler } from '../admin-services/admin-failures.js';
import { plainBean, textMember } from '../admin-services/request-beans.js';
import { egeriaAnswer, serverNotRunning } from '../egeria/egeria-answer.js';
import { addFace, takeAnyBody } from '../egeria/face.js';
import { toEgeriaTime } from '../egeria/spring-error.js';
import type { ServerFacts } from '../servers/hosted-server.js';
import type { ServerRegistry } from '../servers/server-registry.js';
import { serverGuid, serverNameOf } from './server-guid.js';
import { lifecycleRoutes } from './server-lifecycle.js';
import {
  addServiceRoute,
  type Members,
  type PlatformServicesParts,
  pathText,
  type ServiceRoute,
} from './server-routes.js';

/** Below the name of a view server, of which there is none here: any name will do. */
export const viewsRoot = '/servers/:viewServer/api/open-metadata';

/**
 * What Egeria's Runtime Manager tells and does of the servers of this platform, for clients that prefer it: pyegeria's
 * commands for operators. Servers are called by GUID there; the way from name to GUID is the Classification Explorer's.
 */
export function addRuntimeManager(http: FastifyInstance, parts: PlatformServicesParts): void {
  addView(http, 'classification-explorer', [guidByName(parts.servers)]);
  addView(http, 'runtime-manager', [...softwareServers(parts.servers), ...omagServers(parts)]);
}

function addView(http: FastifyInstance, view: string, routes: readonly ServiceRoute[]): void {
  const prepare = (scope: FastifyInstance) => {
    takeAnyBody(scope);
    scope.setErrorHandler(adminErrorHandler());
  };
  addFace(http, { root: `${viewsRoot}/${view}`, answersOtherVerbs: true, prepare }, (scope) => {
    for (const route of routes) addServiceRoute(scope, route, route.path, '6.1');
  });
}

function guidByName(servers: ServerRegistry): ServiceRoute {
  return {
    method: 'POST',
    path: '/elements/guid-by-unique-name',
    answer: 'GUIDResponse',
    role: 'viewer',
    handle: (request) => {
      const wanted = textMember(plainBean(request), 'propertyValue') ?? '';
      const found = servers.known().find(({ name }) => isCalled(name, wanted));
      return found === undefined ? {} : { guid: serverGuid(found.name) };
    },
  };
}

/** Names stand alone, behind their organization (`Coco.daemon1`) or behind their type (`Integration Daemon::daemon1`). */
function isCalled(name: string, wanted: string): boolean {
  return wanted === name || wanted.endsWith(`.${name}`) || wanted.endsWith(`::${name}`);
}

function softwareServers(servers: ServerRegistry): readonly ServiceRoute[] {
  const one = {
    path: '/software-servers/:guid',
    answer: 'OpenMetadataRootElementResponse',
    role: 'viewer',
    handle: (request: FastifyRequest): Members => ({ element: elementOf(factsOf(servers, request)) }),
  } as const;
  return [
    {
      method: 'POST',
      path: '/software-servers/by-name',
      answer: 'OpenMetadataRootElementsResponse',
      role: 'viewer',
      handle: (request) => {
        const wanted = textMember(plainBean(request, 'maybe'), 'filter') ?? '';
        const found = servers.known().filter(({ name }) => wanted === '' || isCalled(name, wanted));
        return found.length === 0 ? {} : { elements: found.map(elementOf) };
      },
    },
    { ...one, method: 'GET' },
    { ...one, method: 'POST' },
  ];
}

function omagServers(parts: PlatformServicesParts): readonly ServiceRoute[] {
  const { servers, clock } = parts;
  const lifecycle = lifecycleRoutes(
    servers,
    () => clock.now(),
    (request) => nameOf(servers, request),
  );
  return [
    {
      method: 'GET',
      path: '/omag-servers/:guid/instance/report',
      answer: 'ServerReportResponse',
      role: 'viewer',
      handle: (request, reply) => sendReport(request, reply, factsOf(servers, request), parts),
    },
    ...lifecycle
      .filter(({ path }) => !path.endsWith('/configuration'))
      .map((route) => ({ ...route, path: route.path.replace('/servers/:serverName', '/omag-servers/:guid') })),
  ];
}

function nameOf(servers: ServerRegistry, request: FastifyRequest): string {
  const guid = pathText(request, 'guid');
  const name = serverNameOf(
    guid,
    servers.known().map((known) => known.name),
  );
  if (name === undefined) throw serverNotRunning(guid);
  return name;
}

function factsOf(servers: ServerRegistry, request: FastifyRequest): ServerFacts {
  const name = nameOf(servers, request);
  const facts = servers.facts(name);
  if (facts === undefined) throw serverNotRunning(name);
  return facts;
}

function elementOf({ name, serverType, document }: ServerFacts): object {
  return {
    elementHeader: {
      class: 'ElementHeader',
      headerVersion: 0,
      status: 'ACTIVE',
      type: { typeName: 'SoftwareServer' },
      guid: serverGuid(name),
    },
    properties: {
      class: 'SoftwareServerProperties',
      typeName: 'SoftwareServer',
      qualifiedName: `SoftwareServer::${name}`,
      displayName: name,
      resourceName: name,
      ...(serverType === undefined ? {} : { deployedImplementationType: serverType }),
      ...described(document),
    },
  };
}

/** @returns undefined: the answer was sent */
async function sendReport(
  request: FastifyRequest,
  reply: FastifyReply,
  facts: ServerFacts,
  { serverReport }: PlatformServicesParts,
): Promise<Members> {
  const more = facts.status.state === 'running' ? await serverReport?.(facts.name) : undefined;
  if (more === undefined) return { element: { class: 'OMAGServerProperties', ...reportOf(facts) } };
  const element = { class: 'OMAGIntegrationDaemonProperties', ...reportOf(facts) };
  const json = JSON.stringify(egeriaAnswer('ServerReportResponse', { element }, request.manners));
  // the element is the last member of the answer: what there is more stands before both of their ends
  const [head, end] = [json.slice(0, -2), json.slice(-2)];
  reply.type('application/json').send(Buffer.concat([Buffer.from(`${head},`), more.subarray(1, -1), Buffer.from(end)]));
  return undefined;
}

function reportOf({ name, serverType, status, services, periods, document }: ServerFacts): object {
  const last = periods.at(-1);
  const isRunning = status.state === 'running';
  return {
    serverName: name,
    serverType,
    ...described(document),
    organizationName: document?.organizationName,
    serverId: document?.localServerId,
    maxPageSize: document?.maxPageSize,
    serverActiveStatus: isRunning ? 'RUNNING' : 'INACTIVE',
    lastStartTime: last && toEgeriaTime(last.startedAt),
    lastShutdownTime: last?.endedAt === undefined ? undefined : toEgeriaTime(last.endedAt),
    serverHistory: periods.map(({ startedAt, endedAt }) => ({
      startTime: toEgeriaTime(startedAt),
      endTime: endedAt === undefined ? undefined : toEgeriaTime(endedAt),
    })),
    services: services.map((serviceName) => ({ serviceName, serviceStatus: isRunning ? 'RUNNING' : 'STOPPED' })),
    ...(status.state === 'failed' ? { isthmusCode: status.code, isthmusMessage: status.message } : {}),
  };
}

function described(document: ServerFacts['document']) {
  return { description: document?.localServerDescription, userId: document?.localServerUserId };
}
