import {
  type BatchOperation,
  type MetadataElement,
  type MetadataStore,
  mapKeys,
  type Properties,
  type PropertyValue,
  type Registration,
  type RelatedElement,
} from '@isthmus/model';
import { changedConfiguration, touchesConfiguration } from './connector-change.js';
import { allRelated, link, qualifiedNameOf, registrationProperties, types, unlink } from './connector-elements.js';
import type { ConnectorNames } from './connector-names.js';
import type { ConnectorChange } from './integration-daemon.js';
import { undoing, type Write } from './store-writes.js';

/**
 * Everything of a new connector but its registration: the connector first. All of it is anchored to the connector and
 * goes with it, the connector type too: shared by all of a provider, one edit of it would stop them all.
 */
export function connectorWrites(registration: Registration, names: ConnectorNames): readonly Write[] {
  const { connection, connectorName, description } = registration;
  const provider = connection?.providerName ?? '';
  const address = connection?.networkAddress;
  const title = { displayName: connectorName };
  return [
    make(types.connector, names.connector, { ...title, ...(description && { description }) }, undefined, [
      ...(description ? [] : ['description']),
    ]),
    make(
      types.connectorType,
      names.connectorType,
      { displayName: provider, connectorProviderClassName: provider },
      names.connector,
    ),
    make(
      types.connection,
      names.connection,
      { ...title, configurationProperties: connection?.configurationProperties ?? {} },
      names.connector,
      // what a removed connector of this name was told would be merged with it
      ['configurationProperties'],
    ),
    join(types.assetConnection, names.connector, names.connection),
    join(types.connectionType, names.connection, names.connectorType),
    ...(address === undefined
      ? []
      : [
          make(types.endpoint, names.endpoint, { ...title, networkAddress: address }, names.connector),
          join(types.connectionEndpoint, names.connection, names.endpoint),
        ]),
    ...(names.formerEndpoint === undefined || (address !== undefined && names.formerEndpoint === names.endpoint)
      ? []
      : [part(types.connectionEndpoint, names.connection, names.formerEndpoint)]),
  ];
}

export function registrationWrite(groupName: string, registration: Registration): Write {
  const { qualifiedName } = registration;
  return {
    operation: link(types.registration, groupName, qualifiedName, registrationProperties(registration)),
    inverse: undoing(['created'], unlink(types.registration, groupName, qualifiedName)),
  };
}

/**
 * Only what the change touches, over what the store holds now: what others changed meanwhile stays.
 *
 * @param member - the registration with its connector
 */
export async function changeWrites(
  store: MetadataStore,
  groupName: string,
  member: RelatedElement,
  change: ConnectorChange,
  signal: AbortSignal,
): Promise<readonly Write[]> {
  const { element: connector } = member;
  const connections =
    touchesConfiguration(change) || change.networkAddress !== undefined
      ? await allRelated(store, connector.guid, types.assetConnection, 1, signal)
      : [];
  const [connection] = connections;
  return [
    ...labelWrites(connector, change),
    ...(connection && touchesConfiguration(change) ? [configurationWrite(connection.element, change)] : []),
    ...(connection && change.networkAddress !== undefined
      ? await addressWrites(store, connector, connection.element, change.networkAddress, signal)
      : []),
    ...registrationChange(groupName, member, change),
  ];
}

function labelWrites(connector: MetadataElement, change: ConnectorChange): readonly Write[] {
  if (change.name === undefined && change.description === undefined) return [];
  const { name, description } = change;
  return [
    alter(
      connector,
      { ...(name !== undefined && { displayName: name }), ...(description && { description }) },
      description === '' ? ['description'] : [],
    ),
  ];
}

function configurationWrite(connection: MetadataElement, change: ConnectorChange): Write {
  const current = connection.properties.configurationProperties;
  const configurationProperties = changedConfiguration(isMap(current) ? current : {}, change);
  return alter(connection, { configurationProperties });
}

