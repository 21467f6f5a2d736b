import { describe, expect, it } from '@jest/globals';
import { decideSlot } from './decide-slot.js';
import type { SlotSpec } from './slot.js';
import { emptySlot, type SlotEffect, type SlotEvent, type SlotOutcome, type SlotState } from './slot-state.js';
import { nextDueAt } from './slot-timing.js';

const minute = 60_000;
const hour = 60 * minute;

/** A slot and its time; answers nothing by itself. */
class Bench {
  state: SlotState;
  now = 1_000_000_000;
  effects: readonly SlotEffect[] = [];
  #ids = 0;
  #token = 0;

  constructor() {
    this.state = emptySlot('s', this.now);
  }

  send(event: SlotEvent): readonly SlotEffect[] {
    const decision = decideSlot(this.state, event, this.now);
    this.state = JSON.parse(JSON.stringify(decision.state)) as SlotState;
    this.effects = decision.effects;
    return decision.effects;
  }

  apply(change: Partial<SlotSpec> = {}): readonly SlotEffect[] {
    return this.send({ kind: 'apply', spec: { ...spec, ...change } });
  }

  trigger(change: Partial<Extract<SlotEvent, { kind: 'trigger' }>> = {}): readonly SlotEffect[] {
    this.#ids += 1;
    return this.send({ kind: 'trigger', runId: `t${this.#ids}`, reason: 'demand', mode: 'apply', ...change });
  }

