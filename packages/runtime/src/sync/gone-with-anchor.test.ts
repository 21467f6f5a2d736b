import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const topic: SourceItem = {
  key: 'orders',
  sourceVersion: '1',
  elements: [{ typeName: 'Topic', qualifiedName: 'Topic::orders', properties: { displayName: 'orders' } }],
};
const eventType: SourceItem = {
  key: 'orders-value',
  sourceVersion: '1',
  elements: [
    {
      typeName: 'EventType',
      qualifiedName: 'EventType::orders',
      properties: { displayName: 'orders-value' },
      anchor: 'Topic::orders',
    },
    {
      typeName: 'EventSchemaAttribute',
      qualifiedName: 'EventSchemaAttribute::orders/id',
      properties: { displayName: 'id' },
      parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'EventType::orders' },
    },
  ],
};

/** Lists these scopes alone, each with what is in it, as connectors do: nothing is sent that is known. */
async function listed(scopes: Readonly<Record<string, readonly SourceItem[]>>) {
  const run = await bench.open();
  for (const [scope, items] of Object.entries(scopes)) {
    const unknown = await run.keep(
      scope,
      items.map(({ key, sourceVersion = '' }) => ({ key, sourceVersion })),
    );
    for (const position of unknown) {
      const item = items[position];
      if (item === undefined) continue;
      const digest = digestOf(item);
      if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body: item }]);
    }
    await run.complete(scope);
  }
  return run.finish('completed');
}

const all = { topics: [topic], types: [eventType] };
const names = () => [...bench.store.live().keys()].sort();
const everything = ['EventSchemaAttribute::orders/id', 'EventType::orders', 'Topic::orders'];

describe('what is anchored to an element that goes', () => {
  beforeEach(async () => {
    for (let run = 0; run < 3; run += 1) await listed(all);
    expect(names()).toEqual(everything);
  });

  it('comes back with it, though its own scope was not listed when it went', async () => {
    await listed({ topics: [] });
    expect(names()).toEqual([]);
    await listed({ topics: [topic] });
    expect((await listed(all)).counts).toMatchObject({ restored: 1, unchanged: 1 });
    expect(names()).toEqual(everything);
    expect((await listed(all)).counts).toMatchObject({ unchanged: 2, updated: 0, restored: 0 });
  });

  it('comes back after a restart', async () => {
    await listed({ topics: [] });
    bench.restart();
    await listed(all);
    expect(names()).toEqual(everything);
  });

  it('comes back where the store has no feed of changes', async () => {
    bench.store.hasFeed = false;
    // what was written last is looked at in each run: that it is there says nothing of the others
    const last: SourceItem = {
      key: 'last',
      sourceVersion: '1',
      elements: [{ typeName: 'Topic', qualifiedName: 'Topic::last', properties: { displayName: 'last' } }],
    };
    for (let run = 0; run < 2; run += 1) await listed({ ...all, others: [last] });
    await listed({ topics: [] });
    await listed({ topics: [topic] });
    expect(names()).toEqual(['Topic::last', 'Topic::orders']);
    expect((await listed(all)).counts).toMatchObject({ restored: 1, unchanged: 1 });
    expect(names()).toEqual(['EventSchemaAttribute::orders/id', 'EventType::orders', 'Topic::last', 'Topic::orders']);
    bench.store.requests.length = 0;
    await listed(all);
    expect(bench.store.requests).toEqual(['identity', 'get']);
  });

  it('comes back where the store forgot its changes meanwhile', async () => {
    const { store } = bench;
    const write = store.writeBatch.bind(store);
    store.writeBatch = async (...given) => {
      const result = await write(...given);
      store.forgetChanges();
      return result;
    };
    await listed({ topics: [] });
    store.writeBatch = write;
    await listed({ topics: [topic] });
    await listed(all);
    expect(names()).toEqual(everything);
  });

  it('makes nothing else of the connector doubtful', async () => {
    const other: SourceItem = {
      key: 'returns',
      sourceVersion: '1',
      elements: [{ typeName: 'Topic', qualifiedName: 'Topic::returns', properties: { displayName: 'returns' } }],
    };
    await listed({ topics: [topic, other], types: [eventType] });
    await listed({ topics: [other] });
    const { counts } = await listed({ topics: [topic, other], types: [eventType] });
    expect(counts).toMatchObject({ restored: 2, unchanged: 1, updated: 0 });
  });
});