/** An endpoint that other connections use too is left alone: this connection gets one of its own. */
async function addressWrites(
  store: MetadataStore,
  connector: MetadataElement,
  connection: MetadataElement,
  networkAddress: string,
  signal: AbortSignal,
): Promise<readonly Write[]> {
  const [linked] = await allRelated(store, connection.guid, types.connectionEndpoint, 1, signal);
  if (linked !== undefined) {
    const users = await allRelated(store, linked.element.guid, types.connectionEndpoint, 2, signal);
    if (users.length <= 1) return [alter(linked.element, { networkAddress })];
  }
  const connectionName = qualifiedNameOf(connection);
  const endpoint = `Endpoint::${connectionName}`;
  const old = linked && qualifiedNameOf(linked.element);
  return [
    make(types.endpoint, endpoint, { networkAddress }, qualifiedNameOf(connector)),
    ...(old === undefined ? [] : [part(types.connectionEndpoint, connectionName, old)]),
    join(types.connectionEndpoint, connectionName, endpoint),
  ];
}

function registrationChange(groupName: string, member: RelatedElement, change: ConnectorChange): readonly Write[] {
  const changed: Properties = {
    ...(change.name !== undefined && { connectorName: change.name }),
    ...(change.refreshTimeInterval !== undefined && { refreshTimeInterval: change.refreshTimeInterval }),
    ...(change.permittedSynchronization !== undefined && {
      permittedSynchronization: change.permittedSynchronization,
    }),
    ...(change.generateConnectorActivityReports !== undefined && {
      generateConnectorActivityReports: change.generateConnectorActivityReports,
    }),
    ...(change.startDate !== undefined && { startDate: change.startDate }),
    ...(change.stopDate !== undefined && { connectorShutdownDate: change.stopDate }),
  };
  if (Object.keys(changed).length === 0) return [];
  const connector = qualifiedNameOf(member.element);
  const { properties } = member.relationship;
  return [
    {
      operation: link(types.registration, groupName, connector, { ...properties, ...changed }),
      inverse: undoing(['updated'], link(types.registration, groupName, connector, properties)),
    },
  ];
}

function make(
  typeName: string,
  qualifiedName: string,
  properties: Properties,
  anchor?: string,
  clear: readonly string[] = [],
): Write {
  const operation: BatchOperation = {
    op: 'upsert',
    typeName,
    qualifiedName,
    properties,
    ...(clear.length > 0 && { clear }),
    ...(anchor !== undefined && { anchor }),
  };
  return { operation, inverse: undoing(['created', 'restored'], { op: 'delete', qualifiedName }) };
}

function join(typeName: string, end1: string, end2: string): Write {
  return { operation: link(typeName, end1, end2), inverse: undoing(['created'], unlink(typeName, end1, end2)) };
}

function part(typeName: string, end1: string, end2: string): Write {
  return { operation: unlink(typeName, end1, end2), inverse: undoing(['deleted'], link(typeName, end1, end2)) };
}

/** Changes an element that is there; taken back by its former values. Maps lose the keys that they no longer have. */
function alter(element: MetadataElement, properties: Properties, clearedProperties: readonly string[] = []): Write {
  const { typeName } = element;
  const qualifiedName = qualifiedNameOf(element);
  const touched = [...Object.keys(properties), ...clearedProperties];
  const former = Object.fromEntries(Object.entries(element.properties).filter(([name]) => touched.includes(name)));
  const clear = [...clearedProperties, ...lostKeys(former, properties)];
  const added = [...touched.filter((name) => !(name in former)), ...lostKeys(properties, former)];
  return {
    operation: { op: 'upsert', typeName, qualifiedName, properties, ...(clear.length > 0 && { clear }) },
    inverse: undoing(['updated'], {
      op: 'upsert',
      typeName,
      qualifiedName,
      properties: former,
      ...(added.length > 0 && { clear: added }),
    }),
  };
}

/** Keys of maps that are in `before` and not in `after`, as `clear` of an upsert names them. */
function lostKeys(before: Properties, after: Properties): readonly string[] {
  return Object.entries(before).flatMap(([name, value]) => {
    const kept = new Set(mapKeys(after[name] ?? {}));
    return (mapKeys(value) ?? []).filter((key) => !kept.has(key)).map((key) => `${name}.${key}`);
  });
}

function isMap(value: PropertyValue | undefined): value is Properties {
  return typeof value === 'object' && !Array.isArray(value);
}
