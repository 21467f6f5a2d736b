import type { ItemLink, SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

/** Of tables by their key: the name, and what it refers to. */
type Source = Readonly<
  Record<string, { readonly name: string; readonly links?: readonly ItemLink[]; readonly column?: string }>
>;

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
  bench.store.bringsLinksBack = true;
});
afterEach(() => bench[Symbol.dispose]());

const nameOf = (table: string) => `Table::test:${table}`;
const key = JSON.stringify(['ForeignKey', nameOf('orders'), nameOf('customers')]);
const other = { customers: { name: 'customers' } };

function linked(selfAtEnd1: boolean, label?: string): readonly ItemLink[] {
  const qualifiedName = nameOf(selfAtEnd1 ? 'customers' : 'orders');
  return [{ relationshipTypeName: 'ForeignKey', qualifiedName, selfAtEnd1, ...(label && { properties: { label } }) }];
}

async function sync(source: Source): Promise<void> {
  const run = await bench.open();
  for (const [key, { name, links, column }] of Object.entries(source)) {
    const properties = { displayName: name, key };
    const element = { typeName: 'Table', qualifiedName: nameOf(name), properties, ...(links && { links }) };
    const part = {
      typeName: 'Column',
      qualifiedName: `Column::test:${column}`,
      properties: { displayName: column ?? '' },
    };
    const body: SourceItem = { key, elements: [element, ...(column === undefined ? [] : [part])] };
    const digest = digestOf(body);
    if ((await run.offer('all', [digest])).length > 0) await run.deliver('all', [{ digest, body }]);
  }
  await run.complete('all');
  await run.finish('completed');
}

function steward(): void {
  const ends = { end1: nameOf('orders'), end2: nameOf('customers') };
  bench.store.steward({ op: 'link', typeName: 'ForeignKey', ...ends, properties: { description: 'by hand' } });
}

describe('a relationship of an element that another item comes to have', () => {
  it.each([
    ['listed before', { b: { name: 'orders' }, ...other }],
    ['listed after', { ...other, b: { name: 'orders' } }],
  ])('goes when that one, %s, does not tell it', async (_, source) => {
    await sync({ a: { name: 'orders', links: linked(true) }, ...other });
    expect([...bench.store.links.keys()]).toEqual([key]);
    await sync(source);
    await sync(source);
    expect([...bench.store.links.keys()]).toEqual([]);
  });

  it('goes also where the store was lost in between, and made it again for an item that was no longer listed', async () => {
    await sync({ a: { name: 'orders', links: linked(true) }, ...other });
    bench.store.wipe();
    const now = { b: { name: 'orders' }, ...other };
    for (let run = 0; run < 3; run += 1) await sync(now);
    expect([...bench.store.links.keys()]).toEqual([]);
  });

  it.each([
    ['first', { b: { name: 'orders', links: linked(true, 'y') }, a: { name: 'bills' } }],
    ['last', { a: { name: 'bills' }, b: { name: 'orders', links: linked(true, 'y') } }],
  ])('stays and gets its words when that one tells it, written %s, also beside what people set', async (_, after) => {
    await sync({ ...other, a: { name: 'orders', links: linked(true, 'x') }, b: { name: 'bills' } });
    steward();
    await sync({ ...other, ...after });
    expect([...bench.store.links]).toEqual([[key, { label: 'y', description: 'by hand' }]]);
  });

  it.each([
    ['before', (now: Source) => ({ ...now, ...other })],
    ['after', (now: Source) => ({ ...other, ...now })],
  ])('loses a word that that one, listed %s, does not tell', async (_, listed) => {
    await sync({ a: { name: 'orders', links: linked(true, 'x') }, ...other });
    steward();
    for (let run = 0; run < 2; run += 1) await sync(listed({ b: { name: 'orders', links: linked(true) } }));
    expect([...bench.store.links]).toEqual([[key, { description: 'by hand' }]]);
  });

  it('stays while that one, which tells it too, is refused in part', async () => {
    await sync({ a: { name: 'orders', links: linked(true, 'x') }, ...other });
    steward();
    const now: Source = { b: { name: 'orders', links: linked(true, 'x'), column: 'id' }, ...other };
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === nameOf('orders');
    for (let run = 0; run < 2; run += 1) await sync(now);
    expect(bench.store.live().has('Column::test:id')).toBe(true);
    expect([...bench.store.links.keys()]).toEqual([key]);
    bench.store.refuses = () => false;
    await sync(now);
    expect([...bench.store.links]).toEqual([[key, { label: 'x', description: 'by hand' }]]);
  });

  it('gets the words of both where the former one could not write its own', async () => {
    const now = { name: 'orders', links: linked(true, 'y') };
    await sync({ a: { name: 'orders', links: linked(true, 'x') }, ...other });
    steward();
    bench.store.refuses = ({ op }) => op === 'link';
    await sync({ a: now, ...other });
    bench.store.refuses = () => false;
    for (let run = 0; run < 2; run += 1) await sync({ b: now, ...other });
    expect([...bench.store.links]).toEqual([[key, { label: 'y', description: 'by hand' }]]);
  });

  it('is left when it was one of two items that told it, and has the words of the other', async () => {
    const both: Source = {
      orders: { name: 'orders', links: linked(true, 'x') },
      customers: { name: 'customers', links: linked(false, 'x') },
    };
    await sync(both);
    steward();
    await sync({ orders: { name: 'orders' }, customers: { name: 'customers', links: linked(false, 'x') } });
    expect([...bench.store.links]).toEqual([[key, { label: 'x', description: 'by hand' }]]);
    await sync({ orders: { name: 'orders' }, customers: { name: 'customers' } });
    expect([...bench.store.links]).toEqual([]);
  });
});

