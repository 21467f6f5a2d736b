import { describe, expect, it } from '@jest/globals';
import { fingerprints } from './fingerprints.js';

describe('what is compared of subjects', () => {
  const subjects = [
    { subject: 'orders-value', place: { topic: 'orders', usage: 'value' as const }, versions: [1] },
    { subject: 'money', place: { topic: undefined, usage: undefined }, versions: [1] },
  ];
  const seen = (ids: Readonly<Record<string, string>>) =>
    fingerprints({ subjects, topicIds: new Map(Object.entries(ids)) }).subjects;

  it('is another when a topic was made again under its name, as its types went with the former one', () => {
    expect(seen({ orders: 'a', others: 'x' })).toBe(seen({ orders: 'a', others: 'y' }));
    expect(seen({ orders: 'b' })).not.toBe(seen({ orders: 'a' }));
  });
});
