import type { AdminRoute } from './admin-route.js';
import { auditLines } from './document-history.js';
import { withStoredSecrets } from './document-secrets.js';
import { newDocument } from './new-document.js';
import { plainBean, textMember } from './request-beans.js';

/** What the platform tells of where documents lie and how new ones begin. Documents lie in its own database. */
export const storeRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/stores/connection',
    platform: true,
    release: '4.3',
    answer: 'ConnectionResponse',
    handle: none,
  },
  {
    method: 'GET',
    path: '/stores/connection',
    platform: true,
    release: '6.1',
    answer: 'OCFConnectionResponse',
    handle: none,
  },
  {
    method: 'GET',
    path: '/stores/default-configuration-document',
    platform: true,
    release: '6.1',
    answer: 'OMAGServerConfigResponse',
    handle: ({ manners }) => {
      const { versionId: _version, localServerId: _id, localServerName: _name, ...rest } = newDocument('', manners);
      return { omagserverConfig: rest };
    },
  },
  { method: 'GET', path: '/stores/audit', platform: true, answer: 'ServerConfigAuditResponse', handle: auditLines },
  {
    ...variablesAt('GET'),
    answer: 'StringMapResponse',
    handle: ({ documents }) => ({ stringMap: Object.fromEntries(documents.variables()) }),
  },
  {
    ...variablesAt('POST'),
    async handle({ documents, request, change }) {
      const sent = withStoredSecrets(plainBean(request), Object.fromEntries(documents.variables()));
      const variables = new Map(Object.keys(sent).map((name) => [name, textMember(sent, name) ?? '']));
      await documents.setVariables(
        variables,
        change(`set the placeholder variables ${[...variables.keys()].join(', ')}.`),
      );
      return undefined;
    },
  },
  {
    ...variablesAt('DELETE'),
    async handle({ documents, change }) {
      await documents.setVariables(new Map(), change('removed the placeholder variables.'));
      return undefined;
    },
  },
];

function variablesAt(method: AdminRoute['method']) {
  return { method, path: '/stores/placeholder-variables', platform: true, release: '6.1' } as const;
}

function none(): undefined {
  return undefined;
}
