import { IsthmusError } from '@isthmus/kernel';
import { Value } from 'typebox/value';
import { Fields } from '../requests/fields.js';
import { type OutTopicConfiguration, outTopicConfiguration } from './out-topic-configuration.js';

const inMemory = /InMemoryOpenMetadataTopicProvider$/;

/**
 * The out topic that the event bus of a stored document asks for (`eventBusConfig` of Egeria's `OMAGServerConfig`):
 * Kafka's brokers are those of its producer, else of its consumer. Undefined for none, for the in-memory bus, and for
 * one that names no brokers.
 *
 * @throws CONFIG_INVALID_VALUE when the brokers cannot be read
 */
export function outTopicOfEventBus(eventBus: unknown): OutTopicConfiguration | undefined {
  const bus = Fields.of(eventBus);
  if (bus === undefined || inMemory.test(bus.text('connectorProvider') ?? '')) return undefined;
  const properties = bus.object('configurationProperties');
  const brokers = (role: string) => properties?.object(role)?.text('bootstrap.servers');
  const list = brokers('producer') ?? brokers('consumer');
  if (list === undefined || list.trim() === '') return undefined;
  const configuration = Value.Default(outTopicConfiguration, {
    bootstrapServers: list.split(',').map((broker) => broker.trim()),
    ...(bus.text('topicURLRoot') !== undefined && { topicRoot: bus.text('topicURLRoot') }),
  });
  if (Value.Check(outTopicConfiguration, configuration)) return configuration;
  throw new IsthmusError('CONFIG_INVALID_VALUE', 'the event bus names no brokers as host:port, or no name for topics', {
    details: { 'bootstrap.servers': list.slice(0, 200) },
  });
}
