import type { AdminRoute } from './admin-route.js';
import { without } from './document-sections.js';
import { newDocument } from './new-document.js';

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
      const { versionId: _version, ...rest } = without(newDocument('', manners), 'localServerName');
      return { omagserverConfig: rest };
    },
  },
  {
    method: 'GET',
    path: '/stores/placeholder-variables',
    platform: true,
    release: '6.1',
    answer: 'StringMapResponse',
    handle: () => ({ stringMap: {} }),
  },
];

function none(): undefined {
  return undefined;
}
