import { IsthmusError } from '@isthmus/kernel';
import type {
  BatchOperation,
  MetadataElement,
  MetadataStore,
  Properties,
  Registration,
  RelatedElement,
} from '@isthmus/model';

/** The elements of a registration, as Egeria lays them out. */
export const types = {
  group: 'IntegrationGroup',
  connector: 'IntegrationConnector',
  connection: 'Connection',
  connectorType: 'ConnectorType',
  endpoint: 'Endpoint',
  /** Group to connector. */
  registration: 'RegisteredIntegrationConnector',
  /** Connector to connection. */
  assetConnection: 'AssetConnection',
  /** Connection to connector type. */
  connectionType: 'ConnectionConnectorType',
  /** Connection to endpoint. */
  connectionEndpoint: 'ConnectToEndpoint',
} as const;

const pageSize = 500;
const mostRelated = 100_000;

/** All related elements of one relationship type, over all pages. */
export async function allRelated(
  store: MetadataStore,
  guid: string,
  relationshipTypeName: string,
  startingAtEnd: 1 | 2,
  signal: AbortSignal,
): Promise<readonly RelatedElement[]> {
  const found = new Map<string, RelatedElement>();
  for (let startFrom = 0; startFrom < mostRelated; ) {
    const page = await store.related(guid, { relationshipTypeName, startingAtEnd, startFrom, pageSize }, signal);
    if (page.length === 0) break;
    for (const item of page) found.set(item.relationship.guid, item);
    startFrom += page.length;
  }
  return [...found.values()];
}

/** @throws GROUP_NOT_FOUND */
export async function groupElement(
  store: MetadataStore,
  qualifiedName: string,
  signal: AbortSignal,
): Promise<MetadataElement> {
  const element = await store.getByQualifiedName(qualifiedName, { typeName: types.group }, signal);
  if (element !== undefined) return element;
  throw new IsthmusError('GROUP_NOT_FOUND', `the metadata server has no integration group ${qualifiedName}`, {
    details: { group: qualifiedName },
  });
}

export function qualifiedNameOf(element: MetadataElement): string {
  const { qualifiedName } = element.properties;
  if (typeof qualifiedName === 'string') return qualifiedName;
  throw new IsthmusError('STORE_ANSWER_INVALID', `the element ${element.guid} has no qualified name`, {
    details: { guid: element.guid },
  });
}

/** Properties of the registration relationship. */
export function registrationProperties(registration: Registration): Properties {
  const { connectorUserId, metadataCollectionQualifiedName, startDate, connectorShutdownDate } = registration;
  return {
    connectorName: registration.connectorName,
    refreshTimeInterval: registration.refreshTimeInterval,
    permittedSynchronization: registration.permittedSynchronization,
    generateConnectorActivityReports: registration.generateConnectorActivityReports,
    ...(connectorUserId !== undefined && { connectorUserId }),
    ...(metadataCollectionQualifiedName !== undefined && { metadataCollectionQualifiedName }),
    ...(startDate !== undefined && { startDate }),
    ...(connectorShutdownDate !== undefined && { connectorShutdownDate }),
  };
}

export function link(
  typeName: string,
  end1: string,
  end2: string,
  properties?: Properties,
): Extract<BatchOperation, { op: 'link' | 'unlink' }> {
  return { op: 'link', typeName, end1, end2, ...(properties && { properties }) };
}

export function unlink(typeName: string, end1: string, end2: string): BatchOperation {
  return { op: 'unlink', typeName, end1, end2 };
}
