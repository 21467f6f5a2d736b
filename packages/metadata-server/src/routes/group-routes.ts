import { bodyMissing, type EgeriaRelease, type FaceScope } from '@isthmus/platform';
import { ConnectionReader } from '../groups/connection-reader.js';
import { RegisteredConnectors } from '../groups/registered-connectors.js';
import { pageOptions } from '../requests/query-options.js';
import { renderList } from '../views/render.js';
import { addCall, type Call, type CallAnswer, needText, type StoreFaces } from './egeria-call.js';

const groups = '/integration-groups';

/**
 * What a daemon reads of its groups. Answers about one group carry an ETag over everything that a daemon reads of it,
 * and `If-None-Match` is honoured with 304.
 */
export function addGroupCalls(scope: FaceScope, faces: StoreFaces, release: EgeriaRelease = '6.1'): void {
  const get = { method: 'GET', role: 'viewer', release } as const;
  const byName = { ...get, path: `${groups}/by-name/:name`, answer: 'IntegrationGroupElementResponse' } as const;
  addCall(scope, faces, byName, async (call) => {
    const name = needText(call.path, 'name');
    const group = await call.store.getByQualifiedName(name, { typeName: 'IntegrationGroup' });
    if (group === undefined) return {};
    return unlessKnown(call, group.guid, async () => ({
      element: new RegisteredConnectors(call.store, call.beans).group(group),
    }));
  });

  const answer = 'RegisteredIntegrationConnectorsResponse';
  const list = { ...get, path: `${groups}/:groupGuid/integration-connectors`, answer } as const;
  addCall(scope, faces, { ...list, guidParameter: 'startingEntityGUID' }, async (call) => {
    const { startFrom, pageSize } = pageOf(call);
    const groupGuid = needText(call.path, 'groupGuid');
    return unlessKnown(call, groupGuid, async () => {
      const connectors = new RegisteredConnectors(call.store, call.beans);
      const page = await connectors.page(groupGuid, startFrom, pageSize);
      const views = await connectors.views(page);
      return renderList(answer, call.toldRequestId, 'elements', views, (view) => view);
    });
  });

  const one = {
    ...get,
    path: `${groups}/:groupGuid/integration-connectors/:connectorGuid`,
    answer: 'RegisteredIntegrationConnectorResponse',
    guidParameter: 'startingEntityGUID',
  } as const;
  addCall(scope, faces, one, async ({ face, store, path, beans }) => {
    const connectors = new RegisteredConnectors(store, beans);
    const guids = [needText(path, 'groupGuid'), needText(path, 'connectorGuid')] as const;
    const found = await connectors.find(...guids, face.maxPageSize);
    return found === undefined ? {} : { registeredIntegrationConnector: await connectors.view(found) };
  });

  const registrations = { ...get, path: '/integration-connectors/:guid/registrations', answer: 'GUIDListResponse' };
  addCall(scope, faces, registrations, async ({ face, store, path, beans }) => {
    const related = await new RegisteredConnectors(store, beans).groupsOf(needText(path, 'guid'), 0, face.maxPageSize);
    return related.length === 0 ? {} : { guids: related.map(({ element }) => element.guid) };
  });
}

/** Connections as connectors are made from. */
export function addConnectionCalls(scope: FaceScope, faces: StoreFaces): void {
  const get = { method: 'GET', role: 'viewer', answer: 'OCFConnectionResponse' } as const;
  addCall(scope, faces, { ...get, path: '/assets/:guid/connection' }, async ({ face, store, path }) => {
    const { guid } = await store.get(needText(path, 'guid'));
    return { connection: await new ConnectionReader(store, face.beans).ofAsset(guid) };
  });
  addCall(scope, faces, { ...get, path: '/connections/by-name/:name' }, async ({ face, store, path }) => {
    const connection = await store.getByQualifiedName(needText(path, 'name'), { typeName: 'Connection' });
    return connection === undefined
      ? {}
      : { connection: await new ConnectionReader(store, face.beans).read(connection) };
  });
  addCall(scope, faces, { ...get, path: '/connections/:guid' }, async ({ face, store, path }) => ({
    connection: await new ConnectionReader(store, face.beans).read(await store.get(needText(path, 'guid'))),
  }));
}

/**
 * The version is taken before the content is read: a change in between makes the next poll read again, never miss it.
 */
async function unlessKnown(call: Call, groupGuid: string, read: () => Promise<CallAnswer>): Promise<CallAnswer> {
  const version = await call.store.groupVersion(groupGuid);
  if (version === undefined) return read();
  const tag = `"${version}"`;
  call.reply.header('etag', tag).header('cache-control', 'no-cache');
  const known = call.request.headers['if-none-match'];
  if (known === undefined || !known.split(',').some((item) => item.trim().replace(/^W\//, '') === tag)) return read();
  await call.reply.code(304).send();
  return {};
}

/** Both parameters are mandatory, as on a real server. */
function pageOf({ query, face }: Call) {
  const startFrom = query.integer('startingFrom');
  const pageSize = query.integer('maximumResults');
  if (startFrom === undefined || pageSize === undefined) throw bodyMissing();
  return pageOptions(startFrom, pageSize, face.maxPageSize, 'clamp');
}
