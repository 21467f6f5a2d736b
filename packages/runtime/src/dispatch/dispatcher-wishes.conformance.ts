import { describe, expect, it } from '@jest/globals';
import { DispatcherBench } from './dispatcher-bench.conformance.js';
import { failure, hour, type MakeHarness, minute, slot, specOf } from './dispatcher-harness.js';

/** What is asked for, beside what time brings: triggers, changes, removal. */
export function describeWishes(name: string, makeHarness: MakeHarness): void {
  describe(`${name}: wishes`, () => {
    const bench = new DispatcherBench(makeHarness);

    it('refreshes everything when one of the triggers that wait asks for everything', async () => {
      await bench.apply();
      await bench.trigger({ reason: 'event', scopes: ['a'] });
      await bench.trigger({ reason: 'event' });
      await bench.end();
      await bench.pass(minute);
      expect(bench.executor.last(slot).run.scopes).toBeUndefined();
    });

    it('turns a storm of events into one run, and thousands of scopes into all', async () => {
      await bench.apply();
      await bench.end();
      for (let event = 0; event < 3_000; event += 1)
        await bench.harness.dispatcher.trigger(slot, { reason: 'event', scopes: [`scope-${event}`] });
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
      expect(bench.executor.last(slot).run.scopes).toBeUndefined();
      await bench.end();
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
    });

    it('lets demand go before a back-off has passed, events not', async () => {
      await bench.apply();
      await bench.end(failure('SOURCE_UNREADABLE'));
      await bench.trigger({ reason: 'event' });
      await bench.pass(1_000);
      expect(bench.count()).toBe(1);
      const id = await bench.trigger({ reason: 'demand' });
      expect(bench.executor.last(slot).run.runId).toBe(id);
      expect(bench.executor.last(slot).run.reasons).toEqual(expect.arrayContaining(['event', 'demand']));
      await bench.end();
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
    });

    it('lets a person try again what waiting cannot mend', async () => {
      await bench.apply();
      await bench.end(failure('CONNECTOR_CONFIGURATION_INVALID', false));
      await bench.trigger({ reason: 'demand' });
      expect(bench.count()).toBe(2);
    });

    it('keeps events of a pause for the resume, and serves them by one run', async () => {
      await bench.apply();
      await bench.end();
      await bench.apply({ paused: true });
      await bench.trigger({ reason: 'event', scopes: ['a'] });
      await bench.trigger({ reason: 'event', scopes: ['b'] });
      await bench.pass(minute);
      expect(bench.count()).toBe(1);
      await bench.apply();
      expect(bench.count()).toBe(2);
      expect([...(bench.executor.last(slot).run.scopes ?? [])].sort()).toEqual(['a', 'b']);
    });

    it('runs once when that is all that is asked for, then on demand only', async () => {
      await bench.apply({ schedule: { kind: 'once' } });
      await bench.end();
      expect(bench.observe()?.nextDueAt).toBeUndefined();
      await bench.pass(100 * hour);
      expect(bench.count()).toBe(1);
      await bench.trigger({ reason: 'demand' });
      expect(bench.count()).toBe(2);
    });

    it('refuses a preview of what runs without an end, and takes demand as served by it', async () => {
      await bench.apply({ endless: true });
      await expect(bench.trigger({ reason: 'demand', mode: 'preview' })).rejects.toMatchObject({
        code: 'CONNECTOR_STOPPED',
      });
      expect(await bench.trigger({ reason: 'demand' })).toBe(bench.executor.last(slot).run.runId);
      expect(bench.count()).toBe(1);
    });

    it('does not count a preview as the run that is due', async () => {
      await bench.apply();
      await bench.end();
      const dueAt = bench.observe()?.nextDueAt;
      await bench.pass(10 * minute);
      await bench.trigger({ reason: 'demand', mode: 'preview' });
      await bench.end();
      expect(bench.observe()?.nextDueAt).toBe(dueAt);
    });

    it('does what people ask for beside an endless run only while that is paused', async () => {
      await bench.apply({ endless: true });
      const act = { reason: 'demand', scopes: [] } as const;
      await expect(bench.trigger(act)).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
      await bench.apply({ endless: true, paused: true });
      await bench.end(undefined);
      const runId = await bench.trigger(act);
      await bench.pass();
      const { run, signal } = bench.executor.last(slot);
      expect([run.runId, [...(run.scopes ?? ['all'])], signal.aborted]).toEqual([runId, [], false]);
      await bench.end();
      await bench.apply({ endless: true });
      expect(bench.executor.last(slot).run.scopes).toBeUndefined();
    });

    it('starts an endless run anew for another revision', async () => {
      await bench.apply({ endless: true });
      await bench.apply({ endless: true, revision: 'second' });
      expect(bench.executor.of(slot).map(({ signal }) => signal.aborted)).toEqual([true, false]);
      expect(bench.executor.last(slot).run.revision).toBe('second');
    });

    it('goes on to the newest of several revisions that come while a run still ends', async () => {
      bench.executor.isDeaf = true;
      await bench.apply();
      for (const revision of ['second', 'third', 'fourth']) await bench.apply({ revision });
      await bench.end({ kind: 'cancelled' });
      expect(bench.executor.of(slot).map(({ run }) => run.revision)).toEqual(['first', 'fourth']);
    });

    it('does again what a change of revision cut off, also of a cron slot', async () => {
      const schedule = { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } as const;
      await bench.apply({ schedule });
      await bench.apply({ schedule, revision: 'second' });
      expect(bench.count()).toBe(0);
      await bench.trigger({ reason: 'demand' });
      await bench.apply({ schedule, revision: 'third' });
      expect(bench.executor.of(slot).map(({ run }) => run.revision)).toEqual(['second', 'third']);
    });

    it('tells the executor by an abort that it is to end, and hears an executor that throws it as cancelled', async () => {
      await bench.apply();
      const { signal } = bench.executor.last(slot);
      await bench.apply({ revision: 'second' });
      expect(signal.reason).toMatchObject({ name: 'AbortError' });
      expect(bench.observe()).toMatchObject({ consecutiveFailures: 0 });
    });

    it('tries a run again whose grant was outdated, as one that failed for a while', async () => {
      await bench.apply();
      await bench.end(failure('GRANT_SUPERSEDED', false));
      await bench.pass(5_000);
      expect(bench.count()).toBe(2);
      expect(bench.executor.last(slot).run.grant.token).toBeGreaterThan(
        bench.executor.of(slot)[0]?.run.grant.token ?? 0,
      );
    });

    it('forgets what waited when it is removed, and owes nothing to what comes after', async () => {
      await bench.apply();
      await bench.trigger({ reason: 'demand', scopes: ['a'] });
      const removal = bench.harness.dispatcher.remove(slot);
      await bench.pass();
      await removal;
      await bench.apply();
      expect(bench.executor.last(slot).run).toMatchObject({ reasons: ['start'], scopes: undefined });
      await bench.end();
      await bench.pass(minute);
      expect(bench.count()).toBe(2);
    });

    it('removes what rests, and what never was, at once', async () => {
      await bench.apply();
      await bench.end();
      await bench.harness.dispatcher.remove(slot);
      await bench.harness.dispatcher.remove('never was');
      expect(bench.observe()).toBeUndefined();
    });

    it('may be closed twice, and is asked and told no more', async () => {
      await bench.apply();
      await bench.end();
      const { dispatcher } = bench.harness;
      await dispatcher.close(new AbortController().signal);
      await dispatcher.close(new AbortController().signal);
      await expect(dispatcher.apply(specOf({ slot: 'other' }))).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
      await expect(dispatcher.trigger(slot, { reason: 'demand' })).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
      await bench.pass(3 * hour);
      expect(bench.count()).toBe(1);
    });
  });
}
