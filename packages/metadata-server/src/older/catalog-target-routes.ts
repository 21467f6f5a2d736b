import type { FaceScope } from '@isthmus/platform';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { StoredRelated } from '../store/element-store.js';
import { renderList } from '../views/render.js';
import { catalogTargetMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { pageOf } from './governance-engine-routes.js';
import { elementOfType, linkBetween, notLinked } from './governance-maintenance.js';

const targetType = 'CatalogTarget';
const root = '/integration-connectors/:guid/catalog-targets';
const read = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const write = { method: 'POST', role: 'operator', release: '4.3', answer: 'VoidResponse' } as const;

/** What connectors work on, as connectors read it: with a page of its own, oldest first. */
export function addCatalogTargetList(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'CatalogTargetsResponse';
  addCall(scope, faces, { ...read, path: root, answer, guidParameter: 'integrationConnectorGUID' }, async (call) => {
    const page = pageOf(call);
    const connector = await connectorOf(call);
    const { related } = await call.store.related(connector.guid, {
      relationshipTypeName: targetType,
      startingAtEnd: 1,
      sequencingOrder: 'CREATION_DATE_OLDEST',
      ...page,
    });
    const { beans } = call.face.older;
    return renderList(answer, call.toldRequestId, 'elements', related, (target) => beans.catalogTarget(target));
  });
}

/** The same for people, who set and take away the targets of a connector by the element that they mean. */
export function addCatalogTargets(scope: FaceScope, faces: StoreFaces): void {
  addCatalogTargetList(scope, faces);
  const path = `${root}/:elementGuid`;
  addCall(scope, faces, { ...write, path, body: 'needed' }, async (call) => {
    const { store, writer } = call;
    const connector = await connectorOf(call);
    const target = await elementOfType(
      store,
      needText(call.path, 'elementGuid'),
      'OpenMetadataRoot',
      'metadataElementGUID',
    );
    const properties = readBean(call.body, catalogTargetMembers);
    const known = await linkBetween(store, connector.guid, target.guid, targetType);
    if (known === undefined)
      await store.relate(writer, {
        typeName: targetType,
        end1Guid: connector.guid,
        end2Guid: target.guid,
        properties,
      });
    else await store.updateRelationship(writer, known, properties, 'merge');
    return {};
  });
  addCall(scope, faces, { ...read, path, answer: 'CatalogTargetResponse' }, async (call) => {
    const target = await targetOf(call);
    return target === undefined ? {} : { element: call.face.older.beans.catalogTarget(target) };
  });
  addCall(scope, faces, { ...write, path: `${path}/delete` }, async (call) => {
    const ends = [needText(call.path, 'guid'), needText(call.path, 'elementGuid')] as const;
    const known = await linkBetween(call.store, ...ends, targetType);
    if (known === undefined) throw notLinked('catalog target');
    await call.store.deleteRelationship(call.writer, known);
    return {};
  });
}

/** 5.3's form: a target is known by the GUID of its link, and an element may be a target more than once. */
export function addCatalogTargetsByLink(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'CatalogTargetsResponse';
  addCall(scope, faces, { ...read, path: root, answer, guidParameter: 'integrationConnectorGUID' }, async (call) => {
    const { related } = await call.store.related((await connectorOf(call)).guid, {
      relationshipTypeName: targetType,
      startingAtEnd: 1,
      sequencingOrder: 'CREATION_DATE_OLDEST',
      ...pageOf(call),
    });
    const { beans } = call.face.older;
    return renderList(answer, call.toldRequestId, 'elements', related, (target) => beans.linkedTarget(target));
  });
  const add = { ...write, path: `${root}/:elementGuid`, answer: 'GUIDResponse', body: 'needed' } as const;
  addCall(scope, faces, add, async (call) => {
    const { store, writer, path, body } = call;
    const { guid: end1Guid } = await connectorOf(call);
    const elementGuid = needText(path, 'elementGuid');
    const { guid: end2Guid } = await elementOfType(store, elementGuid, 'OpenMetadataRoot', 'metadataElementGUID');
    const properties = readBean(body, catalogTargetMembers);
    return { guid: await store.relate(writer, { typeName: targetType, end1Guid, end2Guid, properties }) };
  });
  const one = { path: '/catalog-targets/:guid', guidParameter: 'relationshipGUID' } as const;
  addCall(scope, faces, { ...read, ...one, answer: 'CatalogTargetResponse' }, async ({ store, path, face }) => {
    const { relationship, end2 } = await store.getRelationship(needText(path, 'guid'));
    return { element: face.older.beans.linkedTarget({ relationship, element: end2, elementAtEnd1: false }) };
  });
  addCall(scope, faces, { ...write, ...one, path: `${one.path}/update`, body: 'needed' }, async (call) => {
    const mode = call.query.flag('replaceAllProperties') === true ? 'replace' : 'merge';
    const properties = readBean(call.body, catalogTargetMembers);
    await call.store.updateRelationship(call.writer, needText(call.path, 'guid'), properties, mode);
    return {};
  });
  addCall(scope, faces, { ...write, ...one, path: `${one.path}/delete` }, async ({ store, writer, path }) => {
    await store.deleteRelationship(writer, needText(path, 'guid'));
    return {};
  });
}

async function targetOf({ store, path }: Call): Promise<StoredRelated | undefined> {
  const [connectorGuid, elementGuid] = [needText(path, 'guid'), needText(path, 'elementGuid')];
  const guid = await linkBetween(store, connectorGuid, elementGuid, targetType);
  if (guid === undefined) return undefined;
  const { relationship, end2 } = await store.getRelationship(guid);
  return { relationship, element: end2, elementAtEnd1: false };
}

function connectorOf({ store, path }: Call) {
  return elementOfType(store, needText(path, 'guid'), 'IntegrationConnector', 'integrationConnectorGUID');
}
