import { isRecord } from '../guards.js';
import type { StoreHttp } from '../http/store-http.js';

/** Where a metadata access server tells changes. */
export interface TopicAddress {
  readonly topic: string;
  /** As host:port. */
  readonly bootstrapServers: readonly string[];
}

const mostBrokers = 20;

/**
 * Asks for the connection of the out topic. Undefined when events do not come over Kafka: the server has its topics in
 * memory, or no event bus.
 */
export async function askTopicAddress(
  http: StoreHttp,
  path: string,
  signal: AbortSignal,
): Promise<TopicAddress | undefined> {
  const { body } = await http.send({ method: 'GET', path, mode: 'repeated', alsoGood: 404 }, signal);
  return topicAddress(body.connection);
}

/** The Kafka connection in a virtual one, as Egeria makes it of its event bus. */
export function topicAddress(connection: unknown): TopicAddress | undefined {
  const list = isRecord(connection) ? connection.embeddedConnections : undefined;
  const embedded: unknown = Array.isArray(list) ? list[0] : undefined;
  const bus = isRecord(embedded) ? embedded.embeddedConnection : undefined;
  if (!isRecord(bus) || !isRecord(bus.connectorType) || !isRecord(bus.endpoint)) return undefined;
  if (!/\.KafkaOpenMetadataTopicProvider$/.test(String(bus.connectorType.connectorProviderClassName))) return undefined;
  // 4.3's word for it is `address`.
  const topic = bus.endpoint.networkAddress ?? bus.endpoint.address;
  const brokers =
    brokersOf(bus.configurationProperties, 'consumer') ?? brokersOf(bus.configurationProperties, 'producer');
  if (typeof topic !== 'string' || topic === '' || brokers === undefined) return undefined;
  return { topic, bootstrapServers: brokers };
}

function brokersOf(properties: unknown, role: 'consumer' | 'producer'): readonly string[] | undefined {
  const settings = isRecord(properties) ? properties[role] : undefined;
  const servers = isRecord(settings) ? settings['bootstrap.servers'] : undefined;
  if (typeof servers !== 'string') return undefined;
  const brokers = servers
    .split(',')
    .map((server) => server.trim())
    .filter((server) => /^.+:\d{1,5}$/.test(server))
    .slice(0, mostBrokers);
  return brokers.length === 0 ? undefined : brokers;
}
