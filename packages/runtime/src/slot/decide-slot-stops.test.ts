import { describe, expect, it } from '@jest/globals';
import { failed, hour, minute, rested, SlotBench, started } from './slot-bench.js';

describe('decideSlot: pause and window', () => {
  it('lets a running refresh finish, then holds everything until the resume', () => {
    const bench = started();
    bench.trigger({ reason: 'event', scopes: ['x'] });
    expect(bench.apply({ paused: true })).toEqual([]);
    bench.end();
    expect(bench.kinds).not.toContain('request');
    expect(bench.trigger()).toEqual([{ kind: 'refused', why: 'paused' }]);
    bench.now += 5 * hour;
    bench.apply();
    expect(bench.turn()).toMatchObject({ runId: 't1', reasons: ['event', 'schedule'] });
    bench.end();
    expect(bench.kinds).not.toContain('request');
  });

  it('does what people ask for beside listing while it is paused, and keeps the rest for later', () => {
    const bench = started();
    bench.end();
    bench.apply({ paused: true });
    bench.trigger({ reason: 'event', scopes: ['x'] });
    expect(bench.kinds).not.toContain('request');
    expect(bench.trigger({ reason: 'demand', scopes: [] })).toContainEqual({ kind: 'accepted', runId: 't1' });
    expect(bench.turn()).toMatchObject({ runId: 't1', reasons: ['demand'], scopes: [], mode: 'apply' });
    bench.end();
    expect(bench.kinds).not.toContain('request');
    bench.apply();
    expect(bench.turn()).toMatchObject({ scopes: ['x'] });
  });

  it('cancels an endless run on pause and starts anew on resume', () => {
    const bench = started({ endless: true });
    expect(bench.apply({ endless: true, paused: true })).toContainEqual({
      kind: 'cancel',
      runId: 'r1',
      reason: 'paused',
    });
    bench.end({ kind: 'cancelled' });
    expect(bench.kinds).not.toContain('request');
    expect(bench.apply({ endless: true })).toContainEqual({ kind: 'request', priority: 1 });
    expect(bench.state.failures.count).toBe(0);
  });

  it('grants nothing when the pause came while the turn was under way', () => {
    const bench = new SlotBench();
    bench.apply();
    bench.apply({ paused: true });
    expect(bench.turn()).toBeUndefined();
    bench.apply();
    expect(bench.turn()).toBeDefined();
  });

  it('grants nothing outside of the window', () => {
    const bench = new SlotBench();
    const window = { notBefore: bench.now + hour, notAfter: bench.now + 2 * hour };
    expect(bench.apply(window)).toEqual([{ kind: 'wake-at', at: window.notBefore }]);
    expect(bench.trigger()).toEqual([{ kind: 'refused', why: 'too-early' }]);
    expect(bench.trigger({ reason: 'event' })).toEqual([{ kind: 'accepted', runId: 't2' }]);
    bench.sleep();
    expect(bench.turn()).toMatchObject({ runId: 't2', reasons: ['event', 'start'] });
    bench.trigger({ scopes: ['late'] });
    bench.now = window.notAfter;
    expect(bench.end()).toEqual([
      { kind: 'dropped', runId: 't3', why: 'too-late' },
      { kind: 'wake-at', at: undefined },
    ]);
    expect(bench.trigger()).toEqual([{ kind: 'refused', why: 'too-late' }]);
    bench.apply({});
    expect(bench.trigger()).toContainEqual({ kind: 'accepted', runId: 't5' });
  });

  it('cancels an endless run at the end of the window, and no other', () => {
    const notAfter = new SlotBench().now + hour;
    const endless = started({ endless: true, notAfter });
    expect(endless.state.wakeAt).toBe(notAfter);
    endless.sleep();
    expect(endless.effects).toContainEqual({ kind: 'cancel', runId: 'r1', reason: 'window' });
    const refresh = started({ notAfter });
    refresh.now = notAfter;
    expect(refresh.send({ kind: 'wake' })).toEqual([]);
  });
});

