import type { FaceScope } from '@isthmus/platform';
import { conditionsOf, defined, historyOptions, queryOptions, readOptions } from '../requests/query-options.js';
import type { FindRelationshipOptions, StoredLink } from '../store/element-store.js';
import { renderItems } from '../views/render.js';
import { addCall, type Call, needText, type StoreFace, type StoreFaces } from './egeria-call.js';

const linksAnswer = 'OpenMetadataRelationshipListResponse';

/** Elements at the other ends of an element's relationships. */
export function addRelatedElements(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'RelatedMetadataElementListResponse';
  const read = { answer, role: 'viewer' } as const;
  for (const method of ['GET', 'POST'] as const) {
    for (const tail of ['any-type', 'type/:relationshipTypeName']) {
      const definition = { ...read, method, path: `/related-elements/:guid/${tail}` } as const;
      addCall(scope, faces, definition, (call) => relatedElements(call, answer));
    }
  }
}

async function relatedElements(call: Call, answer: string): Promise<string> {
  const { face, store, path, query, body, requestId } = call;
  const options = defined({
    ...queryOptions(body, face.maxPageSize, 'clamp'),
    relationshipTypeName: path.text('relationshipTypeName'),
    startingAtEnd: query.integer('startingAtEnd'),
  });
  const { startingElement, related } = await store.related(needText(path, 'guid'), options);
  const head = JSON.stringify({ class: answer, requestId, relatedHTTPCode: 200 });
  const start = JSON.stringify(face.views.element(startingElement));
  // No relationship at all is an empty list, a page behind the last one none.
  const none = related.length === 0 && (options.startFrom ?? 0) > 0;
  const list = none ? '' : `,"elementList":${await renderItems(related, (item) => face.views.related(item))}`;
  return `${head.slice(0, -1)},"relatedElementList":{"startingElement":${start}${list}}}`;
}

/** Relationships with both ends: by GUID, between two elements, by conditions, as they were. */
export function addRelationshipReads(scope: FaceScope, faces: StoreFaces): void {
  for (const method of ['GET', 'POST'] as const) {
    const definition = {
      method,
      path: '/relationships/by-guid/:guid',
      answer: 'OpenMetadataRelationshipResponse',
      role: 'viewer',
      guidParameter: 'relationshipGUID',
    } as const;
    addCall(scope, faces, definition, async ({ face, store, path, body }) => ({
      element: face.views.link(await store.getRelationship(needText(path, 'guid'), readOptions(body))),
    }));
  }
  const list = { method: 'POST', role: 'viewer', answer: linksAnswer } as const;
  for (const tail of ['linked-by-any-type', 'linked-by-type/:relationshipTypeName']) {
    const definition = { ...list, path: `/metadata-elements/:guid/${tail}/to-elements/:otherGuid` };
    addCall(scope, faces, definition, async ({ face, store, path, body, requestId }) => {
      const options = defined({
        ...queryOptions(body, face.maxPageSize, 'clamp'),
        relationshipTypeName: path.text('relationshipTypeName'),
      });
      const links = await store.relationshipsBetween(needText(path, 'guid'), needText(path, 'otherGuid'), options);
      return renderLinks(face, links, requestId);
    });
  }
  const search = { method: 'POST', role: 'viewer', body: 'expected' } as const;
  const conditions = '/relationships/by-search-conditions';
  addCall(
    scope,
    faces,
    { ...search, path: conditions, answer: linksAnswer },
    async ({ face, store, body, requestId }) =>
      renderLinks(face, await store.findRelationships(findOptions(body, face)), requestId),
  );
  const count = { ...search, path: `${conditions}/count`, answer: 'CountResponse' };
  addCall(scope, faces, count, async ({ face, store, body }) => ({
    count: await store.countRelationships(findOptions(body, face)),
  }));
  const history = { ...list, path: '/relationships/:guid/history', guidParameter: 'relationshipGUID' };
  addCall(scope, faces, history, async ({ face, store, path, body, requestId }) =>
    renderLinks(
      face,
      await store.relationshipHistory(needText(path, 'guid'), historyOptions(body, face.maxPageSize)),
      requestId,
    ),
  );
}

function findOptions(body: Call['body'], face: StoreFace): FindRelationshipOptions {
  return defined({
    ...queryOptions(body, face.maxPageSize, 'refuse'),
    typeName: body.text('relationshipTypeName'),
    end1Guids: body.texts('end1EntityGUIDs'),
    end2Guids: body.texts('end2EntityGUIDs'),
    endMatch: body.choice('endMatchCriteria', ['BOTH', 'ANY', 'NONE'] as const),
    conditions: conditionsOf(body.object('searchProperties')),
  });
}

async function renderLinks(face: StoreFace, links: readonly StoredLink[], requestId: string): Promise<string> {
  const head = JSON.stringify({ class: linksAnswer, requestId, relatedHTTPCode: 200 });
  if (links.length === 0) return head;
  const list = await renderItems(links, (link) => face.views.link(link));
  return `${head.slice(0, -1)},"relationshipList":{"relationships":${list}}}`;
}
