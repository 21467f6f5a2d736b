import { describe, expect, it } from '@jest/globals';
import { failed, hour, minute, rested, SlotBench, spec, started } from './slot-bench.js';
import type { SlotEvent } from './slot-state.js';
import { nextDueAt } from './slot-timing.js';

describe('decideSlot: first runs and intervals', () => {
  it('asks for the first run at once, and for all scopes', () => {
    const bench = new SlotBench();
    expect(bench.apply()).toEqual([{ kind: 'request', priority: 1 }]);
    expect(bench.turn()).toMatchObject({ reasons: ['start'], token: 1, revision: 'a', mode: 'apply' });
    expect(bench.granted()?.scopes).toBeUndefined();
  });

  it('spreads the first run over the start delay', () => {
    const bench = new SlotBench();
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

  it('rests longer and longer when each run asks for the next, and not when something else changes', () => {
    const bench = started();
    const runs = [];
    const from = bench.now;
    while (bench.now - from < hour) {
      bench.trigger({ reason: 'event' });
      bench.end();
      bench.sleep();
      runs.push(bench.turn());
    }
    expect(runs.length).toBeLessThan(80);
    expect(runs.slice(0, 8).some((run) => run?.isEcho)).toBe(false);
    expect(runs[20]).toMatchObject({ isEcho: true });
    bench.end();
    bench.trigger({ reason: 'event' });
    bench.now += 100;
    bench.send({ kind: 'wake' });
    expect(bench.turn()).toMatchObject({ reasons: ['event'] });
    expect(bench.granted()).not.toHaveProperty('isEcho');
  });

  it('does not rest longer for a source that changes during its runs and between them', () => {
    const bench = started();
    for (let run = 0; run < 50; run += 1) {
      bench.trigger({ reason: 'event' });
      bench.end();
      bench.trigger({ reason: 'event' });
      expect(bench.state.wakeAt).toBe(bench.now + 100);
      bench.sleep();
      bench.turn();
    }
  });

  it('answers a trigger of an endless run with the run that is under way', () => {
    const bench = started({ endless: true });
    expect(bench.trigger()).toEqual([{ kind: 'accepted', runId: 'r1' }]);
    expect(bench.trigger({ mode: 'preview' })).toEqual([{ kind: 'refused', why: 'no-preview' }]);
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
    const bench = new SlotBench();
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
    const bench = new SlotBench();
    bench.apply({ schedule });
    bench.send(answer(bench.now - 1, bench.now));
    expect(bench.kinds).toEqual([]);
    bench.apply({ schedule: { ...schedule, expression: '0 4 * * *' } });
    bench.send(answer(bench.now, bench.now));
    expect(bench.kinds).toEqual([]);
  });

  it('makes up for due times missed in a pause by one run', () => {
    const bench = new SlotBench();
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
    const bench = new SlotBench();
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
