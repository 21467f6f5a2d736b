import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { topicAddress } from './topic-address.js';

const kafka = 'org.odpi.openmetadata.adapters.eventbus.topic.kafka.KafkaOpenMetadataTopicProvider';

function connection(provider: string, endpoint: object, configurationProperties: object): object {
  return {
    class: 'VirtualConnection',
    embeddedConnections: [
      {
        embeddedConnection: {
          connectorType: { connectorProviderClassName: provider },
          endpoint,
          configurationProperties,
        },
      },
    ],
  };
}

describe('the address of a topic', () => {
  it('is that of the Kafka connection within, in the words of either release', () => {
    const security = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' };
    const consumer = { 'bootstrap.servers': 'one:9092, two:9092', acks: 'all', ...security };
    const expected = { topic: 'a.topic', bootstrapServers: ['one:9092', 'two:9092'], security };
    expect(topicAddress(connection(kafka, { networkAddress: 'a.topic' }, { consumer }))).toEqual(expected);
    expect(topicAddress(connection(kafka, { address: 'a.topic' }, { producer: consumer }))).toEqual(expected);
  });

  it('is none where events do not come over Kafka', () => {
    const inMemory = kafka.replace('kafka.Kafka', 'inmemory.InMemory');
    const consumer = { 'bootstrap.servers': 'one:9092' };
    expect(topicAddress(connection(inMemory, { networkAddress: 'a.topic' }, { consumer }))).toBeUndefined();
    expect(topicAddress(connection(kafka, { networkAddress: 'a.topic' }, {}))).toBeUndefined();
    expect(topicAddress(connection(kafka, {}, { consumer }))).toBeUndefined();
    fc.assert(fc.property(fc.jsonValue(), (value) => topicAddress(value) === undefined));
  });
});
