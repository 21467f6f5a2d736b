import assert from 'node:assert/strict';
import {
  abortDeadlineMs,
  assertNothingRemoved,
  assertSame,
  type ContractBench,
  type ContractCheck,
  callsOf,
  contents,
  listed,
  rest,
  silenceMs,
  succeeded,
  use,
} from '../bench.js';
import { within } from '../hook-deadlines.js';
import { LivingThings } from '../living-things.js';
import {
  assertNoneLeft,
  assertNoneLiving,
  leavesNothing,
  type OpenHandles,
  openHandles,
  processListeners,
} from '../open-handles.js';
import { countCalls, spread } from './fault-checks.js';

/** How a connector ends: in time, certifying nothing, leaving nothing open. */
export const endingChecks: readonly ContractCheck[] = [
  {
    name: 'ends when it is aborted at any of its calls, and certifies nothing afterwards',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const count = await countCalls(host);
      const before = contents(host);
      for (const at of spread(count, 25)) {
        const fresh = await bench.started();
        await abortedAt(fresh, at);
        succeeded(await fresh.refresh());
        assertSame(contents(fresh), before, asIfNotAborted);
        await fresh.stop();
      }
      const again = await abortedAt(host, 1);
      assertNothingRemoved(again, 'a refresh that was aborted removes');
      succeeded(await host.refresh());
      assertSame(contents(host), before, asIfNotAborted);
    },
  },
  {
    name: 'ends in time when it is aborted while the source is slow',
    hook: 'refresh',
    needs: ['delay'],
    async body(bench) {
      const host = await bench.started();
      await use(bench, 'delay', 60_000);
      const abort = new AbortController();
      const running = host.refresh({ signal: abort.signal });
      await new Promise((resolve) => setTimeout(resolve, 100));
      abort.abort();
      const run = await within(abortDeadlineMs, running, 'refresh waits for the source although it was aborted');
      assert.ok(run.failure !== undefined, 'an aborted refresh rejects');
      assert.deepEqual(run.completed, []);
      await within(abortDeadlineMs, host.stop(), 'stop waits for the source');
      await use(bench, 'delay', 0);
    },
  },
  {
    name: 'ends its start and its probe in time when they are aborted while the source is slow',
    once: true,
    needs: ['delay'],
    async body(bench) {
      const [begun, unbegun] = [await bench.started(), bench.host()];
      await use(bench, 'delay', 60_000);
      for (const [hook, { connector }] of [
        ['start', unbegun],
        ['probe', begun],
      ] as const) {
        const abort = new AbortController();
        const work = bench.call(hook, async (signal) => void (await connector[hook]?.(signal)), abort.signal);
        const ended = work.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
        abort.abort();
        await within(abortDeadlineMs, ended, `${hook} waits for the source although it was aborted`);
      }
      for (const host of [begun, unbegun]) await within(abortDeadlineMs, host.stop(), 'stop waits for the source');
      await use(bench, 'delay', 0);
    },
  },
  {
    name: 'ends in time when it is aborted while the source cannot be read',
    once: true,
    hook: 'refresh',
    needs: ['break'],
    async body(bench) {
      const host = await bench.started();
      await use(bench, 'break');
      const abort = new AbortController();
      const running = host.refresh({ signal: abort.signal });
      await new Promise((resolve) => setTimeout(resolve, 100));
      abort.abort();
      await within(
        abortDeadlineMs,
        running,
        'refresh goes on trying although it was aborted: pass the signal to whatever waits between two attempts',
      );
      await within(abortDeadlineMs, host.stop(), 'stop waits for a source that cannot be read');
    },
  },
  {
    name: 'leaves nothing open of probes, nor of a start that was aborted',
    once: true,
    needs: [],
    async body(bench) {
      await leavesNothing(async () => {
        const host = await bench.started();
        for (let probe = 0; probe < 2; probe += 1) await bench.probe(host);
        await host.stop();
        const aborted = bench.host();
        const { connector } = aborted;
        await bench
          .call('start', async (signal) => void (await connector.start?.(signal)), AbortSignal.abort())
          .catch(() => undefined);
        await aborted.stop();
      });
    },
  },
  {
    name: 'lists a slow source as it lists a quick one',
    needs: ['delay'],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      await use(bench, 'delay', 5);
      const slow = await bench.started();
      succeeded(await slow.refresh());
      assertSame(contents(slow), contents(host), 'of a source that answers slowly it says something else');
      await use(bench, 'delay', 0);
    },
  },
  {
    name: 'can be stopped in the middle of a refresh',
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const abort = new AbortController();
      let calls = 0;
      let stopping: Promise<void> | undefined;
      const run = await host.refresh({
        signal: abort.signal,
        onMessage() {
          calls += 1;
          if (calls !== 2) return;
          abort.abort();
          stopping = host.stop();
        },
      });
      if (stopping === undefined) return;
      await within(abortDeadlineMs, stopping, 'stop did not end');
      assert.ok(run.failure !== undefined, 'the refresh went on after its connector was stopped');
    },
  },
  {
    name: 'leaves nothing open when it is stopped, once or twice, also after a failure',
    once: true,
    needs: [],
    async body(bench) {
      const lifetime = async (): Promise<OpenHandles> => {
        const host = bench.host();
        await host.start();
        await host.refresh();
        await abortedAt(host, 2);
        await host.refresh();
        await host.stop();
        await host.stop();
        await rest();
        return openHandles();
      };
      // What Node opens once and keeps for all is there after the first.
      await lifetime();
      const before = await lifetime();
      assertNoneLeft(before, await lifetime());
    },
  },
  {
    name: 'leaves nothing open when the source cannot be read',
    once: true,
    needs: ['break', 'mend'],
    async body(bench) {
      const lifetime = async (): Promise<OpenHandles> => {
        const host = bench.host();
        await host.start().catch(() => undefined);
        for (let run = 0; run < 5; run += 1) await host.refresh();
        await host.stop();
        await rest();
        return openHandles();
      };
      await use(bench, 'break');
      await lifetime();
      const before = await lifetime();
      const after = await lifetime();
      await use(bench, 'mend');
      assertNoneLeft(before, after);
    },
  },
  {
    name: 'is silent once it is stopped, and leaves no interval',
    once: true,
    needs: [],
    async body(bench) {
      const lifetime = async (): Promise<Host> => {
        const host = await bench.started();
        await host.refresh();
        await host.stop();
        await rest();
        return host;
      };
      // What a library makes once and keeps for all is there after the first.
      await lifetime();
      assertNoneLiving(await new LivingThings().leftBy(async () => void (await lifetime())));
      const host = await lifetime();
      const before = callsOf(host);
      if (bench.source.change !== undefined) await use(bench, 'change');
      await new Promise((resolve) => setTimeout(resolve, silenceMs));
      assert.equal(callsOf(host), before, 'it calls its host although it was stopped');
    },
  },
  {
    name: 'takes its listeners off the process when it is stopped',
    once: true,
    needs: [],
    async body(bench) {
      const lifetime = async (): Promise<readonly string[]> => {
        const host = await bench.started();
        await host.refresh();
        await host.stop();
        await rest();
        return processListeners();
      };
      // What a library puts there once for all is there after the first.
      const before = await lifetime();
      assert.deepEqual(await lifetime(), before, 'each lifetime leaves listeners on the process');
    },
  },
  {
    name: 'can be stopped without having been started',
    once: true,
    needs: [],
    async body(bench) {
      await bench.host().stop();
    },
  },
];

