import type { FaceScope } from '@isthmus/platform';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { StoredElement } from '../store/element-store.js';
import { renderList } from '../views/render.js';
import { needParameters, olderConditions, olderFind, olderPage, olderReadOptions } from './older-requests.js';
import { searchPattern } from './search-pattern.js';

const elements = '/metadata-elements';
const relations = '/related-elements';
const common = ['forLineage', 'forDuplicateProcessing', 'effectiveTime'] as const;
const paging = [...common, 'startFrom', 'pageSize'] as const;
const get = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const post = { method: 'POST', role: 'viewer', release: '4.3', body: 'needed' } as const;
const elementAnswer = 'OpenMetadataElementResponse';
const listAnswer = 'OpenMetadataElementsResponse';

/** Reading and finding elements as clients of 4.3 do. */
export function addOlderElementReads(scope: FaceScope, faces: StoreFaces): void {
  addCall(scope, faces, { ...get, path: `${elements}/:guid`, answer: elementAnswer }, async (call) => {
    needParameters(call.query, ...common);
    const element = await call.store.get(needText(call.path, 'guid'), olderReadOptions(call.query));
    return { element: call.face.older.views.element(element) };
  });
  addCall(scope, faces, { ...post, path: `${elements}/by-unique-name`, answer: elementAnswer }, async (call) => {
    const element = await byUniqueName(call);
    return element === undefined ? {} : { element: call.face.older.views.element(element) };
  });
  addCall(scope, faces, { ...post, path: `${elements}/guid-by-unique-name`, answer: 'GUIDResponse' }, async (call) => {
    const element = await byUniqueName(call);
    return element === undefined ? {} : { guid: element.guid };
  });
  addCall(scope, faces, { ...post, path: `${elements}/by-search-string`, answer: listAnswer }, async (call) => {
    needParameters(call.query, ...paging);
    const text = call.body.text('searchString') ?? '';
    return renderElements(call, {
      ...olderPage(call.query, call.face.maxPageSize),
      sequencingOrder: 'CREATION_DATE_OLDEST',
      ...(text === '' ? {} : { pattern: searchPattern(text, 'searchString') }),
    });
  });
  addCall(scope, faces, { ...post, path: `${elements}/by-search-specification`, answer: listAnswer }, (call) =>
    renderElements(call, olderFind(call.query, call.body, call.face.older.names, call.face.maxPageSize)),
  );
}

async function renderElements(call: Call, options: Parameters<Call['store']['find']>[0]): Promise<string> {
  const found = await call.store.find(options);
  const { views } = call.face.older;
  return renderList(listAnswer, call.toldRequestId, 'elementList', found, (element) => views.element(element));
}

/** The name may be that of any property; of several elements with it the oldest is told. */
async function byUniqueName({ store, query, body, face }: Call): Promise<StoredElement | undefined> {
  needParameters(query, ...common);
  const property = needText(body, 'namePropertyName', 'uniqueNamePropertyName');
  const name = needText(body, 'name', body.text('nameParameterName') ?? 'name');
  const options = olderReadOptions(query);
  if (property === 'qualifiedName') return store.getByQualifiedName(name, options);
  const condition = { property: face.older.names.newerProperty('OpenMetadataRoot', property), operator: 'EQ' as const };
  const [found] = await store.find({
    ...options,
    sequencingOrder: 'CREATION_DATE_OLDEST',
    pageSize: 1,
    conditions: { matchCriteria: 'ALL', conditions: [{ ...condition, value: name }] },
  });
  return found;
}

/** Reading and finding relationships as clients of 4.3 do. */
export function addOlderRelationshipReads(scope: FaceScope, faces: StoreFaces): void {
  for (const tail of ['any-type', 'type/:relationshipTypeName']) {
    const answer = 'RelatedMetadataElementListResponse';
    addCall(scope, faces, { ...get, path: `${relations}/:guid/${tail}`, answer }, async (call) => {
      needParameters(call.query, ...paging, 'startingAtEnd');
      const { names, views } = call.face.older;
      const older = call.path.text('relationshipTypeName');
      const type = older === undefined ? undefined : names.newerType(older);
      const end = call.query.integer('startingAtEnd') ?? 0;
      const { related } = await call.store.related(needText(call.path, 'guid'), {
        ...olderPage(call.query, call.face.maxPageSize),
        sequencingOrder: 'CREATION_DATE_OLDEST',
        ...(type === undefined ? {} : { relationshipTypeName: type.name }),
        startingAtEnd: type?.swapsEnds === true && end > 0 ? 3 - end : end,
      });
      return renderList(answer, call.toldRequestId, 'elementList', related, (each) => views.related(each));
    });
  }
  const one = { ...get, path: `${relations}/relationship/:guid`, answer: 'RelatedMetadataElementsResponse' } as const;
  addCall(scope, faces, { ...one, guidParameter: 'relationshipGUID' }, async ({ store, path, query, face }) => {
    needParameters(query, ...common);
    const link = await store.getRelationship(needText(path, 'guid'), olderReadOptions(query));
    return { element: face.older.views.link(link) };
  });
  const answer = 'RelatedMetadataElementsListResponse';
  addCall(scope, faces, { ...post, path: `${relations}/by-search-specification`, answer }, async (call) => {
    needParameters(call.query, ...paging);
    const { names, views } = call.face.older;
    const older = needText(call.body, 'metadataElementTypeName');
    const conditions = olderConditions(call.body.object('searchProperties'), older, names);
    const links = await call.store.findRelationships({
      ...olderPage(call.query, call.face.maxPageSize),
      sequencingOrder: 'CREATION_DATE_OLDEST',
      typeName: names.newerType(older).name,
      ...(conditions === undefined ? {} : { conditions }),
    });
    return renderList(answer, call.toldRequestId, 'elementList', links, (link) => views.link(link));
  });
}
