import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dependOnOrder, namesOf } from './batch-order.js';
import { file, folder, type SourceNode } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
/** Batches at the store now, and the most that ever were. */
let atStore: number;
let mostAtStore: number;

/** Every batch takes so many turns before it is applied, and its answer so many more. */
function delayed(turns: readonly number[]): void {
  let next = 0;
  const wait = async (): Promise<void> => {
    next += 1;
    for (let turn = turns[next % turns.length] ?? 0; turn > 0; turn -= 1) await setImmediate();
  };
  bench.store.beforeBatch = () => {
    atStore += 1;
    mostAtStore = Math.max(mostAtStore, atStore);
    return wait();
  };
  bench.store.afterBatch = async () => {
    await wait();
    atStore -= 1;
  };
}

function start(): void {
  bench = new SyncBench();
  bench.options = { maxOperations: 3 };
  atStore = 0;
  mostAtStore = 0;
}

/** Folders in folders, with files that have parts. */
function tree(depth: number): SourceNode {
  const files = Array.from({ length: 6 }, (_, index): [string, SourceNode] => [
    `file ${index}`,
    file('', index % 3 === 0 ? ['id', 'name', 'city'] : []),
  ]);
  const folders = depth === 0 ? [] : [1, 2].map((index): [string, SourceNode] => [`folder ${index}`, tree(depth - 1)]);
  return folder(Object.fromEntries([...folders, ...files]));
}

const turns = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 40 });

describe('batches on their way to the store', () => {
  beforeEach(start);
  afterEach(() => bench[Symbol.dispose]());

  it('are at the store several at a time, never more than three', async () => {
    delayed([0]);
    const { beforeBatch } = bench.store;
    bench.store.beforeBatch = async (batch) => {
      await beforeBatch(batch);
      // the first one alone shows what kind of store it is
      while (bench.store.batches.size > 0 && mostAtStore < 3) await setImmediate();
    };
    await bench.sync(folder(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`file ${index}`, file()]))));
    expect(mostAtStore).toBe(3);
  });

  it('are one at a time before a store that does not say which changes are its own', async () => {
    bench.store.tellsOwnChanges = false;
    delayed([3]);
    await bench.sync(tree(2));
    expect(mostAtStore).toBe(1);
  });

  it('find what they refer to and are taken for nobody else’s, whichever the store applies and answers first', async () => {
    await fc.assert(
      fc.asyncProperty(turns, async (delays) => {
        bench[Symbol.dispose]();
        start();
        delayed(delays);
        const source = tree(2);
        const report = await bench.sync(source);
        expect(report.counts).toMatchObject({ setAside: 0, created: 49 });
        expect(bench.inStore()).toEqual(bench.inSource(source));
        // what others wrote would be asked for
        expect(bench.store.requests).not.toContain('changes');
        bench.store.requests.length = 0;
        const again = await bench.sync(source);
        expect(again.counts).toMatchObject({ unchanged: 49, created: 0, updated: 0 });
        expect(bench.store.requests.filter((request) => request === 'writeBatch')).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('are all ended by the first that fails, and the next run goes on', async () => {
    const source = tree(2);
    let left = 5;
    delayed([2]);
    const { afterBatch } = bench.store;
    bench.store.afterBatch = async (batch) => {
      await afterBatch(batch);
      left -= 1;
      if (left === 0) throw new Error('the answer is lost');
    };
    await expect(bench.sync(source)).rejects.toThrow('the answer is lost');
    expect((await bench.journal.openIntents(bench.owner)).length).toBeLessThanOrEqual(5);
    bench.store.afterBatch = () => undefined;
    await bench.sync(source);
    expect(bench.inStore()).toEqual(bench.inSource(source));
    expect((await bench.sync(source)).counts).toMatchObject({ unchanged: 49 });
  });
});

describe('dependOnOrder', () => {
  const child = namesOf([{ op: 'upsert', typeName: 'T', qualifiedName: 'a', properties: {}, anchor: 'x' }]);
  const sibling = namesOf([{ op: 'upsert', typeName: 'T', qualifiedName: 'b', properties: {}, anchor: 'x' }]);
  const parent = namesOf([{ op: 'delete', qualifiedName: 'x' }]);
  const link = namesOf([{ op: 'link', typeName: 'T', end1: 'y', end2: 'b' }]);

  it('is what one writes and the other writes or refers to', () => {
    expect(dependOnOrder(child, sibling)).toBe(false);
    expect(dependOnOrder(child, child)).toBe(true);
    expect([dependOnOrder(child, parent), dependOnOrder(parent, child)]).toEqual([true, true]);
    expect([dependOnOrder(link, sibling), dependOnOrder(link, child)]).toEqual([true, false]);
  });
});
