import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isRecord } from '../documents/document-check.js';
import { resolveDocument } from '../documents/resolve-document.js';
import { egeriaAnswer } from '../egeria/egeria-answer.js';
import type { ServerDocument } from '../server-kind.js';
import { refused } from './admin-failures.js';
import type { AdminCall, AdminRoute } from './admin-route.js';
import { keptConnection } from './connections.js';
import { deployDocument } from './deploy-document.js';
import { hideSecrets, shownVariables, withStoredSecrets } from './document-secrets.js';
import { checkGroupsRun, sentGroups } from './integration-groups.js';
import { newDocument, shownDocument } from './new-document.js';
import { type Bean, beanBody, integerMember, textMember, wrong } from './request-beans.js';
import { noSecurityConnector } from './security-connection.js';

/** Members of a document that are texts; those of both releases. */
const texts = [
  'versionId',
  'localServerId',
  'localServerName',
  'localServerType',
  'localServerDescription',
  'organizationName',
  'localServerURL',
  'localServerUserId',
  'localServerPassword',
  'secretsStoreProvider',
  'secretsStoreLocation',
  'secretsStoreCollection',
] as const;
/** Sections that are beans; kept as they are sent. */
const sections = [
  'serverSecurityConnection',
  'eventBusConfig',
  'repositoryServicesConfig',
  'conformanceSuiteConfig',
  'engineHostServicesConfig',
  'openLineageServerConfig',
  'dataEngineProxyConfig',
] as const;
/** Sections that are lists of beans. */
const lists = [
  'accessServicesConfig',
  'integrationServicesConfig',
  'viewServicesConfig',
  'governanceEnginesConfig',
] as const;

export const wholeDocumentRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/configuration',
    answer: 'OMAGServerConfigResponse',
    handle: (call) => {
      const stored = call.documents.get(call.serverName);
      if (stored !== undefined) call.tag(stored);
      return { omagserverConfig: shown(call, stored?.document ?? call.document()) };
    },
  },
  {
    method: 'GET',
    path: '/configuration/resolved',
    release: '6.1',
    answer: 'OMAGServerConfigResponse',
    handle: (call) => {
      const stored = call.documents.get(call.serverName);
      if (stored !== undefined)
        return {
          omagserverConfig: shown(call, resolveDocument(stored.document, shownVariables(call.documents.variables()))),
        };
      throw refused(
        'OMAG-ADMIN-400-011',
        `no document of ${call.serverName} is stored`,
        'org.odpi.openmetadata.adminservices.configuration.properties.OMAGServerConfig',
      );
    },
  },
  { method: 'POST', path: '/configuration', handle: setDocument },
  {
    method: 'DELETE',
    path: '/configuration',
    async handle(call) {
      await call.documents.delete(call.serverName, call.change('removed the configuration document of the server.'));
      return undefined;
    },
  },
  { method: 'POST', path: '/configuration/deploy', handle: deployDocument },
  {
    method: 'GET',
    path: '/configurations',
    platform: true,
    answer: 'OMAGServerConfigsResponse',
    handle: (call) => call.reply.type('application/json').send(Readable.from(allDocuments(call))),
  },
];

/** One document after the other: together they may be too large to be put together at a time. */
async function* allDocuments({ documents, manners }: AdminCall): AsyncGenerator<string> {
  const answer = JSON.stringify(egeriaAnswer('OMAGServerConfigsResponse', {}, manners)).slice(0, -1);
  let before = `${answer},"omagserverConfigs":[`;
  for (const name of documents.names()) {
    const stored = documents.get(name);
    if (stored === undefined) continue;
    const shown = shownDocument(stored.document, manners, documents.trail(name));
    yield before + JSON.stringify(hideSecrets(shown));
    before = ',';
    await nextTurn();
  }
  yield before === ',' ? ']}' : `${answer}}`;
}

function shown({ documents, serverName, manners }: AdminCall, document: ServerDocument): ServerDocument {
  return shownDocument(document, manners, documents.trail(serverName));
}

async function setDocument(call: AdminCall): Promise<undefined> {
  const { documents, serverName } = call;
  const sent = beanBody(call.request, 'OMAGServerConfig');
  if (sent.serverSecurityConnection !== undefined) throw noSecurityConnector();
  const before = documents.get(serverName)?.document;
  const document = { ...newDocument(serverName, call.manners), ...sentDocument(sent, call) };
  // checked by itself, so that a document without a name is not taken for one of this server
  if (textMember(sent, 'localServerName') === undefined)
    throw refused('OMAG-ADMIN-400-002', 'the document has no localServerName', 'localServerName');
  checkGroupsRun(sentGroups(sent.dynamicIntegrationGroupsConfig) ?? [], call);
  const whole = withStoredSecrets(document, before ?? {});
  call.tag(await documents.put(serverName, whole, call.change('deployed configuration for server.')));
}

/** What is known of a document that was sent: texts as texts, sections as Egeria keeps them. */
function sentDocument(sent: Bean, { manners }: AdminCall): Bean {
  const members: [string, unknown][] = [];
  for (const member of texts) members.push([member, textMember(sent, member)]);
  members.push(['maxPageSize', integerMember(sent, 'maxPageSize')]);
  for (const member of sections) members.push([member, section(sent, member)]);
  for (const member of lists) members.push([member, listSection(sent, member)]);
  members.push(['dynamicIntegrationGroupsConfig', sentGroups(sent.dynamicIntegrationGroupsConfig)]);
  members.push(['auditTrail', trailOf(sent.auditTrail)]);
  const known = members.filter(([, value]) => value !== undefined);
  return { versionId: manners.versionId, ...Object.fromEntries(known) };
}

function section(sent: Bean, member: string): unknown {
  const value = sent[member];
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw wrong('shape', `${member} has to be an object`);
  return keptConnection(value);
}

function listSection(sent: Bean, member: string): unknown {
  const value = sent[member];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrong('shape', `${member} has to be a list`);
  return value.map((item: unknown) => {
    if (!isRecord(item)) throw wrong('shape', `${member} has to be a list of objects`);
    return keptConnection(item);
  });
}

function trailOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrong('shape', 'auditTrail has to be a list');
  return value;
}
