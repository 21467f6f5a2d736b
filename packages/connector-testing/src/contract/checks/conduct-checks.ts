import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ContractCheck, contents, names, refreshed, rest, succeeded, use } from '../bench.js';
import { withShiftedClock } from '../shifted-clock.js';
import { withShiftedZone } from '../shifted-zone.js';

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
      let longest = Number.POSITIVE_INFINITY;
      // Once may be the machine's doing.
      for (let attempt = 0; attempt < 3 && longest > longestTurnMs; attempt += 1) {
        longest = Math.min(longest, await longestTurn(async () => void succeeded(await host.refresh())));
      }
      assert.ok(longest <= longestTurnMs, `it kept the event loop to itself for ${Math.round(longest)} ms`);
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
      assert.equal(contents(one), contents(alone));
      assert.equal(contents(other), contents(alone));
      await one.stop();
      await rest();
      const run = succeeded(await other.refresh());
      assert.deepEqual(run.changed, []);
      assert.deepEqual(run.removed, []);
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
          assert.deepEqual(run.changed, []);
          assert.deepEqual(run.removed, []);
          const fresh = await bench.started();
          succeeded(await fresh.refresh());
          assert.equal(contents(fresh), before);
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
          assert.equal(fresh, before, 'what it says depends on the time zone of its process');
        });
    },
  },
  {
    name: 'names nothing after the machine that it runs on',
    once: true,
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
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
    needs: ['remove'],
    async body(bench) {
      const other = await bench.another();
      await other.remove();
      const [whole, less] = [await refreshed(bench), other.host];
      await less.start();
      succeeded(await less.refresh());
      assert.ok(less.elements().size < whole.elements().size, 'it says of one source what it has read of another');
      const again = succeeded(await whole.refresh());
      assert.deepEqual(again.changed, []);
      assert.deepEqual(again.removed, []);
    },
  },
  {
    name: 'leaves the source as it is',
    once: true,
    needs: ['fingerprint'],
    async body(bench) {
      const before = await use(bench, 'fingerprint');
      const host = await bench.started({ permittedSynchronization: 'FROM_THIRD_PARTY' });
      succeeded(await host.refresh());
      succeeded(await host.refresh());
      await bench.probe(host);
      await host.stop();
      assert.equal(await use(bench, 'fingerprint'), before, 'reading it with FROM_THIRD_PARTY changed the source');
      const other = await bench.started();
      succeeded(await other.refresh({ mode: 'preview' }));
      assert.equal(await use(bench, 'fingerprint'), before, 'a preview changed the source');
    },
  },
];

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
