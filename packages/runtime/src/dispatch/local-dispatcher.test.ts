import { ManualClock } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../journal/journal.js';
import { noCounts } from '../journal/journal.js';
import type { SlotName, SlotSpec } from '../slot/index.js';
import { LocalDispatcher, type LocalDispatcherOptions } from './local-dispatcher.js';
import { RecordingExecutor } from './recording-executor.js';
import { describeRunDispatcher } from './run-dispatcher.conformance.js';
import type { RunExecutor } from './run-dispatcher.js';

const minute = 60_000;
const hour = 60 * minute;

/** What a dispatcher needs of the journal, in memory. */
class MemoryTokens {
  readonly tokens = new Map<SlotName, number>();
  readonly records: RunRecord[] = [];
  failures = 0;

  async nextToken(slot: SlotName): Promise<number> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('disk full');
    }
    const token = (this.tokens.get(slot) ?? 0) + 1;
    this.tokens.set(slot, token);
    return token;
  }

  async runs(connectorGuid: string): Promise<readonly RunRecord[]> {
    return this.records.filter((record) => record.connectorGuid === connectorGuid);
  }
}

function makeWorld(options: LocalDispatcherOptions = {}, executor: RunExecutor = new RecordingExecutor()) {
  const clock = new ManualClock();
  const journal = new MemoryTokens();
  let ids = 0;
  const make = () => {
    const newId = () => {
      ids += 1;
      return `run-${ids}`;
    };
    return new LocalDispatcher({ clock, journal, executor, logger: silentLogger, random: () => 0.5, newId }, options);
  };
  return { clock, journal, make };
}

function specOf(slot: string, change: Partial<SlotSpec> = {}): SlotSpec {
  return {
    slot,
    revision: 'a',
    schedule: { kind: 'interval', everyMs: hour },
    paused: false,
    endless: false,
    ...change,
  };
}

describeRunDispatcher('LocalDispatcher', async (executor, { runsAtOnce, budgetOf }) => {
  const world = makeWorld({ concurrency: runsAtOnce ?? 8, ...(budgetOf && { budgetOf }) }, executor);
  let dispatcher = world.make();
  return {
    clock: world.clock,
    get dispatcher() {
      return dispatcher;
    },
    remember: ({ slot, endedAt, outcome }) => world.journal.records.push(recordOf(slot, endedAt, outcome)),
    highestToken: (slot) => world.journal.tokens.get(slot) ?? 0,
    async restart() {
      const cutOff = new AbortController();
      cutOff.abort();
      await dispatcher.close(cutOff.signal);
      dispatcher = world.make();
    },
    async close() {
      const cutOff = new AbortController();
      cutOff.abort();
      await dispatcher.close(cutOff.signal);
      await world.clock.advance(minute);
      expect(world.clock.armedTimers).toBe(0);
    },
  };
});

