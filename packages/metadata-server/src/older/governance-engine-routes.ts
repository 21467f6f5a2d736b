import { bodyMissing, EgeriaError, type FaceScope } from '@isthmus/platform';
import { RegisteredConnectors, registrationType } from '../groups/registered-connectors.js';
import { pageOptions } from '../requests/query-options.js';
import { addCall, type Call, nameMissing, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { StoredElement } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { renderList } from '../views/render.js';
import { type BeanMembers, connectorMembers, groupMembers, registrationMembers } from './bean-members.js';
import { needMarker, readBean } from './bean-reading.js';
import {
  checkNamed,
  createConnector,
  createPlain,
  elementOfType,
  linkBetween,
  notLinked,
  updateBean,
  updateConnection,
} from './governance-maintenance.js';

const read = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const write = { method: 'POST', role: 'operator', release: '4.3' } as const;

interface Kind {
  readonly path: string;
  readonly typeName: string;
  /** Marker of the bean; the answers are called after it. */
  readonly bean: string;
  readonly members: BeanMembers;
  readonly guidName: string;
}

const groups: Kind = {
  path: '/integration-groups',
  typeName: 'IntegrationGroup',
  bean: 'IntegrationGroup',
  members: groupMembers,
  guidName: 'integrationGroupGUID',
};
const connectors: Kind = {
  path: '/integration-connectors',
  typeName: 'IntegrationConnector',
  bean: 'IntegrationConnector',
  members: connectorMembers,
  guidName: 'integrationConnectorGUID',
};

/** Groups and connectors as people of 4.3 write them, beside what their daemons read. */
export function addGroupMaintenance(scope: FaceScope, faces: StoreFaces): void {
  addReads(scope, faces, groups, async (call, found) => {
    const reader = new RegisteredConnectors(call.store, call.beans);
    return found.map((group) => reader.group(group));
  });
  addReads(scope, faces, connectors, (call, found) =>
    new RegisteredConnectors(call.store, call.beans).unregistered(found),
  );
  addConnectorByName(scope, faces);

  const answer = 'GUIDResponse';
  addCall(scope, faces, { ...write, path: `${groups.path}/new`, answer, body: 'needed' }, async (call) => {
    needMarker(call.body, 'IntegrationGroupProperties');
    return { guid: await createPlain(call, groups.typeName, readBean(call.body, groupMembers)) };
  });
  addCall(scope, faces, { ...write, path: `${connectors.path}/new`, answer, body: 'needed' }, async (call) => {
    needMarker(call.body, 'IntegrationConnectorProperties');
    return { guid: await createConnector(call, readBean(call.body, connectorMembers)) };
  });
  for (const kind of [groups, connectors]) addChanges(scope, faces, kind);
  addRegistrations(scope, faces);
}

type Views = (call: Call, found: readonly StoredElement[]) => Promise<readonly Json[]>;

function addReads(scope: FaceScope, faces: StoreFaces, kind: Kind, views: Views): void {
  const one = { ...read, path: `${kind.path}/:guid`, answer: `${kind.bean}ElementResponse` } as const;
  addCall(scope, faces, one, async (call) => {
    const found = await elementOfType(call.store, needText(call.path, 'guid'), kind.typeName, 'guid');
    const [element] = await views(call, [found]);
    return { element };
  });
  const answer = `${kind.bean}ElementsResponse`;
  addCall(scope, faces, { ...read, path: kind.path, answer }, async (call) => {
    const order = { sequencingOrder: 'CREATION_DATE_OLDEST' } as const;
    const found = await call.store.find({ typeName: kind.typeName, ...order, ...pageOf(call) });
    return renderList(answer, call.toldRequestId, 'elements', await views(call, found), (each) => each);
  });
}

/** Unlike a group, a connector that is not there is a fault. */
function addConnectorByName(scope: FaceScope, faces: StoreFaces): void {
  const { path, typeName, bean } = connectors;
  const definition = { ...read, path: `${path}/by-name/:name`, answer: `${bean}ElementResponse` } as const;
  addCall(scope, faces, definition, async (call) => {
    const name = needText(call.path, 'name');
    const element = await call.store.getByQualifiedName(name, { typeName });
    if (element !== undefined) {
      const [view] = await new RegisteredConnectors(call.store, call.beans).unregistered([element]);
      return { element: view };
    }
    throw new EgeriaError({
      code: 404,
      messageId: 'OMAG-REPOSITORY-HANDLER-404-010',
      message: `there is no one ${typeName} called ${name}`,
      exception: 'propertyServer',
      isthmusCode: 'ELEMENT_NOT_FOUND',
    });
  });
}

function addChanges(scope: FaceScope, faces: StoreFaces, kind: Kind): void {
  const change = { ...write, answer: 'VoidResponse', body: 'needed' } as const;
  const update = { ...change, path: `${kind.path}/:guid/update`, guidParameter: 'guid' } as const;
  addCall(scope, faces, update, async (call) => {
    needMarker(call.body, `${kind.bean}Properties`);
    if (call.query.flag('isMergeUpdate') === undefined) throw bodyMissing();
    const guid = needText(call.path, 'guid');
    const name = call.body.text('qualifiedName');
    if (name === undefined || name === '') throw nameMissing('qualifiedName');
    const element = await elementOfType(call.store, guid, kind.typeName, 'guid');
    await updateBean(call, element, kind.members);
    if (kind === connectors) await updateConnection(call, element);
    return {};
  });
  const remove = { ...change, path: `${kind.path}/:guid/delete` } as const;
  addCall(scope, faces, remove, async (call) => {
    const { store, writer, body } = call;
    if (kind === groups && (body.text('qualifiedName') ?? '') === '') throw nameMissing('qualifiedName');
    const element = await elementOfType(store, needText(call.path, 'guid'), kind.typeName, kind.guidName);
    checkNamed(body, element);
    await store.delete(writer, element.guid);
    return {};
  });
}

function addRegistrations(scope: FaceScope, faces: StoreFaces): void {
  const path = `${groups.path}/:groupGuid/integration-connectors/:connectorGuid`;
  const answer = 'VoidResponse';
  addCall(scope, faces, { ...write, path, answer, body: 'needed' }, async ({ store, writer, body, path: ends }) => {
    const properties = readBean(body, registrationMembers);
    if ((properties.connectorName ?? '') === '') throw nameMissing('connectorName');
    const [end1, end2] = [needText(ends, 'groupGuid'), needText(ends, 'connectorGuid')];
    await elementOfType(store, end1, groups.typeName, groups.guidName);
    await elementOfType(store, end2, connectors.typeName, connectors.guidName);
    await store.relate(writer, { typeName: registrationType, end1Guid: end1, end2Guid: end2, properties });
    return {};
  });
  addCall(scope, faces, { ...write, path: `${path}/delete`, answer }, async ({ store, writer, path: ends }) => {
    const [end1, end2] = [needText(ends, 'groupGuid'), needText(ends, 'connectorGuid')];
    const registered = await linkBetween(store, end1, end2, registrationType);
    if (registered === undefined) throw notLinked('registration');
    await store.deleteRelationship(writer, registered);
    return {};
  });
}

/** Both parameters are mandatory, as on a real server. */
export function pageOf({ query, face }: Call) {
  const startFrom = query.integer('startingFrom');
  const pageSize = query.integer('maximumResults');
  if (startFrom === undefined || pageSize === undefined) throw bodyMissing();
  return pageOptions(startFrom, pageSize, face.maxPageSize);
}
