import { type Clock, silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { SqliteElementStore } from '../store/index.js';
import { alice, withStore } from '../store/test-store.js';
import type { ChangeFacts } from './change-facts.js';
import { ChangePublisher } from './change-publisher.js';
import type { Place, PlaceMemory } from './remembered-place.js';
import type { TopicRecord, TopicWriter } from './topic-writer.js';

/** Retries come at once. */
const hastyClock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  schedule: (_delayMs, action) => {
    const timer = setImmediate(action);
    return { cancel: () => clearImmediate(timer) };
  },
};

class Topic implements TopicWriter {
  readonly told: string[] = [];
  isAway = false;
  refusals = 0;
  #waiting: { readonly count: number; readonly done: () => void }[] = [];

  async send(records: readonly TopicRecord[]): Promise<void> {
    if (this.isAway) {
      this.refusals += 1;
      this.#wake();
      throw new Error('no broker');
    }
    this.told.push(...records.map(({ value }) => value));
    this.#wake();
  }

  async close(): Promise<void> {}

  /** When so many records came, or so many sendings were refused. */
  reached(count: number): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ count, done });
      this.#wake();
    });
  }

  #wake(): void {
    for (const { count, done } of this.#waiting) if (Math.max(this.told.length, this.refusals) >= count) done();
  }
}

class Memory implements PlaceMemory {
  place: Place | undefined;

  async load(): Promise<Place | undefined> {
    return this.place;
  }

  async save(place: Place): Promise<void> {
    this.place = place;
  }
}

const nameOf = ({ change, element }: ChangeFacts) => `${change.sequence} ${element?.properties.displayName ?? 'bare'}`;

function publisherOf(
  store: SqliteElementStore,
  topic: Topic,
  memory: Memory,
  tell: (facts: ChangeFacts) => string = nameOf,
): ChangePublisher {
  const records = (facts: ChangeFacts) => [{ topic: 'changes', value: tell(facts) }];
  return new ChangePublisher({ store, writer: topic, memory, records, clock: hastyClock, logger: silentLogger });
}

const write = (store: SqliteElementStore, name: string) =>
  store.create(alice, { typeName: 'DataFile', properties: { qualifiedName: name, displayName: name } });

describe('ChangePublisher', () => {
  it('tells changes in their order, and goes on after a restart where it stopped', () =>
    withStore(async (store) => {
      const [topic, memory] = [new Topic(), new Memory()];
      memory.place = { incarnation: (await store.identity()).incarnation, sequence: 0 };
      for (const name of ['a', 'b', 'c']) await write(store, name);
      const first = publisherOf(store, topic, memory);
      first.start();
      await topic.reached(3);
      await first.close();
      await write(store, 'd');
      const second = publisherOf(store, topic, memory);
      second.start();
      await topic.reached(4);
      await second.close();
      const names = [...new Set(topic.told.map((each) => each.split(' ')[1]))];
      expect(names).toEqual(['a', 'b', 'c', 'd']);
    }));

  it('leaves nothing out while the brokers are away, and holds up nobody who writes', () =>
    withStore(async (store) => {
      const [topic, memory] = [new Topic(), new Memory()];
      memory.place = { incarnation: (await store.identity()).incarnation, sequence: 0 };
      topic.isAway = true;
      const publisher = publisherOf(store, topic, memory);
      publisher.start();
      for (const name of ['a', 'b', 'c']) await write(store, name);
      await topic.reached(2);
      expect(memory.place.sequence).toBe(0);
      topic.isAway = false;
      topic.refusals = 0;
      await topic.reached(3);
      await publisher.close();
      expect(topic.told.map((each) => each.split(' ')[1])).toEqual(['a', 'b', 'c']);
    }));

  it('begins at the end of a store of which it remembers nothing', () =>
    withStore(async (store) => {
      const [topic, memory] = [new Topic(), new Memory()];
      await write(store, 'before');
      const { changeSequence, incarnation } = await store.identity();
      memory.place = { incarnation: 'another store', sequence: 0 };
      const publisher = publisherOf(store, topic, memory);
      publisher.start();
      while (memory.place.sequence !== changeSequence) await new Promise((settle) => setImmediate(settle));
      expect(memory.place.incarnation).toBe(incarnation);
      await write(store, 'after');
      await topic.reached(1);
      await publisher.close();
      expect(topic.told.map((each) => each.split(' ')[1])).toEqual(['after']);
    }));

  it('tells a change that is too large or cannot be told in full without its contents', () =>
    withStore(async (store) => {
      const [topic, memory] = [new Topic(), new Memory()];
      memory.place = { incarnation: (await store.identity()).incarnation, sequence: 0 };
      for (const name of ['huge', 'broken', 'fine']) await write(store, name);
      const publisher = publisherOf(store, topic, memory, (facts) => {
        if (facts.element?.properties.displayName === 'broken') throw new Error('cannot be told');
        return facts.element?.properties.displayName === 'huge' ? 'x'.repeat(1_000_000) : nameOf(facts);
      });
      publisher.start();
      await topic.reached(3);
      await publisher.close();
      expect(topic.told.map((each) => each.split(' ')[1])).toEqual(['bare', 'bare', 'fine']);
    }));
});
