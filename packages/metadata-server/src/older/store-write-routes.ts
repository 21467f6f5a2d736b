import { IsthmusError } from '@isthmus/kernel';
import type { Properties, ReadOptions } from '@isthmus/model';
import { EgeriaError, type FaceScope } from '@isthmus/platform';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import { effectivityOf } from '../routes/element-write-routes.js';
import { templateOf } from '../routes/template-routes.js';
import { createFromTemplate } from '../templates/template-copy.js';
import { namelessName } from './governance-maintenance.js';
import { olderReadOptions } from './older-requests.js';

const elements = '/metadata-elements';
const classification = `${elements}/:guid/classifications/:name`;
const relations = '/related-elements';
const post = { method: 'POST', role: 'operator', release: '4.3', answer: 'VoidResponse', body: 'needed' } as const;
const change = { ...post, guidParameter: 'metadataElementGUID' } as const;

/** Creating, changing and deleting elements as clients of 4.3 do. An element has no anchor unless one is given. */
export function addOlderElementWrites(scope: FaceScope, faces: StoreFaces): void {
  addCall(scope, faces, { ...post, path: `${elements}/new`, answer: 'GUIDResponse' }, async (call) => {
    const { store, writer, body, face } = call;
    const older = needText(body, 'typeName', 'metadataElementTypeName');
    const typeName = face.older.names.newerType(older).name;
    if (body.text('initialStatus') !== undefined) needActive(body.text('initialStatus'), 'initialStatus');
    const properties = face.older.names.newerProperties(older, body.properties('properties'));
    const isNameless = properties.qualifiedName === undefined && face.types.attribute(typeName, 'qualifiedName');
    const whole = isNameless ? { ...properties, qualifiedName: namelessName(typeName) } : properties;
    const element = { typeName, properties: whole, isOwnAnchor: false, ...effectivityOf(body) };
    const templateGuid = body.text('templateGUID');
    if (templateGuid === undefined) return { guid: await store.create(writer, element) };
    const template = await templateOf(store, templateGuid, {});
    const request = { ...element, classifications: {}, placeholders: new Map(), allowRetrieve: false };
    return { guid: await createFromTemplate(store, writer, request, template, {}) };
  });
  addCall(scope, faces, { ...change, path: `${elements}/:guid/update-properties` }, async (call) => {
    const { store, writer, body } = call;
    const options = olderReadOptions(body);
    const element = await store.get(needText(call.path, 'guid'), options);
    await store.update(writer, element.guid, propertiesFor(call, element.typeName), modeOf(call), options);
    return {};
  });
  addCall(scope, faces, { ...change, path: `${elements}/:guid/update-status` }, async ({ store, path, body }) => {
    await store.get(needText(path, 'guid'), olderReadOptions(body));
    needActive(body.text('newStatus'), 'newStatus');
    return {};
  });
  addCall(scope, faces, { ...change, path: `${elements}/:guid/update-effectivity` }, async (call) => {
    const { store, writer, path, body } = call;
    await store.updateEffectivity(writer, needText(path, 'guid'), effectivityOf(body), olderReadOptions(body));
    return {};
  });
  addCall(scope, faces, { ...change, path: `${elements}/:guid/delete` }, async ({ store, writer, path, body }) => {
    await store.delete(writer, needText(path, 'guid'), { ...lineageOf(olderReadOptions(body)), method: 'SOFT_DELETE' });
    return {};
  });
}

