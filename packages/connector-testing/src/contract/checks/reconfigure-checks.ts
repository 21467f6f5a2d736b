import assert from 'node:assert/strict';
import type { RecordingHost } from '../../recording-host.js';
import {
  abortDeadlineMs,
  assertSame,
  type ContractBench,
  type ContractCheck,
  contents,
  refreshed,
  succeeded,
  use,
} from '../bench.js';
import { within } from '../hook-deadlines.js';
import { leavesNothing } from '../open-handles.js';

/** How a connector takes over another configuration: as a whole, or not at all. */
export const reconfigureChecks: readonly ContractCheck[] = [
  {
    name: 'takes over another configuration as a whole, or asks for a restart',
    hook: 'reconfigure',
    needs: ['reconfigured'],
    async body(bench) {
      const host = await refreshed(bench);
      const before = contents(host);
      const next = await use(bench, 'reconfigured');
      const text = JSON.stringify(next);
      const wanted = await foundWith(bench, next);
      for (const [configuration, expected] of [
        [next, wanted],
        [bench.configuration, before],
      ] as const) {
        const outcome = await reconfigured(bench, host, configuration);
        assert.ok(outcome === 'applied' || outcome === 'restart', `it answers ${String(outcome)}`);
        const isApplied = outcome === 'applied';
        succeeded(await host.refresh());
        assertSame(contents(host), isApplied ? expected : before, isApplied ? notAsFresh : notAsBefore);
        if (!isApplied) break;
      }
      assert.equal(JSON.stringify(next), text, 'it changed the configuration that it was given');
    },
  },
  {
    name: 'keeps its old configuration when it cannot take over another',
    hook: 'reconfigure',
    needs: ['reconfigured', 'break', 'mend'],
    async body(bench) {
      const host = await refreshed(bench);
      const expected = await expectedAfter(bench, host);
      await use(bench, 'break');
      const outcome = await reconfigured(bench, host, expected.next).catch(() => 'failed');
      await use(bench, 'mend');
      await isAs(host, expected, outcome);
    },
  },
  {
    name: 'ends a change of its configuration that is aborted, and has taken over all of it or nothing',
    hook: 'reconfigure',
    needs: ['reconfigured'],
    async body(bench) {
      const host = await refreshed(bench);
      const expected = await expectedAfter(bench, host);
      const work = reconfigured(bench, host, expected.next, AbortSignal.abort()).catch(() => 'failed');
      const outcome = await within(abortDeadlineMs, work, 'reconfigure goes on although it was aborted');
      await isAs(host, expected, outcome);
    },
  },
  {
    name: 'takes over another configuration in the middle of a refresh',
    hook: 'reconfigure',
    needs: ['reconfigured'],
    async body(bench) {
      const host = await refreshed(bench);
      const expected = await expectedAfter(bench, host);
      let outcome: Promise<string> | undefined;
      // How this run ends is its own affair: nothing of it is certified.
      await host.refresh({
        onMessage() {
          outcome ??= reconfigured(bench, host, expected.next);
        },
      });
      await isAs(host, expected, await outcome);
    },
  },
  {
    name: 'leaves nothing open however often its configuration is changed',
    hook: 'reconfigure',
    once: true,
    needs: ['reconfigured'],
    async body(bench) {
      const next = await use(bench, 'reconfigured');
      await leavesNothing(async () => {
        const host = await refreshed(bench);
        for (let round = 0; round < 3; round += 1)
          for (const configuration of [next, bench.configuration])
            if ((await reconfigured(bench, host, configuration)) === 'restart') return host.stop();
        await host.stop();
      });
    },
  },
];

const notAsFresh = 'it answers applied, and does not say what a fresh instance says with that configuration';
const notAsBefore = 'it did not take over the configuration, and does not say what it said before';

/** What an instance is to say with its old configuration and with the next. */
interface Expected {
  readonly next: unknown;
  readonly before: string;
  readonly applied: string;
}

async function expectedAfter(bench: ContractBench, host: RecordingHost): Promise<Expected> {
  const before = contents(host);
  const next = await use(bench, 'reconfigured');
  return { next, before, applied: await foundWith(bench, next) };
}

async function isAs(host: RecordingHost, { before, applied }: Expected, outcome: string | undefined): Promise<void> {
  succeeded(await host.refresh());
  const isApplied = outcome === 'applied';
  assertSame(contents(host), isApplied ? applied : before, isApplied ? notAsFresh : notAsBefore);
}

async function foundWith(bench: ContractBench, configuration: unknown): Promise<string> {
  const host = await bench.configured(configuration);
  succeeded(await host.refresh());
  await host.stop();
  return contents(host);
}

function reconfigured(
  bench: ContractBench,
  { connector }: RecordingHost,
  next: unknown,
  stop?: AbortSignal,
): Promise<string> {
  return bench.call('reconfigure', async (signal) => String(await connector.reconfigure?.(next, signal)), stop);
}
