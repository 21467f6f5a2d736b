import { describe, expect, it } from '@jest/globals';
import type { SlotSpec } from '../slot/index.js';
import { DispatcherBench } from './dispatcher-bench.conformance.js';
import { hour, type MakeHarness, minute, slot } from './dispatcher-harness.js';

const day = 24 * hour;

/** Cron in time zones, times that were missed, and a wall clock that people and servers set. */
export function describeClock(name: string, makeHarness: MakeHarness): void {
  describeCron(name, makeHarness);
  describeClockJumps(name, makeHarness);
}

function cron(expression: string, timeZone = 'UTC'): Pick<SlotSpec, 'schedule'> {
  return { schedule: { kind: 'cron', expression, timeZone } };
}

function describeCron(name: string, makeHarness: MakeHarness): void {
  describe(`${name}: cron`, () => {
    const bench = new DispatcherBench(makeHarness);
    /** When the next runs began, each ended at once. */
    const begins = async (runs: number): Promise<readonly string[]> => {
      const instants: string[] = [];
      for (let run = 0; run < runs; run += 1) {
        await bench.pass((bench.observe()?.nextDueAt ?? bench.now) - bench.now);
        instants.push(new Date(bench.now).toISOString().slice(0, 16));
        expect(bench.executor.last(slot).run.reasons).toEqual(['schedule']);
        await bench.end();
      }
      return instants;
    };

    it('keeps local time when the season begins, and runs when the gap ends on the day whose time is skipped', async () => {
      bench.harness.clock.set(Date.parse('2026-03-28T00:00:00Z'));
      await bench.apply(cron('30 2 * * *', 'Europe/Berlin'));
      expect(await begins(3)).toEqual(['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']);
    });

    it('runs once on the day whose time is shown twice', async () => {
      bench.harness.clock.set(Date.parse('2026-10-24T12:00:00Z'));
      await bench.apply(cron('30 2 * * *', 'Europe/Berlin'));
      expect(await begins(2)).toEqual(['2026-10-25T00:30', '2026-10-26T01:30']);
    });

    it('takes another zone over at once, without a run', async () => {
      await bench.apply(cron('0 12 * * *'));
      await bench.apply(cron('0 12 * * *', 'Asia/Kolkata'));
      expect(bench.count()).toBe(0);
      expect((bench.observe()?.nextDueAt ?? 0) % day).toBe(6.5 * hour);
    });

    it('makes up on resume by one run for the due times of a pause', async () => {
      await bench.apply(cron('0 * * * *'));
      await bench.apply({ ...cron('0 * * * *'), paused: true });
      await bench.pass(5 * hour);
      expect(bench.count()).toBe(0);
      await bench.apply(cron('0 * * * *'));
      expect(bench.count()).toBe(1);
      await bench.end();
      await bench.pass(1);
      expect(bench.count()).toBe(1);
      expect(bench.observe()?.nextDueAt).toBe(Math.ceil(bench.now / hour) * hour);
    });

    it('makes up by one run for due times that passed while no process ran', async () => {
      bench.harness.remember({ slot, endedAt: bench.now - 50 * hour, outcome: 'succeeded' });
      await bench.apply(cron('0 3 * * *'));
      expect(bench.count()).toBe(1);
      await bench.end();
      await bench.pass(minute);
      expect(bench.count()).toBe(1);
    });

    it('does again what the end of the process cut off, and nothing that was done', async () => {
      bench.harness.remember({ slot, endedAt: bench.now - minute, outcome: 'interrupted' });
      bench.harness.remember({ slot: 'd|c|g|done', endedAt: bench.now - minute, outcome: 'succeeded' });
      await bench.apply(cron('0 3 * * *'));
      await bench.apply({ slot: 'd|c|g|done', ...cron('0 3 * * *') });
      expect(bench.count()).toBe(1);
      expect(bench.count('d|c|g|done')).toBe(0);
    });

    it('refuses what cannot be read or never comes, and keeps what it had', async () => {
      await bench.apply();
      await bench.end();
      const before = bench.observe();
      for (const expression of ['61 * * * *', '0 0 30 2 *'])
        await expect(bench.apply({ revision: 'second', ...cron(expression) })).rejects.toMatchObject({
          code: expect.stringMatching(/^SCHEDULE_/),
        });
      expect(bench.observe()).toEqual(before);
    });
  });
}

