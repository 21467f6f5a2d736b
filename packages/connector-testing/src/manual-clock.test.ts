import { delay } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { ManualClock } from './manual-clock.js';

describe('ManualClock', () => {
  it('fires timers in the order of their due times, each at its own time', async () => {
    const clock = new ManualClock(1_000);
    const seen: string[] = [];
    clock.schedule(30, () => seen.push(`late ${clock.now()}`));
    clock.schedule(10, () => seen.push(`first ${clock.now()}`));
    clock.schedule(10, () => seen.push(`second ${clock.now()}`));
    clock.schedule(31, () => seen.push('too late'));
    await clock.advance(30);
    expect(seen).toEqual(['first 1010', 'second 1010', 'late 1030']);
    expect(clock.armedTimers).toBe(1);
    expect(clock.untilNextTimerMs).toBe(1);
  });

  it('lets promises settle between timers, so that what they arm still fires in time', async () => {
    const clock = new ManualClock(0);
    const seen: number[] = [];
    async function tick(): Promise<void> {
      for (let round = 0; round < 3; round += 1) {
        await delay(clock, 10);
        seen.push(clock.now());
      }
    }
    const ticking = tick();
    await clock.advance(100);
    await ticking;
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(100);
  });

  it('does not fire what was cancelled, and cancelling twice is harmless', async () => {
    const clock = new ManualClock();
    let fired = 0;
    const timers = [1, 2, 3].map((delayMs) => clock.schedule(delayMs, () => (fired += 1)));
    timers[1]?.cancel();
    timers[1]?.cancel();
    await clock.advance(10);
    timers[0]?.cancel();
    expect(fired).toBe(2);
    expect(clock.armedTimers).toBe(0);
  });

  it('moves the wall clock without touching timers', async () => {
    const clock = new ManualClock(1_000_000);
    let firedAt: number | undefined;
    clock.schedule(100, () => {
      firedAt = clock.now();
    });
    clock.set(500);
    expect(clock.monotonic()).toBe(0);
    expect(firedAt).toBeUndefined();
    await clock.advance(100);
    expect(firedAt).toBe(600);
    expect(clock.monotonic()).toBe(100);
  });
});
