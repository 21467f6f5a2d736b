import { IsthmusError } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import { allRelated, qualifiedNameOf, types } from './connector-elements.js';

/** Qualified names of the elements of one connector, and the source that its own elements are named by. */
export interface ConnectorNames {
  readonly connector: string;
  readonly connection: string;
  readonly connectorType: string;
  readonly endpoint: string;
  readonly source: string;
  /** Endpoint that a connector of these names was linked to before it was removed. */
  readonly formerEndpoint?: string;
}

/** Connectors of one name that came and went in one group. */
const mostNames = 1000;
const groupPrefix = 'IntegrationGroup::';

/**
 * Names for a connector of this group. Names whose connector is not registered anywhere and is of the same provider are
 * taken again; one that lives on in another group, or was something else, keeps its own, and the new one is numbered.
 */
export async function freeNames(
  store: MetadataStore,
  groupName: string,
  name: string,
  provider: string,
  signal: AbortSignal,
): Promise<ConnectorNames> {
  for (let number = 1; number <= mostNames; number++) {
    const names = namesOf(groupName, number === 1 ? name : `${name}-${number}`);
    const existing = await store.getByQualifiedName(names.connector, { forLineage: true }, signal);
    if (existing === undefined) return names;
    if (existing.typeName !== types.connector) continue;
    const registrations = await allRelated(store, existing.guid, types.registration, 2, signal);
    const former = registrations.length === 0 ? await formerOf(store, existing.guid, signal) : undefined;
    if (former?.provider === provider)
      return { ...names, ...(former.endpoint !== undefined && { formerEndpoint: former.endpoint }) };
  }
  throw new IsthmusError('CONNECTOR_EXISTS', `${groupName} had too many connectors named ${name}`, {
    details: { group: groupName, connector: name },
  });
}

/** The source stands in the qualified name of everything the connector makes, so it is short and holds no colon. */
function namesOf(groupName: string, name: string): ConnectorNames {
  const group = groupName.startsWith(groupPrefix) ? groupName.slice(groupPrefix.length) : groupName;
  const path = `${groupName}:${name}`;
  return {
    connector: `IntegrationConnector::${path}`,
    connection: `Connection::${path}`,
    connectorType: `ConnectorType::${path}`,
    endpoint: `Endpoint::${path}`,
    source: `${group}.${name}`.replaceAll(':', '.'),
  };
}

async function formerOf(
  store: MetadataStore,
  connectorGuid: string,
  signal: AbortSignal,
): Promise<{ readonly provider: unknown; readonly endpoint?: string } | undefined> {
  const [connection] = await allRelated(store, connectorGuid, types.assetConnection, 1, signal);
  if (connection === undefined) return undefined;
  const { guid } = connection.element;
  const [type] = await allRelated(store, guid, types.connectionType, 1, signal);
  const [endpoint] = await allRelated(store, guid, types.connectionEndpoint, 1, signal);
  return {
    provider: type?.element.properties.connectorProviderClassName,
    ...(endpoint && { endpoint: qualifiedNameOf(endpoint.element) }),
  };
}