describe('decideSlot: revisions and removal', () => {
  it('cancels the run of another revision, then starts anew, once', () => {
    const bench = started();
    bench.trigger({ scopes: ['x'] });
    expect(bench.apply({ revision: 'b' })).toContainEqual({ kind: 'cancel', runId: 'r1', reason: 'revision' });
    expect(bench.apply({ revision: 'c' })).toEqual([]);
    bench.end({ kind: 'cancelled' });
    expect(bench.turn()).toMatchObject({ revision: 'c', runId: 't1', reasons: ['demand', 'configuration'] });
    expect(bench.granted()?.scopes).toBeUndefined();
    bench.end();
    expect(bench.kinds).not.toContain('request');
  });

  it('starts at once with a new revision when at rest, but waits for its due time with cron', () => {
    expect(rested().apply({ revision: 'b' })).toContainEqual({ kind: 'request', priority: 2 });
    const schedule = { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } as const;
    expect(
      rested()
        .apply({ revision: 'b' })
        .map((effect) => effect.kind),
    ).toContain('request');
    const bench = new SlotBench();
    bench.apply({ schedule });
    expect(bench.apply({ schedule, revision: 'b' })).toEqual([]);
  });

  it('gives a hung run up after the grace, and grants nothing before its token is outdated', () => {
    const bench = started();
    bench.apply({ revision: 'b' });
    expect(bench.state.wakeAt).toBe(bench.now + 10_000);
    bench.sleep();
    expect(bench.effects[0]).toMatchObject({ kind: 'give-up', run: { runId: 'r1', token: 1 } });
    expect(bench.kinds).not.toContain('request');
    bench.send({ kind: 'fenced', token: 2 });
    expect(bench.effects).toContainEqual({ kind: 'request', priority: 2 });
    bench.send({ kind: 'turn', token: 2, runId: 'stale' });
    expect(bench.granted()).toBeUndefined();
    bench.sleep();
    bench.send({ kind: 'turn', token: 3, runId: 'r3' });
    expect(bench.granted()).toMatchObject({ token: 3, revision: 'b' });
    bench.send({ kind: 'ended', runId: 'r1', outcome: { kind: 'succeeded' }, jitter: 0 });
    expect(bench.state.running?.runId).toBe('r3');
  });

  it('cancels and drops on removal, and begins anew when it is wanted again', () => {
    const bench = started();
    bench.trigger({ scopes: ['x'] });
    bench.send({ kind: 'remove' });
    expect(bench.effects).toContainEqual({ kind: 'dropped', runId: 't1', why: 'unwanted' });
    expect(bench.effects).toContainEqual({ kind: 'cancel', runId: 'r1', reason: 'removed' });
    bench.apply();
    bench.end({ kind: 'cancelled' });
    expect(bench.turn()).toMatchObject({ reasons: ['start'] });
    expect(bench.granted()?.scopes).toBeUndefined();
  });
});

