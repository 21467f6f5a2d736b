import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  assertNothingRemoved,
  assertSame,
  assertUnchanged,
  type ContractCheck,
  contents,
  names,
  refreshed,
  rest,
  succeeded,
  use,
} from '../bench.js';
import { withShiftedClock } from '../shifted-clock.js';
import { withShiftedZone } from '../shifted-zone.js';
import { speaksByOperations } from './listing-checks.js';

/** Calls that a connector may leave unanswered at a time; beyond it does not wait for its host. */
const mostUnanswered = 256;
/** A turn of the event loop in which a connector keeps it to itself. */
const longestTurnMs = 250;
const dayMs = 86_400_000;

/** How a connector behaves beside others in one process, and towards its source. */
export const conductChecks: readonly ContractCheck[] = [
  {
    name: 'waits for its host',
    needs: ['grow'],
    async body(bench) {
      await use(bench, 'grow', 2_000);
      const host = await bench.started();
      const gate = new QuietGate();
      const run = await host.refresh({
        onMessage: async (message) => (message.type === 'scope.put' ? gate.pass() : undefined),
      });
      const { most } = gate;
      succeeded(run);
      assert.ok(most <= mostUnanswered, `${most} calls were made at a time without waiting for an answer`);
    },
  },
  {
    name: 'keeps no memory of what it has listed',
    once: true,
    needs: ['grow'],
    async body(bench) {
      const items = 3_000;
      await use(bench, 'grow', items);
      const host = await bench.started();
      for (let run = 0; run < 3; run += 1) succeeded(await host.refresh());
      const before = usedHeapBytes();
      const runs = 5;
      for (let run = 0; run < runs; run += 1) succeeded(await host.refresh());
      const rise = usedHeapBytes() - before;
      const perItem = rise / (items * runs);
      assert.ok(perItem < 100, `each run leaves ${Math.round(perItem)} bytes of each item in memory`);
    },
  },
  {
    name: 'lets others have their turn',
    once: true,
    needs: [],
    async body(bench) {
      const host = await bench.started();
      await givesTurns(async () => void succeeded(await host.refresh()));
    },
  },
  {
    name: 'lets others have their turn, however much there is',
    once: true,
    needs: ['grow'],
    async body(bench) {
      await use(bench, 'grow', 1_000);
      const host = await bench.started();
      // A host takes its time: what is measured is the connector alone.
      let calls = 0;
      const onMessage = (): Promise<void> | undefined => {
        calls += 1;
        return calls % 20 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined;
      };
      await givesTurns(async () => void succeeded(await host.refresh({ onMessage })));
    },
  },
  {
    name: 'does not disturb another instance beside it',
    needs: [],
    async body(bench) {
      const alone = await bench.started();
      succeeded(await alone.refresh());
      const [one, other] = [await bench.started(), await bench.started()];
      for (const run of await Promise.all([one.refresh(), other.refresh()])) succeeded(run);
      assertSame(
        contents(one),
        contents(alone),
        'beside another instance it says something else than alone: nothing that instances share may be changed by one',
      );
      assertSame(
        contents(other),
        contents(alone),
        'beside another instance it says something else than alone: nothing that instances share may be changed by one',
      );
      await one.stop();
      await rest();
      const run = succeeded(await other.refresh());
      assertUnchanged(run, 'since another instance was stopped these are others');
      assertNothingRemoved(run, 'since another instance was stopped these are gone');
    },
  },
  {
    name: 'changes neither its configuration nor what it has told',
    needs: [],
    async body(bench) {
      const before = JSON.stringify(bench.configuration);
      const host = await bench.started();
      const told: { readonly message: unknown; readonly text: string }[] = [];
      const run = await host.refresh({
        onMessage: (message) => void told.push({ message, text: JSON.stringify(message) }),
      });
      succeeded(run);
      for (const { message, text } of told)
        assert.equal(JSON.stringify(message), text, 'a message was changed after it had been sent');
      assert.equal(JSON.stringify(bench.configuration), before, 'the configuration was changed');
    },
  },
  {
    name: 'tells the same whatever the clock shows',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      succeeded(await host.refresh());
      const before = contents(host);
      for (const shiftMs of [-400 * dayMs, 400 * dayMs]) {
        await withShiftedClock(shiftMs, async () => {
          const run = succeeded(await host.refresh());
          assertUnchanged(run, whatTheClockChanges);
          assertNothingRemoved(run, whatTheClockChanges);
          const fresh = await bench.started();
          succeeded(await fresh.refresh());
          assertSame(contents(fresh), before, whatTheClockChanges);
        });
      }
    },
  },
  {
    name: 'tells the same whatever the time zone',
    once: true,
    needs: [],
    async body(bench) {
      const before = contents(await refreshed(bench));
      for (const aheadHours of [-9, 13])
        await withShiftedZone(aheadHours * 3_600_000, async () => {
          const fresh = contents(await refreshed(bench));
          assertSame(
            fresh,
            before,
            'what it says depends on the time zone of its process: read and write times in UTC',
          );
        });
    },
  },
  {
    name: 'names nothing after the machine that it runs on',
    once: true,
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      if (names(host).length === 0) return;
      const machine = hostname().toLowerCase();
      const meant = JSON.stringify([bench.configuration, bench.definition.provider, 'test']).toLowerCase();
      // What the configuration gives is meant, and one name may hold it by chance.
      if (meant.includes(machine)) return;
      const isMachine = (name: string) =>
        name
          .toLowerCase()
          .split(/[^a-z0-9-]/)
          .includes(machine.split('.')[0] ?? machine);
      assert.ok(!names(host).every(isMachine), 'every qualified name holds the name of this machine');
    },
  },
  {
    name: 'keeps two sources apart',
    once: true,
    hook: 'refresh',
    needs: ['remove'],
    async body(bench) {
      const other = await bench.another();
      await other.remove();
      const [whole, less] = [await refreshed(bench), other.host];
      if (speaksByOperations(bench, whole)) return;
      await less.start();
      succeeded(await less.refresh());
      assert.ok(less.elements().size < whole.elements().size, 'it says of one source what it has read of another');
      const again = succeeded(await whole.refresh());
      assertUnchanged(again, 'since another source was listed these are others');
      assertNothingRemoved(again, 'since another source was listed these are gone');
    },
  },
  {
    name: 'leaves the source as it is',
    once: true,
    needs: ['fingerprint'],
    async body(bench) {
      const before = await use(bench, 'fingerprint');
      if (bench.definition.direction !== 'TO_THIRD_PARTY') {
        const host = await bench.started({ permittedSynchronization: 'FROM_THIRD_PARTY' });
        succeeded(await host.refresh());
        succeeded(await host.refresh());
        await bench.probe(host);
        await host.stop();
        assert.equal(await use(bench, 'fingerprint'), before, 'reading it with FROM_THIRD_PARTY changed the source');
      }
      const other = await bench.started();
      succeeded(await other.refresh({ mode: 'preview' }));
      assert.equal(await use(bench, 'fingerprint'), before, 'a preview changed the source');
    },
  },
];

