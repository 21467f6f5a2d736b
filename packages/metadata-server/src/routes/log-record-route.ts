import type { EgeriaRelease, FaceScope } from '@isthmus/platform';
import { addCall, needText, type StoreFaces } from './egeria-call.js';

const longestMessage = 10_000;

/** What a service has to say about an asset, written to the log of the server. */
export function addLogRecordCall(scope: FaceScope, faces: StoreFaces, release: EgeriaRelease = '6.1'): void {
  const definition = {
    method: 'POST',
    role: 'operator',
    release,
    path: '/assets/:guid/log-records/:callingService',
    answer: 'VoidResponse',
    body: 'text',
    guidParameter: 'assetGUID',
  } as const;
  addCall(scope, faces, definition, async ({ store, path, userId, request }) => {
    const { guid, properties } = await store.get(needText(path, 'guid'));
    request.server.isthmusLogger.info('message about an asset', {
      asset: guid,
      qualifiedName: properties.qualifiedName,
      service: needText(path, 'callingService').slice(0, 200),
      userId,
      message: String(request.body).slice(0, longestMessage),
    });
    return {};
  });
}
