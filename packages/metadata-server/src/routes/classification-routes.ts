import type { FaceScope } from '@isthmus/platform';
import { historyOptions, noFields, readOptions } from '../requests/query-options.js';
import { renderList } from '../views/render.js';
import { addCall, needText, type StoreFaces } from './egeria-call.js';
import { effectivityOf, newClassification } from './element-write-routes.js';

const root = '/metadata-elements/:guid/classifications/:name';

/** Attaching, changing and removing classifications. */
export function addClassificationCalls(scope: FaceScope, faces: StoreFaces): void {
  const write = {
    method: 'POST',
    role: 'operator',
    answer: 'VoidResponse',
    body: 'needed',
    guidParameter: 'metadataElementGUID',
  } as const;
  addCall(scope, faces, { ...write, path: root }, async ({ store, writer, path, body }) => {
    const classification = newClassification(body.object('properties') ?? noFields, body.properties('properties'));
    await store.classify(writer, needText(path, 'guid'), needText(path, 'name'), classification, readOptions(body));
    return {};
  });
  addCall(scope, faces, { ...write, path: `${root}/update-properties` }, async ({ store, writer, path, body }) => {
    const mode = (body.flag('mergeUpdate') ?? true) ? 'merge' : 'replace';
    const properties = body.properties('properties');
    const name = needText(path, 'name');
    await store.updateClassification(writer, needText(path, 'guid'), name, properties, mode, readOptions(body));
    return {};
  });
  addCall(scope, faces, { ...write, path: `${root}/update-effectivity` }, async ({ store, writer, path, body }) => {
    const [guid, name] = [needText(path, 'guid'), needText(path, 'name')];
    await store.updateClassificationEffectivity(writer, guid, name, effectivityOf(body), readOptions(body));
    return {};
  });
  const remove = { ...write, body: 'optional', path: `${root}/delete` } as const;
  addCall(scope, faces, remove, async ({ store, writer, path, body }) => {
    await store.declassify(writer, needText(path, 'guid'), needText(path, 'name'), readOptions(body));
    return {};
  });
  const answer = 'AttachedClassificationsResponse';
  addCall(
    scope,
    faces,
    { method: 'POST', role: 'viewer', path: `${root}/history`, answer },
    async ({ face, store, path, body, requestId }) => {
      const options = historyOptions(body, face.maxPageSize);
      const former = await store.classificationHistory(needText(path, 'guid'), needText(path, 'name'), options);
      return renderList(answer, requestId, 'classifications', former, (it) => face.views.classification(it));
    },
  );
}
