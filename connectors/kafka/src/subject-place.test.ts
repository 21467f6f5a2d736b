import { describe, expect, it } from '@jest/globals';
import { placeOf } from './subject-place.js';

describe('the place of a subject', () => {
  const topics = new Set(['orders', 'orders-value', 'a-b', 'a', 'odd-key-value']);
  const place = (subject: string) => placeOf(subject, (name) => topics.has(name));

  it.each([
    ['orders-value', 'orders', 'value'],
    ['orders-key', 'orders', 'key'],
    ['orders-value-value', 'orders-value', 'value'],
    ['orders-org.shop.Order', 'orders', undefined],
    ['a-b-value', 'a-b', 'value'],
    ['a-b-c', 'a-b', undefined],
    ['a-x-y', 'a', undefined],
    ['odd-key-value-key', 'odd-key-value', 'key'],
    ['org.shop.Order', undefined, undefined],
    ['unknown-value', undefined, undefined],
    ['-value', undefined, undefined],
    ['-', undefined, undefined],
  ])('%s is of the topic %s, as its %s', (subject, topic, usage) => {
    expect(place(subject)).toEqual({ topic, usage });
  });
});
