import { describe, expect, it } from '@jest/globals';
import { topicFilter } from './mqtt-config.js';

const isFilter = (text: string) => new RegExp(topicFilter, 'u').test(text);

describe('a filter to listen to', () => {
  it.each([
    '#',
    '+',
    'a',
    'a/b',
    '/a',
    'a//b',
    'a/',
    '+/b/#',
    'a/+/c',
    '$SYS/#',
    'share/a',
    'ü/$share/a',
  ])('may be %s', (filter) => expect(isFilter(filter)).toBe(true));

  it.each(['a/#/b', 'a#', 'a+/b', '+a', '##', 'a/b#'])('is not %s, for which brokers end the connection', (filter) =>
    expect(isFilter(filter)).toBe(false));

  it('is no shared subscription, which would take messages from those who share it', () => {
    expect(isFilter('$share/workers/#')).toBe(false);
  });
});
