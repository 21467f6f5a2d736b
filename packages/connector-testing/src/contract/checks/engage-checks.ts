import assert from 'node:assert/strict';
import type { RecordingHost } from '../../recording-host.js';
import {
  abortDeadlineMs,
  type ContractBench,
  type ContractCheck,
  callsOf,
  silenceMs,
  takenAway,
  use,
} from '../bench.js';
import { within } from '../hook-deadlines.js';
import { leavesNothing } from '../open-handles.js';

/** How a connector waits for events of its own. */
export const engageChecks: readonly ContractCheck[] = [
  {
    name: 'is engaged until it is aborted, and no longer',
    hook: 'engage',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const { abort, ended, isOver } = engaged(host);
      await pause(silenceMs);
      assert.ok(!isOver(), 'engage ended by itself, although nobody aborted it');
      abort();
      await within(abortDeadlineMs, ended, 'engage goes on although it was aborted');
      await isSilent(bench, host);
    },
  },
  {
    name: 'is not engaged at all when it is aborted from the start',
    hook: 'engage',
    needs: [],
    async body(bench) {
      const { abort, ended } = engaged(await bench.started(), AbortSignal.abort());
      abort();
      await within(abortDeadlineMs, ended, 'engage goes on although its signal was aborted when it began');
    },
  },
  {
    name: 'ends its engagement with a source that cannot be read, and takes nothing away',
    hook: 'engage',
    needs: ['break'],
    async body(bench) {
      const host = await bench.started();
      const { abort, ended } = engaged(host);
      await use(bench, 'break');
      await pause(silenceMs);
      abort();
      // That it failed is well; that it hangs is not.
      await within(
        abortDeadlineMs,
        ended.catch(() => undefined),
        'engage goes on although it was aborted',
      );
      assert.deepEqual(takenAway(host), [], 'operations took something away while the source could not be read');
    },
  },
  {
    name: 'rests while it waits for events',
    hook: 'engage',
    once: true,
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const { abort, ended } = engaged(host);
      await pause(silenceMs);
      let [busiest, calls] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      // Once may be what it has to do at first.
      for (let attempt = 0; attempt < 3 && (busiest > mostBusy || calls > mostCalls); attempt += 1) {
        const [loop, before] = [performance.eventLoopUtilization(), callsOf(host)];
        await pause(silenceMs);
        busiest = Math.min(busiest, performance.eventLoopUtilization(loop).utilization);
        calls = Math.min(calls, callsOf(host) - before);
      }
      abort();
      await within(abortDeadlineMs, ended, 'engage goes on although it was aborted');
      assert.ok(
        busiest <= mostBusy,
        'while nothing happens engage keeps the processor busy: wait for an event, or for a time',
      );
      assert.ok(
        calls <= mostCalls,
        `while nothing happens it calls its host ${calls} times in ${silenceMs} ms: tell of events alone`,
      );
    },
  },
  {
    name: 'leaves nothing open of its engagements',
    hook: 'engage',
    once: true,
    needs: [],
    async body(bench) {
      await leavesNothing(async () => {
        const host = await bench.started();
        for (let round = 0; round < 2; round += 1) {
          const { abort, ended } = engaged(host);
          await pause(20);
          abort();
          await within(abortDeadlineMs, ended, 'engage goes on although it was aborted');
        }
        await host.stop();
      });
    },
  },
];

/** Share of the time in which a connector works although nothing happens. */
const mostBusy = 0.8;
const mostCalls = 15;

/** Begins; `ended` rejects with what it threw before anybody aborted it. */
function engaged({ connector }: RecordingHost, from?: AbortSignal) {
  const own = new AbortController();
  const signal = from === undefined ? own.signal : AbortSignal.any([from, own.signal]);
  let over = false;
  const run = async (): Promise<void> => {
    try {
      await connector.engage?.(signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      over = true;
    }
  };
  const ended = run();
  ended.catch(() => undefined);
  return { abort: () => own.abort(), ended, isOver: () => over };
}

async function isSilent(bench: ContractBench, host: RecordingHost): Promise<void> {
  const before = callsOf(host);
  if (bench.source.change !== undefined) await use(bench, 'change');
  await pause(silenceMs);
  assert.equal(callsOf(host), before, 'it calls its host although its engagement was aborted');
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
