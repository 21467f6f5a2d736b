import assert from 'node:assert/strict';
import {
  assertNothingRemoved,
  assertSame,
  type ContractBench,
  type ContractCheck,
  contents,
  succeeded,
  use,
} from '../bench.js';

/** Runs that go on from a cursor; of a connector that saves none there is nothing to look at. */
const checks: readonly ContractCheck[] = [
  {
    name: 'comes from its cursor to what a full run finds',
    needs: ['change', 'remove'],
    async body(bench) {
      const host = await withCursor(bench);
      if (host === undefined) return;
      assertNothingRemoved(
        succeeded(await host.refresh({ incremental: true })),
        'a run from its cursor removes although nothing is gone',
      );
      for (const ability of ['change', 'remove'] as const) {
        await use(bench, ability);
        succeeded(await host.refresh({ incremental: true }));
        await isAsFresh(bench, host, `what followed from \`${ability}\` of the source was not told`);
      }
    },
  },
  {
    name: 'comes from its cursor to what a full run finds, also after a rename',
    needs: ['rename'],
    async body(bench) {
      const host = await withCursor(bench);
      if (host === undefined) return;
      await use(bench, 'rename');
      succeeded(await host.refresh({ incremental: true }));
      await isAsFresh(
        bench,
        host,
        'of a thing that was renamed the old name stays: tell `scope.gone` of its former key',
      );
    },
  },
  {
    name: 'loses nothing when a run from its cursor fails',
    needs: ['change'],
    async body(bench) {
      const hosts: Host[] = [];
      for (let made = 0; made < mostRefused; made += 1) {
        const host = await withCursor(bench);
        if (host === undefined) return;
        hosts.push(host);
      }
      // Once: what it does a second time may be the same again.
      await use(bench, 'change');
      for (const [index, host] of hosts.entries()) {
        const at = index + 1;
        let calls = 0;
        const run = await host.refresh({
          incremental: true,
          onMessage() {
            calls += 1;
            if (calls === at) throw new Error('the store did not take it');
          },
        });
        if (calls >= at) assert.ok(run.failure !== undefined, `call ${at} was refused, and refresh went on`);
        succeeded(await host.refresh({ incremental: true }));
        await isAsFresh(bench, host, `what the run was to tell that failed at its call ${at} is never told`);
      }
    },
  },
];

export const cursorChecks: readonly ContractCheck[] = checks.map((check) => ({ ...check, hook: 'refresh' }));

const mostRefused = 6;

type Host = ReturnType<ContractBench['host']>;

/** An instance after a full run; undefined when that has saved no cursor. */
async function withCursor(bench: ContractBench): Promise<Host | undefined> {
  let hasSaved = false;
  const host = await bench.started();
  const run = await host.refresh({
    onMessage(message) {
      hasSaved ||= message.type === 'run.cursor';
    },
  });
  succeeded(run);
  return hasSaved ? host : undefined;
}

async function isAsFresh(bench: ContractBench, host: Host, otherwise: string): Promise<void> {
  const fresh = await bench.started();
  succeeded(await fresh.refresh());
  assertSame(contents(host), contents(fresh), otherwise);
}