describe('a relationship that an item no longer tells', () => {
  it('stays as long as its element is refused, though a part of the item is written', async () => {
    await sync({ ...other, orders: { name: 'orders', links: linked(true, 'x'), column: 'id' } });
    bench.store.refuses = (operation) => operation.op === 'upsert' && operation.qualifiedName === nameOf('orders');
    const now = { ...other, orders: { name: 'orders', column: 'number' } };
    await sync(now);
    expect(bench.store.live().has('Column::test:number')).toBe(true);
    expect([...bench.store.links.keys()]).toEqual([key]);
    bench.store.refuses = () => false;
    await sync(now);
    expect([...bench.store.links.keys()]).toEqual([]);
  });
});

describe('a relationship that an item comes to tell', () => {
  it('is made though others write between the batches over which the item is spread', async () => {
    bench.options = { maxOperations: 1 };
    await sync({ ...other, orders: { name: 'orders', column: 'id' } });
    let count = 0;
    bench.store.beforeBatch = () => {
      count += 1;
      const properties = { note: `by hand ${count}` };
      bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: nameOf('theirs'), properties });
    };
    await sync({ ...other, orders: { name: 'orders', links: linked(true, 'x'), column: 'id' } });
    expect([...bench.store.links.keys()]).toEqual([key]);
  });
});

describe('a relationship that a person made', () => {
  it('stays when the source has told it too and no longer does, with what was written into it', async () => {
    await sync({ ...other, orders: { name: 'orders' } });
    steward();
    await sync({ ...other, orders: { name: 'orders', links: linked(true, 'x') } });
    await sync({ ...other, orders: { name: 'orders' } });
    expect([...bench.store.links]).toEqual([[key, { label: 'x', description: 'by hand' }]]);
  });
});

describe('a relationship that the store brings back with its element', () => {
  const before: Source = { ...other, orders: { name: 'orders', links: linked(true, 'x') } };

  it('goes when its item no longer tells it', async () => {
    await sync(before);
    await sync(other);
    expect(bench.store.live().has(nameOf('orders'))).toBe(false);
    await sync({ ...other, orders: { name: 'orders' } });
    expect(bench.store.live().has(nameOf('orders'))).toBe(true);
    expect([...bench.store.links]).toEqual([]);
  });

  it('gets the words that its item tells now, beside what people have set', async () => {
    await sync(before);
    steward();
    await sync(other);
    await sync({ ...other, orders: { name: 'orders', links: linked(true, 'y') } });
    expect([...bench.store.links]).toEqual([[key, { label: 'y', description: 'by hand' }]]);
  });

  it('is forgotten after as long as the store keeps it', async () => {
    await sync(before);
    await sync(other);
    await bench.clock.advance(31 * 24 * 60 * 60 * 1_000);
    await sync(other);
    bench.store.steward({ op: 'upsert', typeName: 'Table', qualifiedName: nameOf('orders'), properties: {} });
    bench.store.steward({ op: 'link', typeName: 'ForeignKey', end1: nameOf('orders'), end2: nameOf('customers') });
    await sync({ ...other, orders: { name: 'orders' } });
    expect([...bench.store.links.keys()]).toEqual([key]);
  });
});
