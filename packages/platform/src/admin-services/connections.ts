import { isRecord } from '../documents/document-check.js';
import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';
import { configurationError } from '../servers/configuration-error.js';
import { connectorType, type KnownConnector } from './connector-types.js';
import type { Bean } from './request-beans.js';

export const connectionClasses = ['Connection', 'VirtualConnection'] as const;

const beansWithHeader = new Set<unknown>([...connectionClasses, 'ConnectorType', 'Endpoint', 'EmbeddedConnection']);
const deepestBean = 32;

/** A connection as Egeria keeps what it was sent: header versions filled in, empty members left out. */
export function keptConnection(sent: unknown, depth = 0): unknown {
  if (depth > deepestBean) return undefined;
  if (Array.isArray(sent)) return sent.map((item) => keptConnection(item, depth + 1));
  if (!isRecord(sent)) return sent;
  const header = beansWithHeader.has(sent.class) ? { class: sent.class, headerVersion: 0 } : {};
  const position = sent.class === 'EmbeddedConnection' ? { position: 0 } : {};
  const members = Object.entries(sent).filter(([, value]) => value !== null);
  return {
    ...header,
    ...position,
    ...Object.fromEntries(members.map(([key, value]) => [key, keptConnection(value, depth + 1)])),
  };
}

export function connection(known: KnownConnector, release: EgeriaRelease, members: Bean): Bean {
  const { address, qualifiedName, displayName, ...rest } = members;
  return {
    class: 'Connection',
    headerVersion: 0,
    ...(qualifiedName === undefined ? {} : { qualifiedName }),
    ...(displayName === undefined ? {} : { displayName }),
    connectorType: connectorType(known, release),
    ...(address === undefined ? {} : { endpoint: endpoint(release, address) }),
    ...rest,
  };
}

function endpoint(release: EgeriaRelease, address: unknown): Bean {
  const name = release === '4.3' ? 'address' : 'networkAddress';
  return { class: 'Endpoint', headerVersion: 0, [name]: address };
}

/**
 * The connection to a topic of the document's event bus.
 *
 * @param name - follows the bus's root
 * @throws OMAG-ADMIN-400-017 when the document has no event bus
 */
export function topicConnection(
  document: ServerDocument,
  release: EgeriaRelease,
  name: string,
  properties: Bean,
): Bean {
  const bus = document.eventBusConfig;
  if (!isRecord(bus)) throw configurationError('OMAG-ADMIN-400-017', 'the server has no event bus, which this needs');
  const provider = String(bus.connectorProvider ?? '');
  const known = provider.endsWith('.InMemoryOpenMetadataTopicProvider') ? 'inMemoryTopic' : 'kafkaTopic';
  const own = isRecord(bus.configurationProperties) ? bus.configurationProperties : {};
  return connection(known, release, {
    displayName: 'Kafka Event Bus Connection',
    address: `${String(bus.topicURLRoot)}.${name}`,
    configurationProperties: { ...own, 'local.server.id': document.localServerId, ...properties },
  });
}
