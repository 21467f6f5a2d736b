import type { FaceScope } from '@isthmus/platform';
import {
  classificationConditionsOf,
  conditionsOf,
  historyOptions,
  queryOptions,
  readOptions,
} from '../requests/query-options.js';
import type { FindOptions } from '../store/element-store.js';
import { renderList } from '../views/render.js';
import { addCall, type Call, needText, type StoreFace, type StoreFaces } from './egeria-call.js';

const elements = '/metadata-elements';
/** Relationships to elements beyond an anchored graph that are told with it. */
const mostOutside = 1_000;

/** Reading one element: as it is, as it was, with what is anchored to it. */
export function addElementReads(scope: FaceScope, faces: StoreFaces): void {
  const read = async ({ face, store, path, body, query }: Call, from: 'body' | 'query') => {
    const element = await store.get(needText(path, 'guid'), readOptions(from === 'body' ? body : query));
    return { element: face.views.element(element) };
  };
  const one = { path: `${elements}/:guid`, answer: 'OpenMetadataElementResponse', role: 'viewer' } as const;
  addCall(scope, faces, { ...one, method: 'GET' }, (call) => read(call, 'query'));
  addCall(scope, faces, { ...one, method: 'POST' }, (call) => read(call, 'body'));

  addCall(
    scope,
    faces,
    { method: 'POST', path: `${elements}/:guid/history`, answer: 'OpenMetadataElementsResponse', role: 'viewer' },
    async ({ face, store, path, body, requestId }) => {
      const versions = await store.history(needText(path, 'guid'), historyOptions(body, face.maxPageSize));
      return renderList('OpenMetadataElementsResponse', requestId, 'elements', versions, (it) =>
        face.views.element(it),
      );
    },
  );

  addCall(
    scope,
    faces,
    {
      method: 'POST',
      path: `${elements}/:guid/with-anchored-elements`,
      answer: 'OpenMetadataGraphResponse',
      role: 'viewer',
    },
    async ({ face, store, path, body }) => ({
      element: face.views.graph(
        await store.anchoredGraph(needText(path, 'guid'), { ...readOptions(body), outside: mostOutside }),
      ),
    }),
  );
}

/** Finding elements by text and by conditions. */
export function addElementSearches(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'OpenMetadataElementsResponse';
  addCall(
    scope,
    faces,
    { method: 'POST', path: `${elements}/by-search-string`, answer, role: 'viewer', body: 'needed' },
    async ({ face, store, body, requestId }) => {
      const options = { ...queryOptions(body, face.maxPageSize, 'refuse'), ...stringOptions(body) };
      const found = await store.findByString(body.text('searchString') ?? '', options);
      return renderList(answer, requestId, 'elements', found, (element) => face.views.element(element));
    },
  );
  const conditions = { method: 'POST', role: 'viewer', body: 'expected' } as const;
  const path = `${elements}/by-search-conditions`;
  addCall(scope, faces, { ...conditions, path, answer }, async ({ face, store, body, requestId }) => {
    const found = await store.find(findOptions(body, face));
    return renderList(answer, requestId, 'elements', found, (element) => face.views.element(element));
  });
  addCall(
    scope,
    faces,
    { ...conditions, path: `${path}/count`, answer: 'CountResponse' },
    async ({ face, store, body }) => ({
      count: await store.count(findOptions(body, face)),
    }),
  );
}

export function stringOptions(body: Call['body']) {
  return {
    startsWith: body.flag('startsWith') ?? false,
    endsWith: body.flag('endsWith') ?? false,
    ignoreCase: body.flag('ignoreCase') ?? true,
  };
}

/** `skipClassifiedElements`, `includeOnlyClassifiedElements` and `anchorGUID` have no effect here on a real 6.1 either. */
function findOptions(body: Call['body'], face: StoreFace): FindOptions {
  const options = queryOptions(body, face.maxPageSize, 'refuse');
  const conditions = conditionsOf(body.object('searchProperties'));
  const classifications = classificationConditionsOf(body.object('matchClassifications'));
  return {
    ...options,
    ...(conditions === undefined ? {} : { conditions }),
    ...(classifications === undefined ? {} : { classifications }),
  };
}
