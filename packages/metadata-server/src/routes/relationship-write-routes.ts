import { IsthmusError } from '@isthmus/kernel';
import type { FaceScope } from '@isthmus/platform';
import { defined, noFields, readOptions } from '../requests/query-options.js';
import type { ElementStore, Writer } from '../store/element-store.js';
import { knownElements } from '../templates/known-elements.js';
import { addCall, needText, type StoreFaces } from './egeria-call.js';
import { effectivityOf } from './element-write-routes.js';

const root = '/related-elements';

/** Relating elements, changing and ending relationships. */
export function addRelationshipWrites(scope: FaceScope, faces: StoreFaces): void {
  const write = { method: 'POST', role: 'operator', body: 'needed', guidParameter: 'relationshipGUID' } as const;
  addCall(scope, faces, { ...write, path: root, answer: 'GUIDResponse' }, async ({ store, writer, body }) => {
    const relationship = defined({
      typeName: needText(body, 'typeName', 'relationshipTypeName'),
      end1Guid: needText(body, 'metadataElement1GUID'),
      end2Guid: needText(body, 'metadataElement2GUID'),
      properties: body.properties('properties'),
      makeAnchor: body.flag('makeAnchor'),
      anchorScopeGuids: body.texts('anchorScopeGUIDs'),
      ...effectivityOf(body.object('properties') ?? noFields),
    });
    for (const guid of [relationship.end1Guid, relationship.end2Guid]) await makeKnown(store, writer, guid);
    return { guid: await store.relate(writer, relationship, readOptions(body)) };
  });
  addCall(
    scope,
    faces,
    { ...write, path: `${root}/:guid/update-properties`, answer: 'VoidResponse' },
    async ({ store, writer, path, body }) => {
      const mode = (body.flag('mergeUpdate') ?? true) ? 'merge' : 'replace';
      await store.updateRelationship(writer, needText(path, 'guid'), body.properties('properties'), mode);
      return {};
    },
  );
  addCall(
    scope,
    faces,
    { ...write, path: `${root}/:guid/update-effectivity`, answer: 'VoidResponse' },
    async ({ store, writer, path, body }) => {
      await store.updateRelationshipEffectivity(writer, needText(path, 'guid'), effectivityOf(body));
      return {};
    },
  );
  addCall(
    scope,
    faces,
    { ...write, path: `${root}/:guid/delete`, answer: 'VoidResponse' },
    async ({ store, writer, path }) => {
      await store.deleteRelationship(writer, needText(path, 'guid'));
      return {};
    },
  );
}

/** Makes an element that others count on being there, if it is not. */
async function makeKnown(store: ElementStore, writer: Writer, guid: string): Promise<void> {
  const known = knownElements[guid];
  if (known === undefined) return;
  try {
    await store.get(guid, { forLineage: true });
  } catch (error) {
    if (!IsthmusError.is(error) || error.code !== 'ELEMENT_NOT_FOUND') throw error;
    await store.create(writer, { ...known, guid, isOwnAnchor: false }).catch(unlessThere);
  }
}

/** Somebody else was quicker, or has an element of this name: the relationship will tell. */
function unlessThere(error: unknown): void {
  if (!IsthmusError.is(error) || error.code !== 'ELEMENT_EXISTS') throw error;
}
