import assert from 'node:assert/strict';
import type { RecordingHost } from '../../recording-host.js';
import {
  assertNothingRemoved,
  assertSame,
  assertUnchanged,
  type ContractBench,
  type ContractCheck,
  contents,
  listed,
  names,
  refreshed,
  succeeded,
  use,
} from '../bench.js';

/** What a listing says when all is well. */
const checks: readonly ContractCheck[] = [
  {
    name: 'says in a first refresh what is there, each name once',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const run = succeeded(await host.refresh());
      assert.ok(
        host.elements().size >= 3 || speaksByOperations(bench, host),
        'it says of fewer than three things that they are there: give the source of the test at least three, and see that each is sent (`scope.put`, or a word of its kind)',
      );
      assertNothingRemoved(run, 'a first refresh removes');
    },
  },
  {
    name: 'changes nothing in a second refresh',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = contents(host);
      const written = await host.store.identity(AbortSignal.timeout(storeDeadlineMs));
      const run = succeeded(await host.refresh());
      assertUnchanged(run, changedInSpite);
      assertNothingRemoved(run, 'these are gone in a second refresh although nothing has changed');
      assertSame(contents(host), before, changedInSpite);
      const after = await host.store.identity(AbortSignal.timeout(storeDeadlineMs));
      assert.deepEqual(after, written, 'its operations changed something although nothing has changed');
    },
  },
  {
    name: 'says the same whichever instance is asked',
    needs: [],
    async body(bench) {
      const [one, other] = [await tracedRun(bench), await tracedRun(bench)];
      assert.deepEqual(other, one);
    },
  },
  {
    name: 'names every parent before what refers to it',
    needs: [],
    async body(bench) {
      const known = new Set<string>();
      const host = await bench.started();
      const run = await host.refresh({
        onMessage(message) {
          if (message.type !== 'scope.put') return;
          for (const { qualifiedName, parent } of message.item.elements) {
            assert.ok(
              parent === undefined || known.has(parent.qualifiedName),
              `${qualifiedName} comes before its parent`,
            );
            known.add(qualifiedName);
          }
        },
      });
      succeeded(run);
    },
  },
  {
    name: 'certifies every scope that it opens',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      for (let round = 1; round <= 2; round += 1) {
        const opened = new Set<string>();
        const run = await host.refresh({
          onMessage(message) {
            if (message.type === 'scope.put' || message.type === 'scope.keep') opened.add(message.scope);
            if (message.type === 'scope.put' && message.item.opens !== undefined) opened.add(message.item.opens);
          },
        });
        succeeded(run);
        const left = [...opened].filter((scope) => !run.completed.includes(scope));
        assert.deepEqual(
          left,
          [],
          'these scopes were not certified, so nothing that leaves them would ever be removed',
        );
      }
    },
  },
  {
    name: 'says nothing more once its refresh has ended',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const run = succeeded(await host.refresh());
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(
        run.late.length === 0,
        `these calls came when its refresh had ended, and are lost: await them. ${listed(run.late)}`,
      );
    },
  },
  {
    name: 'tells an apply after a preview everything again',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh({ mode: 'preview' }));
      succeeded(await host.refresh());
      const other = await bench.started();
      succeeded(await other.refresh());
      assertSame(
        contents(host),
        contents(other),
        'after a preview it does not tell everything: nothing that a preview lists is known afterwards',
      );
    },
  },
  {
    name: 'loses nothing when it is asked for single scopes',
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      const before = contents(host);
      for (const scope of host.scopeNames().slice(0, mostAsked)) {
        const run = succeeded(await host.refresh({ requested: [scope] }));
        assertNothingRemoved(run, `what is not in ${scope} was taken as gone`);
      }
      // Of a scope that went meanwhile; that it fails is well.
      const run = await host.refresh({ requested: ['a scope that is no more'] });
      assertNothingRemoved(run, 'what it was not asked for was taken as gone');
      succeeded(await host.refresh());
      assertSame(contents(host), before, afterSingle);
    },
  },
  {
    name: 'tells of an item that changed',
    needs: ['change'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      if (speaksByOperations(bench, host)) return;
      const before = names(host);
      await use(bench, 'change');
      const run = succeeded(await host.refresh());
      assert.ok(
        run.changed.length > 0,
        'the item that changed was not sent again: `sourceVersion` has to change with all that is said of a thing',
      );
      assertNothingRemoved(run, 'an item that changed took these along');
      assert.deepEqual(
        names(host),
        before,
        'the names of elements are others than before: a changed item keeps its name, and `change` of the source must not add or remove parts',
      );
    },
  },
  {
    name: 'lets an item go that was removed, and no other',
    needs: ['remove'],
    async body(bench) {
      const host = await refreshed(bench);
      if (speaksByOperations(bench, host)) return;
      const [before, keys] = [names(host), namesByKey(host)];
      await use(bench, 'remove');
      const run = succeeded(await host.refresh());
      assert.ok(
        run.removed.length > 0,
        'nothing was removed: only a scope that was completed without the item lets it go (`scope.complete`)',
      );
      const known = new Set(before);
      assert.deepEqual(
        names(host).filter((name) => !known.has(name)),
        [],
        'what is left has other names since something else went',
      );
      const fresh = await bench.started();
      succeeded(await fresh.refresh());
      assert.deepEqual(names(host), names(fresh), 'what is left is not what a fresh instance finds');
      assert.ok(names(host).length < before.length);
      for (const [key, name] of namesByKey(host))
        assert.equal(name, keys.get(key) ?? name, 'a key stands for another item since one went');
    },
  },
  {
    name: 'knows an item by its new name after it was renamed',
    needs: ['rename'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      if (speaksByOperations(bench, host)) return;
      const before = contents(host);
      await use(bench, 'rename');
      const run = succeeded(await host.refresh());
      assert.ok(run.changed.length > 0, 'nothing was told of the new name');
      const fresh = await bench.started();
      succeeded(await fresh.refresh());
      assertSame(
        contents(host),
        contents(fresh),
        'after a rename a running instance says something else than a fresh one',
      );
      assert.notEqual(contents(host), before);
    },
  },
  {
    name: 'tells names apart, however odd',
    needs: ['addOddNames'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      if (speaksByOperations(bench, host)) return;
      const before = itemCount(host);
      const added = Number(await use(bench, 'addOddNames'));
      assert.ok(added > 0, '`addOddNames` answers how many it added');
      succeeded(await host.refresh());
      assert.equal(itemCount(host) - before, added, 'not every item has a name of its own, or a name was left out');
      const again = succeeded(await host.refresh());
      assertUnchanged(again, 'these odd names are told anew each time');
    },
  },
  {
    name: 'lists a large source to its end',
    needs: ['grow'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      if (speaksByOperations(bench, host)) return;
      const before = itemCount(host);
      await use(bench, 'grow', manyItems);
      const run = succeeded(await host.refresh());
      const found = itemCount(host) - before;
      assert.equal(found, manyItems, `of ${manyItems} items that were added ${found} were told: read every page`);
      assertNothingRemoved(run, 'of a source that grew these were taken as gone');
      assertUnchanged(succeeded(await host.refresh()), changedInSpite);
    },
  },
];

