import { describe, expect, it } from '@jest/globals';
import { kafkaConnector } from './index.js';
import { keysIn } from './item-keys.js';
import { fromConnection, fromTopicMonitor, type KafkaConfiguration } from './kafka-config.js';
import { choiceOf } from './topic-choice.js';

const connection = (networkAddress: string, more: object = {}) => ({
  providerName: 'kafka',
  networkAddress,
  configurationProperties: {},
  ...more,
});
const chosen = (changes: Partial<KafkaConfiguration>) =>
  choiceOf(
    Object.assign(
      { include: ['**'], exclude: [], internalTopics: false, includeGroups: ['**'], excludeGroups: [] } as never,
      changes,
    ),
  );

describe('the address of a connection', () => {
  it.each([
    ['one:9092,two:9093', ['one:9092', 'two:9093']],
    ['kafka://one, two', ['one:9092', 'two:9092']],
    ['SASL_SSL://[::1]:9092/', ['[::1]:9092']],
    ['PLAINTEXT://one:1', ['one:1']],
  ])('%s becomes the brokers %j', (address, bootstrapServers) => {
    expect(fromConnection(connection(address))).toEqual({ bootstrapServers });
  });

  it('stands beside the properties and the user of the connection, without what is reserved', () => {
    const properties = {
      configurationProperties: { pollSeconds: 5, 'isthmus.schedule': '* * * * *' },
      userId: 'reader',
    };
    expect(fromConnection(connection('one:1', properties))).toEqual({
      bootstrapServers: ['one:1'],
      user: 'reader',
      pollSeconds: 5,
    });
  });

  it('is all that is taken over from monitors of Egeria', () => {
    const properties = { configurationProperties: { templateQualifiedName: 'x' } };
    expect(fromTopicMonitor(connection('one:1', properties))).toEqual({ bootstrapServers: ['one:1'] });
    expect(Object.keys(kafkaConnector.replaces ?? {})).toHaveLength(2);
  });
});

describe('the choice of topics and groups', () => {
  it('leaves out what is internal unless it is asked for', () => {
    expect(chosen({}).topic('orders', false)).toBe(true);
    expect(chosen({}).topic('_schemas', false)).toBe(false);
    expect(chosen({}).topic('odd', true)).toBe(false);
    expect(chosen({ internalTopics: true }).topic('__consumer_offsets', true)).toBe(true);
  });

  it('goes by patterns, exclusion first, and takes a slash in a group for a character like others', () => {
    const choice = chosen({ include: ['shop.*'], exclude: ['shop.test.*'], excludeGroups: ['console-*'] });
    expect(['shop.orders', 'shop.test.a', 'other'].map((name) => choice.topic(name, false))).toEqual([
      true,
      false,
      false,
    ]);
    expect(['a/b', 'console-consumer-1', 'console-/x'].map((id) => choice.group(id))).toEqual([true, false, false]);
  });
});

describe('keys of things', () => {
  it('lead back to names, however odd, and to none of another cluster', () => {
    const keys = keysIn('a/b');
    expect(keys.topicOf(keys.topic('x.y'))).toBe('x.y');
    expect(keys.groupOf(keys.group('a/b:c'))).toBe('a/b:c');
    expect(keys.groupOf(keys.group(''))).toBe('');
    expect(keys.subjectOf(keys.subject('s/1', 'orders'))).toBe('s/1');
    expect(keys.subjectOf(keys.subject('s/1', undefined))).toBe('s/1');
    expect(keys.sampleOf(keys.sample('x.y'))).toBe('x.y');
    expect(keysIn('a').topicOf(keys.topic('x'))).toBeUndefined();
  });
});
