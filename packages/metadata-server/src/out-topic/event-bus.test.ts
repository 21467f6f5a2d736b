import { describe, expect, it } from '@jest/globals';
import { outTopicOfEventBus } from './event-bus.js';

const busOf = (configurationProperties: unknown, more = {}) => ({
  class: 'EventBusConfig',
  topicURLRoot: 'lab.topics',
  configurationProperties,
  ...more,
});

describe('the event bus of a document', () => {
  it('gives the brokers of its producer, else those of its consumer', () => {
    const producer = { 'bootstrap.servers': 'one:9092, two:9093' };
    const consumer = { 'bootstrap.servers': 'three:9092' };
    expect(outTopicOfEventBus(busOf({ producer, consumer }))).toEqual({
      bootstrapServers: ['one:9092', 'two:9093'],
      topicRoot: 'lab.topics',
      releases: ['4.3', '6.1'],
    });
    expect(outTopicOfEventBus(busOf({ consumer }))?.bootstrapServers).toEqual(['three:9092']);
  });

  it('gives how the brokers of that role are reached', () => {
    const security = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.password': 'pa55word' };
    const producer = { 'bootstrap.servers': 'one:9092', acks: 'all', ...security };
    expect(outTopicOfEventBus(busOf({ producer }))?.security).toEqual(security);
    const consumer = { 'bootstrap.servers': 'one:9092', 'security.protocol': 'SSL' };
    expect(outTopicOfEventBus(busOf({ producer: security, consumer }))?.security).toEqual({
      'security.protocol': 'SSL',
    });
  });

  it('gives no topic when there is none, when it lies in memory, or when no broker is named', () => {
    expect(outTopicOfEventBus(undefined)).toBeUndefined();
    expect(outTopicOfEventBus(busOf(undefined))).toBeUndefined();
    expect(outTopicOfEventBus(busOf({ producer: { 'bootstrap.servers': ' ' } }))).toBeUndefined();
    const connectorProvider =
      'org.odpi.openmetadata.adapters.eventbus.topic.inmemory.InMemoryOpenMetadataTopicProvider';
    const brokers = { producer: { 'bootstrap.servers': 'one:9092' } };
    expect(outTopicOfEventBus(busOf(brokers, { connectorProvider }))).toBeUndefined();
  });

  it('refuses brokers that cannot be read, by name', () => {
    const bus = busOf({ producer: { 'bootstrap.servers': 'http://one' } });
    expect(() => outTopicOfEventBus(bus)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID_VALUE' }));
  });
});