describe('decideSlot: failures', () => {
  it('backs off exponentially with jitter, then probes slowly, and forgets after a good run', () => {
    const bench = started();
    const waits: number[] = [];
    for (let failure = 0; failure < 7; failure += 1) {
      bench.end(failed(), 1);
      waits.push((bench.state.wakeAt ?? 0) - bench.now);
      bench.sleep();
      bench.turn();
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 15 * minute, 15 * minute, 15 * minute]);
    bench.end();
    expect(bench.state.failures).toEqual({ count: 0, recent: [], slow: false, blocked: false });
    expect(bench.state.wakeAt).toBe(bench.now + hour);
  });

  it('ends the slow probes a minute after the last failure when the source tells that something changed, no sooner', () => {
    const bench = started();
    for (let failure = 0; failure < 6; failure += 1) {
      bench.end(failed(), 1);
      if (failure < 5) {
        bench.sleep();
        bench.turn();
      }
    }
    const failedAt = bench.now;
    bench.now += 10_000;
    bench.trigger({ reason: 'event', scopes: ['databases'] });
    expect(bench.granted()).toBeUndefined();
    expect(bench.state.wakeAt).toBe(failedAt + minute);
    bench.sleep();
    expect(bench.turn()).toMatchObject({ reasons: expect.arrayContaining(['event', 'retry']) });
    expect(bench.granted()?.scopes).toBeUndefined();
    bench.end();
    expect(bench.state.failures.slow).toBe(false);
  });

  it('bounds the wait at a minute while failures are rare, and never makes it short', () => {
    const bench = started();
    for (let failure = 0; failure < 20; failure += 1) {
      bench.now += 5 * minute;
      bench.end(failed(), 0);
      const wait = (bench.state.wakeAt ?? 0) - bench.now;
      expect(wait).toBeGreaterThanOrEqual(2_500);
      expect(wait).toBeLessThanOrEqual(minute);
      bench.sleep();
      bench.turn();
    }
  });

  it('is not cut short by a short interval, and repeats the scopes that failed', () => {
    const bench = rested({ schedule: { kind: 'interval', everyMs: 1_000 } });
    bench.trigger({ reason: 'event', scopes: ['x'] });
    bench.now += 100;
    bench.send({ kind: 'wake' });
    bench.turn();
    bench.end(failed());
    expect(bench.state.wakeAt).toBe(bench.now + 5_000);
    bench.trigger({ reason: 'event', scopes: ['y'] });
    expect(bench.kinds).not.toContain('request');
    bench.sleep();
    expect(bench.turn()).toMatchObject({ scopes: ['y', 'x'], reasons: ['event', 'retry'] });
  });

  it('lets a person go first', () => {
    const bench = started();
    bench.end(failed());
    bench.trigger({ scopes: ['x'] });
    expect(bench.turn()).toMatchObject({ reasons: ['demand', 'retry'] });
    bench.end(failed());
    expect(bench.kinds).not.toContain('request');
    expect(bench.state.failures.count).toBe(2);
  });

  it('waits for a change when waiting cannot mend the fault', () => {
    const blocked = () => {
      const bench = started();
      bench.end(failed('CONNECTOR_CONFIGURATION_INVALID', false));
      expect(bench.state.wakeAt).toBeUndefined();
      expect(bench.trigger({ reason: 'event' }).map((effect) => effect.kind)).toEqual(['accepted']);
      return bench;
    };
    expect(
      blocked()
        .trigger()
        .map((effect) => effect.kind),
    ).toContain('request');
    expect(
      blocked()
        .trigger({ reason: 'configuration' })
        .map((effect) => effect.kind),
    ).toContain('request');
    expect(
      blocked()
        .apply({ revision: 'b' })
        .map((effect) => effect.kind),
    ).toContain('request');
    const paused = blocked();
    paused.apply({ paused: true });
    expect(paused.apply().map((effect) => effect.kind)).toContain('request');
  });

  it('skips the wait when what failed is back, and only then', () => {
    const bench = started();
    bench.end(failed('STORE_UNREACHABLE'));
    bench.send({ kind: 'retry', code: 'SOURCE_UNREADABLE' });
    expect(bench.kinds).toEqual([]);
    bench.send({ kind: 'retry', code: 'STORE_UNREACHABLE' });
    expect(bench.kinds).toContain('request');
  });

  it('restarts an endless run that ended by itself, more slowly each time unless it lived long', () => {
    const bench = started({ endless: true });
    bench.end();
    expect(bench.state.wakeAt).toBe(bench.now + 5_000);
    bench.sleep();
    bench.turn();
    bench.end(failed());
    expect(bench.state.wakeAt).toBe(bench.now + 10_000);
    bench.sleep();
    bench.turn();
    bench.now += hour;
    bench.end();
    expect(bench.state.wakeAt).toBe(bench.now + 5_000);
  });

  it('waits before it asks for a turn again that could not be given', () => {
    const bench = new SlotBench();
    bench.apply();
    bench.trigger();
    expect(bench.send({ kind: 'no-turn', jitter: 0 })).toEqual([{ kind: 'wake-at', at: bench.now + 2_500 }]);
    bench.sleep();
    expect(bench.kinds).toContain('request');
  });
});