type Host = ReturnType<ContractBench['host']>;

/** A refresh that is aborted at its call of this number (from 1); checks that it ends and certifies nothing more. */
async function abortedAt(host: Host, at: number) {
  const abort = new AbortController();
  let calls = 0;
  const run = await within(
    abortDeadlineMs * 10,
    host.refresh({
      signal: abort.signal,
      onMessage() {
        calls += 1;
        if (calls === at) abort.abort();
      },
    }),
    `refresh did not end after it was aborted at its call ${at}`,
  );
  if (calls < at) return run;
  assert.ok(
    run.failure !== undefined,
    `a refresh that is aborted rejects; aborted at call ${at} it did not: call run.signal.throwIfAborted() in every loop and before \`complete\``,
  );
  assert.ok(calls <= at + mostCallsAfterAbort, `it made ${calls - at} further calls after it was aborted`);
  await rest();
  const certified = run.late.filter((call) => call.startsWith('scope.complete'));
  if (certified.length > 0)
    assert.fail(`scopes were certified after the abort: ask run.signal before \`complete\`. ${listed(certified)}`);
  return run;
}

/** What was under way beside the call at which it was aborted may still arrive. */
const mostCallsAfterAbort = 256;

const asIfNotAborted =
  'after a run that was aborted it says something else than without: nothing that an aborted run listed is known afterwards';
