import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

/** Time that passes as far as the next timer, at once. */
class JumpingTimers {
  nowMs = 0;
  readonly waited: number[] = [];
  cancelled = 0;

  constructor(private readonly fires = true) {}

  after(delayMs: number, action: () => void): () => void {
    this.waited.push(delayMs);
    if (this.fires)
      queueMicrotask(() => {
        this.nowMs += delayMs;
        action();
      });
    return () => {
      this.cancelled += 1;
    };
  }
}

describe('a pace', () => {
  it('lets through so many a second, and whoever comes late at once', async () => {
    const timers = new JumpingTimers();
    const pace = new Pace(10, timers, () => timers.nowMs);
    const { signal } = new AbortController();
    for (let turn = 0; turn < 4; turn += 1) await pace.turn(signal);
    expect(timers.waited).toEqual([100, 100, 100]);
    timers.nowMs += 5_000;
    await pace.turn(signal);
    expect(timers.waited).toHaveLength(3);
  });

  it('ends with the abort, and leaves no timer', async () => {
    const timers = new JumpingTimers(false);
    const pace = new Pace(1, timers, () => 0);
    const stop = new AbortController();
    await pace.turn(stop.signal);
    const waiting = pace.turn(stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(pace.turn(stop.signal)).rejects.toThrow('enough');
    expect(timers.cancelled).toBe(1);
  });
});
