import { ManualClock } from '@isthmus/connector-testing';
import { IsthmusError, silentLogger } from '@isthmus/kernel';
import type { ChangePage, MetadataChange, StoreIdentity } from '@isthmus/model';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ChangeFeed, type ChangeFeedParts } from './change-feed.js';

const feeds: ChangeFeed[] = [];
afterEach(async () => {
  for (const feed of feeds.splice(0)) await feed.close(AbortSignal.abort());
});

describe('ChangeFeed', () => {
  it('follows from the end of the feed and nudges for what groups consist of, not for the rest', async () => {
    const { store, clock, nudges, feed } = setUp();
    store.last.changeSequence = 40;
    feed.start();
    await clock.advance(0);
    expect(store.asked).toEqual([40]);
    expect(nudges.count).toBe(1);
    store.tell(change('DataFile', ['DataStore', 'Asset']));
    await clock.advance(100);
    expect(nudges.count).toBe(1);
    store.tell(change('VirtualConnection', ['Connection', 'Referenceable']), change('DataFile'));
    await clock.advance(100);
    store.tell(change('RegisteredIntegrationConnector'));
    await clock.advance(100);
    expect(nudges.count).toBe(3);
    expect(store.asked).toEqual([40, 41, 43, 44]);
  });

  it('says since when the server is there or away, and nudges once when it goes and once when it is back', async () => {
    const { store, clock, nudges, feed } = setUp();
    expect(feed.reachability()).toEqual({ reachable: undefined });
    store.failure = new IsthmusError('STORE_UNREACHABLE', 'connection refused');
    feed.start();
    const startedAt = clock.now();
    await clock.advance(60_000);
    expect(feed.reachability()).toMatchObject({
      reachable: false,
      since: startedAt,
      problem: { code: 'STORE_UNREACHABLE' },
    });
    expect(nudges.count).toBe(1);
    store.failure = undefined;
    await clock.advance(6_000);
    expect(feed.reachability()).toMatchObject({ reachable: true });
    expect(nudges.count).toBe(2);
  });

  it('asks a server that is away each second, however long it is, so that nobody waits once it is back', async () => {
    const { store, clock, nudges, feed } = setUp();
    store.failure = new IsthmusError('STORE_UNREACHABLE', 'connection refused');
    feed.start();
    await clock.advance(601_000);
    store.failure = undefined;
    await clock.advance(1_100);
    expect(feed.reachability()).toMatchObject({ reachable: true });
    expect(nudges.count).toBe(2);
  });

  it('begins anew when the store is another one, goes on where it was when it is the same', async () => {
    const { store, clock, feed } = setUp();
    store.last.changeSequence = 40;
    feed.start();
    await clock.advance(0);
    store.breakOff(new IsthmusError('STORE_UNREACHABLE', 'reset'));
    store.last.changeSequence = 45;
    await clock.advance(1_000);
    expect(store.asked).toEqual([40, 40]);
    store.breakOff(new IsthmusError('STORE_UNREACHABLE', 'reset'));
    store.last.changeSequence = 12;
    store.last.incarnation = 'restored';
    await clock.advance(1_000);
    expect(store.asked).toEqual([40, 40, 12]);
  });

  it('reads everything once when the feed does not reach back, and does not hurry when it never does', async () => {
    const { store, clock, nudges, feed } = setUp();
    feed.start();
    await clock.advance(0);
    store.tell(change('DataFile'));
    await clock.advance(100);
    store.breakOff(new IsthmusError('CHANGES_TOO_OLD', 'gone'));
    await clock.advance(200);
    expect(nudges.count).toBe(2);
    expect(feed.reachability().reachable).toBe(true);
    store.failure = new IsthmusError('CHANGES_TOO_OLD', 'gone');
    store.breakOff(store.failure);
    const before = store.asked.length;
    await clock.advance(60_000);
    expect(store.asked.length - before).toBeLessThan(30);
  });

  it('only looks at a server without a feed', async () => {
    const { store, clock, nudges, feed } = setUp();
    store.hasFeed = false;
    feed.start();
    await clock.advance(60_000);
    expect(store.asked).toEqual([]);
    expect(store.looks).toBeGreaterThan(3);
    expect(feed.reachability()).toMatchObject({ reachable: true });
    expect(nudges.count).toBe(0);
  });

  it('does not ask a busy server more often than twenty times a second', async () => {
    const { store, clock, feed } = setUp();
    store.isBusy = true;
    feed.start();
    await clock.advance(1_000);
    expect(store.asked.length).toBeGreaterThan(5);
    expect(store.asked.length).toBeLessThanOrEqual(21);
  });

  it('ends a long poll when it is closed', async () => {
    const { clock, feed } = setUp();
    feed.start();
    await clock.advance(0);
    await feed.close();
    expect(clock.armedTimers).toBe(0);
  });
});

function setUp() {
  const clock = new ManualClock();
  const store = new FeedStore();
  const nudges = { count: 0 };
  const feed = new ChangeFeed({
    store: store.asStore(),
    onChange: () => {
      nudges.count += 1;
    },
    clock,
    logger: silentLogger,
    random: () => 0,
  });
  feeds.push(feed);
  return { clock, store, nudges, feed };
}

function change(typeName: string, superTypeNames: readonly string[] = []): Omit<MetadataChange, 'sequence'> {
  return { eventType: 'ELEMENT_UPDATED', guid: 'guid', typeName, superTypeNames };
}

/** The part of a store that a feed is about. A long poll ends when something is told. */
class FeedStore {
  hasFeed = true;
  isBusy = false;
  failure: IsthmusError | undefined;
  looks = 0;
  readonly last: { -readonly [Key in keyof StoreIdentity]: StoreIdentity[Key] } = {
    metadataCollectionId: 'collection',
    incarnation: 'first',
    changeSequence: 0,
  };
  readonly asked: number[] = [];
  #poll: { readonly resolve: (page: ChangePage) => void; readonly reject: (error: unknown) => void } | undefined;

  tell(...changes: readonly Omit<MetadataChange, 'sequence'>[]): void {
    const after = this.last.changeSequence ?? 0;
    this.last.changeSequence = after + changes.length;
    this.#poll?.resolve({
      changes: changes.map((item, index) => ({ ...item, sequence: after + index + 1 })),
      next: after + changes.length,
    });
  }

  breakOff(error: IsthmusError): void {
    this.#poll?.reject(error);
  }

  asStore(): ChangeFeedParts['store'] {
    return {
      capabilities: async () => {
        if (this.failure && this.failure.code !== 'CHANGES_TOO_OLD') throw this.failure;
        return { writeBatch: true, changeFeed: this.hasFeed, fencing: true, groupETag: true };
      },
      identity: async () => ({ ...this.last }),
      find: async () => {
        this.looks += 1;
        return [];
      },
      changes: (after, _options, signal) => {
        this.asked.push(after);
        if (this.failure) return Promise.reject(this.failure);
        if (this.isBusy) return Promise.resolve({ changes: [], next: after + 1 });
        return new Promise((resolve, reject) => {
          this.#poll = { resolve, reject };
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      },
    };
  }
}
