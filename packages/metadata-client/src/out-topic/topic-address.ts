import { type KafkaProperties, kafkaPropertiesOf } from '@isthmus/model';
import { isRecord } from '../guards.js';
import type { StoreHttp } from '../http/store-http.js';

/** Where a metadata access server tells changes. */
export interface TopicAddress {
  readonly topic: string;
  /** As host:port. */
  readonly bootstrapServers: readonly string[];
  /** How the server says that they are reached. What it says is taken as it is: it may not name secrets of ours. */
  readonly security: KafkaProperties;
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
  const settings = ['consumer', 'producer']
    .map((role) => (isRecord(bus.configurationProperties) ? bus.configurationProperties[role] : undefined))
    .find((found) => brokersOf(found) !== undefined);
  const brokers = brokersOf(settings);
  if (typeof topic !== 'string' || topic === '' || brokers === undefined) return undefined;
  return { topic, bootstrapServers: brokers, security: kafkaPropertiesOf(isRecord(settings) ? settings : undefined) };
}

function brokersOf(settings: unknown): readonly string[] | undefined {
  const servers = isRecord(settings) ? settings['bootstrap.servers'] : undefined;
  if (typeof servers !== 'string') return undefined;
  const brokers = servers
    .split(',')
    .map((server) => server.trim())
    .filter((server) => /^.+:\d{1,5}$/.test(server))
    .slice(0, mostBrokers);
  return brokers.length === 0 ? undefined : brokers;
}
