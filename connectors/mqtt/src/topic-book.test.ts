import { describe, expect, it } from '@jest/globals';
import type { MqttConfiguration } from './mqtt-config.js';
import { TopicBook } from './topic-book.js';

const configuration: MqttConfiguration = {
  host: 'h',
  port: 1883,
  protocol: 'auto',
  tls: 'off',
  brokerName: 'b',
  include: ['#'],
  exclude: [],
  collapse: [],
  collapseIds: true,
  maxTopics: 3,
  payloads: true,
  maxPayloadBytes: 200,
  messagesPerSecond: 100,
  systemTopics: true,
  listenSeconds: 1,
  forgetAfterDays: 0,
  connectTimeoutSeconds: 1,
};

const message = (topic: string, payload = '{"a": 1}', isRetained = false) => ({
  topic,
  payload: new TextEncoder().encode(payload),
  isRetained,
  contentType: undefined,
});

describe('the book of topics', () => {
  it('says what is new: a topic, a field, another type, that it is retained; and nothing else', () => {
    const book = new TopicBook(configuration);
    const heard = (payload: string, isRetained = false) => book.hear(message('t', payload, isRetained), 0);
    expect([heard('{"a": 1}'), heard('{"a": 2}'), heard('{"a": 2, "b": 1}'), heard('{"a": "x", "b": 1}')]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect([heard('{"a": 1, "b": 1}', true), heard('{"a": 1, "b": 1}', true), heard('')]).toEqual([true, false, false]);
  });

  it('is bounded, and counts what it leaves out', () => {
    const book = new TopicBook(configuration);
    for (const topic of ['a', 'b', 'c', 'd', 'e', 'd']) book.hear(message(topic), 0);
    expect([book.topics().map(({ name }) => name), book.leftOutCount]).toEqual([['a', 'b', 'c'], 2]);
  });

  it('counts what was known too when there is no room for it', () => {
    const book = new TopicBook(configuration);
    for (const name of ['a', 'b', 'c', 'd']) book.recall(name, {});
    expect([book.topics().length, book.leftOutCount]).toEqual([3, 1]);
  });

  it('only notes payloads that are too large', () => {
    const book = new TopicBook(configuration);
    book.hear(message('t', JSON.stringify({ a: 'x'.repeat(500) })), 0);
    expect([...(book.topics()[0]?.encodings ?? [])]).toEqual(['not read']);
  });

  it('lets go what was silent for long, by the time that it listened', () => {
    const book = new TopicBook(configuration);
    book.hear(message('old'), 10);
    book.recall('before', {});
    book.hear(message('young'), 100);
    book.forgetBefore(50, () => true);
    expect(book.topics().map(({ name }) => name)).toEqual(['young']);
  });

  it('takes in what was known, unless that would be called otherwise now', () => {
    const book = new TopicBook({ ...configuration, exclude: ['private/#'] });
    for (const name of ['a/b', 'private/x', 'n/123456', 'n/+']) book.recall(name, { isRetained: true });
    expect(book.topics().map(({ name, isRetained }) => [name, isRetained])).toEqual([
      ['a/b', true],
      ['n/+', true],
    ]);
  });
});
