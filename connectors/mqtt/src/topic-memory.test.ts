import { describe, expect, it } from '@jest/globals';
import { TopicBook } from './topic-book.js';
import { recallTopics } from './topic-memory.js';

const rules = { include: ['#'], exclude: [], collapse: [], collapseIds: false };
const book = () => new TopicBook({ ...rules, maxTopics: 100, payloads: true, maxPayloadBytes: 100 } as never);
const names = { nameOf: (noun: string, [broker, name = '']: readonly string[]) => `${noun}:${broker}/${name || '%'}` };
const signal = new AbortController().signal;

/** A catalogue of pages of two; `between` is called after each. */
function catalogue(topics: string[], between: () => void) {
  return {
    async findElements({ typeName, startFrom = 0 }: { readonly typeName?: string; readonly startFrom?: number } = {}) {
      const all = typeName === 'Topic' ? topics : [];
      const elements = all
        .slice(startFrom, startFrom + 2)
        .map((name) => ({ properties: { qualifiedName: `topic:b/${name}` } }));
      const next = startFrom + 2 < all.length ? startFrom + 2 : undefined;
      between();
      return { elements, next } as never;
    },
  };
}

const recalled = async (topics: string[], known: readonly string[], between: () => void) => {
  const into = book();
  await recallTopics(catalogue(topics, between), names, { brokerName: 'b', known }, into, signal);
  return into.topics().map(({ name }) => name);
};

describe('what the catalogue holds of a broker', () => {
  it('is taken in whole, though its pages move while they are read', async () => {
    const topics = ['a', 'b', 'c', 'd', 'e'];
    let calls = 0;
    // after the page of payloads and the first one of topics
    const between = () => {
      calls += 1;
      if (calls === 2) topics.shift();
    };
    expect(await recalled(topics, ['a', 'b', 'c', 'd', 'e'], between)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is not read again and again for what people took out of it', async () => {
    let calls = 0;
    const count = () => {
      calls += 1;
    };
    expect(await recalled(['a', 'b'], ['a', 'b', 'gone'], count)).toEqual(['a', 'b']);
    expect(calls).toBe(4);
    calls = 0;
    await recalled(['a', 'b'], ['a', 'b'], count);
    expect(calls).toBe(2);
  });
});