/** Of a connector without `refresh` there is nothing to look at. */
export const listingChecks: readonly ContractCheck[] = checks.map((check) => ({ ...check, hook: 'refresh' }));

/** It lists nothing: what it writes it writes by operations, or it writes to its third party alone. */
export function speaksByOperations({ definition }: ContractBench, host: RecordingHost): boolean {
  if (host.scopeNames().length > 0) return false;
  return definition.direction === 'TO_THIRD_PARTY' || host.operations.length > 0;
}

/** Qualified name of each item's first element, by its scope and key. */
function namesByKey(host: RecordingHost): ReadonlyMap<string, string> {
  return new Map(
    host
      .scopeNames()
      .flatMap((scope) =>
        host.items(scope).map(({ key, elements }) => [`${scope} ${key}`, elements[0].qualifiedName] as const),
      ),
  );
}

const mostAsked = 5;
const manyItems = 2_500;
const storeDeadlineMs = 10_000;

function itemCount(host: { scopeNames(): readonly string[]; items(scope: string): readonly unknown[] }): number {
  return host.scopeNames().reduce((sum, scope) => sum + host.items(scope).length, 0);
}

/** What a fresh instance says in its first refresh, without the id of the run. */
async function tracedRun(bench: ContractBench): Promise<readonly string[]> {
  const host = await bench.started();
  const trace: string[] = [];
  const run = await host.refresh({
    onMessage: (message) => void trace.push(JSON.stringify({ ...message, run: undefined })),
  });
  succeeded(run);
  return trace;
}

const changedInSpite =
  'these are others in a second refresh although nothing has changed: what is said of a thing may depend on nothing but the thing, no counter, random value, time of reading or order of answers';
const afterSingle = 'after runs that were asked for single scopes a whole one says something else than before';
