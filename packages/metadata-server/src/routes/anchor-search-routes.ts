import { processSlicer } from '@isthmus/kernel';
import type { FaceScope } from '@isthmus/platform';
import { queryOptions } from '../requests/query-options.js';
import type { StoredElement, StringSearchOptions } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { renderList } from '../views/render.js';
import { addCall, type Call, needText, type StoreFace, type StoreFaces } from './egeria-call.js';
import { stringOptions } from './element-read-routes.js';

const searches = '/metadata-elements/by-search-string';

/** Searches whose matches are told by the anchors that they belong to. */
export function addAnchorSearches(scope: FaceScope, faces: StoreFaces): void {
  addCall(
    scope,
    faces,
    {
      method: 'POST',
      path: `${searches}/for-anchor/:anchorGUID`,
      answer: 'AnchorSearchMatchesResponse',
      role: 'viewer',
      body: 'needed',
    },
    async (call) => {
      const anchorGuid = needText(call.path, 'anchorGUID');
      const matching = await search(call, { anchorGuid });
      if (matching.length === 0) return {};
      return { element: matchesView(call.face, await call.store.get(anchorGuid), matching) };
    },
  );
  const list = { method: 'POST', answer: 'AnchorSearchMatchesListResponse', role: 'viewer', body: 'needed' } as const;
  addCall(scope, faces, { ...list, path: `${searches}/in-anchor-domain/:name` }, (call) =>
    answerByAnchor(call, { anchorDomainName: needText(call.path, 'name') }),
  );
  addCall(scope, faces, { ...list, path: `${searches}/in-anchor-scope/:guid` }, (call) =>
    answerByAnchor(call, { anchorScopeGuid: needText(call.path, 'guid') }),
  );
}

function search({ store, face, body }: Call, narrow: StringSearchOptions) {
  const options = { ...queryOptions(body, face.maxPageSize, 'refuse'), ...stringOptions(body), ...narrow };
  return store.findByString(body.text('searchString') ?? '', options);
}

async function answerByAnchor(call: Call, narrow: StringSearchOptions): Promise<string> {
  const byAnchor = new Map<string, StoredElement[]>();
  for (const element of await search(call, narrow)) {
    const guid = anchorOf(element);
    byAnchor.set(guid, [...(byAnchor.get(guid) ?? []), element]);
  }
  const anchors: { readonly anchor: StoredElement; readonly matching: readonly StoredElement[] }[] = [];
  for (const [guid, matching] of byAnchor) {
    await processSlicer.turn('answer');
    const own = matching.find((element) => element.guid === guid);
    anchors.push({ anchor: own ?? (await call.store.get(guid, { forLineage: true })), matching });
  }
  return renderList('AnchorSearchMatchesListResponse', call.requestId, 'elements', anchors, ({ anchor, matching }) =>
    matchesView(call.face, anchor, matching),
  );
}

function matchesView(face: StoreFace, anchor: StoredElement, matching: readonly StoredElement[]): Json {
  return { ...face.views.element(anchor), matchingElements: matching.map((element) => face.views.element(element)) };
}

/** GUID of the anchor; an element without one stands for itself. */
function anchorOf(element: StoredElement): string {
  const anchors = element.classifications.find(({ classificationName }) => classificationName === 'Anchors');
  const guid = anchors?.properties.anchorGUID;
  return typeof guid === 'string' ? guid : element.guid;
}
