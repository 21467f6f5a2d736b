import { randomUUID } from 'node:crypto';
import { IsthmusError } from '@isthmus/kernel';
import type { Properties } from '@isthmus/model';
import { EgeriaError } from '@isthmus/platform';
import type { Fields } from '../requests/fields.js';
import { type Call, nameMissing } from '../routes/egeria-call.js';
import type { ElementStore, StoredElement, Writer } from '../store/element-store.js';
import { type BeanMembers, connectionMembers, connectorTypeMembers, endpointMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { ConnectionGraph, named } from './connector-graph.js';

/** A GUID that names no element of this type is answered as one that names nothing. @throws ELEMENT_NOT_FOUND */
export async function elementOfType(store: ElementStore, guid: string, typeName: string, parameter: string) {
  try {
    const element = await store.get(guid);
    if (element.typeName === typeName || element.superTypeNames.includes(typeName)) return element;
  } catch (error) {
    if (!IsthmusError.is(error) || error.code !== 'ELEMENT_NOT_FOUND') throw error;
  }
  throw new IsthmusError('ELEMENT_NOT_FOUND', `there is no ${typeName} ${guid}`, { details: { guid, parameter } });
}

/** Elements of 4.3 have no anchor unless something says so. */
export async function createPlain(call: Call, typeName: string, properties: Properties): Promise<string> {
  if (properties.qualifiedName === '') throw nameMissing('qualifiedName');
  const whole = named(properties, () => namelessName(typeName));
  return call.store.create(call.writer, { typeName, properties: whole, isOwnAnchor: false });
}

/** A connector, its connection and what belongs to that, all or none. Returns the GUID of the connector. */
export async function createConnector(call: Call, properties: Properties): Promise<string> {
  const connection = call.body.object('connection');
  if (connection === undefined) throw objectMissing('connection', 'createIntegrationConnector');
  if (properties.qualifiedName === '') throw nameMissing('qualifiedName');
  const graph = new ConnectionGraph(namelessName);
  const whole = named(properties, () => namelessName('IntegrationConnector'));
  const connector = graph.add({ typeName: 'IntegrationConnector', properties: whole, isOwnAnchor: false });
  const end2 = graph.addConnection(connection, connector);
  graph.links.push({ typeName: 'AssetConnection', end1: connector, end2 });
  const [guid = ''] = await call.store.createGraph(call.writer, graph);
  return guid;
}

/**
 * Brings an element to what a bean says. A bean always names its element; a replacing update keeps nothing else.
 *
 * @throws OMAG-COMMON-400-006 without a name
 */
export async function updateBean(call: Call, element: StoredElement, members: BeanMembers): Promise<void> {
  const properties = readBean(call.body, members);
  if (properties.qualifiedName === undefined || properties.qualifiedName === '') throw nameMissing('qualifiedName');
  const mode = call.query.flag('isMergeUpdate') === true ? 'merge' : 'replace';
  await call.store.update(call.writer, element.guid, properties, mode);
}

/** A changed connection changes the parts that it names; what it does not name stays. */
export async function updateConnection(call: Call, connector: StoredElement): Promise<void> {
  const { store, writer } = call;
  const bean = call.body.object('connection');
  if (bean === undefined) return;
  const [link] = (await store.relatedFrom([connector.guid], ['AssetConnection'])).get(connector.guid) ?? [];
  if (link === undefined) return;
  await mergePart(store, writer, link.element.guid, bean, connectionMembers);
  const parts = (await store.relatedFrom([link.element.guid], [...partTypes])).get(link.element.guid) ?? [];
  for (const { relationship, element } of parts) {
    const isType = relationship.typeName === 'ConnectionConnectorType';
    const part = bean.object(isType ? 'connectorType' : 'endpoint');
    if (part !== undefined)
      await mergePart(store, writer, element.guid, part, isType ? connectorTypeMembers : endpointMembers);
  }
}

const partTypes = ['ConnectionConnectorType', 'ConnectToEndpoint'] as const;

async function mergePart(store: ElementStore, writer: Writer, guid: string, bean: Fields, members: BeanMembers) {
  await store.update(writer, guid, readBean(bean, members), 'merge');
}

/** GUID of the relationship; undefined also when one of the ends is not there. */
export async function linkBetween(
  store: ElementStore,
  end1: string,
  end2: string,
  typeName: string,
): Promise<string | undefined> {
  try {
    const links = await store.relationshipsBetween(end1, end2, { relationshipTypeName: typeName });
    return links.find((link) => link.end1.guid === end1)?.relationship.guid;
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * A body that names another element than the path does deletes nothing.
 *
 * @throws OMAG-REPOSITORY-HANDLER-400-005
 */
export function checkNamed(body: Fields, element: StoredElement): void {
  const name = body.text('qualifiedName');
  if (name === undefined || name === element.properties.qualifiedName) return;
  throw new EgeriaError({
    code: 400,
    messageId: 'OMAG-REPOSITORY-HANDLER-400-005',
    message: `${element.guid} is not called ${name}`,
    exception: 'invalidParameter',
    properties: { parameterName: 'qualifiedName' },
    isthmusCode: 'PARAMETER_INVALID',
  });
}

/** Of something that should be linked and is not. */
export function notLinked(what: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-015',
    message: `there is no ${what} between these two`,
    exception: 'invalidParameter',
    properties: { parameterName: 'relationship' },
    isthmusCode: 'ELEMENT_NOT_FOUND',
  });
}

function objectMissing(name: string, parameterName: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-011',
    message: `${name} is missing`,
    exception: 'invalidParameter',
    properties: { parameterName },
    isthmusCode: 'PARAMETER_MISSING',
  });
}

export function namelessName(typeName: string): string {
  return `${typeName}::${randomUUID()}`;
}
