import type { ElementChanges, Listeners } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { NoticeQueue } from './notice-queue.js';

function bench(listeners: Listeners) {
  const failures: string[] = [];
  const dropped: number[] = [];
  const queue = new NoticeQueue({
    listeners,
    call: async (_name, code) => code(new AbortController().signal),
    failed: (name, error) => failures.push(`${name} ${String(error)}`),
    dropped: (count) => dropped.push(count),
  });
  return { queue, failures, dropped };
}

const element = (guid: string, isOwn = false, eventType = 'UPDATED_ELEMENT_EVENT') => ({
  guid,
  typeName: 'Asset',
  eventType,
  isOwn,
});
const elements = (...some: readonly ReturnType<typeof element>[]) =>
  ({ type: 'elements', elements: some, missed: false }) as const;

describe('what a connector is told beside its runs', () => {
  it('is told one thing after the other, never two at a time', async () => {
    let running = 0;
    let most = 0;
    const told: string[] = [];
    const hook = (name: string) => async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      told.push(name);
      running -= 1;
    };
    const { queue } = bench({
      elementsChanged: hook('elements'),
      openLineageEvent: hook('lineage'),
      foldersChanged: hook('folders'),
    });
    queue.add({ type: 'lineage', event: { n: 1 } });
    queue.add({ type: 'folders', folders: ['/a'] });
    queue.add(elements(element('a')));
    queue.add({ type: 'lineage', event: { n: 2 } });
    await queue.rest();
    expect([most, told]).toEqual([1, ['elements', 'folders', 'lineage', 'lineage']]);
  });

  it('is told of an event that others are told of too, and can change nothing of it for them', async () => {
    const told: unknown[] = [];
    const spoils = bench({ openLineageEvent: async ({ event }) => void Object.assign(event, { n: 2 }) });
    const notes = bench({ openLineageEvent: async ({ event }) => void told.push(event) });
    const event = { n: 1 };
    for (const { queue } of [spoils, notes]) {
      queue.add({ type: 'lineage', event });
      await queue.rest();
    }
    expect(told).toEqual([{ n: 1 }]);
  });

  it('is told of an element once, by its last change, as own only when all changes were', async () => {
    const told: ElementChanges[] = [];
    const { queue } = bench({ elementsChanged: async (changes) => void told.push(changes) });
    queue.add(elements(element('a', true), element('b', true)));
    queue.add(elements(element('a', false, 'DELETED_ELEMENT_EVENT')));
    await queue.rest();
    expect(told).toEqual([
      { elements: [element('a', false, 'DELETED_ELEMENT_EVENT'), element('b', true)], missed: false },
    ]);
  });

  it('is told in parts of a thousand, and that it missed some when too many waited', async () => {
    const told: string[] = [];
    const { queue } = bench({
      elementsChanged: async (changes) => void told.push(`${changes.elements.length} ${changes.missed}`),
    });
    queue.add(elements(...Array.from({ length: 2_500 }, (_, at) => element(`a${at}`))));
    await queue.rest();
    queue.add(elements(...Array.from({ length: 10_001 }, (_, at) => element(`b${at}`))));
    await queue.rest();
    expect(told).toEqual(['1000 false', '1000 false', '500 false', '0 true']);
  });

  it('keeps the newest lineage events, and counts those that it dropped', async () => {
    let first: unknown;
    let count = 0;
    const { queue, dropped } = bench({
      openLineageEvent: async ({ event }) => {
        first ??= event.n;
        count += 1;
      },
    });
    for (let n = 0; n < 1_010; n += 1) queue.add({ type: 'lineage', event: { n } });
    await queue.rest();
    expect([first, count, dropped]).toEqual([10, 1_000, [10]]);
  });

  it('goes on after a hook that failed, and says with the next changes that some were missed', async () => {
    const told: boolean[] = [];
    const { queue, failures } = bench({
      elementsChanged: async ({ missed }) => {
        told.push(missed);
        if (told.length === 1) throw new Error('not now');
      },
    });
    queue.add(elements(element('a')));
    await queue.rest();
    expect(told).toEqual([false]);
    queue.add(elements(element('b')));
    await queue.rest();
    expect([told, failures]).toEqual([[false, true], ['elementsChanged Error: not now']]);
  });

  it('is told nothing after its end', async () => {
    let count = 0;
    const { queue } = bench({
      openLineageEvent: async () => {
        count += 1;
      },
    });
    queue.add({ type: 'lineage', event: {} });
    queue.close();
    queue.add({ type: 'lineage', event: {} });
    await queue.rest();
    expect(count).toBe(0);
  });
});