  turn() {
    this.#token += 1;
    this.send({ kind: 'turn', token: this.#token, runId: `r${this.#token}` });
    return this.granted();
  }

  end(outcome: SlotOutcome = { kind: 'succeeded' }, jitter = 1): readonly SlotEffect[] {
    return this.send({ kind: 'ended', runId: this.state.running?.runId ?? 'none', outcome, jitter });
  }

  granted() {
    for (const effect of this.effects) if (effect.kind === 'grant') return effect.run;
    return undefined;
  }

  /** Goes to the armed wake. */
  sleep(): void {
    if (this.state.wakeAt === undefined) throw new Error('no wake is armed');
    this.now = this.state.wakeAt;
    this.send({ kind: 'wake' });
  }

  get kinds(): readonly string[] {
    return this.effects.map((effect) => effect.kind);
  }
}

const spec: SlotSpec = {
  slot: 's',
  revision: 'a',
  schedule: { kind: 'interval', everyMs: hour },
  paused: false,
  endless: false,
};
const failed = (code = 'SOURCE_UNREADABLE', retryable = true): SlotOutcome => ({ kind: 'failed', code, retryable });

function started(change: Partial<SlotSpec> = {}): Bench {
  const bench = new Bench();
  bench.apply(change);
  bench.turn();
  return bench;
}

function rested(change: Partial<SlotSpec> = {}): Bench {
  const bench = started(change);
  bench.end();
  return bench;
}

describe('decideSlot: first runs and intervals', () => {
  it('asks for the first run at once, and for all scopes', () => {
    const bench = new Bench();
    expect(bench.apply()).toEqual([{ kind: 'request', priority: 1 }]);
    expect(bench.turn()).toMatchObject({ reasons: ['start'], token: 1, revision: 'a', mode: 'apply' });
    expect(bench.granted()?.scopes).toBeUndefined();
  });

  it('spreads the first run over the start delay', () => {
    const bench = new Bench();
    bench.send({ kind: 'apply', spec, startDelayMs: 700 });
    expect(bench.effects).toEqual([{ kind: 'wake-at', at: bench.now + 700 }]);
    bench.sleep();
    expect(bench.kinds).toContain('request');
  });

  it('counts the interval from the end of the last run', () => {
    const bench = started();
    bench.now += 25 * minute;
    bench.end();
    expect(bench.state.wakeAt).toBe(bench.now + hour);
    expect(nextDueAt(bench.state)).toBe(bench.now + hour);
    bench.sleep();
    expect(bench.turn()).toMatchObject({ reasons: ['schedule'] });
  });

  it('runs once, then on demand only, without an interval', () => {
    const bench = rested({ schedule: { kind: 'once' } });
    expect(bench.state.wakeAt).toBeUndefined();
    bench.trigger();
    expect(bench.turn()).toMatchObject({ reasons: ['demand'] });
  });

  it('makes up for a long sleep with one run', () => {
    const bench = rested();
    bench.now += 30 * 24 * hour;
    bench.send({ kind: 'wake' });
    bench.turn();
    bench.end();
    expect(bench.kinds).not.toContain('request');
    expect(bench.state.wakeAt).toBe(bench.now + hour);
  });

  it('re-arms and does not run when only the interval changes', () => {
    const bench = rested();
    const endedAt = bench.now;
    bench.now += 10 * minute;
    expect(bench.apply({ schedule: { kind: 'interval', everyMs: 2 * hour } })).toEqual([
      { kind: 'wake-at', at: endedAt + 2 * hour },
    ]);
    bench.apply({ schedule: { kind: 'interval', everyMs: minute } });
    expect(bench.kinds).toContain('request');
    bench.turn();
    bench.end();
    expect(bench.kinds).not.toContain('request');
  });

  it('changes nothing when the same state is applied again', () => {
    for (const bench of [rested(), started(), started({ endless: true })]) {
      const before = bench.state;
      expect(bench.apply(before.spec)).toEqual([]);
      expect(bench.state).toEqual(before);
    }
  });
});

describe('decideSlot: triggers', () => {
  it('serves any number of triggers during a run by exactly one more, which all callers are told', () => {
    const bench = started();
    const ids = ['x', 'y'].map((scope) => bench.trigger({ scopes: [scope] }));
    expect(ids).toEqual([[{ kind: 'accepted', runId: 't1' }], [{ kind: 'accepted', runId: 't1' }]]);
    bench.end();
    expect(bench.effects).toContainEqual({ kind: 'request', priority: 4 });
    expect(bench.turn()).toMatchObject({ runId: 't1', scopes: ['x', 'y'], reasons: ['demand'] });
    bench.end();
    expect(bench.kinds).not.toContain('request');
  });

  it('lets a trigger for all scopes win over single scopes', () => {
    const bench = started();
    bench.trigger({ scopes: ['x'] });
    bench.trigger();
    bench.trigger({ scopes: ['y'] });
    bench.end();
    expect(bench.turn()?.runId).toBe('t1');
    expect(bench.granted()?.scopes).toBeUndefined();
  });

  it('turns a storm of scopes into one full run', () => {
    const bench = started();
    for (let scope = 0; scope < 1_500; scope += 1) bench.trigger({ reason: 'event', scopes: [`${scope}`] });
    bench.end();
    expect(bench.state.waiting.apply?.scopes).toBeUndefined();
  });

  it('raises the priority of a request when a person joins it', () => {
    const bench = rested();
    expect(bench.trigger({ reason: 'configuration' })).toContainEqual({ kind: 'request', priority: 2 });
    expect(bench.trigger({ reason: 'event' })).toContainEqual({ kind: 'request', priority: 3 });
    expect(bench.trigger({ reason: 'demand' })).toContainEqual({ kind: 'request', priority: 4 });
    expect(bench.trigger({ reason: 'event' })).toEqual([{ kind: 'accepted', runId: 't1' }]);
  });

  it('keeps previews and runs apart, and lets them take turns', () => {
    const bench = started();
    bench.trigger({ reason: 'event', scopes: ['x'] });
    bench.trigger({ mode: 'preview' });
    bench.end();
    expect(bench.turn()).toMatchObject({ mode: 'preview', runId: 't2' });
    bench.trigger({ mode: 'preview' });
    bench.now += minute;
    bench.end(failed());
    expect(bench.turn()).toMatchObject({ mode: 'apply', runId: 't1', scopes: ['x'] });
    expect(bench.state.failures.count).toBe(0);
  });

  it('rests a moment between runs that only events ask for', () => {
    const bench = started();
    bench.trigger({ reason: 'event' });
    bench.end();
    expect(bench.kinds).toEqual(['wake-at']);
    expect(bench.state.wakeAt).toBe(bench.now + 100);
    bench.sleep();
    expect(bench.kinds).toContain('request');
  });

  it('answers a trigger of an endless run with the run that is under way', () => {
    const bench = started({ endless: true });
    expect(bench.trigger()).toEqual([{ kind: 'accepted', runId: 'r1' }]);
    expect(bench.trigger({ mode: 'preview' })).toEqual([{ kind: 'refused', why: 'no-preview' }]);
  });
});

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
    const bench = new Bench();
    bench.apply();
    bench.apply({ paused: true });
    expect(bench.turn()).toBeUndefined();
    bench.apply();
    expect(bench.turn()).toBeDefined();
  });

  it('grants nothing outside of the window', () => {
    const bench = new Bench();
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
    const notAfter = new Bench().now + hour;
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
    const bench = new Bench();
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

describe('decideSlot: cron', () => {
  const schedule = { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } as const;
  const answer = (after: number, at: number | undefined): SlotEvent => ({
    kind: 'due',
    expression: schedule.expression,
    timeZone: 'UTC',
    after,
    at,
  });

  it('asks for the due time, runs then, and asks again at the end of the run', () => {
    const bench = new Bench();
    bench.apply({ schedule });
    expect(bench.effects).toEqual([
      { kind: 'next-due', expression: '0 3 * * *', timeZone: 'UTC', after: bench.now, isFresh: true },
    ]);
    const due = bench.now + hour;
    bench.send(answer(bench.now, due));
    expect(bench.state.wakeAt).toBe(due);
    bench.sleep();
    expect(bench.turn()).toMatchObject({ reasons: ['schedule'] });
    expect(bench.kinds).not.toContain('next-due');
    bench.now += 2 * hour;
    bench.end();
    expect(bench.effects).toEqual([
      { kind: 'next-due', expression: '0 3 * * *', timeZone: 'UTC', after: bench.now, isFresh: false },
    ]);
  });

  it('ignores the answer to an older question', () => {
    const bench = new Bench();
    bench.apply({ schedule });
    bench.send(answer(bench.now - 1, bench.now));
    expect(bench.kinds).toEqual([]);
    bench.apply({ schedule: { ...schedule, expression: '0 4 * * *' } });
    bench.send(answer(bench.now, bench.now));
    expect(bench.kinds).toEqual([]);
  });

  it('makes up for due times missed in a pause by one run', () => {
    const bench = new Bench();
    bench.apply({ schedule });
    bench.send(answer(bench.now, bench.now + hour));
    bench.apply({ schedule, paused: true });
    bench.now += 72 * hour;
    bench.apply({ schedule });
    bench.turn();
    bench.end();
    expect(bench.kinds).toEqual(['next-due']);
  });

  it('does not run a due time twice when the clock is set back a little', () => {
    const bench = new Bench();
    bench.apply({ schedule });
    const due = bench.now + hour;
    bench.send(answer(bench.now, due));
    bench.sleep();
    bench.turn();
    bench.now = due - 50;
    bench.end();
    expect(bench.effects).toContainEqual(expect.objectContaining({ kind: 'next-due', after: due }));
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
    const bench = new Bench();
    bench.apply();
    bench.trigger();
    expect(bench.send({ kind: 'no-turn', jitter: 0 })).toEqual([{ kind: 'wake-at', at: bench.now + 2_500 }]);
    bench.sleep();
    expect(bench.kinds).toContain('request');
  });
});

describe('decideSlot: clocks that are set', () => {
  it('does not wait for the clock to catch up when it was set back', () => {
    const bench = rested();
    const before = bench.now;
    bench.now = before - 24 * hour + 20 * minute;
    bench.send({ kind: 'clock', expected: before + 20 * minute });
    expect(bench.state.wakeAt).toBe(bench.now + 40 * minute);
    bench.sleep();
    expect(bench.kinds).toContain('request');
  });

  it('delays at most by one interval when nobody says that the clock was set back', () => {
    const bench = rested();
    bench.now -= 24 * hour;
    bench.send({ kind: 'wake' });
    expect(bench.state.wakeAt).toBe(bench.now + hour);
  });
});