function describeClockJumps(name: string, makeHarness: MakeHarness): void {
  describe(`${name}: a clock that is set`, () => {
    const bench = new DispatcherBench(makeHarness);
    const setBy = (byMs: number) => bench.harness.clock.set(bench.now + byMs);

    it('keeps the length of intervals when it is set back', async () => {
      await bench.apply();
      await bench.end();
      await bench.pass(20 * minute);
      setBy(-day);
      expect(bench.observe()?.nextDueAt).toBe(bench.now + 40 * minute);
      await bench.pass(40 * minute - 1);
      expect(bench.count()).toBe(1);
      await bench.pass(1);
      expect(bench.count()).toBe(2);
    });

    it('runs what is overdue once, within half a minute, when it is set forward', async () => {
      await bench.apply();
      await bench.end();
      setBy(3 * day);
      await bench.pass(30_000);
      expect(bench.count()).toBe(2);
      await bench.end();
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
    });

    it('follows the wall clock with cron, back and forth', async () => {
      await bench.apply(cron('0 3 * * *'));
      const due = bench.observe()?.nextDueAt ?? 0;
      setBy(-2 * day);
      await bench.pass(30_000);
      expect(bench.observe()?.nextDueAt).toBe(due - 2 * day);
      setBy(2 * day);
      await bench.pass(30_000);
      expect(bench.count()).toBe(1);
      await bench.end();
      expect(bench.observe()?.nextDueAt).toBe(due);
    });

    it('does not run a due time twice that a correction of minutes brings back', async () => {
      await bench.apply(cron('0 * * * *'));
      await bench.pass((bench.observe()?.nextDueAt ?? 0) - bench.now);
      const served = bench.now;
      await bench.end();
      setBy(-10 * minute);
      await bench.pass(20 * minute);
      expect(bench.count()).toBe(1);
      expect(bench.observe()?.nextDueAt).toBe(served + hour);
    });

    it('keeps hold of a slot that is first wanted just after it was set back', async () => {
      setBy(-day);
      await bench.apply();
      expect(bench.observe()).toMatchObject({ phase: 'running' });
      const removal = bench.harness.dispatcher.remove(slot);
      await bench.pass();
      await removal;
      expect(bench.executor.last(slot).signal.aborted).toBe(true);
      await bench.pass(3 * hour);
      expect(bench.count()).toBe(1);
    });

    it('lets a run that does not end have its whole grace', async () => {
      bench.executor.isDeaf = true;
      await bench.apply();
      await bench.apply({ revision: 'second' });
      await bench.pass(5_000);
      setBy(-day);
      await bench.pass(4_000);
      expect(bench.count()).toBe(1);
      await bench.pass(30_000);
      expect(bench.count()).toBe(2);
    });

    it('lets no back-off last for days', async () => {
      await bench.apply();
      await bench.end({ kind: 'failed', error: { code: 'X', message: 'm', next: 'n', retryable: true } });
      setBy(-2 * day);
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
    });

    it('opens and closes windows by the wall clock', async () => {
      const notBefore = bench.now + day;
      await bench.apply({ endless: true, notBefore, notAfter: notBefore + day });
      setBy(day);
      await bench.pass(30_000);
      expect(bench.count()).toBe(1);
      setBy(day);
      await bench.pass(30_000);
      expect(bench.executor.last(slot).signal.aborted).toBe(true);
    });

    it('cancels an endless run whose window begins later once more, within half a minute and though nobody looks', async () => {
      await bench.apply({ endless: true, notBefore: bench.now + minute });
      await bench.pass(minute);
      expect(bench.count()).toBe(1);
      setBy(-day);
      await bench.pass(30_000);
      expect(bench.executor.last(slot).signal.aborted).toBe(true);
      await bench.end();
      expect(bench.observe()?.nextDueAt).toBe(bench.now - 30_000 + day);
      await bench.pass(day);
      expect(bench.count()).toBe(2);
    });
  });
}
