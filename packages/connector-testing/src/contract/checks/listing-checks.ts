import assert from 'node:assert/strict';
import { checkProperties, qualifiedNameFault } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { RecordingHost } from '../../recording-host.js';
import { type ContractBench, type ContractCheck, contents, names, refreshed, succeeded, use } from '../bench.js';

/** What a listing says when all is well. */
export const listingChecks: readonly ContractCheck[] = [
  {
    name: 'says in a first refresh what is there, each name once',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const run = succeeded(await host.refresh());
      assert.ok(host.elements().size >= 3, 'a source with at least three items is needed');
      assert.deepEqual(run.removed, []);
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
      assert.deepEqual(run.changed, []);
      assert.deepEqual(run.removed, []);
      assert.equal(contents(host), before);
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
      assert.deepEqual(run.late, []);
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
      assert.equal(contents(host), contents(other));
    },
  },
  {
    name: 'says only what a metadata server takes',
    once: true,
    needs: [],
    async body(bench) {
      const types = standardTypes();
      for (const { typeName, qualifiedName, properties, parent, links = [] } of (await refreshed(bench))
        .elements()
        .values()) {
        const fault = qualifiedNameFault(qualifiedName);
        assert.ok(fault === undefined, `${JSON.stringify(qualifiedName)} ${fault}`);
        checkProperties(types, types.entity(typeName).name, properties, false);
        for (const { relationshipTypeName } of [...links, ...(parent === undefined ? [] : [parent])])
          types.relationship(relationshipTypeName);
      }
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
        assert.deepEqual(run.removed, [], `what is not in ${scope} was taken as gone`);
      }
      // Of a scope that went meanwhile; that it fails is well.
      const run = await host.refresh({ requested: ['a scope that is no more'] });
      assert.deepEqual(run.removed, [], 'what it was not asked for was taken as gone');
      succeeded(await host.refresh());
      assert.equal(contents(host), before);
    },
  },
  {
    name: 'tells of an item that changed',
    needs: ['change'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = names(host);
      await use(bench, 'change');
      const run = succeeded(await host.refresh());
      assert.ok(run.changed.length > 0, 'the item that changed was not sent again');
      assert.deepEqual(run.removed, []);
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
      const [before, keys] = [names(host), namesByKey(host)];
      await use(bench, 'remove');
      const run = succeeded(await host.refresh());
      assert.ok(run.removed.length > 0, 'nothing was removed');
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
      const before = contents(host);
      await use(bench, 'rename');
      const run = succeeded(await host.refresh());
      assert.ok(run.changed.length > 0, 'nothing was told of the new name');
      const fresh = await bench.started();
      succeeded(await fresh.refresh());
      assert.equal(contents(host), contents(fresh));
      assert.notEqual(contents(host), before);
    },
  },
  {
    name: 'tells names apart, however odd',
    needs: ['addOddNames'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = itemCount(host);
      const added = Number(await use(bench, 'addOddNames'));
      assert.ok(added > 0, '`addOddNames` answers how many it added');
      succeeded(await host.refresh());
      assert.equal(itemCount(host) - before, added, 'not every item has a name of its own, or a name was left out');
      const again = succeeded(await host.refresh());
      assert.deepEqual(again.changed, []);
    },
  },
  {
    name: 'lists a large source to its end',
    needs: ['grow'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = itemCount(host);
      await use(bench, 'grow', manyItems);
      const run = succeeded(await host.refresh());
      assert.equal(itemCount(host) - before, manyItems);
      assert.deepEqual(run.removed, []);
      assert.deepEqual(succeeded(await host.refresh()).changed, []);
    },
  },
];

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