/** Once may be the machine's doing. */
async function givesTurns(work: () => Promise<void>): Promise<void> {
  let longest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && longest > longestTurnMs; attempt += 1)
    longest = Math.min(longest, await longestTurn(work));
  assert.ok(
    longest <= longestTurnMs,
    `it kept the event loop to itself for ${Math.round(longest)} ms: nothing else ran meanwhile. Use no synchronous calls that wait, and cut long work into pieces`,
  );
}

/** Lets nobody through until nobody else has come for a while. */
class QuietGate {
  most = 0;
  #waiting: (() => void)[] = [];
  #cameLast = 0;

  pass(): Promise<void> {
    this.#cameLast = 0;
    if (this.#waiting.length === 0) this.#open();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.most = Math.max(this.most, this.#waiting.length);
    });
  }

  #open(): void {
    setImmediate(() => {
      this.#cameLast += 1;
      if (this.#cameLast < quietTurns) return this.#open();
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}

const quietTurns = 10;

/** After everything that can be collected was. */
function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  for (let round = 0; round < 3; round += 1) collect();
  return process.memoryUsage().heapUsed;
}

/** Milliseconds of the longest turn in which nobody else was served, by time on the core where it worked. */
async function longestTurn(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let isOver = false;
  const watch = (async () => {
    let at = performance.now();
    let cpu = process.cpuUsage();
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      const used = process.cpuUsage(cpu);
      const worked = (used.user + used.system) / 1000;
      const waited = performance.now() - at;
      // Asleep on purpose takes no time on the core: then only a very long turn is certainly not the machine's.
      longest = Math.max(longest, Math.min(worked, waited), waited > 1_000 ? waited : 0);
      at = performance.now();
      cpu = process.cpuUsage();
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await watch;
  }
  return longest;
}

const whatTheClockChanges =
  'what it says depends on the time of day: say of a thing only what the source says, no time at which it was read';
