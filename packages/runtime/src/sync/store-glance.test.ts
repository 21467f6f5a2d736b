import { silentLogger } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JournaledSyncEngine } from './journaled-sync-engine.js';
import type { SyncRunSpec } from './sync-engine.js';
import { childrenAt, file, folder, list, type SourceNode, smallTree } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
let engine: JournaledSyncEngine;
beforeEach(() => {
  bench = new SyncBench();
  let ids = 0;
  engine = new JournaledSyncEngine({
    store: bench.store,
    journal: bench.journal,
    clock: bench.clock,
    logger: silentLogger,
    newId: () => `batch-${++ids}`,
  });
});
afterEach(() => bench[Symbol.dispose]());

/** A run of one of several connectors over the same source; what it asked the store comes back. */
async function run(
  connectorGuid: string,
  spec: Partial<SyncRunSpec> = {},
  source: SourceNode = smallTree(),
): Promise<readonly string[]> {
  return (await report(connectorGuid, spec, source)).asked;
}

async function report(connectorGuid: string, spec: Partial<SyncRunSpec>, source: SourceNode) {
  bench.store.requests.length = 0;
  const slot = `slot-of-${connectorGuid}`;
  const token = await bench.journal.nextToken(slot);
  const opened = await engine.open(
    {
      runId: `${connectorGuid}-${token}`,
      grant: { slot, token },
      owner: { metadataCollectionId: 'collection', connectorGuid, target: '' },
      mode: 'apply',
      full: true,
      boundaryHash: 'boundary',
      ...spec,
    },
    new AbortController().signal,
  );
  await list(opened, source, { keeps: true });
  const { counts } = await opened.finish('completed');
  return { counts, asked: [...bench.store.requests] };
}

async function afterTwoRuns(): Promise<void> {
  for (const connector of ['one', 'other', 'one', 'other']) await run(connector);
  await bench.clock.advance(1_000);
}

describe('runs that time starts', () => {
  it('ask the store once for all of a moment what it is and how far it has come', async () => {
    await afterTwoRuns();
    expect(await run('one', { isTimed: true })).toContain('identity');
    await bench.clock.advance(200);
    expect(await run('other', { isTimed: true })).toEqual([]);
    await bench.clock.advance(100);
    expect(await run('one', { isTimed: true })).toContain('identity');
  });

  it('do not share with runs that people or events ask for', async () => {
    await afterTwoRuns();
    await run('one', { isTimed: true });
    expect(await run('other')).toEqual(['identity', 'changes']);
  });

  it('see what others changed at the latest a moment later', async () => {
    await afterTwoRuns();
    await run('one', { isTimed: true });
    bench.store.steward({ op: 'delete', qualifiedName: 'FileFolder::test:/top/a' });
    await bench.clock.advance(300);
    expect(await run('other', { isTimed: true })).toContain('writeBatch');
    expect(bench.inStore()).toEqual(bench.inSource(smallTree()));
  });

  it('do not take the store for one that went back when it told less than they have written since', async () => {
    expect(await run('one', { isTimed: true })).toContain('writeBatch');
    expect(await run('one', { isTimed: true })).toEqual(['identity', 'changes']);
  });

  it('count what they ask the store for, and not what others were told', async () => {
    await afterTwoRuns();
    await run('one', { isTimed: true });
    expect(await report('other', { isTimed: true }, smallTree())).toMatchObject({ asked: [], counts: { requests: 0 } });
  });

  it('ask anew before they write, once, and write nothing where the store went back meanwhile', async () => {
    const source = smallTree();
    for (let times = 0; times < 3; times++) await run('one', {}, source);
    const backup = bench.store.backup();
    for (let times = 0; times < 2; times++) await run('other', {}, folder());
    childrenAt(source, 'a').set('four.txt', file('4'));
    await run('one', {}, source);
    await bench.clock.advance(1_000);
    await run('other', { isTimed: true }, folder());
    await run('one', { isTimed: true }, source);
    bench.store.restore(backup);
    const before = bench.inStore();
    childrenAt(source, 'a').delete('two.txt');
    await expect(run('one', { isTimed: true }, source)).rejects.toMatchObject({ code: 'STORE_CHANGED' });
    // the first asks whether others made what is to go
    expect(bench.store.requests).toEqual(['writeBatch', 'identity', 'changes']);
    expect(bench.inStore()).toEqual(before);
    expect(await run('one', { isTimed: true }, source)).toContain('writeBatch');
    expect(Object.keys(bench.inStore())).toEqual(expect.arrayContaining(Object.keys(before)));
  });
});
