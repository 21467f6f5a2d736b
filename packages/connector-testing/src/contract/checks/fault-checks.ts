import assert from 'node:assert/strict';
import { type ContractCheck, contents, names, rest, succeeded, takenAway, use } from '../bench.js';

/** What happens when the source or the host fails: nothing is concluded from what was not seen. */
export const faultChecks: readonly ContractCheck[] = [
  {
    name: 'fails when the source cannot be read, and removes nothing',
    needs: ['break'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = names(host);
      const taken = takenAway(host).length;
      await use(bench, 'break');
      const run = await host.refresh();
      assert.ok(run.failure !== undefined, 'a source that cannot be read is a failure, not an empty source');
      assert.deepEqual(run.removed, []);
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
    },
  },
  {
    name: 'is as before once the source can be read again',
    needs: ['break', 'mend'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = contents(host);
      await use(bench, 'break');
      assert.ok((await host.refresh()).failure !== undefined, 'a source that cannot be read is a failure');
      await use(bench, 'mend');
      const run = succeeded(await host.refresh());
      assert.deepEqual(run.removed, []);
      assert.equal(contents(host), before);
    },
  },
  {
    name: 'removes nothing when the listing breaks off halfway',
    needs: ['breakHalfway'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = names(host);
      const taken = takenAway(host).length;
      await use(bench, 'breakHalfway');
      const run = await host.refresh();
      assert.deepEqual(run.removed, [], 'a listing that broke off was certified');
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
      const isTold = run.failure !== undefined || run.findings.some(({ severity }) => severity !== 'info');
      assert.ok(isTold, 'neither a failure nor a finding tells that the listing broke off');
    },
  },
  {
    name: 'keeps what it may no longer read, and tells so',
    needs: ['forbid'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = names(host);
      const taken = takenAway(host).length;
      await use(bench, 'forbid');
      const run = await host.refresh();
      assert.deepEqual(run.removed, [], 'what may no longer be read was taken as gone');
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
      const isTold = run.failure !== undefined || run.findings.some(({ severity }) => severity !== 'info');
      assert.ok(isTold, 'neither a failure nor a finding tells of it');
    },
  },
  {
    name: 'fails when the host refuses any of its calls, and works again afterwards',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const count = await countCalls(host);
      for (const at of spread(count, 10)) {
        const other = await bench.started();
        let calls = 0;
        const run = await other.refresh({
          onMessage(message) {
            calls += 1;
            if (calls === at) throw new Error(`the store did not take ${message.type}`);
          },
        });
        assert.ok(run.failure !== undefined, `call ${at} was refused, and refresh went on as if nothing had happened`);
        await rest();
        assert.deepEqual(run.late, []);
        succeeded(await other.refresh());
        assert.equal(contents(other), contents(host));
      }
    },
  },
];

const takenInSpite = 'operations took something away in a run that could not read everything';

/** Calls of a refresh that goes well. */
export async function countCalls(host: {
  refresh(options: { readonly onMessage: () => void }): Promise<{ readonly failure: unknown }>;
}): Promise<number> {
  let count = 0;
  const run = await host.refresh({
    onMessage() {
      count += 1;
    },
  });
  if (run.failure !== undefined) throw run.failure;
  return count;
}

/** At most `most` numbers from 1 to `count`, evenly, the first and the last among them. */
export function spread(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index + 1);
  return Array.from({ length: most }, (_, index) => 1 + Math.round((index * (count - 1)) / (most - 1)));
}
