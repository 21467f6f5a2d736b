import { bodyMissing } from '../egeria/egeria-answer.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import { type AdminCall, type AdminRoute, queryParameter } from './admin-route.js';
import { without } from './document-sections.js';
import {
  defaultPageSize,
  defaultSecretsStore,
  defaultServerUrl,
  defaultUserId,
  shownDocument,
} from './new-document.js';
import { beanBody, integerMember, isInteger32, plainBean, textBody, textMember } from './request-beans.js';

/** One member of the document that a call sets: how the audit trail names it and what it falls back to. */
interface BasicMember {
  readonly member: string;
  readonly words: string;
  readonly fallback?: (manners: EgeriaManners) => string;
}

const organization = { member: 'organizationName', words: "local server's owning organization's name" };
const description = { member: 'localServerDescription', words: "local server's description" };
const userId: BasicMember = {
  member: 'localServerUserId',
  words: "local server's userId",
  fallback: () => defaultUserId,
};
const serverUrl: BasicMember = {
  member: 'localServerURL',
  words: "local server's URL root",
  fallback: defaultServerUrl,
};
const serverType = { member: 'localServerType', words: "local server's type name" };
const password = { member: 'localServerPassword', words: "local server's password" };
const secretsStore = ['secretsStoreProvider', 'secretsStoreLocation', 'secretsStoreCollection'] as const;

export const serverBasicsRoutes: readonly AdminRoute[] = [
  byQuery('/server-type', 'typeName', serverType, '4.3'),
  byQuery('/organization-name', 'name', organization),
  byQuery('/server-user-id', 'id', userId),
  byQuery('/server-user-password', 'password', password, '4.3'),
  byQuery('/server-url-root', 'url', serverUrl, '4.3'),
  {
    method: 'POST',
    path: '/server-url-root-for-caller',
    handle: (call) => set(call, serverUrl, textMember(plainBean(call.request), 'urlRoot')),
  },
  {
    method: 'POST',
    path: '/server-description',
    handle: (call) => set(call, description, textBody(call.request)),
  },
  { method: 'POST', path: '/max-page-size', handle: setPageSize },
  {
    method: 'GET',
    path: '/server-properties',
    release: '6.1',
    answer: 'BasicServerPropertiesResponse',
    handle: ({ documents, serverName, document, manners }) => {
      const shown = shownDocument(document(), manners, documents.trail(serverName));
      return { basicServerProperties: Object.fromEntries(Object.entries(shown).filter(([key]) => isBasic(key))) };
    },
  },
  { method: 'POST', path: '/server-properties', release: '6.1', handle: setProperties },
];

function isBasic(member: string): boolean {
  return !member.endsWith('Config') && member !== 'serverSecurityConnection';
}

function byQuery(path: string, query: string, member: BasicMember, release?: '4.3'): AdminRoute {
  return {
    method: 'POST',
    path,
    ...(release === undefined ? {} : { release }),
    handle: (call) => {
      const value = queryParameter(call.request, query);
      if (value === undefined) throw bodyMissing();
      return set(call, member, value);
    },
  };
}

async function set(call: AdminCall, member: BasicMember, value: string | undefined): Promise<undefined> {
  await call.edit(lineOf(member, value), (document) => withMember(document, member, value, call.manners));
}

/** The password is not repeated in the audit trail. */
function lineOf({ member, words }: BasicMember, value: string | undefined): string {
  if (value === undefined || value === '') return `removed configuration for ${words}.`;
  return `updated configuration for ${words}${member === 'localServerPassword' ? '' : ` to ${value}`}.`;
}

function withMember(
  document: ServerDocument,
  { member, fallback }: BasicMember,
  value: string | undefined,
  manners: EgeriaManners,
): ServerDocument {
  if (value !== undefined && value !== '') return { ...document, [member]: value };
  return fallback === undefined ? without(document, member) : { ...document, [member]: fallback(manners) };
}

async function setPageSize(call: AdminCall): Promise<undefined> {
  const limit = queryParameter(call.request, 'limit');
  if (limit === undefined || !/^[+-]?\d{1,10}$/.test(limit) || !isInteger32(Number(limit))) throw bodyMissing();
  const maxPageSize = Number(limit);
  await call.edit(pageSizeLine(maxPageSize), (document) => ({ ...document, maxPageSize }));
}

function pageSizeLine(size: number): string {
  return `updated configuration for maximum page size to ${size}.`;
}

/** All basics at once: what is not sent falls back, as 6.1 has it. */
async function setProperties(call: AdminCall): Promise<undefined> {
  const { manners } = call;
  const sent = beanBody(call.request, 'ServerPropertiesRequestBody');
  const size = integerMember(sent, 'maxPageSize') ?? defaultPageSize;
  const user = textMember(sent, 'localServerUserId') ?? defaultUserId;
  const url = textMember(sent, 'localServerURL') ?? defaultServerUrl(manners);
  const type = textMember(sent, 'localServerType');
  const values: readonly (readonly [BasicMember, string | undefined])[] = [
    [organization, textMember(sent, 'organizationName')],
    [description, textMember(sent, 'localServerDescription')],
    [userId, user],
    [serverUrl, url],
    ...(type === undefined ? [] : [[serverType, type] as const]),
  ];
  const secrets = secretsStore.map((member) => [member, textMember(sent, member)] as const);
  const lines = [
    ...values.map(([member, value]) => lineOf(member, value)),
    pageSizeLine(size),
    ...(secrets.some(([, value]) => value !== undefined) ? ['updated configuration for secrets store.'] : []),
  ];
  await call.edit(lines, (document) => {
    let next: ServerDocument = { ...document, maxPageSize: size };
    for (const [member, value] of values) next = withMember(next, member, value, manners);
    for (const [member, value] of secrets) {
      const fallback = member === 'secretsStoreProvider' ? defaultSecretsStore : undefined;
      next =
        value === undefined && fallback === undefined
          ? without(next, member)
          : { ...next, [member]: value ?? fallback };
    }
    return next;
  });
}
