import { isRecord } from '../documents/document-check.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import { refused } from './admin-failures.js';
import { type AdminCall, type AdminRoute, parameter, queryParameter } from './admin-route.js';
import { connection, connectionClasses, keptConnection, topicConnection } from './connections.js';
import { connectorType } from './connector-types.js';
import { servicesOf, withServerId } from './document-sections.js';
import { type Bean, beanBody, beanList, jsonBody, wrong } from './request-beans.js';

const path = '/audit-log-destinations';
const added = 'added to list of audit log destinations.';

export const auditLogRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path,
    answer: 'ConnectionListResponse',
    handle: (call) => {
      const connections = destinationsOf(call.document());
      return connections.length === 0 ? {} : { connections };
    },
  },
  {
    method: 'POST',
    path,
    handle: (call) => {
      const connections = beanList(call.request, ...connectionClasses).map((item) => {
        if (item === null) throw wrong('shape', 'an audit log destination is missing');
        return kept(item);
      });
      return change(call, 'set up audit log destinations.', () => connections);
    },
  },
  { method: 'DELETE', path, handle: (call) => change(call, 'setting up no audit log destinations.', () => []) },
  {
    method: 'POST',
    path: `${path}/default`,
    handle: (call) => change(call, 'set up default audit log destinations.', () => [defaultDestination(call.manners)]),
  },
  { method: 'POST', path: `${path}/console`, handle: (call) => addLogger(call, 'console', 'Console') },
  { method: 'POST', path: `${path}/slf4j`, handle: (call) => addLogger(call, 'slf4j', 'SLF4J') },
  { method: 'POST', path: `${path}/files`, handle: addFiles },
  { method: 'POST', path: `${path}/event-topic`, handle: addTopic },
  {
    method: 'POST',
    path: `${path}/connection`,
    handle: (call) => {
      const connection = kept(beanBody(call.request, ...connectionClasses));
      return change(call, added, (before) => [...before, connection]);
    },
  },
  { method: 'POST', path: `${path}/connection/:connectionName`, handle: replaceOne },
  {
    method: 'DELETE',
    path: `${path}/connection/:connectionName`,
    handle: (call) => {
      const name = parameter(call.request, 'connectionName');
      return change(call, 'removed from list of audit log destinations.', (before) => {
        requireDestination(before, name);
        return before.filter(({ qualifiedName }) => qualifiedName !== name);
      });
    },
  },
];

/** A document with the section of repository services; a new one begins with the default audit log. */
export function withRepositoryServices(document: ServerDocument, manners: EgeriaManners): ServerDocument {
  if (isRecord(document.repositoryServicesConfig)) return document;
  const auditLogConnections = [defaultDestination(manners)];
  return { ...document, repositoryServicesConfig: { class: 'RepositoryServicesConfig', auditLogConnections } };
}

function addLogger(call: AdminCall, known: 'console' | 'slf4j', name: string): Promise<undefined> {
  const supportedSeverities = severities(call);
  const destination = connection(known, call.manners.release, {
    qualifiedName: `${name}- ${supportedSeverities.length === 0 ? 'no output' : `[${supportedSeverities.join(', ')}]`}`,
    displayName: name,
    configurationProperties: { supportedSeverities },
  });
  return change(call, added, (before) => [...before, destination]);
}

function addFiles(call: AdminCall): Promise<undefined> {
  const { release } = call.manners;
  const folder = `data/servers/${call.serverName}/logs/${release === '4.3' ? 'auditlog' : 'ffdc'}`;
  const address = queryParameter(call.request, 'directoryName') || folder;
  const destination = connection('files', release, {
    qualifiedName: `Files in ${address}`,
    displayName: `Files in ${address}`,
    address,
    configurationProperties: { supportedSeverities: severities(call) },
  });
  return change(call, added, (before) => [...before, destination]);
}

async function addTopic(call: AdminCall): Promise<undefined> {
  const { release } = call.manners;
  const usual = `openmetadata.repositoryservices.${call.serverName}.${release === '4.3' ? '' : 'ffdc.'}auditlog`;
  const topic = queryParameter(call.request, 'topicName') || usual;
  const supportedSeverities = severities(call);
  await call.edit(added, (stored) => {
    const document = withServerId(withRepositoryServices(stored, call.manners));
    const destination = {
      class: 'VirtualConnection',
      headerVersion: 0,
      qualifiedName: `EventTopic ${topic}`,
      displayName: `EventTopic ${topic}`,
      connectorType: connectorType('eventTopic', release),
      configurationProperties: { supportedSeverities },
      embeddedConnections: [
        {
          class: 'EmbeddedConnection',
          headerVersion: 0,
          position: 0,
          displayName: `${call.serverName} Audit Log Event Topic Destination`,
          embeddedConnection: topicConnection(document, release, topic, { eventDirection: 'outOnly' }),
        },
      ],
    };
    return withDestinations(document, [...destinationsOf(document), destination]);
  });
}

function replaceOne(call: AdminCall): Promise<undefined> {
  const name = parameter(call.request, 'connectionName');
  const connection = kept(beanBody(call.request, ...connectionClasses));
  return change(call, 'updated list of audit log destinations.', (before) => {
    requireDestination(before, name);
    return before.map((other) => (other.qualifiedName === name ? connection : other));
  });
}

async function change(
  call: AdminCall,
  what: string,
  edit: (before: readonly Bean[]) => readonly Bean[],
): Promise<undefined> {
  await call.edit(what, (stored) => {
    const document = withRepositoryServices(stored, call.manners);
    return withDestinations(document, edit(destinationsOf(document)));
  });
}

function requireDestination(destinations: readonly Bean[], name: string): void {
  if (destinations.some(({ qualifiedName }) => qualifiedName === name)) return;
  throw refused('OMAG-ADMIN-404-100', `there is no audit log destination ${name.slice(0, 200)}`, 'connectionName', 404);
}

function withDestinations(document: ServerDocument, destinations: readonly Bean[]): ServerDocument {
  const { auditLogConnections: _before, ...services } = servicesOf(document);
  const own = destinations.length === 0 ? {} : { auditLogConnections: destinations };
  return { ...document, repositoryServicesConfig: { ...services, ...own } };
}

function destinationsOf(document: ServerDocument): readonly Bean[] {
  const { auditLogConnections } = servicesOf(document);
  return Array.isArray(auditLogConnections) ? auditLogConnections.filter(isRecord) : [];
}

/** Names of severities; such as nobody knows are kept as well. */
function severities(call: AdminCall): readonly string[] {
  const sent = jsonBody(call.request, 'list');
  if (!Array.isArray(sent)) throw wrong('shape', 'a list of severities is needed here');
  return sent.map((severity: unknown) => {
    if (typeof severity === 'string') return severity;
    throw wrong('shape', 'a severity has to be a text');
  });
}

function defaultDestination({ release }: EgeriaManners): Bean {
  const [events, types] = release === '4.3' ? [['Event'], ['Types']] : [[], []];
  return connection('console', release, {
    qualifiedName: 'Console- default',
    displayName: 'Console',
    configurationProperties: {
      supportedSeverities: [
        ...['Unknown', 'Information', ...events, 'Decision', 'Action', 'Error', 'Exception'],
        ...['Security', 'Startup', 'Shutdown', 'Asset', ...types, 'Cohort'],
      ],
    },
  });
}

function kept(sent: Bean): Bean {
  const connection = keptConnection(sent);
  return isRecord(connection) ? connection : sent;
}
