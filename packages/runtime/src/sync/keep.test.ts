import { processSlicer } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SyncRun } from './sync-engine.js';
import { file, folder, itemOf, list, type SourceNode } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const scope = 'folder:/top';

function filesNamed(names: readonly string[]): SourceNode {
  return folder(Object.fromEntries(names.map((name) => [name, file(name)])));
}

function itemsOf(names: readonly string[]) {
  return names.map((name) => ({ key: name, sourceVersion: itemOf('/top', name, file(name)).sourceVersion ?? '' }));
}

function namesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `file ${index}`);
}

/** A run over the top folder alone, in which `told` says what is in it. */
async function runOver(own: SyncBench, told: (run: SyncRun) => Promise<unknown>) {
  const run = await own.open();
  await run.keep('root', [{ key: 'top', sourceVersion: 'folder' }]);
  await run.complete('root');
  const answer = await told(run);
  await run.complete(scope);
  return { answer, counts: (await run.finish('completed')).counts };
}

describe('keeping many items at once', () => {
  it('does just what keeping them one by one does', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const kept = fc.record({ key: fc.constantFrom(...names, 'unknown'), isAsKnown: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(kept, { maxLength: 12 }), async (told) => {
        const versions = new Map(itemsOf(names).map(({ key, sourceVersion }) => [key, sourceVersion]));
        const items = told.map(({ key, isAsKnown }) => ({
          key,
          sourceVersion: (isAsKnown ? versions.get(key) : undefined) ?? 'other',
        }));
        using one = new SyncBench();
        using many = new SyncBench();
        for (const own of [one, many]) for (let run = 0; run < 3; run += 1) await own.sync(filesNamed(names));
        const singly = await runOver(one, async (run) => {
          const unknown: number[] = [];
          for (const [position, item] of items.entries())
            if ((await run.keep(scope, [item])).length > 0) unknown.push(position);
          return unknown;
        });
        const together = await runOver(many, async (run) => run.keep(scope, items));
        expect(together).toEqual(singly);
        expect(many.inStore()).toEqual(one.inStore());
      }),
      { numRuns: 20 },
    );
  });

  it('gives other work its turn', async () => {
    const names = namesOf(500);
    await bench.sync(filesNamed(names));
    const { counts } = await runOver(bench, async (run) => {
      expect(await run.keep(scope, itemsOf(names.slice(0, 1)))).toEqual([]);
      while (!processSlicer.isUsedUp) Math.sqrt(2);
      const keeping = run.keep(scope, itemsOf(names));
      expect(keeping).toBeInstanceOf(Promise);
      expect(await keeping).toEqual([]);
    });
    expect(counts).toMatchObject({ unchanged: 501, deleted: 0 });
  });

  it('remembers of thousands that they are there again', async () => {
    const root = filesNamed(namesOf(2_500));
    await bench.sync(root);
    await bench.sync(root);
    // under another boundary what is missing is kept, and its absence means nothing
    await bench.sync(filesNamed([]), { boundaryHash: 'other' });
    const absentCount = async () =>
      (await bench.journal.knownScope(bench.owner, scope)).filter(({ absence }) => absence !== undefined).length;
    expect(await absentCount()).toBe(2_500);
    const run = await bench.open();
    await list(run, root, { keeps: true });
    await run.finish('completed');
    expect(run.counts).toMatchObject({ unchanged: 2_501, deleted: 0 });
    expect(await absentCount()).toBe(0);
  });

  it('is refused once the run has ended, and of a scope that is over', async () => {
    const run = await bench.open();
    await run.keep('root', [{ key: 'top', sourceVersion: 'folder' }]);
    await run.complete('root');
    const items = itemsOf(namesOf(3));
    await expect(run.keep('root', items)).rejects.toMatchObject({ code: 'SCOPE_CLOSED' });
    await run.finish('aborted');
    await expect(run.keep(scope, items)).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
  });
});