export function addOlderClassificationCalls(scope: FaceScope, faces: StoreFaces): void {
  const placeOf = ({ path, face }: Call) =>
    [needText(path, 'guid'), face.older.names.newerType(needText(path, 'name')).name] as const;
  addCall(scope, faces, { ...change, path: `${classification}/new` }, async (call) => {
    const [guid, name] = placeOf(call);
    const given = { properties: propertiesFor(call, name), ...effectivityOf(call.body) };
    await call.store.classify(call.writer, guid, name, given, olderReadOptions(call.body));
    return {};
  });
  addCall(scope, faces, { ...change, path: `${classification}/update-properties` }, async (call) => {
    const [guid, name] = placeOf(call);
    const options = olderReadOptions(call.body);
    await call.store.updateClassification(call.writer, guid, name, propertiesFor(call, name), modeOf(call), options);
    return {};
  });
  addCall(scope, faces, { ...change, path: `${classification}/update-effectivity` }, async (call) => {
    const { store, writer, body } = call;
    await store.updateClassificationEffectivity(writer, ...placeOf(call), effectivityOf(body), olderReadOptions(body));
    return {};
  });
  addCall(scope, faces, { ...change, path: `${classification}/delete` }, async (call) => {
    await call.store.declassify(call.writer, ...placeOf(call), olderReadOptions(call.body));
    return {};
  });
}

export function addOlderRelationshipWrites(scope: FaceScope, faces: StoreFaces): void {
  const link = { ...post, guidParameter: 'relationshipGUID' } as const;
  addCall(scope, faces, { ...link, path: `${relations}/new`, answer: 'GUIDResponse' }, async (call) => {
    const { store, writer, body, face } = call;
    const { name, swapsEnds } = face.older.names.newerType(needText(body, 'typeName', 'relationshipTypeName'));
    const ends = ['metadataElement1GUID', 'metadataElement2GUID'] as const;
    const guids = ends.map((end) => needText(body, end));
    const options = olderReadOptions(body);
    // Both are looked up first, so that the complaint names the one that is not there.
    for (const [index, guid] of guids.entries()) await needEnd(call, guid, ends[index] ?? '', options);
    const [end1Guid = '', end2Guid = ''] = swapsEnds ? guids.reverse() : guids;
    const properties = propertiesFor(call, name);
    const relationship = { typeName: name, end1Guid, end2Guid, properties, ...effectivityOf(body) };
    return { guid: await store.relate(writer, relationship, options) };
  });
  addCall(scope, faces, { ...link, path: `${relations}/:guid/update-properties` }, async (call) => {
    const { store, writer } = call;
    const { relationship } = await store.getRelationship(needText(call.path, 'guid'));
    const properties = propertiesFor(call, relationship.typeName);
    await store.updateRelationship(writer, relationship.guid, properties, modeOf(call));
    return {};
  });
  addCall(scope, faces, { ...link, path: `${relations}/:guid/update-effectivity` }, async (call) => {
    const { store, writer, path, body } = call;
    await store.updateRelationshipEffectivity(writer, needText(path, 'guid'), effectivityOf(body));
    return {};
  });
  addCall(scope, faces, { ...link, path: `${relations}/:guid/delete` }, async ({ store, writer, path }) => {
    await store.deleteRelationship(writer, needText(path, 'guid'));
    return {};
  });
}

/** The body's properties, which are those of a stored type under its name in 4.3. */
function propertiesFor({ body, face }: Call, typeName: string): Properties {
  const { names } = face.older;
  return names.newerProperties(names.olderType(typeName).name, body.properties('properties'));
}

function modeOf({ body }: Call): 'merge' | 'replace' {
  return body.flag('replaceProperties') === true ? 'replace' : 'merge';
}

function lineageOf({ forLineage }: ReadOptions): { readonly forLineage?: boolean } {
  return forLineage === undefined ? {} : { forLineage };
}

/** Elements of 4.3 may be drafts and more; those here are active. */
function needActive(status: string | undefined, parameterName: string): void {
  if (status === 'ACTIVE') return;
  throw new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-007',
    message: `elements here are ACTIVE, not ${status ?? 'without a status'}`,
    exception: 'invalidParameter',
    properties: { parameterName },
    isthmusCode: 'PARAMETER_INVALID',
  });
}

async function needEnd({ store }: Call, guid: string, parameter: string, options: ReadOptions): Promise<void> {
  try {
    await store.get(guid, { ...lineageOf(options) });
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND')
      throw new IsthmusError('ELEMENT_NOT_FOUND', error.message, { details: { guid, parameter } });
    throw error;
  }
}
