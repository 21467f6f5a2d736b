import { describe, expect, it } from '@jest/globals';
import { KeptJson } from './kept-json.js';
import { SlicedJson } from './sliced-json.js';

describe('a list of things whose JSON is kept', () => {
  it('is what JSON says of all of them, however often it is asked for', async () => {
    const items = Array.from({ length: 50 }, (_, at) => ({ at, name: `é${at}` }));
    const kept = new KeptJson(({ at, name }: { at: number; name: string }) => ({ name, at }));
    const text = async (of: typeof items) =>
      (await new SlicedJson().add('{"items":').keptList(of, kept)).add('}').bytes().toString();
    for (const of of [items, items, items.slice(0, 1), []])
      expect(await text(of)).toBe(JSON.stringify({ items: of.map(({ at, name }) => ({ name, at })) }));
  });

  it('is made once for each object, and anew for another one', () => {
    let made = 0;
    const kept = new KeptJson((item: { readonly state: string }) => {
      made += 1;
      return item;
    });
    const status = { state: 'waiting' };
    expect(kept.of(status)).toBe(kept.of(status));
    expect(made).toBe(1);
    expect(kept.of({ state: 'refreshing' }).toString()).toBe('{"state":"refreshing"}');
  });
});
