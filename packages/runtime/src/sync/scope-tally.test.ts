import { describe, expect, it } from '@jest/globals';
import { ScopeTally } from './scope-tally.js';

describe('what is told of scopes', () => {
  it('is told of each, with the first reason why something was kept or failed', () => {
    const tally = new ScopeTally();
    tally.add('a', 'seen', 3);
    tally.add('a', 'created', 1);
    tally.add('b', 'kept', 2);
    tally.why('b', 'not mounted');
    tally.why('b', 'another reason');
    expect(tally.report()).toMatchObject({
      items: [
        { scope: 'b', kept: 2, why: 'not mounted' },
        { scope: 'a', seen: 3, created: 1, kept: 0 },
      ],
      restCount: 0,
    });
  });

  it('stays bounded: the largest scopes in detail, the rest in sum, none forgotten', () => {
    const tally = new ScopeTally();
    for (let number = 0; number < 5_000; number += 1) tally.add(`scope ${number}`, 'seen', number % 100);
    const { items, rest, restCount } = tally.report();
    expect(items).toHaveLength(100);
    expect(restCount).toBe(4_900);
    const seen = items.reduce((sum, item) => sum + item.seen, 0) + (rest?.seen ?? 0);
    expect(seen).toBe(50 * ((99 * 100) / 2));
    expect(items.every((item) => item.seen >= 90)).toBe(true);
  });
});
