import type { Properties } from '@isthmus/model';
import type { FaceScope } from '@isthmus/platform';
import type { Fields } from '../requests/fields.js';
import { defined, noFields, readOptions } from '../requests/query-options.js';
import type { DeleteOptions, Effectivity, NewClassification, NewStoredElement } from '../store/element-store.js';
import { addCall, needText, type StoreFace, type StoreFaces } from './egeria-call.js';

const elements = '/metadata-elements';
const deleteMethods = ['LOOK_FOR_LINEAGE', 'ARCHIVE', 'SOFT_DELETE', 'PURGE'] as const;

/** Creating, changing, archiving and deleting elements. */
export function addElementWrites(scope: FaceScope, faces: StoreFaces): void {
  const write = { method: 'POST', role: 'operator', guidParameter: 'metadataElementGUID' } as const;
  const create = { ...write, path: elements, answer: 'GUIDResponse', body: 'needed' } as const;
  addCall(scope, faces, create, async ({ store, writer, body }) => ({
    guid: await store.create(writer, newElement(body)),
  }));

  addCall(
    scope,
    faces,
    { ...write, path: `${elements}/:guid/update-properties`, answer: 'BooleanResponse', body: 'needed' },
    async ({ store, writer, path, body }) => {
      const mode = (body.flag('mergeUpdate') ?? true) ? 'merge' : 'replace';
      const guid = needText(path, 'guid');
      return { flag: await store.update(writer, guid, body.properties('properties'), mode, readOptions(body)) };
    },
  );
  addCall(
    scope,
    faces,
    { ...write, path: `${elements}/:guid/update-effectivity`, answer: 'VoidResponse', body: 'needed' },
    async ({ store, writer, path, body }) => {
      await store.updateEffectivity(writer, needText(path, 'guid'), effectivityOf(body), readOptions(body));
      return {};
    },
  );
  const remove = { ...write, answer: 'VoidResponse', unknownGuidParameter: 'startingEntityGUID' } as const;
  addCall(scope, faces, { ...remove, path: `${elements}/:guid/delete` }, async ({ store, writer, path, body }) => {
    await store.delete(writer, needText(path, 'guid'), deleteOptions(body));
    return {};
  });
  addCall(scope, faces, { ...remove, path: `${elements}/:guid/archive` }, async ({ store, writer, path, body }) => {
    await store.archive(writer, needText(path, 'guid'), deleteOptions(body));
    return {};
  });
  for (const [verb, zones] of [
    ['publish', ({ publishZones }: StoreFace) => publishZones],
    ['withdraw', () => []],
  ] as const) {
    const definition = { ...write, path: `${elements}/:guid/${verb}`, answer: 'VoidResponse' } as const;
    addCall(scope, faces, definition, async ({ face, store, writer, path }) => {
      await store.setZones(writer, needText(path, 'guid'), zones(face));
      return {};
    });
  }
}

function newElement(body: Fields): NewStoredElement {
  const properties = body.object('properties') ?? noFields;
  return defined({
    typeName: needText(body, 'typeName', 'metadataElementTypeName'),
    properties: body.properties('properties'),
    ...effectivityOf(properties),
    classifications: initialClassifications(body),
    anchorGuid: body.text('anchorGUID'),
    isOwnAnchor: body.flag('isOwnAnchor'),
    anchorScopeGuids: body.texts('anchorScopeGUIDs'),
    parent: parentOf(body),
  });
}

function initialClassifications(body: Fields): Readonly<Record<string, NewClassification>> | undefined {
  const classifications = body.object('initialClassifications');
  if (classifications === undefined) return undefined;
  const entries = classifications
    .entries()
    .map(([name, fields]) => [name, newClassification(fields, classifications.properties(name))] as const)
    // A membership of no zones says nothing; a real server does not attach it either.
    .filter(([name, { properties }]) => name !== 'ZoneMembership' || Object.keys(properties).length > 0);
  return Object.fromEntries(entries);
}

export function newClassification(fields: Fields, properties: Properties): NewClassification {
  return { properties, ...effectivityOf(fields) };
}

export function parentOf(body: Fields): NewStoredElement['parent'] {
  const guid = body.text('parentGUID');
  if (guid === undefined) return undefined;
  return defined({
    guid,
    relationshipTypeName: needText(body, 'parentRelationshipTypeName'),
    parentAtEnd1: body.flag('parentAtEnd1'),
    properties: body.properties('parentRelationshipProperties'),
    ...effectivityOf(body.object('parentRelationshipProperties') ?? noFields),
  });
}

export function effectivityOf(fields: Fields): Effectivity {
  return defined({ effectiveFrom: fields.time('effectiveFrom'), effectiveTo: fields.time('effectiveTo') });
}

function deleteOptions(body: Fields): DeleteOptions {
  const properties = body.object('archiveProperties');
  return defined({
    method: body.choice('deleteMethod', deleteMethods),
    cascade: body.flag('cascadedDelete'),
    forLineage: body.flag('forLineage'),
    archiveDate: body.time('archiveDate'),
    archiveProcess: body.text('archiveProcess'),
    archiveProperties: properties && textEntries(properties),
  });
}

function textEntries(fields: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.names().map((name) => [name, fields.text(name) ?? '']));
}
