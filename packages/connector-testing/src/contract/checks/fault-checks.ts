import assert from 'node:assert/strict';
import {
  assertNothingRemoved,
  assertSame,
  type ContractCheck,
  contents,
  names,
  rest,
  succeeded,
  takenAway,
  use,
} from '../bench.js';
import { speaksByOperations } from './listing-checks.js';

/** What happens when the source or the host fails: nothing is concluded from what was not seen. */
const checks: readonly ContractCheck[] = [
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
      assert.ok(
        run.failure !== undefined,
        'a source that cannot be read is a failure, not an empty source: throw sourceUnreadable(...) out of refresh',
      );
      assertNothingRemoved(run, removedInSpite);
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
      for (let again = 0; again < 2; again += 1)
        assert.ok(
          (await host.refresh()).failure !== undefined,
          'the first refresh fails and a later one does not, although the source still cannot be read: each has to throw',
        );
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
      assertNothingRemoved(run, 'once the source could be read again these were taken as gone');
      assertSame(contents(host), before, 'once the source can be read again it says something else than before');
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
      assertNothingRemoved(
        run,
        'a listing that broke off was certified: call `scope.complete` only where it was read to its end, never in `finally`',
      );
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
      if (speaksByOperations(bench, host)) return;
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
      assertNothingRemoved(run, 'what may no longer be read was taken as gone');
      assert.deepEqual(names(host), before);
      assert.deepEqual(takenAway(host).slice(taken), [], takenInSpite);
      if (speaksByOperations(bench, host)) return;
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
        let refused: string | undefined;
        const run = await other.refresh({
          onMessage(message) {
            calls += 1;
            if (calls !== at) return;
            refused = message.type;
            throw new Error(`the store did not take ${message.type}`);
          },
        });
        // Of an operation it may also tell, and go on with what does not hang on it.
        const isTold = refused === 'metadata.call' && run.findings.some(({ severity }) => severity !== 'info');
        assert.ok(
          run.failure !== undefined || isTold || refused === undefined,
          `call ${at} (${refused}) was refused, and refresh went on as if nothing had happened: await every call, and let what it throws out of refresh`,
        );
        await rest();
        succeeded(await other.refresh());
        assertSame(
          contents(other),
          contents(host),
          'after a run that the host refused it says something else than without: nothing may be taken as told before the call that tells it was answered',
        );
      }
    },
  },
];

const takenInSpite = 'operations took something away in a run that could not read everything';

export const faultChecks: readonly ContractCheck[] = checks.map((check) => ({ ...check, hook: 'refresh' }));

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

const removedInSpite = 'these were taken as gone although the source could not be read';