describe('LocalDispatcher', () => {
  it('runs no more than its concurrency at a time, demand before event before configuration before schedule', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ concurrency: 1 }, executor);
    const dispatcher = make();
    await dispatcher.apply(specOf('running', { schedule: { kind: 'once' } }));
    await clock.advance(0);
    const reasons = ['schedule', 'configuration', 'event', 'demand'] as const;
    for (const reason of reasons) {
      await dispatcher.apply(specOf(reason, { paused: true }));
      if (reason !== 'demand' && reason !== 'schedule') await dispatcher.trigger(reason, { reason });
      await dispatcher.apply(specOf(reason));
      if (reason === 'demand') await dispatcher.trigger(reason, { reason });
    }
    await clock.advance(0);
    for (let turn = 0; turn < 4; turn += 1) {
      expect(executor.alive()).toHaveLength(1);
      executor.alive()[0]?.end();
      await clock.advance(0);
    }
    expect(executor.runs.map((run) => run.slot)).toEqual(['running', 'demand', 'event', 'configuration', 'schedule']);
  });

  it('lets nobody be passed over for ever: after five minutes a schedule goes before fresh demand', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ concurrency: 1, seatMs: hour }, executor);
    const dispatcher = make();
    for (const slot of ['busy', 'patient']) await dispatcher.apply(specOf(slot, { schedule: { kind: 'once' } }));
    await clock.advance(6 * minute);
    await dispatcher.apply(specOf('eager', { schedule: { kind: 'once' } }));
    await dispatcher.trigger('eager', { reason: 'demand' });
    executor.last('busy').end();
    await clock.advance(0);
    expect(executor.alive().map((run) => run.slot)).toEqual(['patient']);
  });

  it('gives no head start by a request that was served another way', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ concurrency: 1, seatMs: hour }, executor);
    const dispatcher = make();
    for (const slot of ['first', 'raised', 'second']) await dispatcher.apply(specOf(slot));
    for (const slot of ['raised', 'second']) await dispatcher.trigger(slot, { reason: 'demand' });
    await clock.advance(0);
    for (const slot of ['first', 'raised']) {
      executor.last(slot).end();
      await clock.advance(minute);
    }
    await dispatcher.apply(specOf('earlier'));
    await clock.advance(1);
    await dispatcher.trigger('raised', { reason: 'schedule' });
    executor.last('second').end();
    await clock.advance(0);
    expect(executor.alive().map((run) => run.slot)).toEqual(['earlier']);
  });

  it('gives the seat of a run that hangs to others', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ concurrency: 1 }, executor);
    const dispatcher = make();
    for (const slot of ['hung', 'next']) await dispatcher.apply(specOf(slot));
    await clock.advance(4 * minute);
    expect(executor.alive().map((run) => run.slot)).toEqual(['hung']);
    await clock.advance(minute);
    expect(executor.alive().map((run) => run.slot)).toEqual(['hung', 'next']);
  });

  it('keeps no seat for endless runs', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ concurrency: 1 }, executor);
    const dispatcher = make();
    for (const slot of ['one', 'two', 'three']) await dispatcher.apply(specOf(slot, { endless: true }));
    await dispatcher.apply(specOf('refresh'));
    await clock.advance(0);
    expect(executor.alive()).toHaveLength(4);
  });

  it('holds the budget of a source without holding up others', async () => {
    const executor = new RecordingExecutor();
    const budgetOf = (slot: string) => (slot.startsWith('slow') ? { source: 'slow', limit: 1 } : undefined);
    const { clock, make } = makeWorld({ concurrency: 2, budgetOf }, executor);
    const dispatcher = make();
    for (const slot of ['slow1', 'slow2', 'slow3', 'other']) await dispatcher.apply(specOf(slot));
    await dispatcher.trigger('slow3', { reason: 'demand' });
    await clock.advance(0);
    expect(executor.alive().map((run) => run.slot)).toEqual(['slow1', 'other']);
    executor.last('slow1').end();
    await clock.advance(0);
    expect(executor.alive().map((run) => run.slot)).toEqual(['other', 'slow3']);
    executor.last('slow3').end();
    await clock.advance(0);
    expect(executor.alive().map((run) => run.slot)).toEqual(['other', 'slow2']);
  });

  it('spreads the first runs of what is there at start, and delays nothing that comes later', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({ startupJitterMs: 10_000 }, executor);
    const dispatcher = make();
    await dispatcher.apply(specOf('early'));
    await clock.advance(4_999);
    expect(executor.runs).toHaveLength(0);
    await clock.advance(1);
    expect(executor.runs).toHaveLength(1);
    await clock.advance(5_000);
    await dispatcher.apply(specOf('late'));
    await clock.advance(0);
    expect(executor.of('late')).toHaveLength(1);
  });

  it('makes up for a cron run that was missed while no process ran, or that was cut off', async () => {
    const schedule = { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } as const;
    const executor = new RecordingExecutor();
    const { clock, journal, make } = makeWorld({}, executor);
    const record = (connectorGuid: string, outcome: RunRecord['outcome'], hoursAgo: number) =>
      recordOf(`d|c|g|${connectorGuid}`, clock.now() - hoursAgo * hour, outcome);
    journal.records.push(
      record('missed', 'succeeded', 22),
      record('fine', 'succeeded', 20),
      record('cut', 'interrupted', 1),
    );
    const dispatcher = make();
    for (const guid of ['missed', 'fine', 'cut', 'new']) await dispatcher.apply(specOf(`d|c|g|${guid}`, { schedule }));
    await clock.advance(0);
    expect(executor.runs.map((run) => run.slot)).toEqual(['d|c|g|missed', 'd|c|g|cut']);
    executor.last('d|c|g|missed').end();
    await clock.advance(0);
    expect(executor.of('d|c|g|missed')).toHaveLength(1);
    expect(dispatcher.observe('d|c|g|missed')?.nextDueAt).toBe(Date.UTC(2026, 0, 1, 3));
  });

  it('refuses a cron schedule that cannot be, and leaves the slot as it was', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({}, executor);
    const dispatcher = make();
    await dispatcher.apply(specOf('s'));
    await clock.advance(0);
    const cron = (expression: string, timeZone = 'UTC') =>
      dispatcher.apply(specOf('s', { revision: 'b', schedule: { kind: 'cron', expression, timeZone } }));
    await expect(cron('61 * * * *')).rejects.toMatchObject({ code: 'SCHEDULE_INVALID' });
    await expect(cron('0 3 * * *', 'Mars/Base')).rejects.toMatchObject({ code: 'SCHEDULE_INVALID' });
    await expect(cron('0 0 30 2 *')).rejects.toMatchObject({ code: 'SCHEDULE_NEVER_FIRES' });
    expect(executor.last('s').signal.aborted).toBe(false);
  });

  it('goes on when the journal gives no token for a while', async () => {
    const executor = new RecordingExecutor();
    const { clock, journal, make } = makeWorld({}, executor);
    const dispatcher = make();
    journal.failures = 2;
    await dispatcher.apply(specOf('s'));
    await clock.advance(0);
    expect(executor.runs).toHaveLength(0);
    await clock.advance(minute);
    expect(executor.runs).toHaveLength(1);
    expect(executor.last('s').run.grant.token).toBe(1);
  });

  it('takes no token while a run is under way, which would outdate its grant', async () => {
    const executor = new RecordingExecutor();
    const { clock, journal, make } = makeWorld({}, executor);
    const dispatcher = make();
    const applied = dispatcher.apply(specOf('s'));
    const wishes = [dispatcher.trigger('s', { reason: 'event' }), dispatcher.trigger('s', { reason: 'demand' })];
    await Promise.all([applied, ...wishes]);
    await clock.advance(0);
    await dispatcher.trigger('s', { reason: 'demand' });
    await clock.advance(minute);
    expect(executor.last('s').run.grant.token).toBe(journal.tokens.get('s'));
  });

  it('fails a run whose executor throws, and goes on', async () => {
    const failing: RunExecutor = { execute: () => Promise.reject(new Error('bug')) };
    const { clock, make } = makeWorld({}, failing);
    const dispatcher = make();
    await dispatcher.apply(specOf('s'));
    await clock.advance(0);
    expect(dispatcher.observe('s')).toMatchObject({
      phase: 'backing-off',
      consecutiveFailures: 1,
      lastError: { code: 'INTERNAL' },
    });
  });

  it('follows a clock that is set back: intervals keep their length, cron its wall time', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({}, executor);
    const dispatcher = make();
    await dispatcher.apply(specOf('interval'));
    await dispatcher.apply(specOf('cron', { schedule: { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } }));
    await clock.advance(0);
    executor.last('interval').end();
    await clock.advance(20 * minute);
    clock.set(clock.now() - 24 * hour);
    await clock.advance(40 * minute);
    expect(executor.of('interval')).toHaveLength(2);
    expect(dispatcher.observe('cron')?.nextDueAt).toBe(Date.UTC(2025, 11, 31, 3));
  });

  it('follows a clock that is set forward: what is overdue runs once, within half a minute', async () => {
    const executor = new RecordingExecutor();
    const { clock, make } = makeWorld({}, executor);
    const dispatcher = make();
    await dispatcher.apply(specOf('cron', { schedule: { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } }));
    await clock.advance(minute);
    clock.set(clock.now() + 72 * hour);
    await clock.advance(30_000);
    expect(executor.of('cron')).toHaveLength(1);
    executor.last('cron').end();
    await clock.advance(minute);
    expect(executor.of('cron')).toHaveLength(1);
  });

  it('arms one timer for all slots, and costs little per change', async () => {
    const executor: RunExecutor = { execute: async () => ({ kind: 'succeeded' }) };
    const { clock, make } = makeWorld({}, executor);
    const dispatcher = make();
    const all = Array.from({ length: 1_000 }, (_, place) => `slot-${place}`);
    for (const slot of all) await dispatcher.apply(specOf(slot));
    await clock.advance(0);
    for (const slot of all) expect(dispatcher.observe(slot)?.phase).toBe('idle');
    expect(clock.armedTimers).toBe(1);
    const perChange = await costOf(() =>
      dispatcher.apply(specOf('slot-500', { schedule: { kind: 'interval', everyMs: hour + Math.random() } })),
    );
    const small = makeWorld({}, executor);
    const few = small.make();
    await few.apply(specOf('slot-500'));
    await small.clock.advance(0);
    const perChangeOfFew = await costOf(() =>
      few.apply(specOf('slot-500', { schedule: { kind: 'interval', everyMs: hour + Math.random() } })),
    );
    // A cost that grew with the number of slots would be hundreds of times higher.
    expect(perChange).toBeLessThan(Math.max(perChangeOfFew * 20, 1));
  });
});

function recordOf(slot: SlotName, endedAt: number, outcome: RunRecord['outcome']): RunRecord {
  const connectorGuid = slot.slice(slot.lastIndexOf('|') + 1);
  return {
    id: slot,
    slot,
    token: 1,
    connectorGuid,
    connectorName: connectorGuid,
    mode: 'apply',
    reasons: ['schedule'],
    startedAt: endedAt,
    endedAt,
    outcome,
    counts: noCounts,
    findings: [],
    findingCount: 0,
  };
}

/** Milliseconds of one of 100 changes, the best of five rounds. */
async function costOf(change: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const before = performance.now();
    for (let count = 0; count < 100; count += 1) await change();
    best = Math.min(best, (performance.now() - before) / 100);
  }
  return best;
}
