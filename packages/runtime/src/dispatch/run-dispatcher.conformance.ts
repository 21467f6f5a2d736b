import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SlotSpec } from '../slot/index.js';
import { describeClock } from './dispatcher-clock.conformance.js';
import { type DispatcherHarness, failure, hour, type MakeHarness, minute, slot, specOf } from './dispatcher-harness.js';
import { describeShares } from './dispatcher-shares.conformance.js';
import { describeWishes } from './dispatcher-wishes.conformance.js';
import { RecordingExecutor } from './recording-executor.js';
import type { RunOutcome } from './run-dispatcher.js';

export type { DispatcherHarness, DispatcherLimits, MakeHarness } from './dispatcher-harness.js';

/** The rules that every `RunDispatcher` is held to, through its port alone. */
export function describeRunDispatcher(name: string, makeHarness: MakeHarness): void {
  describeOwnSlot(name, makeHarness);
  describeWishes(name, makeHarness);
  describeClock(name, makeHarness);
  describeShares(name, makeHarness);
}

function describeOwnSlot(name: string, makeHarness: MakeHarness): void {
  let executor: RecordingExecutor;
  let harness: DispatcherHarness;
  const pass = (durationMs = 0) => harness.clock.advance(durationMs);
  const apply = async (change: Partial<SlotSpec> = {}) => {
    await harness.dispatcher.apply(specOf(change));
    await pass();
  };
  const end = async (outcome?: RunOutcome) => {
    executor.last(slot).end(outcome);
    await pass();
  };
  const count = () => executor.of(slot).length;

  beforeEach(async () => {
    executor = new RecordingExecutor();
    harness = await makeHarness(executor, {});
  });

  afterEach(async () => {
    expect(executor.overlaps).toEqual([]);
    await harness.close();
  });

  describe(`${name}: wanted state`, () => {
    it('runs a slot when it is first wanted, and not again when the same state is applied again', async () => {
      await apply();
      await apply();
      expect(executor.last(slot).run).toMatchObject({ revision: 'first', reasons: ['start'], mode: 'apply' });
      expect(executor.last(slot).run.scopes).toBeUndefined();
      expect(harness.dispatcher.observe(slot)).toMatchObject({
        phase: 'running',
        runId: executor.last(slot).run.runId,
        grant: { slot, token: executor.last(slot).run.grant.token },
      });
      await end();
      await apply();
      expect(count()).toBe(1);
      expect(harness.dispatcher.observe(slot)).toMatchObject({
        phase: 'idle',
        nextDueAt: harness.clock.now() + hour,
        consecutiveFailures: 0,
      });
    });

    it('cancels the run of an older revision and starts the newest anew, with a higher token', async () => {
      await apply();
      await apply({ revision: 'second' });
      const [first, second] = executor.of(slot);
      expect(first?.signal.aborted).toBe(true);
      expect(second?.run.revision).toBe('second');
      expect(second?.run.grant.token).toBeGreaterThan(first?.run.grant.token ?? 0);
      expect(count()).toBe(2);
    });

    it('cancels and forgets a slot that is removed', async () => {
      await apply();
      const removal = harness.dispatcher.remove(slot);
      await pass();
      await removal;
      expect(executor.last(slot).signal.aborted).toBe(true);
      expect(harness.dispatcher.observe(slot)).toBeUndefined();
      await pass(3 * hour);
      expect(count()).toBe(1);
      await expect(harness.dispatcher.trigger(slot, { reason: 'demand' })).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      await harness.dispatcher.remove(slot);
    });

    it('begins anew when a slot that was removed is wanted again while its run still ends', async () => {
      executor.isDeaf = true;
      await apply();
      const removal = harness.dispatcher.remove(slot);
      await apply();
      expect(count()).toBe(1);
      await end({ kind: 'cancelled' });
      await removal;
      expect(count()).toBe(2);
      expect(executor.last(slot).run.reasons).toEqual(['start']);
    });

    it('keeps slots apart', async () => {
      await apply();
      await harness.dispatcher.apply(specOf({ slot: 'other' }));
      await pass();
      expect(executor.alive()).toHaveLength(2);
      await apply({ revision: 'second' });
      expect(executor.of('other')).toHaveLength(1);
      expect(executor.last('other').signal.aborted).toBe(false);
    });
  });

  describe(`${name}: triggers`, () => {
    it('serves all triggers that come during a run by one more, whose id all callers are told', async () => {
      await apply();
      const ids = await Promise.all(
        ['a', 'b', 'a'].map((scope) => harness.dispatcher.trigger(slot, { reason: 'demand', scopes: [scope] })),
      );
      await pass();
      expect(new Set(ids).size).toBe(1);
      expect(count()).toBe(1);
      await end();
      expect(executor.last(slot).run).toMatchObject({ runId: ids[0], reasons: ['demand'] });
      expect([...(executor.last(slot).run.scopes ?? [])].sort()).toEqual(['a', 'b']);
      await end();
      expect(count()).toBe(2);
    });

    it('keeps a preview apart from a run that writes', async () => {
      await apply();
      const preview = await harness.dispatcher.trigger(slot, { reason: 'demand', mode: 'preview' });
      const run = await harness.dispatcher.trigger(slot, { reason: 'event' });
      expect(preview).not.toBe(run);
      await end();
      await pass(minute);
      await end();
      await pass(minute);
      expect(executor.of(slot).map((other) => other.run.mode)).toEqual(['apply', 'preview', 'apply']);
    });

    it('begins on demand although the schedule is not due', async () => {
      await apply();
      await end();
      await pass(minute);
      const id = await harness.dispatcher.trigger(slot, { reason: 'demand' });
      await pass();
      expect(executor.last(slot).run).toMatchObject({ runId: id, reasons: ['demand'] });
    });
  });

  describe(`${name}: pause and window`, () => {
    it('lets a refresh finish when paused, holds further ones, and makes up for them by one on resume', async () => {
      await apply();
      await apply({ paused: true });
      expect(executor.last(slot).signal.aborted).toBe(false);
      await end();
      await pass(5 * hour);
      expect(count()).toBe(1);
      expect(harness.dispatcher.observe(slot)).toMatchObject({ phase: 'paused' });
      await expect(harness.dispatcher.trigger(slot, { reason: 'demand' })).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      await apply();
      expect(count()).toBe(2);
      await end();
      await pass(minute);
      expect(count()).toBe(2);
    });

    it('cancels an endless run when paused and starts it again on resume', async () => {
      await apply({ endless: true });
      await apply({ endless: true, paused: true });
      expect(executor.last(slot).signal.aborted).toBe(true);
      expect(count()).toBe(1);
      await apply({ endless: true });
      expect(count()).toBe(2);
      expect(executor.last(slot).isAlive).toBe(true);
    });

    it('grants nothing outside of the window, and refuses demand there', async () => {
      const notBefore = harness.clock.now() + hour;
      await apply({ notBefore, notAfter: notBefore + hour, schedule: { kind: 'interval', everyMs: 25 * minute } });
      await pass(30 * minute);
      expect(count()).toBe(0);
      await expect(harness.dispatcher.trigger(slot, { reason: 'demand' })).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      await pass(30 * minute);
      expect(count()).toBe(1);
      await end();
      await pass(25 * minute);
      expect(count()).toBe(2);
      await end();
      await pass(5 * hour);
      expect(count()).toBe(3);
      await end();
      await pass(5 * hour);
      expect(count()).toBe(3);
    });

    it('cancels an endless run at the end of its window', async () => {
      await apply({ endless: true, notAfter: harness.clock.now() + hour });
      await pass(hour);
      expect(executor.last(slot).signal.aborted).toBe(true);
      await pass(hour);
      expect(count()).toBe(1);
    });
  });

  describe(`${name}: time`, () => {
    it('counts the interval from the end of the last run', async () => {
      await apply();
      await pass(40 * minute);
      await end();
      await pass(hour - 1);
      expect(count()).toBe(1);
      await pass(1);
      expect(count()).toBe(2);
      expect(executor.last(slot).run.reasons).toEqual(['schedule']);
    });

    it('never lets runs overlap, however long they take', async () => {
      await apply({ schedule: { kind: 'interval', everyMs: minute } });
      await pass(hour);
      expect(count()).toBe(1);
    });

    it('takes a new interval over without running twice', async () => {
      await apply();
      await end();
      await pass(30 * minute);
      await apply({ schedule: { kind: 'interval', everyMs: 10 * minute } });
      expect(count()).toBe(2);
      await end();
      await pass(10 * minute - 1);
      expect(count()).toBe(2);
      await apply({ schedule: { kind: 'interval', everyMs: 5 * hour } });
      await pass(4 * hour);
      expect(count()).toBe(2);
    });

    it('fires cron schedules at their due times, and skips those that pass during a scheduled run', async () => {
      const schedule = { kind: 'cron', expression: '*/10 * * * *', timeZone: 'UTC' } as const;
      const untilDue = 10 * minute - (harness.clock.now() % (10 * minute));
      await apply({ schedule });
      expect(count()).toBe(0);
      expect(harness.dispatcher.observe(slot)).toMatchObject({ nextDueAt: harness.clock.now() + untilDue });
      await pass(untilDue);
      expect(count()).toBe(1);
      await pass(25 * minute);
      await end();
      expect(count()).toBe(1);
      await pass(5 * minute);
      expect(count()).toBe(2);
    });
  });

  describe(`${name}: failures`, () => {
    it('backs off after failures, and forgets them after a good run', async () => {
      await apply();
      const waits: number[] = [];
      for (let round = 1; round <= 6; round += 1) {
        await end(failure('SOURCE_UNREADABLE'));
        const seen = harness.dispatcher.observe(slot);
        expect(seen).toMatchObject({ phase: 'backing-off', consecutiveFailures: round });
        waits.push((seen?.nextDueAt ?? 0) - harness.clock.now());
        await pass(waits.at(-1));
        expect(count()).toBe(round + 1);
      }
      for (const [place, wait] of waits.slice(0, 4).entries()) {
        expect(wait).toBeGreaterThanOrEqual(2_500 * 2 ** place);
        expect(wait).toBeLessThanOrEqual(5_000 * 2 ** place);
      }
      for (const wait of waits.slice(4)) expect(wait).toBeGreaterThanOrEqual(13 * minute);
      await end();
      expect(harness.dispatcher.observe(slot)).toMatchObject({ phase: 'idle', consecutiveFailures: 0 });
      await end(failure('SOURCE_UNREADABLE'));
    });

    it('waits for a new revision or a person when waiting cannot mend the fault', async () => {
      await apply();
      await end(failure('CONNECTOR_CONFIGURATION_INVALID', false));
      await pass(24 * hour);
      expect(count()).toBe(1);
      expect(harness.dispatcher.observe(slot)).toMatchObject({ phase: 'backing-off', waitsFor: 'change' });
      await apply({ revision: 'second' });
      expect(count()).toBe(2);
    });

    it('tries again at once when what failed is back', async () => {
      await apply();
      await end(failure('STORE_UNREACHABLE'));
      harness.dispatcher.retryFailed('SOURCE_UNREADABLE');
      await pass();
      expect(count()).toBe(1);
      harness.dispatcher.retryFailed('STORE_UNREACHABLE');
      await pass();
      expect(count()).toBe(2);
    });

    it('restarts an endless run that ended by itself, after a wait', async () => {
      await apply({ endless: true });
      await end();
      expect(count()).toBe(1);
      await pass(5_000);
      expect(count()).toBe(2);
    });

    it('gives up a run that does not end when cancelled: its token is outdated, what it says later is not heard', async () => {
      executor.isDeaf = true;
      await apply();
      const hung = executor.last(slot);
      await apply({ revision: 'second' });
      await pass(9_000);
      expect(count()).toBe(1);
      await pass(2_000);
      expect(count()).toBe(2);
      expect(executor.last(slot).run.grant.token).toBeGreaterThan(hung.run.grant.token);
      hung.end(failure('SOURCE_UNREADABLE'));
      await pass();
      expect(harness.dispatcher.observe(slot)).toMatchObject({
        phase: 'running',
        runId: executor.last(slot).run.runId,
        consecutiveFailures: 0,
      });
      await apply({ revision: 'third' });
      expect(executor.last(slot).run.revision).toBe('second');
      expect(executor.last(slot).signal.aborted).toBe(true);
    });

    it('ends the removal of a hung run after the grace, with its token outdated', async () => {
      executor.isDeaf = true;
      await apply();
      let isRemoved = false;
      const removal = harness.dispatcher.remove(slot).then(() => {
        isRemoved = true;
      });
      await pass(9_000);
      expect(isRemoved).toBe(false);
      await pass(2_000);
      await removal;
      expect(harness.highestToken(slot)).toBeGreaterThan(executor.last(slot).run.grant.token);
      expect(harness.dispatcher.observe(slot)).toBeUndefined();
    });
  });

  describe(`${name}: its own life`, () => {
    it('does after a restart what is wanted then, under higher tokens', async () => {
      await apply();
      const before = executor.last(slot);
      await harness.restart();
      await apply();
      expect(count()).toBe(2);
      expect(executor.last(slot).run.grant.token).toBeGreaterThan(before.run.grant.token);
      await end();
      await pass(hour);
      expect(count()).toBe(3);
    });

    it('refuses work when it closes, cancels what runs, and waits for it', async () => {
      executor.isDeaf = true;
      await apply();
      let isClosed = false;
      const closing = harness.dispatcher.close(new AbortController().signal).then(() => {
        isClosed = true;
      });
      await pass(1_000);
      expect(executor.last(slot).signal.aborted).toBe(true);
      expect(isClosed).toBe(false);
      await expect(harness.dispatcher.trigger(slot, { reason: 'demand' })).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      await expect(harness.dispatcher.apply(specOf({ slot: 'other' }))).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      await end({ kind: 'cancelled' });
      await closing;
      await pass(3 * hour);
      expect(count()).toBe(1);
    });

    it('does not wait for hung runs once the signal is aborted', async () => {
      executor.isDeaf = true;
      await apply();
      const deadline = new AbortController();
      const closing = harness.dispatcher.close(deadline.signal);
      await pass(1_000);
      deadline.abort();
      await closing;
    });
  });
}
