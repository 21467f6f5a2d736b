import { IsthmusError } from '@isthmus/kernel';
import { kafkaPropertiesOf, kafkaSecurityNames } from '@isthmus/model';
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
  const role = ['producer', 'consumer']
    .map((name) => properties?.object(name))
    .find((found) => found?.text('bootstrap.servers') !== undefined);
  const list = role?.text('bootstrap.servers');
  if (list === undefined || list.trim() === '') return undefined;
  const configuration = Value.Default(outTopicConfiguration, {
    bootstrapServers: list.split(',').map((broker) => broker.trim()),
    ...(bus.text('topicURLRoot') !== undefined && { topicRoot: bus.text('topicURLRoot') }),
  });
  // documents may hold what a configuration has to refer to
  const security = kafkaPropertiesOf(Object.fromEntries(kafkaSecurityNames.map((name) => [name, role?.raw(name)])));
  if (Value.Check(outTopicConfiguration, configuration))
    return Object.keys(security).length === 0 ? configuration : { ...configuration, security };
  throw new IsthmusError('CONFIG_INVALID_VALUE', 'the event bus names no brokers as host:port, or no name for topics', {
    details: { 'bootstrap.servers': list.slice(0, 200) },
  });
}
