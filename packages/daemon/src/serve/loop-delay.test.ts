import { ManualClock } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { LoopDelay } from './loop-delay.js';

describe('the delay of the event loop', () => {
  it('is looked at every 10 ms while the loop works, and ever less often while it rests', async () => {
    const clock = new ManualClock();
    let active = 1;
    let looks = 0;
    const delay = new LoopDelay(clock, () => {
      looks += 1;
      return active;
    });
    await clock.advance(1_000);
    expect(looks).toBe(100);
    active = 0;
    await clock.advance(10_000);
    looks = 0;
    await clock.advance(10_000);
    expect(looks).toBe(20);
    active = 1;
    await clock.advance(500);
    looks = 0;
    await clock.advance(1_000);
    expect(looks).toBe(100);
    delay[Symbol.dispose]();
    looks = 0;
    await clock.advance(10_000);
    expect(looks).toBe(0);
  });

  it('is what a timer is late by', () => {
    let now = 0;
    let look = () => {};
    const late = (ms: number) => {
      now += ms;
      look();
    };
    const clock = {
      monotonic: () => now,
      schedule: (_: number, action: () => void) => {
        look = action;
        return { cancel: () => {} };
      },
    };
    const delay = new LoopDelay(clock, () => 1);
    expect(delay.facts()).toEqual({ p50: 0, p99: 0, max: 0 });
    for (let count = 0; count < 199; count += 1) late(10);
    late(10 + 42);
    expect(delay.facts()).toMatchObject({ p50: 0, p99: 0 });
    expect(delay.facts().max).toBeCloseTo(42, 0);
  });
});
